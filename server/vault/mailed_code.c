/* Codes computed from ids. Keeps nothing; any thread. */
#include "akkoord/vault/mailed_code.h"

#include <stdio.h>

#include "akkoord/base/memory.h"
#include "akkoord/vault/blind_index.h"
#include "primitives.h"

#define MODULUS    UINT64_C(100000000) /* 10 to the power of MAILED_CODE_DIGITS */
#define PREFIX     "mailed-code/"      /* without an "@": no address has the same index */
#define TEXT_BYTES (sizeof(PREFIX) + UUID_TEXT_BYTES)

static void write_subject(const struct uuid *id, char text[TEXT_BYTES])
{
    char id_text[UUID_TEXT_BYTES];
    (void)snprintf(text, TEXT_BYTES, PREFIX "%s", uuid_format(id, id_text));
}

static void write_code(const struct blind_index *index, char code[MAILED_CODE_BYTES])
{
    uint64_t number = (uint64_t)get_u32(index->bytes) << 32 | get_u32(index->bytes + 4);
    (void)snprintf(code, MAILED_CODE_BYTES, "%08u", (unsigned)(number % MODULUS));
}

void mailed_code_make(struct keyring *keyring, const struct uuid *id, char code[MAILED_CODE_BYTES])
{
    char subject[TEXT_BYTES];
    struct blind_index index;
    write_subject(id, subject);
    blind_index_make(keyring, subject, &index);
    write_code(&index, code);
    memory_cleanse(&index, sizeof(index));
}

bool mailed_code_fits(struct keyring *keyring, const struct uuid *id, const char *text, size_t length)
{
    char subject[TEXT_BYTES];
    char code[MAILED_CODE_BYTES];
    struct blind_index indexes[BLIND_INDEX_KEYS_MAX];
    bool fits = false;
    write_subject(id, subject);
    size_t count = blind_index_candidates(keyring, subject, indexes);
    for (size_t i = 0; i < count; i++) {
        write_code(&indexes[i], code);
        fits |= crypto_equal(code, MAILED_CODE_DIGITS, text, length);
    }
    memory_cleanse(indexes, sizeof(indexes));
    memory_cleanse(code, sizeof(code));
    return fits;
}
