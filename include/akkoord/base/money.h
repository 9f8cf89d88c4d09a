#pragma once
/*
 * Money: int64_t minor units (cents) beside an ISO 4217 code. All arithmetic is checked; there is no floating point.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"

#define CURRENCY_BYTES   4
#define MONEY_TEXT_BYTES 32

struct money {
    int64_t amount_minor;
    char currency[CURRENCY_BYTES]; /* "EUR": three capitals and a NUL */
};

/* Each is false, leaving *result alone, when the true result does not fit. */
bool money_add(int64_t left_minor, int64_t right_minor, int64_t *result_minor) AKKOORD_MUST_CHECK;
bool money_subtract(int64_t left_minor, int64_t right_minor, int64_t *result_minor) AKKOORD_MUST_CHECK;
bool money_multiply(int64_t amount_minor, int64_t factor, int64_t *result_minor) AKKOORD_MUST_CHECK;
/* amount * numerator / denominator, rounded half away from zero (for amounts >= 0: half up, as EN 16931 and Dutch
 * practice round VAT); exact in 128 bits. denominator > 0. */
bool money_multiply_ratio(int64_t amount_minor, int64_t numerator, int64_t denominator,
                          int64_t *result_minor) AKKOORD_MUST_CHECK;

/* Three ASCII letters in either case, made capitals: STATUS_INVALID otherwise. */
enum status currency_parse(const char *text, size_t length, char currency[CURRENCY_BYTES]) AKKOORD_MUST_CHECK;
/* Digits after the point of an ISO 4217 currency: 2, but 0 for JPY and its like, 3 for KWD and its like. */
int currency_decimals(const char *currency);
/* "121.00" with the currency's decimals; sign only when negative. */
void money_format_decimal(const struct money *money, char out[MONEY_TEXT_BYTES]);
/* A decimal string as providers send it ("121.00"): digits, one point, at most the currency's decimals; no sign, no
 * exponent, no white space. STATUS_INVALID otherwise or when it does not fit. */
enum status money_parse_decimal(const char *text, size_t length, const char *currency,
                                int64_t *amount_minor) AKKOORD_MUST_CHECK;
