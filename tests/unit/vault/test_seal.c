/*
 * Sealed blobs: the format, and that a blob opens only whole, in its place and under its key. The forger below builds
 * blobs from OpenSSL by the description in seal.h, to make what seal_bytes() never would.
 */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "akkoord/base/crypto.h"
#include "akkoord/vault/seal.h"
#include "fixture.h"

#define OVERHEAD (SEAL_HEADER_BYTES + SEAL_TAG_BYTES)

/* '{"name":"Sample Customer"}' in customer_order.content, row ..0b01, subject ..0c01, version 7, under the data key
 * 80 .. 9f of id ..0a01 (billing), salt c0 .. df, nonce e0 .. eb. */
#define KNOWN_BLOB                                                                                                     \
    "010101970000000070008000000000000a01c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf051c8bbe9933" \
    "3bdfbcd393f6e0fddea8b34a7352d91e4c3d6cf6786fcd9879bfe0e1e2e3e4e5e6e7e8e9eaeb58c82c166002e44df9c9d73a1831df1256ad" \
    "88f1c6ad27f38d40f77f65434cb0e866859e4ea9c6f32f951df24db5c99fb11f38db80f7d810efe7be537a9374a6227130cfd83a24b5963a" \
    "d07f38a08403c3899ddd2d8d072a6d2ce3d450e8337a6051efdc3334ec98eb681f25a250e8e007b18bdd80ab732528a54e0eb2a8b22a7a34" \
    "b50ef8a1dbfd83c27dfdf0021a1f"
#define KNOWN_PLAINTEXT "{\"name\":\"Sample Customer\"}"

struct fixture {
    struct arena *arena;
    struct data_key key;
    uint8_t secret[DATA_KEY_BYTES];
    struct seal_context context;
};

static int fixture_make(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.arena = arena_new()};
    for (size_t i = 0; i < DATA_KEY_BYTES; i++)
        fixture.secret[i] = (uint8_t)(0x80 + i);
    fixture.key = (struct data_key){.id = uuid_of("01970000-0000-7000-8000-000000000a01"),
                                    .purpose = KEY_PURPOSE_BILLING,
                                    .secret = fixture.secret};
    fixture.context = (struct seal_context){.table = "customer_order",
                                            .column = "content",
                                            .row_id = uuid_of("01970000-0000-7000-8000-000000000b01"),
                                            .subject_id = uuid_of("01970000-0000-7000-8000-000000000c01"),
                                            .row_version = 7};
    *state = &fixture;
    return 0;
}

static int fixture_release(void **state)
{
    struct fixture *fixture = *state;
    arena_free(fixture->arena);
    return 0;
}

struct blob {
    uint8_t *bytes;
    size_t length;
};

static struct blob seal(struct fixture *fixture, const void *plaintext, size_t length)
{
    struct blob blob;
    assert_int_equal(seal_bytes(fixture->arena, &fixture->key, &fixture->context, plaintext, length, &blob.bytes,
                                &blob.length, NULL),
                     STATUS_OK);
    return blob;
}

static void expect_opens(struct fixture *fixture, struct blob blob, const void *plaintext, size_t length)
{
    uint8_t *opened;
    size_t opened_length;
    struct error error = {.code = ""};
    enum status status = seal_open_bytes(fixture->arena, &fixture->key, &fixture->context, blob.bytes, blob.length,
                                         &opened, &opened_length, &error);
    assert_string_equal(error.code, "");
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(opened_length, length);
    assert_memory_equal(opened, plaintext, length);
    assert_int_equal(opened[opened_length], '\0');
}

static void expect_refused_with(struct fixture *fixture, const struct data_key *key, const struct seal_context *context,
                                struct blob blob, const char *code)
{
    uint8_t *opened = NULL;
    size_t opened_length;
    struct error error = {.code = ""};
    assert_int_equal(
        seal_open_bytes(fixture->arena, key, context, blob.bytes, blob.length, &opened, &opened_length, &error),
        STATUS_INTERNAL);
    if (code != NULL)
        assert_string_equal(error.code, code);
    assert_string_not_equal(error.code, "");
    assert_null(opened);
}

static void expect_refused(struct fixture *fixture, struct blob blob, const char *code)
{
    expect_refused_with(fixture, &fixture->key, &fixture->context, blob, code);
}

static void what_is_sealed_opens_again(void **state)
{
    struct fixture *fixture = *state;
    static uint8_t plaintext[200000];
    for (size_t i = 0; i < sizeof(plaintext); i++)
        plaintext[i] = (uint8_t)(i * 31 >> 3);
    static const size_t lengths[] = {0,    1,    16,   123,  124,   125,   252,    253,   4091,
                                     4092, 4093, 4604, 4605, 65532, 65533, 131068, 200000};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct blob blob = seal(fixture, plaintext, lengths[i]);
        assert_int_equal(blob.length, seal_blob_bytes(lengths[i]));
        expect_opens(fixture, blob, plaintext, lengths[i]);
    }
    expect_opens(fixture, seal(fixture, NULL, 0), "", 0);
}

static void the_blob_is_of_the_documented_format(void **state)
{
    struct fixture *fixture = *state;
    uint8_t bytes[sizeof(KNOWN_BLOB) / 2];
    struct blob blob = {.bytes = bytes};
    assert_int_equal(hex_decode(KNOWN_BLOB, strlen(KNOWN_BLOB), bytes, sizeof(bytes), &blob.length), STATUS_OK);
    expect_opens(fixture, blob, KNOWN_PLAINTEXT, strlen(KNOWN_PLAINTEXT));
    struct uuid key_id;
    assert_int_equal(seal_key_id(blob.bytes, blob.length, &key_id, NULL), STATUS_OK);
    assert_true(uuid_equal(&key_id, &fixture->key.id));
}

static void the_same_plaintext_never_gives_the_same_blob(void **state)
{
    struct fixture *fixture = *state;
    struct blob first = seal(fixture, "same", 4), second = seal(fixture, "same", 4);
    assert_int_equal(first.length, second.length);
    assert_memory_not_equal(first.bytes + 18, second.bytes + 18, 32); /* salt */
    assert_memory_not_equal(first.bytes + 50, second.bytes + 50, 32); /* commitment */
    assert_memory_not_equal(first.bytes + 94, second.bytes + 94, 128);
}

static void every_altered_bit_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct blob blob = seal(fixture, KNOWN_PLAINTEXT, strlen(KNOWN_PLAINTEXT));
    for (size_t i = 0; i < blob.length; i++) {
        const char *code = i < 2 ? "sealed_blob_malformed" : i < 18 ? "sealed_blob_key" : "sealed_blob_rejected";
        for (int bit = 0; bit < 8; bit++) {
            blob.bytes[i] ^= (uint8_t)(1 << bit);
            expect_refused(fixture, blob, code);
            blob.bytes[i] ^= (uint8_t)(1 << bit);
        }
        arena_reset(fixture->arena);
        blob = seal(fixture, KNOWN_PLAINTEXT, strlen(KNOWN_PLAINTEXT));
    }
}

static void every_other_length_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct blob blob = seal(fixture, KNOWN_PLAINTEXT, 26);
    uint8_t longer[1024] = {0};
    memcpy(longer, blob.bytes, blob.length);
    for (size_t length = 0; length <= sizeof(longer); length++) {
        if (length == blob.length)
            continue;
        /* An exact copy on the heap, so that the sanitizer sees a read past the end. */
        struct blob cut = {.bytes = test_malloc(length + 1), .length = length};
        uint8_t *exact = cut.bytes + 1;
        memcpy(exact, longer, length);
        expect_refused(fixture, (struct blob){.bytes = exact, .length = length}, NULL);
        test_free(cut.bytes);
    }
}

static void a_short_tag_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct blob blob = seal(fixture, KNOWN_PLAINTEXT, 26);
    for (size_t tag = 0; tag < SEAL_TAG_BYTES; tag++) {
        blob.length = SEAL_HEADER_BYTES + 128 + tag;
        expect_refused(fixture, blob, "sealed_blob_malformed");
    }
    /* Nor do the last 16 bytes of what is left count as a tag where the length is that of a bucket. */
    struct blob larger = seal(fixture, KNOWN_BLOB, 200);
    larger.length -= 128;
    expect_refused(fixture, larger, "sealed_blob_rejected");
}

static void a_blob_of_another_place_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct blob blob = seal(fixture, KNOWN_PLAINTEXT, 26);
    struct seal_context moved[] = {fixture->context, fixture->context, fixture->context,
                                   fixture->context, fixture->context, fixture->context,
                                   fixture->context, fixture->context, fixture->context};
    moved[0].table = "invoice";
    moved[1].column = "billing";
    moved[2].row_id = uuid_new();
    moved[3].subject_id = uuid_new();
    moved[4].row_version = 6;
    moved[5].row_version = 8;
    moved[6].row_version = 7 + ((int64_t)1 << 40);
    moved[7].row_id = fixture->context.subject_id;
    moved[7].subject_id = fixture->context.row_id;
    moved[8].table = fixture->context.column;
    moved[8].column = fixture->context.table;
    for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++)
        expect_refused_with(fixture, &fixture->key, &moved[i], blob, "sealed_blob_rejected");
    expect_opens(fixture, blob, KNOWN_PLAINTEXT, 26);
}

static void the_border_between_table_and_column_counts(void **state)
{
    struct fixture *fixture = *state;
    fixture->context.table = "order";
    fixture->context.column = "content";
    struct blob blob = seal(fixture, "x", 1);
    struct seal_context shifted = fixture->context;
    shifted.table = "orderc";
    shifted.column = "ontent";
    expect_refused_with(fixture, &fixture->key, &shifted, blob, "sealed_blob_rejected");
}

static void another_key_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct blob blob = seal(fixture, KNOWN_PLAINTEXT, 26);
    struct data_key other = fixture->key;
    other.id = uuid_new();
    expect_refused_with(fixture, &other, &fixture->context, blob, "sealed_blob_key");
    uint8_t other_secret[DATA_KEY_BYTES] = {1};
    other = fixture->key;
    other.secret = other_secret;
    expect_refused_with(fixture, &other, &fixture->context, blob, "sealed_blob_rejected");
    other = fixture->key;
    other.purpose = KEY_PURPOSE_PROFILE;
    expect_refused_with(fixture, &other, &fixture->context, blob, "sealed_blob_rejected");
}

/* The encryption key and the commitment, by OpenSSL's own HKDF. */
static void forge_keys(const struct data_key *key, const uint8_t *salt, uint8_t keys[64])
{
    char digest[] = "SHA512", info[] = "akkoord/v1/seal/billing";
    EVP_KDF *hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(hkdf);
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key->secret, DATA_KEY_BYTES),
                               OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, 32),
                               OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, strlen(info)),
                               OSSL_PARAM_construct_end()};
    assert_int_equal(EVP_KDF_derive(context, keys, 64, parameters), 1);
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(hkdf);
}

/* A genuine blob of the fixture's place around any padded plaintext; `committed` may be another key than `key`. */
static struct blob forge(struct fixture *fixture, const struct data_key *key, const struct data_key *committed,
                         const uint8_t *padded, size_t padded_length)
{
    struct blob blob = {.length = padded_length + OVERHEAD};
    uint8_t *bytes = blob.bytes = arena_alloc_zero(fixture->arena, 1, blob.length);
    uint8_t keys[64], committed_keys[64];
    bytes[0] = bytes[1] = 1;
    memcpy(bytes + 2, key->id.bytes, 16); /* salt and nonce: zeros */
    forge_keys(key, bytes + 18, keys);
    forge_keys(committed, bytes + 18, committed_keys);
    memcpy(bytes + 50, committed_keys + 32, 32);

    uint8_t place[256];
    const struct seal_context *context = &fixture->context;
    int head = snprintf((char *)place, sizeof(place), "%c%c%s%c%c%s", 0, (int)strlen(context->table), context->table, 0,
                        (int)strlen(context->column), context->column);
    memcpy(place + head, context->row_id.bytes, 16);
    memcpy(place + head + 16, context->subject_id.bytes, 16);
    memset(place + head + 32, 0, 8);
    place[head + 39] = (uint8_t)context->row_version;

    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int written;
    assert_int_equal(EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, keys, bytes + 82), 1);
    assert_int_equal(EVP_EncryptUpdate(cipher, NULL, &written, bytes, SEAL_HEADER_BYTES), 1);
    assert_int_equal(EVP_EncryptUpdate(cipher, NULL, &written, place, head + 40), 1);
    assert_int_equal(EVP_EncryptUpdate(cipher, bytes + SEAL_HEADER_BYTES, &written, padded, (int)padded_length), 1);
    assert_int_equal(EVP_EncryptFinal_ex(cipher, NULL, &written), 1);
    assert_int_equal(
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_BYTES, bytes + SEAL_HEADER_BYTES + padded_length),
        1);
    EVP_CIPHER_CTX_free(cipher);
    return blob;
}

static void a_second_implementation_makes_blobs_that_open(void **state)
{
    struct fixture *fixture = *state;
    const uint8_t padded[128] = {0, 0, 0, 2, 'o', 'k'};
    expect_opens(fixture, forge(fixture, &fixture->key, &fixture->key, padded, sizeof(padded)), "ok", 2);
}

static void a_blob_commits_to_one_key(void **state)
{
    struct fixture *fixture = *state;
    const uint8_t padded[128] = {0};
    uint8_t other_secret[DATA_KEY_BYTES] = {1};
    struct data_key other = fixture->key;
    other.secret = other_secret;
    /* The tag fits the key, the commitment is of another: only the commitment's own check can refuse this. */
    expect_refused(fixture, forge(fixture, &fixture->key, &other, padded, sizeof(padded)), "sealed_blob_rejected");
}

static void padding_other_than_ours_is_refused(void **state)
{
    struct fixture *fixture = *state;
    uint8_t padded[256] = {0, 0, 0, 2, 'n', 'o'};
    /* Two bytes in a bucket of 256. */
    expect_refused(fixture, forge(fixture, &fixture->key, &fixture->key, padded, 256), "sealed_blob_rejected");
    padded[127] = 1;
    expect_refused(fixture, forge(fixture, &fixture->key, &fixture->key, padded, 128), "sealed_blob_rejected");
    padded[127] = 0;
    padded[3] = 125; /* more than there is */
    expect_refused(fixture, forge(fixture, &fixture->key, &fixture->key, padded, 128), "sealed_blob_rejected");
    memset(padded, 0xFF, 4);
    expect_refused(fixture, forge(fixture, &fixture->key, &fixture->key, padded, 128), "sealed_blob_rejected");
    const uint8_t no_bucket[132] = {0, 0, 0, 128};
    expect_refused(fixture, forge(fixture, &fixture->key, &fixture->key, no_bucket, sizeof(no_bucket)),
                   "sealed_blob_malformed");
}

static void lengths_hide_in_buckets(void **state)
{
    (void)state;
    static const struct {
        size_t from, to, bucket;
    } buckets[] = {{0, 124, 128},           {125, 252, 256},    {253, 508, 512},       {509, 1020, 1024},
                   {1021, 2044, 2048},      {2045, 4092, 4096}, {4093, 4604, 4608},    {4605, 5116, 5120},
                   {7677, 8188, 8192},      {8189, 9212, 9216}, {15357, 16380, 16384}, {16381, 18428, 18432},
                   {131069, 147452, 147456}};
    for (size_t i = 0; i < sizeof(buckets) / sizeof(buckets[0]); i++) {
        for (size_t length = buckets[i].from; length <= buckets[i].to; length++)
            assert_int_equal(seal_blob_bytes(length), OVERHEAD + buckets[i].bucket);
    }
    /* What padding costs a large plaintext. */
    for (size_t length = 4093; length < 2000000; length += 997)
        assert_true((seal_blob_bytes(length) - OVERHEAD - length) * 8 <= length + 64);
}

static void there_is_a_largest_plaintext(void **state)
{
    struct fixture *fixture = *state;
    uint8_t *plaintext = arena_alloc_zero(fixture->arena, 1, SEAL_PLAINTEXT_BYTES_MAX + 1);
    struct blob blob;
    struct error error;
    assert_int_equal(seal_bytes(fixture->arena, &fixture->key, &fixture->context, plaintext,
                                SEAL_PLAINTEXT_BYTES_MAX + 1, &blob.bytes, &blob.length, &error),
                     STATUS_TOO_LARGE);
    assert_string_equal(error.code, "plaintext_too_large");
    blob = seal(fixture, plaintext, SEAL_PLAINTEXT_BYTES_MAX);
    expect_opens(fixture, blob, plaintext, SEAL_PLAINTEXT_BYTES_MAX);
}

#define FRESH(title, function)                                                                                         \
    {                                                                                                                  \
        .name = (title), .test_func = (function), .setup_func = fixture_make, .teardown_func = fixture_release         \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH("what is sealed opens again", what_is_sealed_opens_again),
        FRESH("the blob is of the documented format", the_blob_is_of_the_documented_format),
        FRESH("the same plaintext never gives the same blob", the_same_plaintext_never_gives_the_same_blob),
        FRESH("every altered bit is refused", every_altered_bit_is_refused),
        FRESH("every other length is refused", every_other_length_is_refused),
        FRESH("a short tag is refused", a_short_tag_is_refused),
        FRESH("a blob of another table, column, row, subject or version is refused",
              a_blob_of_another_place_is_refused),
        FRESH("the border between table and column counts", the_border_between_table_and_column_counts),
        FRESH("another key, key id or purpose is refused", another_key_is_refused),
        FRESH("a second implementation makes blobs that open", a_second_implementation_makes_blobs_that_open),
        FRESH("a blob commits to one key", a_blob_commits_to_one_key),
        FRESH("padding other than ours is refused", padding_other_than_ours_is_refused),
        FRESH("lengths hide in buckets", lengths_hide_in_buckets),
        FRESH("there is a largest plaintext", there_is_a_largest_plaintext),
    };
    return cmocka_run_group_tests_name("vault/seal", tests, NULL, NULL);
}
