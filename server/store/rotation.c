/*
 * The steps of a rotation in the database (order and reasons in rotation.h). One thread; keeps nothing between calls
 * but the session's advisory lock.
 */
#include "akkoord/store/rotation.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"

#define PAGE_ROWS    500
#define SCAN_TIME_MS 600000 /* of a statement that reads all data keys */

enum status store_rotation_lock(struct store *store, bool *taken, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_rotation_try_lock, NULL, &result, error);
    if (status == STATUS_OK)
        *taken = pg_get_bool(result, 0, 0);
    pg_result_free(result);
    return status;
}

enum status store_rotation_unlock(struct store *store, struct error *error)
{
    return pg_execute(store->pg, &sql_rotation_unlock, NULL, NULL, error);
}

static void add_ids(struct pg_params *params, const struct uuid *ids, size_t count)
{
    struct pg_array *array = pg_array_begin(params, PG_UUID_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_uuid(array, &ids[i]);
    pg_array_end(array);
}

/* ---- looking ---- */

static struct rotation_key *find_key(struct rotation_key *keys, size_t count, const struct uuid *id)
{
    for (size_t i = 0; i < count; i++) {
        if (uuid_equal(&keys[i].entry.id, id))
            return &keys[i];
    }
    return NULL;
}

static enum status read_notes(struct store *store, struct rotation_key *keys, size_t count, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_key_registered, NULL, &result, error);
    for (size_t i = 0; status == STATUS_OK && i < pg_result_rows(result); i++) {
        struct uuid id = pg_get_uuid(result, i, 0);
        struct rotation_key *key = find_key(keys, count, &id);
        if (key == NULL)
            continue;
        key->is_noted_retired = !pg_is_null(result, i, 2);
        key->is_noted_destroyed = !pg_is_null(result, i, 3);
    }
    pg_result_free(result);
    return status;
}

static enum status count_wrapped(struct store *store, struct arena *arena, struct rotation_key *keys, size_t count,
                                 struct error *error)
{
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = keys[i].entry.id;
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    add_ids(&params, ids, count);
    pg_set_call_timeout_ms(store->pg, SCAN_TIME_MS);
    enum status status = pg_execute(store->pg, &sql_rotation_count, &params, &result, error);
    pg_set_call_timeout_ms(store->pg, 0);
    for (size_t i = 0; status == STATUS_OK && i < pg_result_rows(result); i++) {
        struct uuid id = pg_get_uuid(result, i, 0);
        struct rotation_key *key = find_key(keys, count, &id);
        if (key != NULL)
            key->data_keys = pg_get_int64(result, i, 1);
    }
    pg_result_free(result);
    return status;
}

enum status store_rotation_look(struct store *store, struct arena *arena, struct rotation_key **keys, size_t *count,
                                struct error *error)
{
    const struct keyring_entry *entries;
    *count = keyring_list(store->keyring, arena, &entries);
    *keys = ARENA_ARRAY(arena, struct rotation_key, *count);
    for (size_t i = 0; i < *count; i++)
        (*keys)[i].entry = entries[i];
    enum status status = read_notes(store, *keys, *count, error);
    return status == STATUS_OK ? count_wrapped(store, arena, *keys, *count, error) : status;
}

/* ---- retiring ---- */

enum status store_rotation_retire(struct store *store, struct arena *arena, const struct uuid *ids, size_t count,
                                  struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    add_ids(&params, ids, count);
    pg_params_add_time(&params, clock_now_us());
    struct pg_batch_item items[] = {
        {.statement = &pg_statement_begin},
        {.statement = &sql_rotation_bound_waiting},
        {.statement = &sql_rotation_wait_for_writers},
        {.statement = &sql_rotation_retire, .params = &params},
        {.statement = &pg_statement_commit},
    };
    size_t items_count = sizeof(items) / sizeof(items[0]);
    enum status status = pg_execute_batch(store->pg, items, items_count, NULL, error);
    pg_batch_release(items, items_count);
    pg_rollback(store->pg);
    return status;
}

/* ---- wrapping anew ---- */

struct rewrapping {
    struct pg_array *ids;
    struct pg_array *wrapped;
    struct pg_array *kek_ids;
    struct pg_array *fresh;
    size_t count;
};

static void rewrap_rows(struct store *store, const struct pg_result *result, struct rewrapping *rewrapping,
                        struct rotation_page *page, store_rotation_fault *fault, void *context)
{
    for (size_t i = 0; i < pg_result_rows(result); i++) {
        struct wrapped_key fresh;
        struct error error, told;
        char text[UUID_TEXT_BYTES];
        size_t length;
        struct uuid id = pg_get_uuid(result, i, 0);
        const uint8_t *wrapped = pg_get_bytes(result, i, 1, &length);
        if (vault_data_key_rewrap(store->keyring, wrapped, length, &fresh, &error) != STATUS_OK) {
            (void)error_set(&told, error.status, error.code, "data key %s: %s", uuid_format(&id, text), error.detail);
            fault(context, told.detail);
            page->faults++;
            continue;
        }
        pg_array_add_uuid(rewrapping->ids, &id);
        pg_array_add_bytes(rewrapping->wrapped, wrapped, length);
        pg_array_add_uuid(rewrapping->kek_ids, &fresh.kek_id);
        pg_array_add_bytes(rewrapping->fresh, fresh.bytes, sizeof(fresh.bytes));
        rewrapping->count++;
    }
}

static enum status rewrap(struct store *store, struct arena *arena, const struct pg_result *result,
                          struct rotation_page *page, store_rotation_fault *fault, void *context, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    struct rewrapping rewrapping = {.ids = pg_array_begin(&params, PG_UUID_ARRAY),
                                    .wrapped = pg_array_begin(&params, PG_BYTES_ARRAY),
                                    .kek_ids = pg_array_begin(&params, PG_UUID_ARRAY),
                                    .fresh = pg_array_begin(&params, PG_BYTES_ARRAY)};
    rewrap_rows(store, result, &rewrapping, page, fault, context);
    pg_array_end(rewrapping.ids);
    pg_array_end(rewrapping.wrapped);
    pg_array_end(rewrapping.kek_ids);
    pg_array_end(rewrapping.fresh);
    if (rewrapping.count == 0)
        return STATUS_OK;
    struct pg_result *updated = NULL;
    enum status status = pg_execute(store->pg, &sql_rotation_rewrap, &params, &updated, error);
    if (status == STATUS_OK)
        page->rewrapped = pg_result_affected(updated);
    pg_result_free(updated);
    return status;
}

enum status store_rotation_rewrap_page(struct store *store, struct arena *arena, const struct uuid *kek_id,
                                       struct rotation_page *page, store_rotation_fault *fault, void *context,
                                       struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, kek_id);
    pg_params_add_uuid(&params, &page->last);
    pg_params_add_int64(&params, PAGE_ROWS);
    enum status status = pg_execute(store->pg, &sql_rotation_page, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    struct rotation_page next = {.rows = pg_result_rows(result)};
    if (next.rows > 0) {
        next.last = pg_get_uuid(result, next.rows - 1, 0);
        status = rewrap(store, arena, result, &next, fault, context, error);
    }
    pg_result_free(result);
    if (status == STATUS_OK)
        *page = next;
    return status;
}

/* ---- destroying ---- */

enum status store_rotation_find_used(struct store *store, struct arena *arena, const struct uuid *ids, size_t count,
                                     struct uuid **used, size_t *used_count, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    add_ids(&params, ids, count);
    pg_set_call_timeout_ms(store->pg, SCAN_TIME_MS);
    enum status status = pg_execute(store->pg, &sql_rotation_find_wrapped, &params, &result, error);
    pg_set_call_timeout_ms(store->pg, 0);
    if (status == STATUS_OK) {
        *used_count = pg_result_rows(result);
        *used = ARENA_ARRAY(arena, struct uuid, *used_count);
        for (size_t i = 0; i < *used_count; i++)
            (*used)[i] = pg_get_uuid(result, i, 0);
    }
    pg_result_free(result);
    return status;
}

enum status store_rotation_note_destroyed(struct store *store, struct arena *arena, const struct uuid *ids,
                                          size_t count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    add_ids(&params, ids, count);
    pg_params_add_time(&params, clock_now_us());
    return pg_execute(store->pg, &sql_rotation_destroy, &params, NULL, error);
}
