/*
 * The shared half of signature checking: pure functions over what was received, on any thread. It knows no provider's
 * header format and parses no body. With no secret configured nothing is ever expected, so every signature is wrong.
 */
#include "signature.h"

#include <strings.h>

#include "akkoord/base/clock.h"

/* Digits of Unix seconds until the year 5138; a longer text is not a time. */
#define TIMESTAMP_DIGITS_MAX 11

enum status webhook_refuse(struct error *error, const char *detail)
{
    return error_set(error, STATUS_UNAUTHENTICATED, "unauthenticated", "%s", detail);
}

enum status webhook_copy_secret(const char *text, size_t length, struct webhook_secret *secret, struct error *error)
{
    if (length > sizeof(secret->bytes))
        return error_set(error, STATUS_INVALID, "length", "a secret must be at most %d bytes",
                         WEBHOOK_SECRET_BYTES_MAX);
    memcpy(secret->bytes, text, length);
    secret->length = length;
    return STATUS_OK;
}

bool webhook_header_is(const struct webhook_header *header, const char *name)
{
    return header->name_length == strlen(name) && strncasecmp(header->name, name, header->name_length) == 0;
}

size_t webhook_count_headers(const struct webhook_input *input, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < input->headers_count; i++)
        count += webhook_header_is(&input->headers[i], name);
    return count;
}

enum status webhook_get_header(const struct webhook_input *input, const char *name, struct webhook_slice *value,
                               struct error *error)
{
    const struct webhook_header *found = NULL;
    for (size_t i = 0; i < input->headers_count; i++) {
        if (!webhook_header_is(&input->headers[i], name))
            continue;
        if (found != NULL)
            return error_set(error, STATUS_UNAUTHENTICATED, "unauthenticated", "the header %s stands there twice",
                             name);
        found = &input->headers[i];
    }
    if (found == NULL || found->value_length == 0)
        return error_set(error, STATUS_UNAUTHENTICATED, "unauthenticated", "the header %s is missing", name);
    *value = (struct webhook_slice){.text = found->value, .length = found->value_length};
    return STATUS_OK;
}

enum status webhook_check_time(struct webhook_slice timestamp, int64_t received_at_us, struct error *error)
{
    if (timestamp.length == 0 || timestamp.length > TIMESTAMP_DIGITS_MAX)
        return webhook_refuse(error, "the signature's time is not Unix seconds");
    int64_t signed_at_s = 0;
    for (size_t i = 0; i < timestamp.length; i++) {
        char digit = timestamp.text[i];
        if (digit < '0' || digit > '9')
            return webhook_refuse(error, "the signature's time is not Unix seconds");
        signed_at_s = signed_at_s * 10 + (digit - '0');
    }
    int64_t age_s = received_at_us / CLOCK_US_PER_SECOND - signed_at_s;
    if (age_s > WEBHOOK_TOLERANCE_S)
        return webhook_refuse(error, "the signature is too old");
    if (age_s < -WEBHOOK_TOLERANCE_S)
        return webhook_refuse(error, "the signature's time is too far ahead");
    return STATUS_OK;
}

void webhook_expect(const struct webhook_secrets *secrets, enum webhook_encoding encoding,
                    const struct crypto_part *parts, size_t parts_count, struct webhook_expected *expected)
{
    *expected = (struct webhook_expected){.count = secrets->count};
    for (size_t i = 0; i < secrets->count; i++) {
        const struct webhook_secret *secret = &secrets->items[i];
        uint8_t mac[SHA256_BYTES];
        crypto_hmac_sha256_parts(secret->bytes, secret->length, parts, parts_count, mac);
        if (encoding == WEBHOOK_HEX)
            hex_encode(mac, sizeof(mac), expected->texts[i]);
        else
            base64_encode(mac, sizeof(mac), expected->texts[i]);
        expected->length = strlen(expected->texts[i]);
    }
}

bool webhook_is_expected(const struct webhook_expected *expected, struct webhook_slice signature)
{
    bool match = false;
    for (size_t i = 0; i < expected->count; i++)
        match |= crypto_equal(expected->texts[i], expected->length, signature.text, signature.length);
    return match;
}
