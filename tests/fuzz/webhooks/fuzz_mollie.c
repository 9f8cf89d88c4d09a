/* Fuzzes provider "mollie": signatures, signed events, and forms that nobody signed. See harness.h. */
#include "akkoord/base/crypto.h"
#include "harness.h"

static void sign(const struct webhook_secret *secret, const void *body, size_t length,
                 const char *values[FUZZ_HEADERS_MAX])
{
    static char header[sizeof("sha256=") + (size_t)2 * SHA256_BYTES] = "sha256=";
    uint8_t mac[SHA256_BYTES];
    crypto_hmac_sha256(secret->bytes, secret->length, body, length, mac);
    hex_encode(mac, sizeof(mac), header + sizeof("sha256=") - 1);
    values[0] = header;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fuzz_scheme scheme = {
        .provider = "mollie",
        .secret = "mollie_test_signing_secret",
        .names = {"x-mollie-signature"},
        .names_count = 1,
        .pings_unsigned = true,
        .sign = sign,
    };
    return fuzz_webhook(&scheme, data, size);
}
