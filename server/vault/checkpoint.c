/* The audit log's keys and its signed heads (checkpoint.h). Keeps nothing but the key that a caller owns; any thread.
 */
#include "akkoord/vault/checkpoint.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akkoord/base/memory.h"
#include "keyring_internal.h"
#include "primitives.h"

#define ORIGIN_PREFIX   "akkoord/"
#define ALGORITHM       0x01 /* Ed25519, of a signed note */
#define SIGNATURE_BEGIN "\xe2\x80\x94 "
#define SIGNATURE_BYTES (AUDIT_KEY_ID_BYTES + ED25519_SIGNATURE)
#define NUMBER_DIGITS   19

struct audit_key {
    char origin[AUDIT_ORIGIN_BYTES];
    uint8_t public_key[ED25519_KEY_BYTES];
    uint8_t id[AUDIT_KEY_ID_BYTES];
    EVP_PKEY *signing;
    uint8_t *secrets; /* in the secure heap: that of the MAC, and that of rows */
};

/* ---- the key ---- */

static void identify(struct audit_key *key)
{
    uint8_t bytes[AUDIT_ORIGIN_BYTES + 2 + ED25519_KEY_BYTES], digest[SHA256_BYTES];
    size_t length = strlen(key->origin);
    memcpy(bytes, key->origin, length);
    bytes[length++] = '\n';
    bytes[length++] = ALGORITHM;
    memcpy(bytes + length, key->public_key, sizeof(key->public_key));
    crypto_sha256(bytes, length + sizeof(key->public_key), digest);
    memcpy(key->id, digest, sizeof(key->id));
}

/* `use_key` is what the keyring keeps of the audit key. */
static enum status derive(struct audit_key *key, const uint8_t use_key[KEK_USE_BYTES], struct error *error)
{
    size_t length = sizeof(key->public_key);
    key->secrets = OPENSSL_secure_malloc((size_t)3 * KEK_USE_BYTES);
    if (key->secrets == NULL)
        return error_set(error, STATUS_BUSY, "secure_heap_full", "there is no more locked memory for keys");
    uint8_t *seed = key->secrets + (size_t)2 * KEK_USE_BYTES;
    hkdf_sha512(use_key, KEK_USE_BYTES, NULL, 0, AUDIT_INFO, "/mac", key->secrets, KEK_USE_BYTES);
    hkdf_sha512(use_key, KEK_USE_BYTES, NULL, 0, AUDIT_INFO, "/row", key->secrets + KEK_USE_BYTES, KEK_USE_BYTES);
    hkdf_sha512(use_key, KEK_USE_BYTES, NULL, 0, AUDIT_INFO, "/sign", seed, KEK_USE_BYTES);
    key->signing = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, KEK_USE_BYTES);
    memory_cleanse(seed, KEK_USE_BYTES);
    if (key->signing == NULL || EVP_PKEY_get_raw_public_key(key->signing, key->public_key, &length) != 1)
        abort(); /* any 32 bytes are a key */
    identify(key);
    return STATUS_OK;
}

enum status audit_key_open(struct keyring *keyring, struct audit_key **key, struct error *error)
{
    struct audit_key *opened = memory_alloc_zero(1, sizeof(*opened));
    char id[UUID_TEXT_BYTES];
    const struct kek *kek = keyring_lock(keyring)->active[KEY_PURPOSE_AUDIT];
    enum status status;
    if (kek == NULL) {
        status = error_set(error, STATUS_NOT_FOUND, "audit_key_missing",
                           "the keyring has no audit key: `akkoord serve` adds one to the file");
    } else {
        (void)snprintf(opened->origin, sizeof(opened->origin), ORIGIN_PREFIX "%s", uuid_format(&kek->entry.id, id));
        status = derive(opened, kek->use_key, error);
    }
    keyring_unlock(keyring);
    if (status == STATUS_OK)
        *key = opened;
    else
        audit_key_free(opened);
    return status;
}

void audit_key_free(struct audit_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->signing);
    OPENSSL_secure_clear_free(key->secrets, (size_t)3 * KEK_USE_BYTES);
    free(key);
}

void audit_key_mac(const struct audit_key *key, const char *what, const void *bytes, size_t length,
                   uint8_t out[AUDIT_MAC_BYTES])
{
    const struct crypto_part parts[] = {{.bytes = what, .length = strlen(what) + 1},
                                        {.bytes = bytes, .length = length}};
    crypto_hmac_sha256_parts(key->secrets, KEK_USE_BYTES, parts, 2, out);
}

const uint8_t *audit_key_row_secret(const struct audit_key *key)
{
    return key->secrets + KEK_USE_BYTES;
}

const char *audit_key_origin(const struct audit_key *key)
{
    return key->origin;
}

void audit_key_verifier(const struct audit_key *key, char out[VERIFIER_KEY_BYTES_MAX])
{
    uint8_t bytes[1 + ED25519_KEY_BYTES] = {ALGORITHM};
    char id[2 * AUDIT_KEY_ID_BYTES + 1], text[BASE64_BYTES(sizeof(bytes))];
    memcpy(bytes + 1, key->public_key, sizeof(key->public_key));
    hex_encode(key->id, sizeof(key->id), id);
    base64_encode(bytes, sizeof(bytes), text);
    (void)snprintf(out, VERIFIER_KEY_BYTES_MAX, "%s+%s+%s", key->origin, id, text);
}

/* ---- signing ---- */

void checkpoint_sign(const struct audit_key *key, const struct checkpoint *checkpoint, char out[CHECKPOINT_BYTES_MAX])
{
    char root[BASE64_BYTES(MERKLE_HASH_BYTES)], signed_text[BASE64_BYTES(SIGNATURE_BYTES)];
    uint8_t signature[SIGNATURE_BYTES];
    size_t length = ED25519_SIGNATURE;
    base64_encode(checkpoint->root, sizeof(checkpoint->root), root);
    int body = snprintf(out, CHECKPOINT_BYTES_MAX, "%s\n%" PRIu64 "\n%s\n", key->origin, checkpoint->size, root);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    memcpy(signature, key->id, sizeof(key->id));
    bool good =
        context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key->signing) == 1 &&
        EVP_DigestSign(context, signature + AUDIT_KEY_ID_BYTES, &length, (const uint8_t *)out, (size_t)body) == 1;
    EVP_MD_CTX_free(context);
    if (!good)
        abort(); /* nothing in the input can make this fail */
    base64_encode(signature, sizeof(signature), signed_text);
    (void)snprintf(out + body, CHECKPOINT_BYTES_MAX - (size_t)body, "\n" SIGNATURE_BEGIN "%s %s\n", key->origin,
                   signed_text);
}

/* ---- opening ---- */

static enum status malformed(const char *how, struct error *error)
{
    return error_set(error, STATUS_INVALID, "checkpoint_malformed", "this is no checkpoint: %s", how);
}

/* The next line, without its line feed; false at the end, or where that is missing. */
static bool next_line(const char **at, const char *end, const char **line, size_t *length)
{
    const char *feed = memchr(*at, '\n', (size_t)(end - *at));
    if (feed == NULL)
        return false;
    *line = *at;
    *length = (size_t)(feed - *at);
    *at = feed + 1;
    return true;
}

static bool read_size(const char *line, size_t length, uint64_t *size)
{
    if (length == 0 || length > NUMBER_DIGITS || (length > 1 && line[0] == '0'))
        return false;
    *size = 0;
    for (size_t i = 0; i < length; i++) {
        if (line[i] < '0' || line[i] > '9')
            return false;
        *size = *size * 10 + (uint64_t)(line[i] - '0');
    }
    return *size >> MERKLE_LEVELS_MAX == 0;
}

/* Whether a signature line is ours, and good. */
static bool is_our_signature(const struct audit_key *key, const char *line, size_t length, const char *body,
                             size_t body_length)
{
    uint8_t signature[SIGNATURE_BYTES];
    size_t begin = strlen(SIGNATURE_BEGIN), name = strlen(key->origin), signature_length;
    if (length < begin + name + 1 || memcmp(line, SIGNATURE_BEGIN, begin) != 0 ||
        memcmp(line + begin, key->origin, name) != 0 || line[begin + name] != ' ')
        return false;
    if (base64_decode(line + begin + name + 1, length - begin - name - 1, signature, sizeof(signature),
                      &signature_length) != STATUS_OK ||
        signature_length != sizeof(signature) || memcmp(signature, key->id, sizeof(key->id)) != 0)
        return false;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key->signing) == 1 &&
                EVP_DigestVerify(context, signature + AUDIT_KEY_ID_BYTES, ED25519_SIGNATURE, (const uint8_t *)body,
                                 body_length) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

enum status checkpoint_open(const struct audit_key *key, const char *text, size_t length, struct checkpoint *checkpoint,
                            struct error *error)
{
    const char *at = text, *end = text + length, *line;
    size_t line_length, root_length;
    bool is_signed = false;
    if (!next_line(&at, end, &line, &line_length))
        return malformed("its first line is missing", error);
    if (line_length != strlen(key->origin) || memcmp(line, key->origin, line_length) != 0)
        return error_set(error, STATUS_INVALID, "checkpoint_foreign", "this is a checkpoint of another log than %s",
                         key->origin);
    if (!next_line(&at, end, &line, &line_length) || !read_size(line, line_length, &checkpoint->size))
        return malformed("its second line is not a size", error);
    if (!next_line(&at, end, &line, &line_length) ||
        base64_decode(line, line_length, checkpoint->root, sizeof(checkpoint->root), &root_length) != STATUS_OK ||
        root_length != sizeof(checkpoint->root))
        return malformed("its third line is not a hash", error);
    do
        if (!next_line(&at, end, &line, &line_length))
            return malformed("it has no signatures", error);
    while (line_length > 0);
    size_t body_length = (size_t)(line - text);
    while (next_line(&at, end, &line, &line_length))
        is_signed = is_our_signature(key, line, line_length, text, body_length) || is_signed;
    if (!is_signed)
        return error_set(error, STATUS_INVALID, "checkpoint_unsigned", "its signature is not that of %s", key->origin);
    return STATUS_OK;
}
