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

enum status store_data_key_prepare(struct store *store, struct arena *arena, enum key_purpose purpose,
                                   const struct uuid *customer_id, struct data_key *key, struct pg_params *params,
                                   struct uuid *kek_id, struct error *error)
{
    struct wrapped_key *wrapped = ARENA_NEW(arena, struct wrapped_key); /* the parameters point into it */
    enum status status = vault_data_key_new(store->keyring, purpose, key, wrapped, error);
    if (status != STATUS_OK)
        return status;
    *kek_id = wrapped->kek_id;
    pg_params_init(params, arena);
    pg_params_add_uuid(params, &key->id);
    pg_params_add_text(params, key_purpose_name(key->purpose));
    pg_params_add_uuid(params, &wrapped->kek_id);
    pg_params_add_bytes(params, wrapped->bytes, sizeof(wrapped->bytes));
    pg_params_add_time(params, clock_now_us());
    pg_params_add_uuid(params, customer_id);
    return STATUS_OK;
}

enum status store_data_key_insert(struct store *store, struct arena *arena, enum key_purpose purpose,
                                  const struct uuid *customer_id, struct data_key *key, struct error *error)
{
    struct uuid kek_id;
    for (int tries = 0; tries < 2; tries++) {
        struct pg_params params;
        struct pg_result *result = NULL;
        enum status status = store_data_key_prepare(store, arena, purpose, customer_id, key, &params, &kek_id, error);
        if (status != STATUS_OK)
            return status;
        status = pg_execute(store->pg, &sql_data_key_insert, &params, &result, error);
        bool inserted = status == STATUS_OK && pg_result_affected(result) == 1;
        pg_result_free(result);
        if (inserted)
            return STATUS_OK;
        vault_data_key_release(key);
        if (status != STATUS_OK)
            return status;
        /* Another process began a new epoch: its keys are in the file. */
        keyring_refresh(store->keyring);
    }
    return store_kek_retired(&kek_id, error);
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
