#pragma once
/*
 * What signature schemes have in common: finding the one header, the time window, and comparing against every secret.
 * Private to webhooks/. Failures here are STATUS_UNAUTHENTICATED with the code "unauthenticated"; the details name
 * headers and never repeat what was received.
 */
#include "akkoord/base/crypto.h"
#include "akkoord/webhooks/provider.h"

struct webhook_slice {
    const char *text;
    size_t length;
};

/* As webhook_provider.parse_secret: the text itself is the key. */
enum status webhook_copy_secret(const char *text, size_t length, struct webhook_secret *secret,
                                struct error *error) AKKOORD_MUST_CHECK;

/* In any case. */
bool webhook_header_is(const struct webhook_header *header, const char *name);
/* How often the request has a header of that name. */
size_t webhook_count_headers(const struct webhook_input *input, const char *name);
/* The value of the header that must stand there exactly once and must not be empty. */
enum status webhook_get_header(const struct webhook_input *input, const char *name, struct webhook_slice *value,
                               struct error *error) AKKOORD_MUST_CHECK;

/* Unix seconds in plain digits, within WEBHOOK_TOLERANCE_S of the time of receipt, counted in whole seconds as the
 * providers' own libraries do. */
enum status webhook_check_time(struct webhook_slice timestamp, int64_t received_at_us,
                               struct error *error) AKKOORD_MUST_CHECK;

enum webhook_encoding { WEBHOOK_HEX, WEBHOOK_BASE64 };

/* The text that each secret would have signed with, so that what was received is compared as text: another spelling of
 * the same bytes (capitals in hex, stray bits in base64) is not the signature. Cleanse after use: it holds valid
 * signatures of a body that may be forged. */
struct webhook_expected {
    char texts[WEBHOOK_SECRETS_MAX][2 * SHA256_BYTES + 1];
    size_t length;
    size_t count;
};

/* HMAC-SHA256 of the parts laid end to end, for every secret. */
void webhook_expect(const struct webhook_secrets *secrets, enum webhook_encoding encoding,
                    const struct crypto_part *parts, size_t parts_count, struct webhook_expected *expected);
/* Takes the same time whichever secret matches, or none. */
bool webhook_is_expected(const struct webhook_expected *expected, struct webhook_slice signature);

enum status webhook_refuse(struct error *error, const char *detail);
