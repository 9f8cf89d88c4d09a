/*
 * Sealed blobs (format in seal.h). Keeps nothing between calls. The key and commitment of a blob live on the stack for
 * the length of a call and are overwritten. Any thread.
 */
#include "akkoord/vault/seal.h"

#include <assert.h>

#include "akkoord/base/memory.h"
#include "primitives.h"

#define SEAL_VERSION         1
#define SEAL_SUITE           1
#define SEAL_SALT_BYTES      32
#define SEAL_COMMIT_BYTES    32
#define SEAL_LENGTH_BYTES    4 /* in front of the plaintext, under the encryption */
#define SEAL_BUCKET_MIN      ((size_t)128)
#define SEAL_BUCKET_DOUBLING ((size_t)4096) /* buckets double up to here */
#define SEAL_BUCKET_STEPS    8              /* and grow by this part of a doubling above */
#define SEAL_INFO_PREFIX     "akkoord/v1/seal/"

/* Offsets of a sealed blob. */
enum {
    AT_VERSION = 0,
    AT_SUITE = 1,
    AT_KEY_ID = 2,
    AT_SALT = 18,
    AT_COMMITMENT = AT_SALT + SEAL_SALT_BYTES,
    AT_NONCE = AT_COMMITMENT + SEAL_COMMIT_BYTES,
    AT_CIPHERTEXT = AT_NONCE + GCM_NONCE_BYTES,
};
_Static_assert(AT_CIPHERTEXT == SEAL_HEADER_BYTES, "the header is as documented");
_Static_assert(SEAL_TAG_BYTES == GCM_TAG_BYTES, "the tag is whole");

struct blob_keys {
    uint8_t encryption[AES256_KEY_BYTES];
    uint8_t commitment[SEAL_COMMIT_BYTES];
};
_Static_assert(sizeof(struct blob_keys) == AES256_KEY_BYTES + SEAL_COMMIT_BYTES, "derived in one piece");

static void derive_keys(const struct data_key *key, const uint8_t salt[SEAL_SALT_BYTES], struct blob_keys *keys)
{
    assert(key->secret != NULL);
    hkdf_sha512(key->secret, DATA_KEY_BYTES, salt, SEAL_SALT_BYTES, SEAL_INFO_PREFIX, key_purpose_name(key->purpose),
                keys, sizeof(*keys));
}

/* The bucket for the length and the plaintext together. */
static size_t bucket_bytes(size_t framed)
{
    size_t bucket = SEAL_BUCKET_MIN;
    while (bucket < framed)
        bucket *= 2;
    if (bucket <= SEAL_BUCKET_DOUBLING)
        return bucket;
    size_t step = bucket / 2 / SEAL_BUCKET_STEPS;
    return (framed + step - 1) / step * step;
}

size_t seal_blob_bytes(size_t length)
{
    assert(length <= SEAL_PLAINTEXT_BYTES_MAX);
    return SEAL_HEADER_BYTES + bucket_bytes(SEAL_LENGTH_BYTES + length) + SEAL_TAG_BYTES;
}

/* The context in its encoded form; names are at most SEAL_NAME_BYTES_MAX long, each with its length in front. */
struct encoded_context {
    uint8_t bytes[2 * (2 + SEAL_NAME_BYTES_MAX) + 16 + 16 + 8];
    size_t length;
};

static void encode_bytes(struct encoded_context *out, const void *bytes, size_t length)
{
    memcpy(out->bytes + out->length, bytes, length);
    out->length += length;
}

static void encode_name(struct encoded_context *out, const char *name)
{
    size_t length = strlen(name);
    assert(length > 0 && length <= SEAL_NAME_BYTES_MAX);
    put_u16(out->bytes + out->length, (uint16_t)length);
    out->length += 2;
    encode_bytes(out, name, length);
}

static void encode_context(const struct seal_context *context, struct encoded_context *out)
{
    uint8_t version[8];
    out->length = 0;
    encode_name(out, context->table);
    encode_name(out, context->column);
    encode_bytes(out, context->row_id.bytes, sizeof(context->row_id.bytes));
    encode_bytes(out, context->subject_id.bytes, sizeof(context->subject_id.bytes));
    put_u64(version, (uint64_t)context->row_version);
    encode_bytes(out, version, sizeof(version));
}

enum status seal_bytes(struct arena *arena, const struct data_key *key, const struct seal_context *context,
                       const void *plaintext, size_t length, uint8_t **blob, size_t *blob_length, struct error *error)
{
    if (length > SEAL_PLAINTEXT_BYTES_MAX)
        return error_set(error, STATUS_TOO_LARGE, "plaintext_too_large", "more than %zu bytes can't be sealed",
                         SEAL_PLAINTEXT_BYTES_MAX);
    size_t sealed_length = seal_blob_bytes(length);
    size_t padded_length = sealed_length - SEAL_HEADER_BYTES - SEAL_TAG_BYTES;
    uint8_t *sealed = arena_alloc(arena, sealed_length);
    struct blob_keys keys;
    sealed[AT_VERSION] = SEAL_VERSION;
    sealed[AT_SUITE] = SEAL_SUITE;
    memcpy(sealed + AT_KEY_ID, key->id.bytes, sizeof(key->id.bytes));
    crypto_random_shown(sealed + AT_SALT, SEAL_SALT_BYTES);
    derive_keys(key, sealed + AT_SALT, &keys);
    memcpy(sealed + AT_COMMITMENT, keys.commitment, SEAL_COMMIT_BYTES);
    crypto_random_shown(sealed + AT_NONCE, GCM_NONCE_BYTES);

    uint8_t *padded = sealed + AT_CIPHERTEXT;
    put_u32(padded, (uint32_t)length);
    if (length > 0)
        memcpy(padded + SEAL_LENGTH_BYTES, plaintext, length);
    memset(padded + SEAL_LENGTH_BYTES + length, 0, padded_length - SEAL_LENGTH_BYTES - length);

    struct encoded_context encoded;
    encode_context(context, &encoded);
    const struct crypto_part associated[] = {{.bytes = sealed, .length = SEAL_HEADER_BYTES},
                                             {.bytes = encoded.bytes, .length = encoded.length}};
    gcm_encrypt(keys.encryption, sealed + AT_NONCE, associated, 2, padded, padded_length, padded + padded_length);
    memory_cleanse(&keys, sizeof(keys));
    *blob = sealed;
    *blob_length = sealed_length;
    return STATUS_OK;
}

static enum status malformed(struct error *error)
{
    return error_set(error, STATUS_INTERNAL, "sealed_blob_malformed", "a sealed blob is not of a known format");
}

static enum status rejected(struct error *error)
{
    return error_set(error, STATUS_INTERNAL, "sealed_blob_rejected", "a sealed blob was altered or is not of its row");
}

/* Version, suite, and a length that can be; the ciphertext's length must be that of a bucket. */
static enum status check_format(const uint8_t *blob, size_t blob_length, struct error *error)
{
    size_t framing = SEAL_HEADER_BYTES + SEAL_TAG_BYTES;
    if (blob_length < framing + SEAL_BUCKET_MIN || blob_length > seal_blob_bytes(SEAL_PLAINTEXT_BYTES_MAX) ||
        blob[AT_VERSION] != SEAL_VERSION || blob[AT_SUITE] != SEAL_SUITE)
        return malformed(error);
    size_t padded_length = blob_length - framing;
    return bucket_bytes(padded_length) == padded_length ? STATUS_OK : malformed(error);
}

enum status seal_key_id(const void *blob, size_t blob_length, struct uuid *key_id, struct error *error)
{
    enum status status = check_format(blob, blob_length, error);
    if (status == STATUS_OK)
        memcpy(key_id->bytes, (const uint8_t *)blob + AT_KEY_ID, sizeof(key_id->bytes));
    return status;
}

/* Whether the padded plaintext is what sealing makes. It is authentic by now: this only stops a foreign writer. */
static bool padding_is_canonical(const uint8_t *padded, size_t padded_length)
{
    size_t length = get_u32(padded);
    if (length > padded_length - SEAL_LENGTH_BYTES || bucket_bytes(SEAL_LENGTH_BYTES + length) != padded_length)
        return false;
    uint8_t stray = 0;
    for (size_t i = SEAL_LENGTH_BYTES + length; i < padded_length; i++)
        stray |= padded[i];
    return stray == 0;
}

enum status seal_open_bytes(struct arena *arena, const struct data_key *key, const struct seal_context *context,
                            const void *blob, size_t blob_length, uint8_t **plaintext, size_t *length,
                            struct error *error)
{
    const uint8_t *sealed = blob;
    enum status status = check_format(sealed, blob_length, error);
    if (status != STATUS_OK)
        return status;
    if (memcmp(sealed + AT_KEY_ID, key->id.bytes, sizeof(key->id.bytes)) != 0)
        return error_set(error, STATUS_INTERNAL, "sealed_blob_key", "a blob is sealed under another data key");
    size_t padded_length = blob_length - SEAL_HEADER_BYTES - SEAL_TAG_BYTES;
    struct blob_keys keys;
    derive_keys(key, sealed + AT_SALT, &keys);
    if (!crypto_equal(keys.commitment, SEAL_COMMIT_BYTES, sealed + AT_COMMITMENT, SEAL_COMMIT_BYTES)) {
        memory_cleanse(&keys, sizeof(keys));
        return rejected(error);
    }
    struct encoded_context encoded;
    encode_context(context, &encoded);
    const struct crypto_part associated[] = {{.bytes = sealed, .length = SEAL_HEADER_BYTES},
                                             {.bytes = encoded.bytes, .length = encoded.length}};
    uint8_t *padded = arena_alloc(arena, padded_length + 1);
    bool genuine = gcm_decrypt(keys.encryption, sealed + AT_NONCE, associated, 2, sealed + AT_CIPHERTEXT, padded_length,
                               sealed + blob_length - SEAL_TAG_BYTES, padded);
    memory_cleanse(&keys, sizeof(keys));
    if (!genuine || !padding_is_canonical(padded, padded_length))
        return rejected(error);
    padded[padded_length] = '\0'; /* where the plaintext fills its bucket; elsewhere a zero of the padding follows */
    *length = get_u32(padded);
    *plaintext = padded + SEAL_LENGTH_BYTES;
    return STATUS_OK;
}
