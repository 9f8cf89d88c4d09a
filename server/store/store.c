/*
 * A thread's way to the data, and the rows of akkoord.data_key. Used by one thread at a time; the keyring is shared and
 * locks itself.
 */
#include "akkoord/store/store.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/memory.h"
#include "akkoord/pg/sql.h"

struct store *store_new_with_options(const struct pg_options *options, struct keyring *keyring)
{
    struct store *store = memory_alloc_zero(1, sizeof(*store));
    store->pg = pg_connection_new(options);
    store->keyring = keyring;
    return store;
}

struct store *store_new(const char *url, const char *application, struct keyring *keyring)
{
    struct pg_options options = {.url = url, .application = application, .role = STORE_ROLE_WORKER};
    return store_new_with_options(&options, keyring);
}

struct store *store_new_of_customers(const char *url, const char *application, struct keyring *keyring)
{
    struct pg_options options = {.url = url,
                                 .application = application,
                                 .role = STORE_ROLE_SERVER,
                                 .session_begin = &sql_session_begin_of_customers};
    return store_new_with_options(&options, keyring);
}

void store_set_customer(struct store *store, const struct uuid *customer_id)
{
    pg_set_customer(store->pg, customer_id);
}

void store_free(struct store *store)
{
    if (store == NULL)
        return;
    store_audit_release(store);
    pg_connection_free(store->pg);
    free(store);
}

/* How a key is inserted: inside the caller's transaction or alone, or as the first statement of one that begins here.
 */
enum insertion { INSERTION_ALONE, INSERTION_BEGINS };

/* False in *inserted when the database says that the KEK was retired. */
static enum status insert(struct store *store, struct arena *arena, enum insertion how, const struct data_key *key,
                          const struct uuid *customer_id, const struct wrapped_key *wrapped, bool *inserted,
                          struct error *error)
{
    struct pg_params params;
    struct pg_batch_item items[] = {{.statement = &pg_statement_begin},
                                    {.statement = &sql_data_key_insert, .params = &params}};
    size_t count = how == INSERTION_BEGINS ? 2 : 1;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &key->id);
    pg_params_add_text(&params, key_purpose_name(key->purpose));
    pg_params_add_uuid(&params, &wrapped->kek_id);
    pg_params_add_bytes(&params, wrapped->bytes, sizeof(wrapped->bytes));
    pg_params_add_time(&params, clock_now_us());
    pg_params_add_uuid(&params, customer_id);
    enum status status = pg_execute_batch(store->pg, items + 2 - count, count, NULL, error);
    *inserted = status == STATUS_OK && pg_result_affected(items[1].result) == 1;
    pg_batch_release(items, 2);
    return status;
}

static enum status insert_new(struct store *store, struct arena *arena, enum insertion how, enum key_purpose purpose,
                              const struct uuid *customer_id, struct data_key *key, struct error *error)
{
    struct wrapped_key wrapped;
    bool inserted = false;
    for (int tries = 0; tries < 2; tries++) {
        enum status status = vault_data_key_new(store->keyring, purpose, key, &wrapped, error);
        if (status != STATUS_OK)
            return status;
        status = insert(store, arena, how, key, customer_id, &wrapped, &inserted, error);
        if (status == STATUS_OK && inserted)
            return STATUS_OK;
        if (how == INSERTION_BEGINS)
            pg_rollback(store->pg);
        vault_data_key_release(key);
        if (status != STATUS_OK)
            return status;
        /* Another process began a new epoch: its keys are in the file. */
        keyring_refresh(store->keyring);
    }
    return store_kek_retired(&wrapped.kek_id, error);
}

enum status store_data_key_insert(struct store *store, struct arena *arena, enum key_purpose purpose,
                                  const struct uuid *customer_id, struct data_key *key, struct error *error)
{
    return insert_new(store, arena, INSERTION_ALONE, purpose, customer_id, key, error);
}

enum status store_data_key_begin(struct store *store, struct arena *arena, enum key_purpose purpose,
                                 const struct uuid *customer_id, struct data_key *key, struct error *error)
{
    return insert_new(store, arena, INSERTION_BEGINS, purpose, customer_id, key, error);
}

enum status store_kek_retired(const struct uuid *kek_id, struct error *error)
{
    char text[UUID_TEXT_BYTES];
    return error_set(error, STATUS_UNAVAILABLE, "kek_retired",
                     "key %s was retired, and the keyring file here has no newer one", uuid_format(kek_id, text));
}

enum status store_data_key_unwrap(struct store *store, const struct uuid *id, enum key_purpose purpose,
                                  const void *wrapped, size_t length, struct data_key *key, struct error *error)
{
    return vault_data_key_unwrap(store->keyring, purpose, id, wrapped, length, key, error);
}
