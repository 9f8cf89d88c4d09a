/* Fuzzes provider "stripe": the signature header, and bodies that are signed here. See harness.h. */
#include "akkoord/base/crypto.h"
#include "harness.h"

static void sign(const struct webhook_secret *secret, const void *body, size_t length,
                 const char *values[FUZZ_HEADERS_MAX])
{
    static char header[sizeof("t=" FUZZ_NOW ",v1=") + (size_t)2 * SHA256_BYTES];
    static const char start[] = "t=" FUZZ_NOW ",v1=";
    const struct crypto_part parts[] = {{FUZZ_NOW ".", sizeof(FUZZ_NOW)}, {body, length}};
    uint8_t mac[SHA256_BYTES];
    crypto_hmac_sha256_parts(secret->bytes, secret->length, parts, 2, mac);
    memcpy(header, start, sizeof(start));
    hex_encode(mac, sizeof(mac), header + sizeof(start) - 1);
    values[0] = header;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct fuzz_scheme scheme = {
        .provider = "stripe",
        .secret = "whsec_test_secret",
        .names = {"stripe-signature"},
        .names_count = 1,
        .sign = sign,
    };
    return fuzz_webhook(&scheme, data, size);
}
