/* Tests of the hex and base64 of base/crypto.h: one value, one text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/crypto.h"

typedef enum status decoder(const char *text, size_t length, uint8_t *out, size_t capacity, size_t *out_length);

static void assert_refused(decoder *decode, const char *text)
{
    uint8_t out[64];
    size_t length = 77;
    if (decode(text, strlen(text), out, sizeof(out), &length) != STATUS_INVALID)
        fail_msg("accepted: %s", text);
    assert_int_equal(length, 77);
}

static void assert_decodes(decoder *decode, const char *text, const char *expected)
{
    uint8_t out[64];
    size_t length;
    assert_int_equal(decode(text, strlen(text), out, sizeof(out), &length), STATUS_OK);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(out, expected, length);
}

/* RFC 4648 section 10. */
static const struct {
    const char *bytes;
    const char *base64;
    const char *base64url;
    const char *hex;
} vectors[] = {
    {"", "", "", ""},
    {"f", "Zg==", "Zg", "66"},
    {"fo", "Zm8=", "Zm8", "666f"},
    {"foo", "Zm9v", "Zm9v", "666f6f"},
    {"foob", "Zm9vYg==", "Zm9vYg", "666f6f62"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE", "666f6f6261"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy", "666f6f626172"},
};

static void the_vectors_of_rfc_4648_hold_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        char out[BASE64_BYTES(64)];
        base64_encode(vectors[i].bytes, strlen(vectors[i].bytes), out);
        assert_string_equal(out, vectors[i].base64);
        base64url_encode(vectors[i].bytes, strlen(vectors[i].bytes), out);
        assert_string_equal(out, vectors[i].base64url);
        hex_encode(vectors[i].bytes, strlen(vectors[i].bytes), out);
        assert_string_equal(out, vectors[i].hex);
        assert_decodes(base64_decode, vectors[i].base64, vectors[i].bytes);
        assert_decodes(base64url_decode, vectors[i].base64url, vectors[i].bytes);
        assert_decodes(hex_decode, vectors[i].hex, vectors[i].bytes);
    }
}

static void every_length_of_every_byte_reads_back(void **state)
{
    (void)state;
    uint8_t bytes[256], decoded[256];
    char text[2 * sizeof(bytes) + 1];
    size_t length;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 89 + 7); /* each value once */
    for (size_t count = 0; count <= sizeof(bytes); count++) {
        base64_encode(bytes, count, text);
        assert_int_equal(strlen(text), BASE64_BYTES(count) - 1);
        assert_int_equal(base64_decode(text, strlen(text), decoded, count, &length), STATUS_OK);
        assert_int_equal(length, count);
        assert_memory_equal(decoded, bytes, count);
        base64url_encode(bytes, count, text);
        assert_int_equal(strcspn(text, "+/="), strlen(text));
        assert_int_equal(base64url_decode(text, strlen(text), decoded, count, &length), STATUS_OK);
        assert_memory_equal(decoded, bytes, count);
        hex_encode(bytes, count, text);
        assert_int_equal(hex_decode(text, strlen(text), decoded, count, &length), STATUS_OK);
        assert_memory_equal(decoded, bytes, count);
        if (count > 0)
            assert_int_equal(hex_decode(text, strlen(text), decoded, count - 1, &length), STATUS_INVALID);
    }
}

static void hex_is_read_in_both_cases(void **state)
{
    (void)state;
    assert_decodes(hex_decode, "4A4b6C6d", "JKlm");
}

static void hex_that_is_odd_or_has_other_characters_is_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {"6", "666", "6g", "g6", " 6", "6 ", "0x66", "-1", "+1", "66\n6", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_refused(hex_decode, refused[i]);
    uint8_t out[4];
    size_t length;
    assert_int_equal(hex_decode("66\0006", 4, out, sizeof(out), &length), STATUS_INVALID);
}

static void base64_without_canonical_padding_is_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {"Zg",    "Zg=",  "Zm8",  "Zg===",    "Z===", "====",   "=",       "==",
                                          "Zm9v=", "Zm=8", "Z=g=", "Zg==Zg==", "=Zg=", "Zg==\n", "Zm9v===="};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_refused(base64_decode, refused[i]);
}

static void base64_with_stray_bits_is_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {"Zh==", "Zm9=", "Zk==", "Zn==", "Zm+=", "AB==", "AAB="};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_refused(base64_decode, refused[i]);
    assert_refused(base64url_decode, "Zh");
    assert_refused(base64url_decode, "Zm9");
}

static void base64_with_other_characters_is_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {"Zm 9v", "Zm9v\n", " Zm9", "Zm9-", "Zm9_", "Zm9.", "Zm9\xc3", "Zm\r\n"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_refused(base64_decode, refused[i]);
    static const char *const refused_url[] = {"Zm9+", "Zm9/", "Zg==", "Zm8=", "Z", "Zm9vZ", "Zm9v\n", "Zm 9"};
    for (size_t i = 0; i < sizeof(refused_url) / sizeof(refused_url[0]); i++)
        assert_refused(base64url_decode, refused_url[i]);
    assert_decodes(base64_decode, "+/+/", "\xfb\xff\xbf");
    assert_decodes(base64url_decode, "-_-_", "\xfb\xff\xbf");
}

/* Of all texts of four digits each triple of bytes has exactly one: decoding and encoding again gives the same text. */
static void whatever_is_accepted_is_written_back_the_same(void **state)
{
    (void)state;
    static const char alphabet[] = "ABQgwz059+/=-_ ";
    const size_t count = sizeof(alphabet) - 1;
    for (size_t i = 0; i < count * count * count * count; i++) {
        char text[] = {alphabet[i % count], alphabet[i / count % count], alphabet[i / count / count % count],
                       alphabet[i / count / count / count], '\0'};
        uint8_t out[3];
        size_t length;
        char again[BASE64_BYTES(3)];
        if (base64_decode(text, 4, out, sizeof(out), &length) == STATUS_OK) {
            base64_encode(out, length, again);
            assert_string_equal(again, text);
        }
        if (base64url_decode(text, 4, out, sizeof(out), &length) == STATUS_OK) {
            base64url_encode(out, length, again);
            assert_string_equal(again, text);
        }
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    uint8_t out[4] = {0, 0, 0, 0x5a};
    size_t length;
    assert_int_equal(base64_decode("Zm9vYg==", 8, out, 3, &length), STATUS_INVALID);
    assert_int_equal(base64url_decode("Zm9vYg", 6, out, 3, &length), STATUS_INVALID);
    assert_int_equal(base64_decode("Zm9v", 4, out, 3, &length), STATUS_OK);
    assert_int_equal(out[3], 0x5a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_rfc_4648_hold_both_ways),
        cmocka_unit_test(every_length_of_every_byte_reads_back),
        cmocka_unit_test(hex_is_read_in_both_cases),
        cmocka_unit_test(hex_that_is_odd_or_has_other_characters_is_refused),
        cmocka_unit_test(base64_without_canonical_padding_is_refused),
        cmocka_unit_test(base64_with_stray_bits_is_refused),
        cmocka_unit_test(base64_with_other_characters_is_refused),
        cmocka_unit_test(whatever_is_accepted_is_written_back_the_same),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
