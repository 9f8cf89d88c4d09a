#pragma once
/*
 * The two algorithms that everything in the vault is composed of, on OpenSSL: HKDF-SHA512 (RFC 5869) and AES-256-GCM
 * (NIST SP 800-38D). Lengths are fixed by type where they can be, so that a short key, nonce or tag can't be passed.
 * Neither fails on any input: if OpenSSL does not work, the process ends. Any thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/crypto.h"

#define AES256_KEY_BYTES 32
#define GCM_NONCE_BYTES  12
#define GCM_TAG_BYTES    16

/* `info` is the two texts laid end to end: a fixed prefix that says what for, and what varies. */
void hkdf_sha512(const void *key, size_t key_length, const void *salt, size_t salt_length, const char *info_prefix,
                 const char *info_suffix, void *out, size_t out_length);

/* Encrypts `length` bytes in place; the associated data are the parts laid end to end. */
void gcm_encrypt(const uint8_t key[AES256_KEY_BYTES], const uint8_t nonce[GCM_NONCE_BYTES],
                 const struct crypto_part *associated, size_t associated_count, uint8_t *bytes, size_t length,
                 uint8_t tag[GCM_TAG_BYTES]);

/* False when anything was altered: `out` is then overwritten. */
bool gcm_decrypt(const uint8_t key[AES256_KEY_BYTES], const uint8_t nonce[GCM_NONCE_BYTES],
                 const struct crypto_part *associated, size_t associated_count, const uint8_t *bytes, size_t length,
                 const uint8_t tag[GCM_TAG_BYTES], uint8_t *out);

/* Big-endian numbers, as all formats of the vault have them. */
static inline void put_u16(uint8_t *out, uint16_t number)
{
    out[0] = (uint8_t)(number >> 8);
    out[1] = (uint8_t)number;
}

static inline void put_u32(uint8_t *out, uint32_t number)
{
    put_u16(out, (uint16_t)(number >> 16));
    put_u16(out + 2, (uint16_t)number);
}

static inline void put_u64(uint8_t *out, uint64_t number)
{
    put_u32(out, (uint32_t)(number >> 32));
    put_u32(out + 4, (uint32_t)number);
}

static inline uint32_t get_u32(const uint8_t *in)
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}
