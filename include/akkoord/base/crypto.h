#pragma once
/*
 * The small cryptographic tools that several modules need, all OpenSSL underneath. Sealing of data is vault/.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"

#define SHA256_BYTES 32

/* From the operating system's generator; ends the process if that fails, as nothing is safe after it. */
void crypto_random(void *out, size_t bytes);
/* The same for what is no secret itself: ids, salts, nonces. Drawn ahead a few hundred bytes at a time, each used once,
 * in a child process too; what is drawn ahead lies in ordinary memory, so no key and no token is made of it. */
void crypto_random_shown(void *out, size_t bytes);
void crypto_sha256(const void *bytes, size_t length, uint8_t out[SHA256_BYTES]);
/* Of two pieces laid end to end. */
void crypto_sha256_two(const void *first, size_t first_length, const void *second, size_t second_length,
                       uint8_t out[SHA256_BYTES]);
/* HMAC-SHA256, RFC 2104. */
void crypto_hmac_sha256(const void *key, size_t key_length, const void *bytes, size_t length,
                        uint8_t out[SHA256_BYTES]);
/* The same over parts laid end to end, without copying a body to sign it. */
struct crypto_part {
    const void *bytes;
    size_t length;
};
void crypto_hmac_sha256_parts(const void *key, size_t key_length, const struct crypto_part *parts, size_t count,
                              uint8_t out[SHA256_BYTES]);
/* Compares in time that depends on the lengths only; lengths that differ are unequal. */
bool crypto_equal(const void *left, size_t left_length, const void *right, size_t right_length);

/* `out` has room for 2 * length + 1: lowercase hex and a NUL. */
void hex_encode(const void *bytes, size_t length, char *out);
/* Both cases. STATUS_INVALID when odd, not hex or longer than `capacity`. */
enum status hex_decode(const char *text, size_t length, uint8_t *out, size_t capacity,
                       size_t *out_length) AKKOORD_MUST_CHECK;

/* Room for base64_encode's output with its NUL. */
#define BASE64_BYTES(length) (((length) + 2) / 3 * 4 + 1)
/* RFC 4648 section 4, padded. */
void base64_encode(const void *bytes, size_t length, char *out);
/* Strict: canonical padding, no white space, no stray bits. */
enum status base64_decode(const char *text, size_t length, uint8_t *out, size_t capacity,
                          size_t *out_length) AKKOORD_MUST_CHECK;
/* RFC 4648 section 5 without padding, for tokens and cursors; `out` as for base64_encode. */
void base64url_encode(const void *bytes, size_t length, char *out);
enum status base64url_decode(const char *text, size_t length, uint8_t *out, size_t capacity,
                             size_t *out_length) AKKOORD_MUST_CHECK;
