#pragma once
/* UUIDs, RFC 9562: version 7 (time-ordered) is what we make, any version is what we read. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"

#define UUID_TEXT_BYTES 37

struct uuid {
    uint8_t bytes[16];
};

/* A new version 7 UUID of clock_now_us(): 48 bits of milliseconds, 12 of its fraction, 62 random bits. Greater than any
 * that this process made before; of more than 4096 in a millisecond, the later ones have times to come. */
struct uuid uuid_new(void);
/* The least that uuid_new() makes at or after a moment (UTC microseconds since 1970): rows that are older have smaller
 * ids, so that an index on the id finds them. */
struct uuid uuid_first_of(int64_t time_us);
bool uuid_is_nil(const struct uuid *uuid);
bool uuid_equal(const struct uuid *left, const struct uuid *right);
/* memcmp order, the order PostgreSQL sorts uuid in. */
int uuid_compare(const struct uuid *left, const struct uuid *right);
/* Lowercase, 36 characters and a NUL; returns `out`. */
char *uuid_format(const struct uuid *uuid, char out[UUID_TEXT_BYTES]);
/* Exactly the 8-4-4-4-12 form, either case; STATUS_INVALID otherwise, and for the nil UUID. */
enum status uuid_parse(const char *text, size_t length, struct uuid *uuid) AKKOORD_MUST_CHECK;
