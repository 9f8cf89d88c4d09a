/* UUIDs of RFC 9562. Any thread. */
#include "akkoord/base/uuid.h"

#include <stdatomic.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"

/* In 1/4096 of a millisecond. */
static uint64_t stamp_of(int64_t time_us)
{
    uint64_t us = (uint64_t)time_us;
    return (us / 1000) << 12 | ((us % 1000) << 12) / 1000;
}

/*
 * The next time stamp of this process, greater than any before: ids that were made one after the other sort so, also
 * within a millisecond (RFC 9562, 6.2, methods 3 and 1), and rows keep the order of events.
 */
static uint64_t next_stamp(void)
{
    static atomic_uint_fast64_t last;
    uint64_t now = stamp_of(clock_now_us());
    uint64_t before = atomic_load_explicit(&last, memory_order_relaxed);
    uint64_t stamp;
    do
        stamp = now > before ? now : before + 1;
    while (!atomic_compare_exchange_weak_explicit(&last, &before, stamp, memory_order_relaxed, memory_order_relaxed));
    return stamp;
}

/* With zeros for what is random. */
static struct uuid uuid_of_stamp(uint64_t stamp)
{
    struct uuid uuid = {{0}};
    for (int i = 0; i < 6; i++)
        uuid.bytes[i] = (uint8_t)(stamp >> (52 - 8 * i));
    uuid.bytes[6] = (uint8_t)(0x70 | (stamp >> 8 & 0x0f));
    uuid.bytes[7] = (uint8_t)stamp;
    uuid.bytes[8] = 0x80;
    return uuid;
}

struct uuid uuid_new(void)
{
    struct uuid uuid = uuid_of_stamp(next_stamp());
    crypto_random_shown(uuid.bytes + 8, 8);
    uuid.bytes[8] = (uint8_t)(0x80 | (uuid.bytes[8] & 0x3f));
    return uuid;
}

struct uuid uuid_first_of(int64_t time_us)
{
    return uuid_of_stamp(stamp_of(time_us));
}

bool uuid_is_nil(const struct uuid *uuid)
{
    static const struct uuid nil;
    return uuid_equal(uuid, &nil);
}

bool uuid_equal(const struct uuid *left, const struct uuid *right)
{
    return uuid_compare(left, right) == 0;
}

int uuid_compare(const struct uuid *left, const struct uuid *right)
{
    return memcmp(left->bytes, right->bytes, sizeof(left->bytes));
}

static bool is_hyphen_place(size_t index)
{
    return index == 8 || index == 13 || index == 18 || index == 23;
}

char *uuid_format(const struct uuid *uuid, char out[UUID_TEXT_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    size_t at = 0;
    for (size_t i = 0; i < sizeof(uuid->bytes); i++) {
        if (is_hyphen_place(at))
            out[at++] = '-';
        out[at++] = digits[uuid->bytes[i] >> 4];
        out[at++] = digits[uuid->bytes[i] & 0x0f];
    }
    out[at] = '\0';
    return out;
}

enum status uuid_parse(const char *text, size_t length, struct uuid *uuid)
{
    if (length != UUID_TEXT_BYTES - 1)
        return STATUS_INVALID;
    char digits[32];
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        if (is_hyphen_place(i)) {
            if (text[i] != '-')
                return STATUS_INVALID;
            continue;
        }
        digits[count++] = text[i];
    }
    struct uuid parsed;
    size_t bytes;
    if (hex_decode(digits, count, parsed.bytes, sizeof(parsed.bytes), &bytes) != STATUS_OK || uuid_is_nil(&parsed))
        return STATUS_INVALID;
    *uuid = parsed;
    return STATUS_OK;
}
