/*
 * jansson behind an arena: every value made here is released with the arena, so codecs never count references. Values
 * are jansson's; one thread at a time uses them.
 */
#include "akkoord/base/json.h"

#include <malloc.h>
#include <pthread.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/memory.h"

static void free_cleansed(void *memory)
{
    if (memory != NULL)
        memory_free_cleansed(memory, malloc_usable_size(memory));
}

static void take_over_allocation(void)
{
    json_set_alloc_funcs(memory_alloc, free_cleansed);
}

/* What jansson frees held personal data or a key: it is overwritten first. Before the first value of all. */
static void prepare_jansson(void)
{
    static pthread_once_t prepared = PTHREAD_ONCE_INIT;
    pthread_once(&prepared, take_over_allocation);
}

/* The depth in brackets outside strings: jansson's own limit (2048) lets a body of brackets cost a deep recursion. */
static bool depth_is_bounded(const char *text, size_t length)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        char byte = text[i];
        if (in_string) {
            if (byte == '\\')
                i++;
            else if (byte == '"')
                in_string = false;
        } else if (byte == '"') {
            in_string = true;
        } else if (byte == '{' || byte == '[') {
            if (++depth > JSON_DEPTH_MAX)
                return false;
        } else if (byte == '}' || byte == ']') {
            depth--;
        }
    }
    return true;
}

static void release_value(void *value)
{
    json_decref(value);
}

static json_t *arena_keep(struct arena *arena, json_t *value)
{
    if (value == NULL)
        abort(); /* out of memory */
    arena_on_free(arena, release_value, value);
    return value;
}

enum status json_parse(struct arena *arena, const char *text, size_t length, json_t **value, struct error *error)
{
    if (!depth_is_bounded(text, length))
        return error_set(error, STATUS_INVALID, "malformed_json", "the JSON is nested deeper than %d", JSON_DEPTH_MAX);
    prepare_jansson();
    json_error_t fault;
    json_t *parsed = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
    if (parsed == NULL) {
        /* Not jansson's own text: it quotes the input, which may be personal data. */
        bool duplicate = json_error_code(&fault) == json_error_duplicate_key;
        return error_set(error, STATUS_INVALID, "malformed_json",
                         "the body is not valid JSON: %s at line %d, column %d",
                         duplicate ? "a key stands twice" : "syntax error", fault.line, fault.column);
    }
    *value = arena_keep(arena, parsed);
    return STATUS_OK;
}

enum status json_parse_object(struct arena *arena, const char *text, size_t length, json_t **object,
                              struct error *error)
{
    json_t *value = NULL;
    enum status status = json_parse(arena, text, length, &value, error);
    if (status != STATUS_OK)
        return status;
    if (!json_is_object(value))
        return error_set(error, STATUS_INVALID, "malformed_json", "the body must be a JSON object");
    *object = value;
    return STATUS_OK;
}

json_t *json_new_object(struct arena *arena)
{
    prepare_jansson();
    return arena_keep(arena, json_object());
}

json_t *json_new_array(struct arena *arena)
{
    prepare_jansson();
    return arena_keep(arena, json_array());
}

static enum status field_error(struct error *error, const char *prefix, const char *key, const char *code,
                               const char *detail)
{
    char field[ERROR_FIELD_BYTES];
    snprintf(field, sizeof(field), "%s%s", prefix, key);
    return error_set_field(error, STATUS_INVALID, code, field, "%s", detail);
}

/* The value of `key`, or NULL when it is absent or null and that is allowed. */
static enum status get_value(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                             json_t **value, struct error *error)
{
    json_t *found = json_object_get(object, key);
    if (found == NULL || json_is_null(found)) {
        *value = NULL;
        return presence == JSON_OPTIONAL ? STATUS_OK
                                         : field_error(error, prefix, key, "required", "this field is required");
    }
    *value = found;
    return STATUS_OK;
}

enum status json_get_text(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                          size_t bytes_max, const char **text, struct error *error)
{
    json_t *value;
    enum status status = get_value(object, prefix, key, presence, &value, error);
    if (status != STATUS_OK)
        return status;
    if (value == NULL) {
        *text = NULL;
        return STATUS_OK;
    }
    if (!json_is_string(value))
        return field_error(error, prefix, key, "type", "this field must be a string");
    if (json_string_length(value) > bytes_max)
        return field_error(error, prefix, key, "length", "this text is too long");
    *text = json_string_value(value);
    return STATUS_OK;
}

enum status json_get_integer(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                             int64_t minimum, int64_t maximum, int64_t *number, struct error *error)
{
    json_t *value;
    enum status status = get_value(object, prefix, key, presence, &value, error);
    if (status != STATUS_OK || value == NULL)
        return status;
    if (!json_is_integer(value))
        return field_error(error, prefix, key, "type", "this field must be an integer");
    int64_t found = json_integer_value(value);
    if (found < minimum || found > maximum)
        return field_error(error, prefix, key, "range", "this number is out of range");
    *number = found;
    return STATUS_OK;
}

enum status json_get_boolean(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                             bool *flag, struct error *error)
{
    json_t *value;
    enum status status = get_value(object, prefix, key, presence, &value, error);
    if (status != STATUS_OK || value == NULL)
        return status;
    if (!json_is_boolean(value))
        return field_error(error, prefix, key, "type", "this field must be true or false");
    *flag = json_is_true(value);
    return STATUS_OK;
}

enum status json_get_object(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                            json_t **value, struct error *error)
{
    enum status status = get_value(object, prefix, key, presence, value, error);
    if (status == STATUS_OK && *value != NULL && !json_is_object(*value))
        return field_error(error, prefix, key, "type", "this field must be an object");
    return status;
}

enum status json_get_array(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                           size_t items_max, json_t **value, struct error *error)
{
    enum status status = get_value(object, prefix, key, presence, value, error);
    if (status != STATUS_OK || *value == NULL)
        return status;
    if (!json_is_array(*value))
        return field_error(error, prefix, key, "type", "this field must be an array");
    if (json_array_size(*value) > items_max)
        return field_error(error, prefix, key, "length", "this list is too long");
    return STATUS_OK;
}

enum status json_refuse_unknown(const json_t *object, const char *prefix, const char *const *known, struct error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        const char *const *name = known;
        while (*name != NULL && strcmp(*name, key) != 0)
            name++;
        /* The unknown key itself is input: it is named only as far as it is a plain word. */
        if (*name == NULL) {
            size_t word = strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
            bool plain = word > 0 && key[word] == '\0' && word < 64;
            return field_error(error, prefix, plain ? key : "(unnamed)", "unknown_field", "this field is not known");
        }
    }
    return STATUS_OK;
}

static void set_new(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        abort(); /* out of memory, or text that is not UTF-8: a bug */
}

void json_set_text(json_t *object, const char *key, const char *text)
{
    set_new(object, key, text != NULL ? json_string(text) : json_null());
}

void json_set_integer(json_t *object, const char *key, int64_t number)
{
    set_new(object, key, json_integer(number));
}

void json_set_boolean(json_t *object, const char *key, bool value)
{
    set_new(object, key, json_boolean(value));
}

void json_set_uuid(json_t *object, const char *key, const struct uuid *uuid)
{
    char text[UUID_TEXT_BYTES];
    json_set_text(object, key, uuid_format(uuid, text));
}

void json_set_time(json_t *object, const char *key, int64_t time_us)
{
    char text[CLOCK_RFC3339_BYTES];
    if (time_us == 0) {
        set_new(object, key, json_null());
        return;
    }
    clock_format_rfc3339(time_us, text);
    json_set_text(object, key, text);
}

void json_set_money(json_t *object, const char *key, int64_t amount_minor, const char *currency)
{
    json_t *money = json_object();
    if (money == NULL)
        abort();
    json_set_integer(money, "amount", amount_minor);
    json_set_text(money, "currency", currency);
    set_new(object, key, money);
}

void json_set_value(json_t *object, const char *key, json_t *value)
{
    if (value == NULL)
        set_new(object, key, json_null());
    else if (json_object_set(object, key, value) != 0)
        abort();
}

void json_append_value(json_t *array, json_t *value)
{
    if (json_array_append(array, value) != 0)
        abort();
}

/* Most texts fit, and are then written in one pass; json_dumpb() of a longer one tells only how long it is. */
#define WRITE_GUESS_BYTES 4096

static char *write_value(struct arena *arena, const json_t *value, size_t flags, size_t *length)
{
    char guess[WRITE_GUESS_BYTES];
    size_t bytes = json_dumpb(value, guess, sizeof(guess), flags | JSON_ENCODE_ANY);
    char *text = arena_alloc(arena, bytes + 1);
    if (bytes <= sizeof(guess))
        memcpy(text, guess, bytes);
    else
        json_dumpb(value, text, bytes, flags | JSON_ENCODE_ANY);
    memory_cleanse(guess, bytes <= sizeof(guess) ? bytes : sizeof(guess));
    text[bytes] = '\0';
    if (length != NULL)
        *length = bytes;
    return text;
}

char *json_write(struct arena *arena, const json_t *value, size_t *length)
{
    return write_value(arena, value, JSON_COMPACT, length);
}

char *json_write_readable(struct arena *arena, const json_t *value, size_t *length)
{
    size_t bytes;
    const char *text = write_value(arena, value, JSON_INDENT(2), &bytes);
    if (length != NULL)
        *length = bytes + 1;
    return arena_format(arena, "%s\n", text);
}

char *json_write_canonical(struct arena *arena, const json_t *value, size_t *length)
{
    return write_value(arena, value, JSON_COMPACT | JSON_SORT_KEYS, length);
}
