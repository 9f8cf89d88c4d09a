/*
 * Reading JSON (base/json.h) under libFuzzer: every getter is asked for every key of a hostile object. What it gives
 * must lie within its bounds, a fault must have a code and a field, and what is written must be read back the same.
 */
#include "akkoord/base/json.h"

#include "../fuzz.h"

#define TEXT_BYTES_MAX 16
#define NUMBER_MIN     (-5)
#define NUMBER_MAX     100
#define ITEMS_MAX      4

static void check_fault(enum status status, const struct error *error)
{
    require(status == STATUS_INVALID && error->status == STATUS_INVALID);
    require(error->code[0] != '\0' && error->field[0] != '\0' && error->detail[0] != '\0');
}

static void ask_scalars(const json_t *object, const char *key, enum json_presence presence)
{
    struct error error = {0};
    const char *text = NULL;
    enum status status = json_get_text(object, "at.", key, presence, TEXT_BYTES_MAX, &text, &error);
    if (status != STATUS_OK)
        check_fault(status, &error);
    else
        require(text != NULL ? strlen(text) <= TEXT_BYTES_MAX : presence == JSON_OPTIONAL);

    int64_t number = 0;
    status = json_get_integer(object, "at.", key, presence, NUMBER_MIN, NUMBER_MAX, &number, &error);
    if (status != STATUS_OK)
        check_fault(status, &error);
    else
        require(number >= NUMBER_MIN && number <= NUMBER_MAX);

    bool value = false;
    status = json_get_boolean(object, "at.", key, presence, &value, &error);
    if (status != STATUS_OK)
        check_fault(status, &error);
}

static void ask_containers(const json_t *object, const char *key, enum json_presence presence)
{
    struct error error = {0};
    json_t *inner = NULL;
    enum status status = json_get_object(object, "at.", key, presence, &inner, &error);
    if (status != STATUS_OK)
        check_fault(status, &error);
    else
        require(inner != NULL ? json_is_object(inner) : presence == JSON_OPTIONAL);

    inner = NULL;
    status = json_get_array(object, "at.", key, presence, ITEMS_MAX, &inner, &error);
    if (status != STATUS_OK)
        check_fault(status, &error);
    else
        require(inner != NULL ? json_array_size(inner) <= ITEMS_MAX : presence == JSON_OPTIONAL);
}

static void ask_everything(json_t *object)
{
    static const char *const known[] = {"id", "amount", NULL};
    struct error error = {0};
    enum status status = json_refuse_unknown(object, "", known, &error);
    if (status != STATUS_OK)
        check_fault(status, &error);
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        ask_scalars(object, key, JSON_REQUIRED);
        ask_scalars(object, key, JSON_OPTIONAL);
        ask_containers(object, key, JSON_REQUIRED);
        ask_containers(object, key, JSON_OPTIONAL);
    }
    ask_scalars(object, "absent", JSON_REQUIRED);
    ask_containers(object, "absent", JSON_OPTIONAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct error error = {0};
    json_t *value;
    enum status status = json_parse(arena, (const char *)data, size, &value, &error);
    if (status != STATUS_OK) {
        require(status == STATUS_INVALID && strcmp(error.code, "malformed_json") == 0);
        arena_free(arena);
        return 0;
    }
    size_t length;
    size_t again_length;
    char *text = json_write_canonical(arena, value, &length);
    json_t *again;
    require(json_parse(arena, text, length, &again, &error) == STATUS_OK);
    char *again_text = json_write_canonical(arena, again, &again_length);
    require(length == again_length && memcmp(text, again_text, length) == 0);
    if (json_is_object(value))
        ask_everything(value);
    arena_free(arena);
    return 0;
}
