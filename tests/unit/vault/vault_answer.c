/*
 * Answers questions about the vault's cryptography, a line each, for tests/e2e/vault_vectors.test.mjs, which asks
 * another implementation the same. All bytes are hex; "-" is the empty text.
 *
 *     hkdf KEY SALT PREFIX SUFFIX LENGTH                         the derived bytes
 *     encrypt KEY NONCE AAD PLAINTEXT                            the ciphertext and its tag
 *     decrypt KEY NONCE AAD CIPHERTEXT TAG                       the plaintext, or "invalid"
 *     unwrap PURPOSE ID WRAPPED                                  the data key, or the code of its refusal
 *     open PURPOSE ID SECRET TABLE COLUMN ROW SUBJECT VERSION BLOB    the plaintext, or the code
 *
 * PURPOSE is its number, TABLE and COLUMN are text. The keyring is the file that the only argument names.
 */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../server/vault/primitives.h"
#include "akkoord/vault/seal.h"

#define WORDS_MAX  10
#define BYTES_MAX  ((size_t)1 << 16)
#define LINE_BYTES (4 * BYTES_MAX)

struct bytes {
    uint8_t bytes[BYTES_MAX];
    size_t length;
};

static _Noreturn void misused(const char *what)
{
    (void)fprintf(stderr, "vault_answer: %s\n", what);
    exit(2);
}

static const char *text_of(const char *word)
{
    return strcmp(word, "-") == 0 ? "" : word;
}

static const struct bytes *bytes_of(const char *word, size_t length)
{
    static struct bytes ring[WORDS_MAX];
    static size_t next;
    struct bytes *bytes = &ring[next++ % WORDS_MAX];
    const char *text = text_of(word);
    if (hex_decode(text, strlen(text), bytes->bytes, sizeof(bytes->bytes), &bytes->length) != STATUS_OK ||
        (length != 0 && bytes->length != length))
        misused("not hex, or of another length");
    return bytes;
}

static struct uuid uuid_of(const char *word)
{
    struct uuid uuid;
    if (uuid_parse(word, strlen(word), &uuid) != STATUS_OK)
        misused("not a UUID");
    return uuid;
}

static void answer(const uint8_t *bytes, size_t length)
{
    static char text[2 * BYTES_MAX + 1];
    hex_encode(bytes, length, text);
    (void)puts(length > 0 ? text : "-");
}

static void derive(char **words)
{
    const struct bytes *key = bytes_of(words[1], 0), *salt = bytes_of(words[2], 0);
    uint8_t out[BYTES_MAX];
    size_t length = strtoul(words[5], NULL, 10);
    hkdf_sha512(key->bytes, key->length, salt->bytes, salt->length, text_of(words[3]), text_of(words[4]), out, length);
    answer(out, length);
}

static void encrypt(char **words)
{
    const struct bytes *key = bytes_of(words[1], AES256_KEY_BYTES), *nonce = bytes_of(words[2], GCM_NONCE_BYTES);
    const struct bytes *aad = bytes_of(words[3], 0), *plaintext = bytes_of(words[4], 0);
    static uint8_t out[BYTES_MAX + GCM_TAG_BYTES];
    /* In two parts, as the vault does: they must be laid end to end. */
    const struct crypto_part parts[] = {
        {.bytes = aad->bytes, .length = aad->length / 2},
        {.bytes = aad->bytes + aad->length / 2, .length = aad->length - aad->length / 2}};
    memcpy(out, plaintext->bytes, plaintext->length);
    gcm_encrypt(key->bytes, nonce->bytes, parts, 2, out, plaintext->length, out + plaintext->length);
    answer(out, plaintext->length + GCM_TAG_BYTES);
}

static void decrypt(char **words)
{
    const struct bytes *key = bytes_of(words[1], AES256_KEY_BYTES), *nonce = bytes_of(words[2], GCM_NONCE_BYTES);
    const struct bytes *aad = bytes_of(words[3], 0), *ciphertext = bytes_of(words[4], 0);
    const struct bytes *tag = bytes_of(words[5], GCM_TAG_BYTES);
    static uint8_t out[BYTES_MAX];
    const struct crypto_part part = {.bytes = aad->bytes, .length = aad->length};
    memset(out, 0xa5, sizeof(out));
    if (gcm_decrypt(key->bytes, nonce->bytes, &part, 1, ciphertext->bytes, ciphertext->length, tag->bytes, out)) {
        answer(out, ciphertext->length);
        return;
    }
    for (size_t i = 0; i < ciphertext->length; i++)
        if (out[i] != 0)
            misused("what was not genuine was left behind");
    (void)puts("invalid");
}

static void unwrap(struct keyring *keyring, char **words)
{
    struct data_key key;
    struct error error;
    struct uuid id = uuid_of(words[2]);
    const struct bytes *wrapped = bytes_of(words[3], 0);
    enum key_purpose purpose = (enum key_purpose)strtol(words[1], NULL, 10);
    if (vault_data_key_unwrap(keyring, purpose, &id, wrapped->bytes, wrapped->length, &key, &error) != STATUS_OK) {
        (void)puts(error.code);
        return;
    }
    answer(key.secret, DATA_KEY_BYTES);
    vault_data_key_release(&key);
}

static void open_blob(char **words)
{
    struct arena *arena = arena_new();
    struct error error;
    const struct bytes *secret = bytes_of(words[3], DATA_KEY_BYTES), *blob = bytes_of(words[9], 0);
    uint8_t copy[DATA_KEY_BYTES], *plaintext;
    size_t length;
    memcpy(copy, secret->bytes, sizeof(copy));
    const struct data_key key = {
        .id = uuid_of(words[2]), .purpose = (enum key_purpose)strtol(words[1], NULL, 10), .secret = copy};
    const struct seal_context context = {.table = words[4],
                                         .column = words[5],
                                         .row_id = uuid_of(words[6]),
                                         .subject_id = uuid_of(words[7]),
                                         .row_version = strtoll(words[8], NULL, 10)};
    if (seal_open_bytes(arena, &key, &context, blob->bytes, blob->length, &plaintext, &length, &error) == STATUS_OK)
        answer(plaintext, length);
    else
        (void)puts(error.code);
    arena_free(arena);
}

static void answer_line(struct keyring *keyring, char *line)
{
    char *words[WORDS_MAX] = {NULL};
    size_t count = 0;
    for (char *word = strsep(&line, " "); word != NULL && count < WORDS_MAX; word = strsep(&line, " "))
        words[count++] = word;
    if (count == 6 && strcmp(words[0], "hkdf") == 0)
        derive(words);
    else if (count == 5 && strcmp(words[0], "encrypt") == 0)
        encrypt(words);
    else if (count == 6 && strcmp(words[0], "decrypt") == 0)
        decrypt(words);
    else if (count == 4 && strcmp(words[0], "unwrap") == 0)
        unwrap(keyring, words);
    else if (count == 10 && strcmp(words[0], "open") == 0)
        open_blob(words);
    else
        misused("unknown question");
}

int main(int argc, char **argv)
{
    static char line[LINE_BYTES];
    struct keyring *keyring;
    struct error error;
    if (argc != 2)
        misused("usage: vault_answer KEYRING < questions");
    if (vault_harden_process(VAULT_MEMORY_UNLOCKED, &error) != STATUS_OK ||
        keyring_load(argv[1], &keyring, &error) != STATUS_OK)
        misused(error.detail);
    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        answer_line(keyring, line);
    }
    keyring_free(keyring);
    return 0;
}
