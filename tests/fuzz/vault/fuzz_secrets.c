/*
 * What secrets are written as: base32 of TOTP secrets, TOTP codes, bearer tokens, and the PHC string of a password
 * hash, under libFuzzer. The first byte of an input chooses which.
 */
#include <ctype.h>

#include "akkoord/base/crypto.h"
#include "akkoord/vault/password.h"
#include "akkoord/vault/token.h"
#include "akkoord/vault/totp.h"

#include "../fuzz.h"

#define BYTES_MAX 64

static void check_base32(const char *text, size_t length)
{
    uint8_t bytes[BYTES_MAX];
    size_t decoded;
    if (base32_decode(text, length, bytes, sizeof(bytes), &decoded) != STATUS_OK)
        return;
    char written[BASE32_BYTES(BYTES_MAX)];
    base32_encode(bytes, decoded, written);
    /* Padding may be left out: what stands there must be the beginning of the one right spelling. */
    require(length <= strlen(written));
    for (size_t i = 0; i < length; i++)
        require(toupper((unsigned char)text[i]) == written[i]);
    require(written[length] == '\0' || written[length] == '=');
}

static void check_code(const char *text, size_t length)
{
    static const uint8_t secret[TOTP_SECRET_BYTES] = "12345678901234567890";
    static const int64_t now_us = INT64_C(1700000000) * 1000000;
    int64_t step;
    if (!totp_verify(secret, text, length, now_us, &step))
        return;
    char code[TOTP_CODE_BYTES];
    totp_code(secret, step, code);
    require(length == TOTP_DIGITS && memcmp(code, text, length) == 0);
    require(llabs(step - totp_step(now_us)) <= TOTP_STEPS_AROUND);
}

static void check_token(const char *text, size_t length)
{
    uint8_t hash[SHA256_BYTES];
    struct error error = {0};
    enum status status = token_hash(text, length, hash, &error);
    require(status == STATUS_OK ? length == TOKEN_LENGTH : strcmp(error.code, "unauthenticated") == 0);
}

/* Reading alone: hashing would cost more than all the rest. */
static void check_phc(const char *text, size_t length)
{
    char *hash = strndup(text, length);
    require(hash != NULL);
    (void)password_needs_rehash(hash);
    free(hash);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(const char *, size_t) = {check_base32, check_code, check_token, check_phc};
    if (size > 0)
        checks[data[0] % (sizeof(checks) / sizeof(checks[0]))]((const char *)data + 1, size - 1);
    return 0;
}
