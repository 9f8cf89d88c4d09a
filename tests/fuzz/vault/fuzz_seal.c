/*
 * Sealed blobs (vault/seal.h) under libFuzzer, with a data key that is always the same. An input that begins with an
 * even byte is a blob; one that begins with an odd byte is sealed here, and must open, but not with one bit changed.
 */
#include "akkoord/vault/seal.h"

#include "../fuzz.h"

static uint8_t secret[DATA_KEY_BYTES] = "a data key for the fuzz target ";
static const struct data_key key = {.id = {"0123456789abcde"}, .purpose = KEY_PURPOSE_PROFILE, .secret = secret};
static const struct seal_context context = {
    .table = "customer", .column = "profile_sealed", .row_id = {"row identifiers"}, .row_version = 1};

static void open_hostile(struct arena *arena, const uint8_t *blob, size_t length)
{
    uint8_t *plaintext;
    size_t plaintext_length;
    struct uuid key_id;
    struct error error = {0};
    if (seal_key_id(blob, length, &key_id, &error) != STATUS_OK)
        require(strcmp(error.code, "sealed_blob_malformed") == 0);
    enum status status = seal_open_bytes(arena, &key, &context, blob, length, &plaintext, &plaintext_length, &error);
    if (status == STATUS_OK)
        require(seal_blob_bytes(plaintext_length) == length && plaintext[plaintext_length] == '\0');
    else
        require(status == STATUS_INTERNAL && strncmp(error.code, "sealed_blob_", strlen("sealed_blob_")) == 0);
}

static void seal_and_alter(struct arena *arena, const uint8_t *data, size_t size)
{
    uint8_t *blob;
    uint8_t *plaintext;
    size_t blob_length;
    size_t length;
    struct error error = {0};
    require(seal_bytes(arena, &key, &context, data, size, &blob, &blob_length, &error) == STATUS_OK);
    require(blob_length == seal_blob_bytes(size));
    require(seal_open_bytes(arena, &key, &context, blob, blob_length, &plaintext, &length, &error) == STATUS_OK);
    require(length == size && (size == 0 || memcmp(plaintext, data, size) == 0));
    /* The input says which bit. */
    size_t bit = (size >= 2 ? (size_t)data[0] << 8 | data[1] : 0) % (blob_length * 8);
    blob[bit / 8] = (uint8_t)(blob[bit / 8] ^ 1U << bit % 8);
    require(seal_open_bytes(arena, &key, &context, blob, blob_length, &plaintext, &length, &error) == STATUS_INTERNAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena *arena = arena_new();
    if (data[0] % 2 == 0)
        open_hostile(arena, data + 1, size - 1);
    else
        seal_and_alter(arena, data + 1, size - 1);
    arena_free(arena);
    return 0;
}
