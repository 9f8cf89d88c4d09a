/* The demo's JSON. Pure. */
#include "demo_codec.h"

#include <inttypes.h>

#include "akkoord/base/json.h"

#define KEY_BYTES 64

static json_t *step_into(json_t *value, const char *key)
{
    if (json_is_array(value))
        return json_array_get(value, (size_t)strtoul(key, NULL, 10));
    return json_object_get(value, key);
}

const char *demo_read(struct arena *arena, const char *json, size_t length, const char *path)
{
    json_t *value;
    if (json_parse(arena, json, length, &value, NULL) != STATUS_OK)
        return NULL;
    while (value != NULL && *path != '\0') {
        char key[KEY_BYTES];
        size_t key_length = strcspn(path, ".");
        (void)snprintf(key, sizeof(key), "%.*s", (int)key_length, path);
        value = step_into(value, key);
        path += key_length + (path[key_length] == '.');
    }
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_integer(value))
        return arena_format(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return json_is_null(value) ? "" : NULL;
}

static const char *write(struct arena *arena, const json_t *value)
{
    size_t length;
    return json_write(arena, value, &length);
}

const char *demo_write_customer(struct arena *arena, const char *email, const char *password)
{
    json_t *address = json_new_object(arena);
    json_set_text(address, "street", "Voorbeeldstraat 2");
    json_set_text(address, "postal_code", "1000 AB");
    json_set_text(address, "city", "Amsterdam");
    json_set_text(address, "country", "NL");
    json_t *customer = json_new_object(arena);
    json_set_text(customer, "email", email);
    json_set_text(customer, "password", password);
    json_set_text(customer, "name", "Sample Customer");
    json_set_value(customer, "address", address);
    json_set_text(customer, "language", "en");
    return write(arena, customer);
}

static json_t *new_line(struct arena *arena, const char *sku, int64_t quantity)
{
    json_t *line = json_new_object(arena);
    json_set_text(line, "sku", sku);
    json_set_integer(line, "quantity", quantity);
    return line;
}

const char *demo_write_order(struct arena *arena, const char *sku, const char *other_sku)
{
    json_t *lines = json_new_array(arena);
    json_append_value(lines, new_line(arena, sku, 1));
    if (other_sku != NULL)
        json_append_value(lines, new_line(arena, other_sku, 2));
    json_t *order = json_new_object(arena);
    json_set_value(order, "lines", lines);
    json_set_text(order, "payment_provider", "sandbox");
    json_set_text(order, "reference", "Sample order");
    return write(arena, order);
}

const char *demo_write_text(struct arena *arena, const char *key, const char *text, const char *other_key,
                            const char *other_text)
{
    json_t *object = json_new_object(arena);
    json_set_text(object, key, text);
    if (other_key != NULL)
        json_set_text(object, other_key, other_text);
    return write(arena, object);
}

const char *demo_write_log_in(struct arena *arena, const char *email, const char *password, const char *code)
{
    json_t *log_in = json_new_object(arena);
    json_set_text(log_in, "email", email);
    json_set_text(log_in, "password", password);
    json_set_text(log_in, "code", code);
    return write(arena, log_in);
}
