/* Time-based one-time passwords. Pure; any thread. Whether a code was used before is the caller's to know. */
#include "akkoord/vault/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/memory.h"
#include "primitives.h"

#define SHA1_BYTES   20
#define TOTP_MODULUS 1000000u /* 10 to the power of TOTP_DIGITS */

void totp_secret_new(uint8_t secret[TOTP_SECRET_BYTES])
{
    crypto_random(secret, TOTP_SECRET_BYTES);
}

int64_t totp_step(int64_t now_us)
{
    return now_us / (TOTP_STEP_SECONDS * CLOCK_US_PER_SECOND);
}

void totp_code(const uint8_t secret[TOTP_SECRET_BYTES], int64_t step, char code[TOTP_CODE_BYTES])
{
    uint8_t counter[8], digest[SHA1_BYTES];
    unsigned digest_length = 0;
    put_u64(counter, (uint64_t)step);
    if (HMAC(EVP_sha1(), secret, TOTP_SECRET_BYTES, counter, sizeof(counter), digest, &digest_length) == NULL ||
        digest_length != SHA1_BYTES)
        abort(); /* nothing in the input can make this fail */
    /* RFC 4226, 5.3: the last four bits say where the 31 bits of the code stand. */
    uint32_t number = get_u32(digest + (digest[SHA1_BYTES - 1] & 0x0F)) & 0x7FFFFFFF;
    snprintf(code, TOTP_CODE_BYTES, "%06u", number % TOTP_MODULUS);
    memory_cleanse(digest, sizeof(digest));
}

bool totp_verify(const uint8_t secret[TOTP_SECRET_BYTES], const char *code, size_t length, int64_t now_us,
                 int64_t *matched_step)
{
    bool matched = false;
    int64_t now_step = totp_step(now_us);
    char expected[TOTP_CODE_BYTES];
    /* Every step is tried, so that the time does not tell which one fits; the latest that fits is taken, so that no
     * later one is left to be used with the same code. */
    for (int64_t step = now_step - TOTP_STEPS_AROUND; step <= now_step + TOTP_STEPS_AROUND; step++) {
        totp_code(secret, step, expected);
        if (crypto_equal(expected, TOTP_DIGITS, code, length)) {
            matched = true;
            *matched_step = step;
        }
    }
    memory_cleanse(expected, sizeof(expected));
    return matched;
}
