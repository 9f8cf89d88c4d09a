/* What the files of the store read and write alike: see rows.h. Keeps nothing between calls. */
#include "rows.h"

#include "akkoord/base/log.h"
#include "akkoord/vault/blind_index.h"

void store_read_text(const struct pg_result *result, size_t row, int column, char *out, size_t out_bytes)
{
    const char *text = pg_get_text(result, row, column);
    snprintf(out, out_bytes, "%s", text != NULL ? text : "");
}

void store_read_bytes(const struct pg_result *result, size_t row, int column, uint8_t *out, size_t out_bytes)
{
    size_t length;
    const uint8_t *bytes = pg_get_bytes(result, row, column, &length);
    if (bytes != NULL && length == out_bytes)
        memcpy(out, bytes, out_bytes);
    else
        memset(out, 0, out_bytes);
}

void store_add_uuids(struct pg_params *params, const struct uuid *uuids, size_t count)
{
    struct pg_array *array = pg_array_begin(params, PG_UUID_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_uuid(array, &uuids[i]);
    pg_array_end(array);
}

void store_add_new_uuids(struct pg_params *params, size_t count)
{
    struct pg_array *array = pg_array_begin(params, PG_UUID_ARRAY);
    for (size_t i = 0; i < count; i++) {
        struct uuid uuid = uuid_new();
        pg_array_add_uuid(array, &uuid);
    }
    pg_array_end(array);
}

void store_add_email_candidates(struct store *store, struct pg_params *params, const char *email)
{
    struct blind_index indexes[BLIND_INDEX_KEYS_MAX];
    size_t count = blind_index_candidates(store->keyring, email, indexes);
    struct pg_array *array = pg_array_begin(params, PG_BYTES_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_bytes(array, indexes[i].bytes, sizeof(indexes[i].bytes));
    pg_array_end(array);
}

bool store_row_was_altered(const char *table, const struct uuid *id, const struct error *fault)
{
    if (strcmp(fault->code, "sealed_blob_rejected") != 0 && strcmp(fault->code, "wrapped_key_rejected") != 0)
        return false;
    log_event(LOG_ERROR, "row.unreadable", log_text("table", table), log_uuid("id", id), log_text("code", fault->code));
    return true;
}
