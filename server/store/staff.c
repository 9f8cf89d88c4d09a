/*
 * Adds members of staff and finds them at log-in. Whatever thread owns the store runs it. Hashes no password: that is
 * slow work, and the caller's.
 */
#include "akkoord/store/staff.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/memory.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"
#include "akkoord/vault/blind_index.h"
#include "staff_profile.h"

#define PROFILE_VERSION_FIRST 1

static struct seal_context profile_context(const struct uuid *id, int64_t version)
{
    return (struct seal_context){
        .table = "staff", .column = "profile_sealed", .row_id = *id, .subject_id = *id, .row_version = version};
}

/* ---- adding ---- */

static enum status insert_staff(struct store *store, struct arena *arena, const struct new_staff *staff,
                                const struct uuid *id, const struct data_key *key, struct error *error)
{
    const char *profile = staff_profile_write(arena, staff->email, staff->totp_secret);
    struct seal_context context = profile_context(id, PROFILE_VERSION_FIRST);
    uint8_t *blob;
    size_t blob_length;
    enum status status = seal_bytes(arena, key, &context, profile, strlen(profile), &blob, &blob_length, error);
    if (status != STATUS_OK)
        return status;
    struct blind_index index;
    blind_index_make(store->keyring, staff->email, &index);
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    pg_params_add_bytes(&params, index.bytes, sizeof(index.bytes));
    pg_params_add_uuid(&params, &index.key_id);
    pg_params_add_uuid(&params, &key->id);
    pg_params_add_int64(&params, PROFILE_VERSION_FIRST);
    pg_params_add_bytes(&params, blob, blob_length);
    pg_params_add_text(&params, staff->password_hash);
    pg_params_add_text(&params, staff_role_name(staff->role));
    pg_params_add_time(&params, clock_now_us());
    pg_params_add_bool(&params, staff->policy_author);
    return store_execute_touching(store, &sql_staff_insert, &params, NULL, AUDIT_STAFF, NULL, id, error);
}

static enum status email_taken(struct error *error)
{
    return error_set(error, STATUS_CONFLICT, "email_taken", "a member of staff with this e-mail address exists");
}

/* The unique index sees one index key only: an address may stand there under an older one. */
static enum status check_email_is_free(struct store *store, struct arena *arena, const char *email, struct error *error)
{
    struct staff_credentials taken;
    enum status status = store_staff_find(store, arena, email, &taken, error);
    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    return status == STATUS_OK ? email_taken(error) : status;
}

enum status store_staff_add(struct store *store, struct arena *arena, const struct new_staff *staff, struct uuid *id,
                            struct error *error)
{
    struct data_key key = {0};
    enum status status = check_email_is_free(store, arena, staff->email, error);
    if (status == STATUS_OK)
        status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = store_data_key_insert(store, arena, KEY_PURPOSE_STAFF, NULL, &key, error);
    if (status != STATUS_OK)
        goto out;
    *id = uuid_new();
    status = insert_staff(store, arena, staff, id, &key, error);
    if (status == STATUS_CONFLICT)
        status = email_taken(error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
out:
    if (status != STATUS_OK)
        pg_rollback(store->pg);
    vault_data_key_release(&key);
    return status;
}

/* ---- logging in ---- */

static enum status read_credentials(struct store *store, struct arena *arena, const struct pg_result *result,
                                    struct staff_credentials *credentials, struct error *error)
{
    size_t wrapped_length, blob_length, length;
    uint8_t *profile;
    struct data_key key = {0};
    struct uuid key_id = pg_get_uuid(result, 0, 5);
    const uint8_t *wrapped = pg_get_bytes(result, 0, 6, &wrapped_length);
    credentials->id = pg_get_uuid(result, 0, 0);
    credentials->password_hash = arena_copy_text(arena, pg_get_text(result, 0, 2));
    if (staff_role_parse(pg_get_text(result, 0, 1), &credentials->role) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "staff_unreadable", "a member of staff has a role that is not known");
    enum status status = store_data_key_unwrap(store, &key_id, KEY_PURPOSE_STAFF, wrapped, wrapped_length, &key, error);
    if (status != STATUS_OK)
        return status;
    struct seal_context context = profile_context(&credentials->id, pg_get_int64(result, 0, 3));
    const uint8_t *blob = pg_get_bytes(result, 0, 4, &blob_length);
    status = seal_open_bytes(arena, &key, &context, blob, blob_length, &profile, &length, error);
    if (status == STATUS_OK)
        status = staff_profile_read(arena, (const char *)profile, length, credentials->totp_secret, error);
    vault_data_key_release(&key);
    return status;
}

enum status store_staff_find(struct store *store, struct arena *arena, const char *email,
                             struct staff_credentials *credentials, struct error *error)
{
    struct blind_index indexes[BLIND_INDEX_KEYS_MAX];
    size_t count = blind_index_candidates(store->keyring, email, indexes);
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    struct pg_array *candidates = pg_array_begin(&params, PG_BYTES_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_bytes(candidates, indexes[i].bytes, sizeof(indexes[i].bytes));
    pg_array_end(candidates);
    enum status status = pg_execute(store->pg, &sql_staff_find, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    if (pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "no member of staff has this e-mail address");
    else
        status = read_credentials(store, arena, result, credentials, error);
    pg_result_free(result);
    return status;
}

enum status store_staff_end(struct store *store, struct arena *arena, const char *email, struct error *error)
{
    struct staff_credentials staff;
    struct pg_params params;
    enum status status = store_staff_find(store, arena, email, &staff, error);
    if (status != STATUS_OK)
        return status;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &staff.id);
    pg_params_add_time(&params, clock_now_us());
    status = store_execute_touching(store, &sql_staff_end, &params, NULL, AUDIT_STAFF, NULL, &staff.id, error);
    memory_cleanse(staff.totp_secret, sizeof(staff.totp_secret));
    return status;
}

static enum status use_code(struct store *store, struct arena *arena, const struct uuid *staff_id, int64_t totp_step,
                            struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, staff_id);
    pg_params_add_int64(&params, totp_step);
    enum status status = pg_execute(store->pg, &sql_staff_use_code, &params, &result, error);
    if (status == STATUS_OK && pg_result_affected(result) == 0)
        status = error_set(error, STATUS_UNAUTHENTICATED, "code_used", "the code has been used");
    pg_result_free(result);
    return status;
}

enum status store_staff_replace_hash(struct store *store, struct arena *arena,
                                     const struct staff_credentials *credentials, const char *password_hash,
                                     struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &credentials->id);
    pg_params_add_text(&params, credentials->password_hash);
    pg_params_add_text(&params, password_hash);
    return store_execute_touching(store, &sql_staff_set_password_hash, &params, NULL, AUDIT_STAFF, NULL,
                                  &credentials->id, error);
}

enum status store_staff_log_in(struct store *store, struct arena *arena, const struct uuid *staff_id, int64_t totp_step,
                               char token[TOKEN_TEXT_BYTES], struct error *error)
{
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = use_code(store, arena, staff_id, totp_step, error);
    if (status == STATUS_OK)
        status = store_session_begin_staff(store, arena, staff_id, token, error);
    if (status == STATUS_OK)
        status = pg_commit(store->pg, error);
    if (status != STATUS_OK)
        pg_rollback(store->pg);
    return status;
}
