#pragma once
/*
 * Time-based one-time passwords for staff: RFC 6238 over RFC 4226, SHA-1, 6 digits, steps of 30 s from 1970, as every
 * authenticator app has them; and the base32 (RFC 4648, section 6) that such secrets are shown in.
 * Pure functions; any thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"

#define TOTP_SECRET_BYTES 20
#define TOTP_DIGITS       6
#define TOTP_CODE_BYTES   (TOTP_DIGITS + 1)
#define TOTP_STEP_SECONDS 30
#define TOTP_STEPS_AROUND 1 /* a code is good one step early or late: clocks differ */

/* Room for base32_encode's output with its NUL. */
#define BASE32_BYTES(length) (((length) + 4) / 5 * 8 + 1)

void totp_secret_new(uint8_t secret[TOTP_SECRET_BYTES]);

/* The step that a time falls into; `now_us` as clock_now_us() gives it. */
int64_t totp_step(int64_t now_us);

/* The code of one step. */
void totp_code(const uint8_t secret[TOTP_SECRET_BYTES], int64_t step, char code[TOTP_CODE_BYTES]);

/* True when `code` (exactly 6 digits) is that of the present step or of one on either side; `matched_step` is then set.
 * A code works once: store the step and refuse one that is not greater than what is stored, in the same statement. */
bool totp_verify(const uint8_t secret[TOTP_SECRET_BYTES], const char *code, size_t length, int64_t now_us,
                 int64_t *matched_step) AKKOORD_MUST_CHECK;

/* Capitals, padded with '=', and a NUL. The 20 bytes of a secret need no padding. */
void base32_encode(const void *bytes, size_t length, char *out);
/* Both cases; padding may be left out, but what is there must be right; no stray bits, no white space. STATUS_INVALID
 * otherwise or when longer than `capacity`. */
enum status base32_decode(const char *text, size_t length, uint8_t *out, size_t capacity,
                          size_t *out_length) AKKOORD_MUST_CHECK;
