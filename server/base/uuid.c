/* UUIDs of RFC 9562. Any thread. */
#include "akkoord/base/uuid.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"

struct uuid uuid_new(void)
{
    struct uuid uuid;
    uint64_t milliseconds = (uint64_t)(clock_now_us() / 1000);
    for (int i = 0; i < 6; i++)
        uuid.bytes[i] = (uint8_t)(milliseconds >> (40 - 8 * i));
    crypto_random(uuid.bytes + 6, 10);
    uuid.bytes[6] = (uint8_t)(0x70 | (uuid.bytes[6] & 0x0f));
    uuid.bytes[8] = (uint8_t)(0x80 | (uuid.bytes[8] & 0x3f));
    return uuid;
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
