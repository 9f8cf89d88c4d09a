/* Bearer tokens. Keeps nothing; any thread. */
#include "akkoord/vault/token.h"

#include "akkoord/base/memory.h"

_Static_assert(BASE64_BYTES(TOKEN_SECRET_BYTES) == TOKEN_LENGTH + 2, "43 characters, one of padding, and a NUL");

void token_new(char text[TOKEN_TEXT_BYTES], uint8_t hash[SHA256_BYTES])
{
    uint8_t secret[TOKEN_SECRET_BYTES];
    char encoded[BASE64_BYTES(TOKEN_SECRET_BYTES)];
    crypto_random(secret, sizeof(secret));
    base64url_encode(secret, sizeof(secret), encoded);
    memcpy(text, encoded, TOKEN_TEXT_BYTES);
    crypto_sha256(text, TOKEN_LENGTH, hash);
    memory_cleanse(secret, sizeof(secret));
    memory_cleanse(encoded, sizeof(encoded));
}

enum status token_hash(const char *text, size_t length, uint8_t hash[SHA256_BYTES], struct error *error)
{
    uint8_t secret[TOKEN_SECRET_BYTES];
    size_t decoded;
    bool good = length == TOKEN_LENGTH &&
                base64url_decode(text, length, secret, sizeof(secret), &decoded) == STATUS_OK &&
                decoded == TOKEN_SECRET_BYTES;
    memory_cleanse(secret, sizeof(secret));
    if (!good)
        return error_set(error, STATUS_UNAUTHENTICATED, "unauthenticated", "the token is not known");
    crypto_sha256(text, length, hash);
    return STATUS_OK;
}
