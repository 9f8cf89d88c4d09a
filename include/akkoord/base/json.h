#pragma once
/*
 * Strict reading and plain writing of JSON (RFC 8259) on jansson. Only codecs include this: a file that turns bytes
 * into a struct, or back.
 *
 * Reading refuses: duplicate keys, anything after the value, invalid UTF-8, NUL in text, nesting over JSON_DEPTH_MAX.
 * Getters take the object, the key and a path prefix for the error ("lines[0]."); they report the first fault with
 * STATUS_INVALID, the code "required", "type", "length" or "range", and the full path as field.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/buffer.h"
#include "akkoord/base/money.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"

#define JSON_DEPTH_MAX 32

/* The parsed value lives until the arena is freed; it is jansson's, do not decref. Code "malformed_json". */
enum status json_parse(struct arena *arena, const char *text, size_t length, json_t **value,
                       struct error *error) AKKOORD_MUST_CHECK;
/* The same, and the value must be an object. */
enum status json_parse_object(struct arena *arena, const char *text, size_t length, json_t **object,
                              struct error *error) AKKOORD_MUST_CHECK;
/* A new value that lives until the arena is freed. */
json_t *json_new_object(struct arena *arena);
json_t *json_new_array(struct arena *arena);

enum json_presence { JSON_REQUIRED, JSON_OPTIONAL };

/* Text with length in UTF-8 bytes between 0 and bytes_max; an optional one that is absent or null gives NULL. The text
 * is the JSON value's own: it lives as long. */
enum status json_get_text(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                          size_t bytes_max, const char **text, struct error *error) AKKOORD_MUST_CHECK;
/* An integer (a real is refused) within [minimum, maximum]; an optional one that is absent or null leaves *number. */
enum status json_get_integer(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                             int64_t minimum, int64_t maximum, int64_t *number, struct error *error) AKKOORD_MUST_CHECK;
enum status json_get_boolean(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                             bool *value, struct error *error) AKKOORD_MUST_CHECK;
/* NULL when optional and absent or null. */
enum status json_get_object(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                            json_t **value, struct error *error) AKKOORD_MUST_CHECK;
enum status json_get_array(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                           size_t items_max, json_t **value, struct error *error) AKKOORD_MUST_CHECK;
/* Refuses keys outside `known` (NULL-terminated) with the code "unknown_field". */
enum status json_refuse_unknown(const json_t *object, const char *prefix, const char *const *known,
                                struct error *error) AKKOORD_MUST_CHECK;

/* Setters; a NULL text becomes null. */
void json_set_text(json_t *object, const char *key, const char *text);
void json_set_integer(json_t *object, const char *key, int64_t number);
void json_set_boolean(json_t *object, const char *key, bool value);
void json_set_uuid(json_t *object, const char *key, const struct uuid *uuid);
/* RFC 3339 UTC; a time of 0 becomes null. */
void json_set_time(json_t *object, const char *key, int64_t time_us);
/* {"amount": ..., "currency": ...} */
void json_set_money(json_t *object, const char *key, int64_t amount_minor, const char *currency);
/* Takes over nothing: the value keeps living in its arena too. NULL becomes null. */
void json_set_value(json_t *object, const char *key, json_t *value);
void json_append_value(json_t *array, json_t *value);

/* Compact, keys in the order they were set. The text lives in the arena. */
char *json_write(struct arena *arena, const json_t *value, size_t *length);
/* The same over several lines, two spaces a level and a line feed at the end: for people. */
char *json_write_readable(struct arena *arena, const json_t *value, size_t *length);
/* Compact with sorted keys: the same value always gives the same bytes (for hashes). */
char *json_write_canonical(struct arena *arena, const json_t *value, size_t *length);
