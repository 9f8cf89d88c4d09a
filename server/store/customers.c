/* Customers: sealed profiles and the ways to find them. Any worker thread with its own store. */
#include "akkoord/store/customers.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/accounts.h"
#include "akkoord/store/audit.h"
#include "akkoord/store/sessions.h"
#include "akkoord/vault/blind_index.h"
#include "order_rows.h"
#include "rows.h"

#define FIRST_PROFILE_VERSION 1

static struct seal_context profile_context(const struct uuid *id, int64_t version)
{
    return (struct seal_context){
        .table = "customer", .column = "profile_sealed", .row_id = *id, .subject_id = *id, .row_version = version};
}

enum status store_customer_find_credentials(struct store *store, struct arena *arena, const char *email,
                                            struct customer_credentials *credentials, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    store_add_email_candidates(store, &params, email);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_customer_find_by_email, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    if (pg_result_rows(result) == 0) {
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "nobody has this address");
    } else {
        credentials->id = pg_get_uuid(result, 0, 0);
        snprintf(credentials->password_hash, sizeof(credentials->password_hash), "%s", pg_get_text(result, 0, 1));
    }
    pg_result_free(result);
    return status;
}

enum status store_customer_replace_hash(struct store *store, struct arena *arena,
                                        const struct customer_credentials *credentials, const char *password_hash,
                                        struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &credentials->id);
    pg_params_add_text(&params, credentials->password_hash);
    pg_params_add_text(&params, password_hash);
    return store_execute_touching(store, &sql_customer_set_password_hash, &params, NULL, AUDIT_CUSTOMER, NULL,
                                  &credentials->id, error);
}

/* ---- registration ---- */

static enum status email_taken(struct error *error)
{
    return error_set(error, STATUS_CONFLICT, "email_taken", "somebody has registered with this address already");
}

struct sealed_profile {
    uint8_t *bytes;
    size_t length;
};

static enum status seal_profile(struct arena *arena, const struct data_key *key, const struct uuid *id, int64_t version,
                                const struct profile *profile, struct sealed_profile *sealed, struct error *error)
{
    size_t length;
    const char *text = json_write(arena, profile_to_json(arena, profile), &length);
    const struct seal_context context = profile_context(id, version);
    return seal_bytes(arena, key, &context, text, length, &sealed->bytes, &sealed->length, error);
}

static enum status insert_customer(struct store *store, struct arena *arena, const struct profile *profile,
                                   const char *password_hash, const struct uuid *id, const struct data_key *key,
                                   struct error *error)
{
    struct sealed_profile sealed;
    enum status status = seal_profile(arena, key, id, FIRST_PROFILE_VERSION, profile, &sealed, error);
    if (status != STATUS_OK)
        return status;
    struct blind_index index;
    blind_index_make(store->keyring, profile->email, &index);
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    pg_params_add_bytes(&params, index.bytes, sizeof(index.bytes));
    pg_params_add_uuid(&params, &index.key_id);
    pg_params_add_uuid(&params, &key->id);
    pg_params_add_int64(&params, FIRST_PROFILE_VERSION);
    pg_params_add_bytes(&params, sealed.bytes, sealed.length);
    pg_params_add_text(&params, password_hash);
    pg_params_add_text(&params, language_name(profile->language));
    pg_params_add_time(&params, clock_now_us());
    status = store_execute_touching(store, &sql_customer_insert, &params, NULL, AUDIT_CUSTOMER, NULL, id, error);
    return status == STATUS_CONFLICT ? email_taken(error) : status;
}

/* The unique index knows the address under the active index key only: under an older one it is looked up. */
static enum status refuse_others_email(struct store *store, struct arena *arena, const struct uuid *id,
                                       const char *email, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    store_add_email_candidates(store, &params, email);
    pg_params_add_uuid(&params, id);
    enum status status = pg_execute(store->pg, &sql_customer_is_email_taken, &params, &result, error);
    if (status == STATUS_OK && pg_get_bool(result, 0, 0))
        status = email_taken(error);
    pg_result_free(result);
    return status;
}

enum status store_customer_register(struct store *store, struct arena *arena, const struct profile *profile,
                                    const char *password_hash, struct uuid *id, char token[TOKEN_TEXT_BYTES],
                                    struct error *error)
{
    struct data_key key = {.secret = NULL};
    *id = uuid_new();
    enum status status = refuse_others_email(store, arena, id, profile->email, error);
    if (status == STATUS_OK)
        status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = store_data_key_insert(store, arena, KEY_PURPOSE_PROFILE, id, &key, error);
    if (status == STATUS_OK)
        status = insert_customer(store, arena, profile, password_hash, id, &key, error);
    if (status == STATUS_OK)
        status = store_session_begin_customer(store, arena, id, token, error);
    if (status == STATUS_OK)
        status = store_code_begin_verification(store, arena, id, error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
    pg_rollback(store->pg);
    vault_data_key_release(&key);
    return status;
}

/* ---- reading ---- */

static enum status open_profile(struct store *store, struct arena *arena, const struct pg_result *result,
                                struct customer *customer, struct error *error)
{
    size_t wrapped_length;
    const uint8_t *wrapped = pg_get_bytes(result, 0, 1, &wrapped_length);
    size_t blob_length;
    const uint8_t *blob = pg_get_bytes(result, 0, 3, &blob_length);
    const struct seal_context context = profile_context(&customer->id, customer->profile_version);
    struct data_key key;
    uint8_t *text;
    size_t text_length;
    json_t *object;
    enum status status = store_data_key_unwrap(store, &customer->profile_key_id, KEY_PURPOSE_PROFILE, wrapped,
                                               wrapped_length, &key, error);
    if (status != STATUS_OK)
        return status;
    status = seal_open_bytes(arena, &key, &context, blob, blob_length, &text, &text_length, error);
    vault_data_key_release(&key);
    if (status != STATUS_OK)
        return status;
    if (json_parse_object(arena, (const char *)text, text_length, &object, error) != STATUS_OK ||
        profile_from_json(object, "", &customer->profile, error) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "profile_unreadable", "a sealed profile is not in its format");
    return STATUS_OK;
}

enum status store_customer_read(struct store *store, struct arena *arena, const struct pg_result *result,
                                const struct uuid *id, struct customer *customer, struct error *error)
{
    *customer = (struct customer){.id = *id};
    if (pg_result_rows(result) == 0)
        return error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such customer");
    customer->profile_key_id = pg_get_uuid(result, 0, 0);
    customer->profile_version = pg_get_int64(result, 0, 2);
    customer->created_at_us = pg_get_time(result, 0, 4);
    customer->restricted_since_us = pg_get_time(result, 0, 5);
    customer->email_is_verified = !pg_is_null(result, 0, 6);
    return open_profile(store, arena, result, customer, error);
}

enum status store_customer_load(struct store *store, struct arena *arena, const struct uuid *id,
                                struct customer *customer, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_customer_load, &params, &result, error);
    if (status == STATUS_OK)
        status = store_customer_read(store, arena, result, id, customer, error);
    pg_result_free(result);
    return status;
}

/* ---- changing ---- */

enum status store_customer_begin_change(struct store *store, struct arena *arena, const struct uuid *id,
                                        struct customer *customer, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = pg_execute(store->pg, &sql_customer_lock, &params, NULL, error);
    return status == STATUS_OK ? store_customer_load(store, arena, id, customer, error) : status;
}

static enum status delete_key(struct store *store, struct arena *arena, const struct uuid *id, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    return pg_execute(store->pg, &sql_data_key_delete, &params, NULL, error);
}

static enum status update_profile(struct store *store, struct arena *arena, const struct customer *customer,
                                  const struct data_key *key, struct error *error)
{
    struct sealed_profile sealed;
    enum status status =
        seal_profile(arena, key, &customer->id, customer->profile_version + 1, &customer->profile, &sealed, error);
    if (status != STATUS_OK)
        return status;
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &customer->id);
    pg_params_add_uuid(&params, &key->id);
    pg_params_add_bytes(&params, sealed.bytes, sealed.length);
    pg_params_add_text(&params, language_name(customer->profile.language));
    return store_execute_touching(store, &sql_customer_replace_profile, &params, NULL, AUDIT_CUSTOMER, NULL,
                                  &customer->id, error);
}

enum status store_customer_replace_profile(struct store *store, struct arena *arena, const struct customer *customer,
                                           struct error *error)
{
    struct data_key key = {.secret = NULL};
    enum status status = store_data_key_insert(store, arena, KEY_PURPOSE_PROFILE, &customer->id, &key, error);
    if (status == STATUS_OK)
        status = update_profile(store, arena, customer, &key, error);
    if (status == STATUS_OK)
        status = delete_key(store, arena, &customer->profile_key_id, error);
    vault_data_key_release(&key);
    return status;
}

static enum status update_email(struct store *store, struct arena *arena, const struct customer *customer,
                                struct error *error)
{
    struct blind_index index;
    blind_index_make(store->keyring, customer->profile.email, &index);
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &customer->id);
    pg_params_add_bytes(&params, index.bytes, sizeof(index.bytes));
    pg_params_add_uuid(&params, &index.key_id);
    pg_params_add_time(&params, clock_now_us());
    enum status status = store_execute_touching(store, &sql_customer_replace_email, &params, NULL, AUDIT_CUSTOMER, NULL,
                                                &customer->id, error);
    return status == STATUS_CONFLICT ? email_taken(error) : status;
}

enum status store_customer_replace_email(struct store *store, struct arena *arena, const struct customer *customer,
                                         struct error *error)
{
    enum status status = refuse_others_email(store, arena, &customer->id, customer->profile.email, error);
    if (status == STATUS_OK)
        status = store_customer_replace_profile(store, arena, customer, error);
    return status == STATUS_OK ? update_email(store, arena, customer, error) : status;
}
