/* Fuzzes provider "standard": signature headers, and bodies that are signed here. See harness.h. */
#include "akkoord/webhooks/standard_webhook.h"
#include "harness.h"

static void sign(const struct webhook_secret *secret, const void *body, size_t length,
                 const char *values[FUZZ_HEADERS_MAX])
{
    static char signature[STANDARD_WEBHOOK_SIGNATURE_BYTES];
    standard_webhook_sign(secret, "msg_1", FUZZ_NOW_S, body, length, signature);
    values[0] = "msg_1";
    values[1] = FUZZ_NOW;
    values[2] = signature;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fuzz_scheme scheme = {
        .provider = "standard",
        .secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        .names = {"webhook-id", "webhook-timestamp", "webhook-signature"},
        .names_count = 3,
        .sign = sign,
    };
    return fuzz_webhook(&scheme, data, size);
}
