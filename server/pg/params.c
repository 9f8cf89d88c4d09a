/*
 * Owns the encoding of parameters in PostgreSQL's binary format (as in its *send and *recv functions: network byte
 * order). Pure: no session is involved. Runs on any thread. It does not convert between types: the statement casts.
 */
#include <assert.h>
#include <endian.h>
#include <limits.h>
#include <string.h>

#include "internal.h"

/* What array_recv expects: dimensions, whether nulls occur, element type, and size and lower bound of the dimension. */
#define ARRAY_HEADER_BYTES  20
#define ARRAY_BYTES_INITIAL 256

struct pg_array {
    struct pg_params *params;
    enum pg_type type;
    char *data;
    size_t length;
    size_t capacity;
    uint32_t elements;
    bool has_null;
};

unsigned pg_type_oid(enum pg_type type)
{
    static const unsigned OIDS[] = {
        [PG_TEXT] = 0,
        [PG_UUID] = OID_UUID,
        [PG_INT64] = OID_INT8,
        [PG_BOOL] = OID_BOOL,
        [PG_BYTES] = OID_BYTEA,
        [PG_TIME] = OID_TIMESTAMPTZ,
        [PG_DATE] = OID_DATE,
        [PG_TEXT_ARRAY] = OID_TEXT_ARRAY,
        [PG_UUID_ARRAY] = OID_UUID_ARRAY,
        [PG_INT64_ARRAY] = OID_INT8_ARRAY,
        [PG_BOOL_ARRAY] = OID_BOOL_ARRAY,
        [PG_BYTES_ARRAY] = OID_BYTEA_ARRAY,
        [PG_TIME_ARRAY] = OID_TIMESTAMPTZ_ARRAY,
        [PG_DATE_ARRAY] = OID_DATE_ARRAY,
    };
    return OIDS[type];
}

int pg_type_format(enum pg_type type)
{
    return type == PG_TEXT ? 0 : 1;
}

static unsigned element_oid(enum pg_type array_type)
{
    switch (array_type) {
    case PG_TEXT_ARRAY:
        return OID_TEXT;
    case PG_UUID_ARRAY:
        return OID_UUID;
    case PG_INT64_ARRAY:
        return OID_INT8;
    case PG_BOOL_ARRAY:
        return OID_BOOL;
    case PG_BYTES_ARRAY:
        return OID_BYTEA;
    case PG_TIME_ARRAY:
        return OID_TIMESTAMPTZ;
    case PG_DATE_ARRAY:
        return OID_DATE;
    default:
        assert(false && "not an array type");
        return 0;
    }
}

/* ---- single values ---- */

void pg_params_init(struct pg_params *params, struct arena *arena)
{
    params->arena = arena;
    params->count = 0;
}

static void add(struct pg_params *params, enum pg_type type, const void *value, size_t length)
{
    assert(params->count < PG_PARAMS_MAX);
    assert(length <= INT_MAX);
    params->types[params->count] = type;
    params->values[params->count] = value;
    params->lengths[params->count] = (int)length;
    params->count++;
}

static void add_copy(struct pg_params *params, enum pg_type type, const void *value, size_t length)
{
    add(params, type, arena_copy_bytes(params->arena, value, length), length);
}

void pg_params_add_null(struct pg_params *params, enum pg_type type)
{
    add(params, type, NULL, 0);
}

void pg_params_add_text(struct pg_params *params, const char *text)
{
    add(params, PG_TEXT, text, text ? strlen(text) : 0);
}

void pg_params_add_uuid(struct pg_params *params, const struct uuid *uuid)
{
    if (!uuid)
        pg_params_add_null(params, PG_UUID);
    else
        add_copy(params, PG_UUID, uuid->bytes, sizeof(uuid->bytes));
}

void pg_params_add_bytes(struct pg_params *params, const void *bytes, size_t length)
{
    add(params, PG_BYTES, bytes, bytes ? length : 0);
}

static void add_big_endian_64(struct pg_params *params, enum pg_type type, int64_t number)
{
    uint64_t wire = htobe64((uint64_t)number);
    add_copy(params, type, &wire, sizeof(wire));
}

void pg_params_add_int64(struct pg_params *params, int64_t number)
{
    add_big_endian_64(params, PG_INT64, number);
}

void pg_params_add_bool(struct pg_params *params, bool value)
{
    add_copy(params, PG_BOOL, &(char){value ? 1 : 0}, 1);
}

void pg_params_add_time(struct pg_params *params, int64_t time_us)
{
    if (time_us == 0)
        pg_params_add_null(params, PG_TIME);
    else
        add_big_endian_64(params, PG_TIME, time_us - PG_EPOCH_US);
}

void pg_params_add_date(struct pg_params *params, int64_t days)
{
    uint32_t wire = htobe32((uint32_t)(int32_t)(days - PG_EPOCH_DAYS));
    add_copy(params, PG_DATE, &wire, sizeof(wire));
}

/* ---- arrays ---- */

static void put(struct pg_array *array, const void *bytes, size_t length)
{
    if (length > array->capacity - array->length) {
        size_t capacity = array->capacity;
        char *grown;
        while (capacity - array->length < length)
            capacity *= 2;
        grown = arena_alloc(array->params->arena, capacity);
        memcpy(grown, array->data, array->length);
        array->data = grown;
        array->capacity = capacity;
    }
    if (length > 0)
        memcpy(array->data + array->length, bytes, length);
    array->length += length;
}

static void put_32(struct pg_array *array, uint32_t number)
{
    uint32_t wire = htobe32(number);
    put(array, &wire, sizeof(wire));
}

static void put_element(struct pg_array *array, enum pg_type type, const void *bytes, size_t length)
{
    assert(array->type == type);
    assert(length <= INT_MAX);
    put_32(array, (uint32_t)length);
    put(array, bytes, length);
    array->elements++;
}

struct pg_array *pg_array_begin(struct pg_params *params, enum pg_type array_type)
{
    struct pg_array *array = ARENA_NEW(params->arena, struct pg_array);
    assert(element_oid(array_type) != 0);
    array->params = params;
    array->type = array_type;
    array->capacity = ARRAY_BYTES_INITIAL;
    array->data = arena_alloc(params->arena, array->capacity);
    array->length = ARRAY_HEADER_BYTES;
    return array;
}

void pg_array_add_null(struct pg_array *array)
{
    put_32(array, UINT32_MAX);
    array->elements++;
    array->has_null = true;
}

void pg_array_add_text(struct pg_array *array, const char *text)
{
    if (text)
        put_element(array, PG_TEXT_ARRAY, text, strlen(text));
    else
        pg_array_add_null(array);
}

void pg_array_add_uuid(struct pg_array *array, const struct uuid *uuid)
{
    if (uuid)
        put_element(array, PG_UUID_ARRAY, uuid->bytes, sizeof(uuid->bytes));
    else
        pg_array_add_null(array);
}

void pg_array_add_bytes(struct pg_array *array, const void *bytes, size_t length)
{
    if (bytes)
        put_element(array, PG_BYTES_ARRAY, bytes, length);
    else
        pg_array_add_null(array);
}

void pg_array_add_int64(struct pg_array *array, int64_t number)
{
    uint64_t wire = htobe64((uint64_t)number);
    put_element(array, PG_INT64_ARRAY, &wire, sizeof(wire));
}

void pg_array_add_bool(struct pg_array *array, bool value)
{
    put_element(array, PG_BOOL_ARRAY, &(char){value ? 1 : 0}, 1);
}

void pg_array_add_time(struct pg_array *array, int64_t time_us)
{
    uint64_t wire = htobe64((uint64_t)(time_us - PG_EPOCH_US));
    if (time_us == 0)
        pg_array_add_null(array);
    else
        put_element(array, PG_TIME_ARRAY, &wire, sizeof(wire));
}

void pg_array_add_date(struct pg_array *array, int64_t days)
{
    uint32_t wire = htobe32((uint32_t)(int32_t)(days - PG_EPOCH_DAYS));
    put_element(array, PG_DATE_ARRAY, &wire, sizeof(wire));
}

void pg_array_end(struct pg_array *array)
{
    uint32_t header[ARRAY_HEADER_BYTES / sizeof(uint32_t)] = {
        htobe32(1), htobe32(array->has_null ? 1 : 0), htobe32(element_oid(array->type)), htobe32(array->elements),
        htobe32(1),
    };
    memcpy(array->data, header, sizeof(header));
    add(array->params, array->type, array->data, array->length);
}
