/*
 * Hex, base64 and base64url (base/crypto.h) under libFuzzer. What is accepted has exactly one spelling (but for the
 * case of hex), and any bytes come back the same.
 */
#include <ctype.h>

#include "akkoord/base/crypto.h"

#include "../fuzz.h"

struct code {
    void (*encode)(const void *bytes, size_t length, char *out);
    enum status (*decode)(const char *text, size_t length, uint8_t *out, size_t capacity, size_t *out_length);
};

static const struct code codes[] = {
    {hex_encode, hex_decode}, {base64_encode, base64_decode}, {base64url_encode, base64url_decode}};

static char *allocate(size_t bytes)
{
    char *memory = malloc(bytes > 0 ? bytes : 1);
    require(memory != NULL);
    return memory;
}

static void check_decoding(const struct code *code, const char *text, size_t length, size_t capacity)
{
    uint8_t *bytes = (uint8_t *)allocate(capacity);
    char *written = allocate(2 * capacity + 5);
    size_t decoded;
    if (code->decode(text, length, bytes, capacity, &decoded) == STATUS_OK) {
        require(decoded <= capacity);
        code->encode(bytes, decoded, written);
        require(strlen(written) == length);
        for (size_t i = 0; i < length; i++)
            require(code->encode == hex_encode ? tolower((unsigned char)text[i]) == written[i] : text[i] == written[i]);
    }
    free(written);
    free(bytes);
}

static void check_encoding(const struct code *code, const uint8_t *bytes, size_t length)
{
    char *text = allocate(2 * length + 5);
    uint8_t *again = (uint8_t *)allocate(length);
    size_t decoded;
    code->encode(bytes, length, text);
    require(code->decode(text, strlen(text), again, length, &decoded) == STATUS_OK);
    require(decoded == length && (length == 0 || memcmp(again, bytes, length) == 0));
    require(length == 0 || code->decode(text, strlen(text), again, length - 1, &decoded) != STATUS_OK);
    free(again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    /* The first byte chooses the code, and how much room there is. */
    const struct code *code = &codes[data[0] % (sizeof(codes) / sizeof(codes[0]))];
    size_t capacity = data[0] < UINT8_MAX / 2 ? size : data[0] % 8;
    check_decoding(code, (const char *)data + 1, size - 1, capacity);
    check_encoding(code, data + 1, size - 1);
    return 0;
}
