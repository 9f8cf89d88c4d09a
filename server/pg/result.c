/*
 * Owns a result and reads its columns, which always come in PostgreSQL's binary format. Pure: no session is involved.
 * Runs on any thread. A wrong column number or type is a bug in the caller and asserted.
 */
#include <assert.h>
#include <endian.h>
#include <string.h>

#include "akkoord/base/memory.h"
#include "internal.h"

struct pg_result {
    PGresult *raw;
    size_t rows;
    int64_t affected;
};

struct pg_result *pg_result_wrap(PGresult *raw)
{
    struct pg_result *result = memory_alloc_zero(1, sizeof(*result));
    result->raw = raw;
    result->rows = (size_t)PQntuples(raw);
    for (const char *digit = PQcmdTuples(raw); *digit; digit++)
        result->affected = result->affected * 10 + (*digit - '0');
    return result;
}

void pg_result_free(struct pg_result *result)
{
    if (!result)
        return;
    PQclear(result->raw);
    free(result);
}

size_t pg_result_rows(const struct pg_result *result)
{
    return result->rows;
}

int64_t pg_result_affected(const struct pg_result *result)
{
    return result->affected;
}

static const char *value_at(const struct pg_result *result, size_t row, int column)
{
    assert(row < result->rows);
    assert(column >= 0 && column < PQnfields(result->raw));
    return PQgetvalue(result->raw, (int)row, column);
}

static size_t length_at(const struct pg_result *result, size_t row, int column)
{
    return (size_t)PQgetlength(result->raw, (int)row, column);
}

bool pg_is_null(const struct pg_result *result, size_t row, int column)
{
    (void)value_at(result, row, column);
    return PQgetisnull(result->raw, (int)row, column) != 0;
}

int64_t pg_get_int64(const struct pg_result *result, size_t row, int column)
{
    const char *value = value_at(result, row, column);
    uint16_t two;
    uint32_t four;
    uint64_t eight;
    switch (PQftype(result->raw, column)) {
    case OID_INT2:
        assert(length_at(result, row, column) == sizeof(two));
        memcpy(&two, value, sizeof(two));
        return (int16_t)be16toh(two);
    case OID_INT4:
        assert(length_at(result, row, column) == sizeof(four));
        memcpy(&four, value, sizeof(four));
        return (int32_t)be32toh(four);
    default:
        assert(PQftype(result->raw, column) == OID_INT8);
        assert(length_at(result, row, column) == sizeof(eight));
        memcpy(&eight, value, sizeof(eight));
        return (int64_t)be64toh(eight);
    }
}

bool pg_get_bool(const struct pg_result *result, size_t row, int column)
{
    const char *value = value_at(result, row, column);
    assert(PQftype(result->raw, column) == OID_BOOL);
    assert(length_at(result, row, column) == 1);
    return value[0] != 0;
}

struct uuid pg_get_uuid(const struct pg_result *result, size_t row, int column)
{
    const char *value = value_at(result, row, column);
    struct uuid uuid;
    assert(PQftype(result->raw, column) == OID_UUID);
    assert(length_at(result, row, column) == sizeof(uuid.bytes));
    memcpy(uuid.bytes, value, sizeof(uuid.bytes));
    return uuid;
}

struct uuid pg_get_optional_uuid(const struct pg_result *result, size_t row, int column)
{
    return pg_is_null(result, row, column) ? (struct uuid){{0}} : pg_get_uuid(result, row, column);
}

/* The types whose binary form is not their text. */
static bool is_text(Oid type)
{
    switch (type) {
    case OID_BOOL:
    case OID_BYTEA:
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_DATE:
    case OID_TIMESTAMPTZ:
    case OID_UUID:
        return false;
    default:
        return true;
    }
}

const char *pg_get_text(const struct pg_result *result, size_t row, int column)
{
    const char *value = value_at(result, row, column);
    if (pg_is_null(result, row, column))
        return NULL;
    assert(is_text(PQftype(result->raw, column)));
    /* jsonb_send puts a version number in front. */
    return PQftype(result->raw, column) == OID_JSONB ? value + 1 : value;
}

const uint8_t *pg_get_bytes(const struct pg_result *result, size_t row, int column, size_t *length)
{
    const char *value = value_at(result, row, column);
    *length = 0;
    if (pg_is_null(result, row, column))
        return NULL;
    assert(PQftype(result->raw, column) == OID_BYTEA);
    *length = length_at(result, row, column);
    return (const uint8_t *)value;
}

int64_t pg_get_time(const struct pg_result *result, size_t row, int column)
{
    const char *value = value_at(result, row, column);
    uint64_t wire;
    if (pg_is_null(result, row, column))
        return 0;
    assert(PQftype(result->raw, column) == OID_TIMESTAMPTZ);
    assert(length_at(result, row, column) == sizeof(wire));
    memcpy(&wire, value, sizeof(wire));
    return (int64_t)be64toh(wire) + PG_EPOCH_US;
}

int64_t pg_get_date(const struct pg_result *result, size_t row, int column)
{
    const char *value = value_at(result, row, column);
    uint32_t wire;
    assert(PQftype(result->raw, column) == OID_DATE);
    assert(length_at(result, row, column) == sizeof(wire));
    memcpy(&wire, value, sizeof(wire));
    return (int32_t)be32toh(wire) + PG_EPOCH_DAYS;
}
