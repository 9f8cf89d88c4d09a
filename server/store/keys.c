/*
 * Holds the keyring against the database. Whatever thread owns the store runs it; a verification reads every data key,
 * page by page. Prints and logs nothing, and no key leaves it.
 */
#include "akkoord/store/keys.h"

#include <inttypes.h>

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"

#define PAGE_ROWS 1000

/* ---- registering ---- */

static enum status note_new_keys(struct store *store, struct arena *arena, struct error *error)
{
    const struct keyring_entry *entries;
    size_t count = keyring_list(store->keyring, arena, &entries);
    struct pg_params params;
    pg_params_init(&params, arena);
    struct pg_array *ids = pg_array_begin(&params, PG_UUID_ARRAY);
    struct pg_array *purposes = pg_array_begin(&params, PG_TEXT_ARRAY);
    struct pg_array *fingerprints = pg_array_begin(&params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < count; i++) {
        if (entries[i].state == KEY_STATE_DESTROYED)
            continue;
        pg_array_add_uuid(ids, &entries[i].id);
        pg_array_add_text(purposes, key_purpose_name(entries[i].purpose));
        pg_array_add_text(fingerprints, entries[i].fingerprint);
    }
    pg_array_end(ids);
    pg_array_end(purposes);
    pg_array_end(fingerprints);
    pg_params_add_time(&params, clock_now_us());
    return pg_execute(store->pg, &sql_key_register, &params, NULL, error);
}

enum status store_keys_register(struct store *store, struct arena *arena, struct error *error)
{
    struct pg_result *result = NULL;
    /* What is there already is checked first: a wrong keyring leaves no trace. */
    enum status status = pg_execute(store->pg, &sql_key_registered, NULL, &result, error);
    for (size_t i = 0; status == STATUS_OK && i < pg_result_rows(result); i++) {
        struct uuid id = pg_get_uuid(result, i, 0);
        status = keyring_check_fingerprint(store->keyring, &id, pg_get_text(result, i, 1), error);
    }
    pg_result_free(result);
    return status == STATUS_OK ? note_new_keys(store, arena, error) : status;
}

/* ---- verifying ---- */

struct verification {
    struct store *store;
    store_keys_fault *fault;
    void *context;
    struct keys_report *report;
};

static void tell(const struct verification *verification, const struct error *error)
{
    verification->report->faults++;
    verification->fault(verification->context, error->detail);
}

static enum status verify_registered(const struct verification *verification, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(verification->store->pg, &sql_key_registered, NULL, &result, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < pg_result_rows(result); i++) {
        struct error fault;
        struct uuid id = pg_get_uuid(result, i, 0);
        if (keyring_check_fingerprint(verification->store->keyring, &id, pg_get_text(result, i, 1), &fault) !=
            STATUS_OK)
            tell(verification, &fault);
    }
    verification->report->key_encryption_keys = pg_result_rows(result);
    pg_result_free(result);
    return STATUS_OK;
}

static const struct keyring_entry *find_entry(const struct keyring_entry *entries, size_t count, const struct uuid *id)
{
    for (size_t i = 0; i < count; i++) {
        if (uuid_equal(&entries[i].id, id))
            return &entries[i];
    }
    return NULL;
}

/* Keys that rows need and that can't be used; a fault each, however many rows. */
static enum status verify_named(const struct verification *verification, struct arena *arena, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(verification->store->pg, &sql_key_named, NULL, &result, error);
    if (status != STATUS_OK)
        return status;
    const struct keyring_entry *entries;
    size_t count = keyring_list(verification->store->keyring, arena, &entries);
    for (size_t i = 0; i < pg_result_rows(result); i++) {
        char text[UUID_TEXT_BYTES];
        struct error fault;
        struct uuid id = pg_get_uuid(result, i, 0);
        const struct keyring_entry *entry = find_entry(entries, count, &id);
        if (entry != NULL && entry->state != KEY_STATE_DESTROYED)
            continue;
        (void)error_set(&fault, STATUS_NOT_FOUND, "kek_gone",
                        "rows need key %s (of %" PRId64 " data keys), which is %s", uuid_format(&id, text),
                        pg_get_int64(result, i, 1),
                        entry == NULL ? "not on the keyring" : "destroyed: what they sealed is gone");
        tell(verification, &fault);
    }
    pg_result_free(result);
    return STATUS_OK;
}

static enum key_purpose parse_purpose(const char *text)
{
    for (int purpose = KEY_PURPOSE_PROFILE; purpose <= KEY_PURPOSES; purpose++) {
        if (strcmp(key_purpose_name((enum key_purpose)purpose), text) == 0)
            return (enum key_purpose)purpose;
    }
    return KEY_PURPOSE_INDEX; /* wraps nothing: the unwrapping is refused */
}

/* Keys whose KEK is not there were told of by verify_named(). */
static enum status verify_data_key(const struct verification *verification, const struct pg_result *result, size_t row,
                                   struct error *fault)
{
    struct data_key key = {0};
    struct uuid wrapped_by;
    size_t length;
    struct uuid id = pg_get_uuid(result, row, 0);
    struct uuid kek_id = pg_get_uuid(result, row, 3);
    const uint8_t *wrapped = pg_get_bytes(result, row, 2, &length);
    enum status status = vault_wrapped_key_kek(wrapped, length, &wrapped_by, fault);
    if (status == STATUS_OK && !uuid_equal(&kek_id, &wrapped_by))
        return error_set(fault, STATUS_INTERNAL, "kek_mismatch", "its row says that it is wrapped by another key");
    if (status == STATUS_OK)
        status = store_data_key_unwrap(verification->store, &id, parse_purpose(pg_get_text(result, row, 1)), wrapped,
                                       length, &key, fault);
    vault_data_key_release(&key);
    bool is_told = status == STATUS_NOT_FOUND || (status != STATUS_OK && strcmp(fault->code, "kek_unknown") == 0);
    return is_told ? STATUS_OK : status;
}

static void verify_row(const struct verification *verification, const struct pg_result *result, size_t row)
{
    struct error fault, told;
    char text[UUID_TEXT_BYTES];
    enum status status = verify_data_key(verification, result, row, &fault);
    if (status == STATUS_OK)
        return;
    struct uuid id = pg_get_uuid(result, row, 0);
    (void)error_set(&told, status, fault.code, "data key %s: %s", uuid_format(&id, text), fault.detail);
    tell(verification, &told);
}

/* *last is moved on; *rows is how many the page had. */
static enum status verify_page(const struct verification *verification, struct arena *arena, struct uuid *last,
                               size_t *rows, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, uuid_is_nil(last) ? NULL : last);
    pg_params_add_int64(&params, PAGE_ROWS);
    enum status status = pg_execute(verification->store->pg, &sql_key_page_data_keys, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *rows = pg_result_rows(result);
    for (size_t i = 0; i < *rows; i++)
        verify_row(verification, result, i);
    if (*rows > 0)
        *last = pg_get_uuid(result, *rows - 1, 0);
    verification->report->data_keys += (int64_t)*rows;
    pg_result_free(result);
    return STATUS_OK;
}

enum status store_keys_verify(struct store *store, store_keys_fault *fault, void *context, struct keys_report *report,
                              struct error *error)
{
    struct verification verification = {.store = store, .fault = fault, .context = context, .report = report};
    struct arena *arena = arena_new();
    struct uuid last = {{0}};
    size_t rows = PAGE_ROWS;
    *report = (struct keys_report){0};
    enum status status = verify_registered(&verification, error);
    if (status == STATUS_OK)
        status = verify_named(&verification, arena, error);
    while (status == STATUS_OK && rows == PAGE_ROWS) {
        arena_reset(arena);
        status = verify_page(&verification, arena, &last, &rows, error);
    }
    arena_free(arena);
    return status;
}
