/* Checks of fields that several request bodies share. Worker threads; no state. */
#include "akkoord/api/fields.h"

#include "akkoord/domain/review.h"
#include "akkoord/vault/blind_index.h"
#include "akkoord/vault/password.h"

#define UTF8_BYTES_MAX         4 /* of one character */
#define VAT_NUMBER_LENGTH_MIN  4
#define VAT_NUMBER_LENGTH_MAX  15
#define KVK_NUMBER_LENGTH      8
#define OIN_LENGTH             20
#define COMPACT_CHARACTERS_MAX 40 /* a number as typed, with its spaces and dots */

static const char *path_of(struct api_call *call, const char *prefix, const char *key)
{
    return arena_format(call->arena, "%s%s", prefix, key);
}

void api_take_no_others(struct api_call *call, const json_t *object, const char *prefix, const char *const *known)
{
    struct error fault;
    if (json_refuse_unknown(object, prefix, known, &fault) != STATUS_OK)
        api_call_note_fault(call, &fault);
}

/* Not <ctype.h>: its answers depend on the locale. */
static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static const char *trim(struct api_call *call, const char *text)
{
    while (is_blank(*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    return arena_copy_bytes(call->arena, text, length);
}

/* Of one line of valid UTF-8: a control character (C0, DEL, C1), a line or paragraph separator (U+2028, U+2029), or one
 * that turns around or isolates what stands beside it (U+202A to U+202E, U+2066 to U+2069). On an invoice they would
 * break a line or garble it. */
static bool has_control(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at < 0x20 || *at == 0x7F || (at[0] == 0xC2 && at[1] < 0xA0))
            return true;
        if (at[0] == 0xE2 && at[1] == 0x80 && at[2] >= 0xA8 && at[2] <= 0xAE)
            return true;
        if (at[0] == 0xE2 && at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9)
            return true;
    }
    return false;
}

/* Of valid UTF-8, as JSON texts are: every byte but those that continue a character. */
static size_t count_characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        if (((unsigned char)*text & 0xC0) != 0x80)
            count++;
    }
    return count;
}

const char *api_take_text(struct api_call *call, const json_t *object, const char *prefix, const char *key,
                          enum json_presence presence, size_t characters_max)
{
    const char *text;
    struct error fault;
    if (json_get_text(object, prefix, key, presence, characters_max * UTF8_BYTES_MAX, &text, &fault) != STATUS_OK) {
        api_call_note_fault(call, &fault);
        return NULL;
    }
    if (text == NULL)
        return NULL;
    if (count_characters(text) > characters_max) {
        api_call_note_field(call, path_of(call, prefix, key), "length", "this text is too long");
        return NULL;
    }
    text = trim(call, text);
    if (*text == '\0') {
        if (presence == JSON_REQUIRED)
            api_call_note_field(call, path_of(call, prefix, key), "required", "this field is required");
        return NULL;
    }
    if (has_control(text)) {
        api_call_note_field(call, path_of(call, prefix, key), "format", "this text has control characters in it");
        return NULL;
    }
    return text;
}

const char *api_take_words(struct api_call *call, const json_t *object, const char *key)
{
    struct error fault;
    const char *text = NULL;
    enum status status = json_get_text(object, "", key, JSON_REQUIRED, REVIEW_TEXT_BYTES_MAX, &text, &fault);
    if (status == STATUS_OK)
        status = review_check_text(key, text, &fault);
    if (status != STATUS_OK)
        api_call_note_fault(call, &fault);
    return text;
}

/* ---- addresses ---- */

static bool is_letter(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static char capital(char byte)
{
    if (byte < 'a' || byte > 'z')
        return byte;
    return (char)(byte - 'a' + 'A');
}

static const char *take_country(struct api_call *call, const json_t *object, const char *prefix)
{
    const char *text = api_take_text(call, object, prefix, "country", JSON_REQUIRED, API_NAME_LENGTH_MAX);
    if (text == NULL)
        return NULL;
    if (strlen(text) != 2 || !is_letter(text[0]) || !is_letter(text[1])) {
        api_call_note_field(call, path_of(call, prefix, "country"), "format", "a country is two letters, as NL");
        return NULL;
    }
    return arena_format(call->arena, "%c%c", capital(text[0]), capital(text[1]));
}

void api_take_address(struct api_call *call, const json_t *object, const char *prefix, const char *key,
                      struct postal_address *address)
{
    static const char *const known[] = {"street", "postal_code", "city", "country", NULL};
    json_t *found;
    struct error fault;
    *address = (struct postal_address){0};
    if (json_get_object(object, prefix, key, JSON_OPTIONAL, &found, &fault) != STATUS_OK) {
        api_call_note_fault(call, &fault);
        return;
    }
    if (found == NULL)
        return;
    const char *inner = arena_format(call->arena, "%s%s.", prefix, key);
    api_take_no_others(call, found, inner, known);
    address->street = api_take_text(call, found, inner, "street", JSON_REQUIRED, API_STREET_LENGTH_MAX);
    address->postal_code = api_take_text(call, found, inner, "postal_code", JSON_REQUIRED, API_POSTAL_CODE_LENGTH_MAX);
    address->city = api_take_text(call, found, inner, "city", JSON_REQUIRED, API_CITY_LENGTH_MAX);
    address->country = take_country(call, found, inner);
}

/* ---- registration numbers ---- */

/* The text without spaces, dots and hyphens, in capitals; NULL when absent or faulty. */
static char *take_compact(struct api_call *call, const json_t *object, const char *prefix, const char *key)
{
    const char *text = api_take_text(call, object, prefix, key, JSON_OPTIONAL, COMPACT_CHARACTERS_MAX);
    if (text == NULL)
        return NULL;
    char *compact = arena_alloc(call->arena, strlen(text) + 1);
    size_t length = 0;
    for (; *text != '\0'; text++) {
        if (strchr(" .-", *text) == NULL)
            compact[length++] = capital(*text);
    }
    compact[length] = '\0';
    return compact;
}

const char *api_take_vat_number(struct api_call *call, const json_t *object, const char *prefix)
{
    const char *number = take_compact(call, object, prefix, "vat_number");
    if (number == NULL)
        return NULL;
    size_t length = strlen(number);
    bool fits = length >= VAT_NUMBER_LENGTH_MIN && length <= VAT_NUMBER_LENGTH_MAX && is_letter(number[0]) &&
                is_letter(number[1]);
    for (size_t i = 2; i < length && fits; i++)
        fits = is_letter(number[i]) || is_digit(number[i]);
    if (!fits)
        api_call_note_field(call, path_of(call, prefix, "vat_number"), "format",
                            "a VAT number begins with its country's two letters, as NL000000000B00");
    return number;
}

static const char *take_digits(struct api_call *call, const json_t *object, const char *prefix, const char *key,
                               size_t length, const char *detail)
{
    const char *number = take_compact(call, object, prefix, key);
    if (number != NULL && (strlen(number) != length || strspn(number, "0123456789") != length))
        api_call_note_field(call, path_of(call, prefix, key), "format", detail);
    return number;
}

const char *api_take_kvk_number(struct api_call *call, const json_t *object, const char *prefix)
{
    return take_digits(call, object, prefix, "kvk_number", KVK_NUMBER_LENGTH, "a KvK number is eight digits");
}

const char *api_take_oin(struct api_call *call, const json_t *object, const char *prefix)
{
    return take_digits(call, object, prefix, "oin", OIN_LENGTH, "an OIN is twenty digits");
}

enum language api_take_language(struct api_call *call, const json_t *object, const char *key, enum language otherwise)
{
    enum language language = otherwise;
    const char *text = api_take_text(call, object, "", key, JSON_OPTIONAL, API_NAME_LENGTH_MAX);
    if (text != NULL && language_parse(text, &language) != STATUS_OK)
        api_call_note_field(call, key, "unsupported", "a language is nl or en");
    return language;
}

/* ---- accounts ---- */

static void note_if(struct api_call *call, enum status status, const struct error *fault)
{
    if (status != STATUS_OK)
        api_call_note_fault(call, fault);
}

const char *api_take_email(struct api_call *call, const json_t *object, const char *key)
{
    struct error fault;
    const char *text = api_take_text(call, object, "", key, JSON_REQUIRED, EMAIL_LENGTH_MAX);
    char *email = arena_alloc(call->arena, EMAIL_BYTES);
    if (text == NULL)
        return NULL;
    note_if(call, email_normalise(text, strlen(text), email, &fault), &fault);
    return email;
}

const char *api_take_password(struct api_call *call, const json_t *object, const char *key, size_t bytes_max)
{
    const char *password = NULL;
    struct error fault;
    note_if(call, json_get_text(object, "", key, JSON_REQUIRED, bytes_max, &password, &fault), &fault);
    return password != NULL ? password : "";
}

const char *api_take_new_password(struct api_call *call, const json_t *object, const char *key)
{
    struct error fault;
    const char *password = api_take_password(call, object, key, PASSWORD_LENGTH_MAX);
    if (password_check_rules(password, strlen(password), &fault) != STATUS_OK)
        api_call_note_field(call, key, fault.code, fault.detail);
    return password;
}
