/* Sessions: rows of akkoord.session. Any worker thread with its own store. */
#include "akkoord/store/sessions.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"

static const char *const role_names[STAFF_ROLES] = {
    [STAFF_REVIEWER] = "reviewer",
    [STAFF_MANAGER] = "manager",
    [STAFF_AUDITOR] = "auditor",
};

const char *staff_role_name(enum staff_role role)
{
    return role_names[role];
}

enum status staff_role_parse(const char *text, enum staff_role *role)
{
    for (size_t i = 0; i < STAFF_ROLES; i++) {
        if (strcmp(text, role_names[i]) == 0) {
            *role = (enum staff_role)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

static enum status begin_session(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                 const struct uuid *staff_id, int64_t seconds, char token[TOKEN_TEXT_BYTES],
                                 struct error *error)
{
    uint8_t hash[SHA256_BYTES];
    int64_t now_us = clock_now_us();
    const struct uuid id = uuid_new();
    token_new(token, hash);
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_bytes(&params, hash, sizeof(hash));
    pg_params_add_uuid(&params, customer_id);
    pg_params_add_uuid(&params, staff_id);
    pg_params_add_time(&params, now_us);
    pg_params_add_time(&params, now_us + seconds * CLOCK_US_PER_SECOND);
    pg_params_add_uuid(&params, &id);
    return pg_execute(store->pg, &sql_login_begin, &params, NULL, error);
}

enum status store_session_begin_customer(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                         char token[TOKEN_TEXT_BYTES], struct error *error)
{
    return begin_session(store, arena, customer_id, NULL, SESSION_CUSTOMER_SECONDS, token, error);
}

enum status store_session_begin_by_code(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                        char token[TOKEN_TEXT_BYTES], struct error *error)
{
    return begin_session(store, arena, customer_id, NULL, SESSION_BY_CODE_SECONDS, token, error);
}

enum status store_session_begin_staff(struct store *store, struct arena *arena, const struct uuid *staff_id,
                                      char token[TOKEN_TEXT_BYTES], struct error *error)
{
    return begin_session(store, arena, NULL, staff_id, SESSION_STAFF_SECONDS, token, error);
}

static enum status read_session(const struct pg_result *result, struct session *session, struct error *error)
{
    *session = (struct session){
        .customer_id = pg_get_optional_uuid(result, 0, 0),
        .staff_id = pg_get_optional_uuid(result, 0, 2),
        .expires_at_us = pg_get_time(result, 0, 4),
    };
    enum status status = uuid_is_nil(&session->staff_id) ? language_parse(pg_get_text(result, 0, 1), &session->language)
                                                         : staff_role_parse(pg_get_text(result, 0, 3), &session->role);
    if (status != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "session_unreadable", "a word in the database is not known here");
    return STATUS_OK;
}

enum status store_session_find(struct store *store, struct arena *arena, const char *token, size_t length,
                               struct session *session, struct error *error)
{
    uint8_t hash[SHA256_BYTES];
    enum status status = token_hash(token, length, hash, error);
    if (status != STATUS_OK)
        return status;
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_bytes(&params, hash, sizeof(hash));
    pg_params_add_time(&params, clock_now_us());
    struct pg_result *result = NULL;
    status = pg_execute(store->pg, &sql_login_find, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    if (pg_result_rows(result) == 0)
        status =
            error_set(error, STATUS_UNAUTHENTICATED, "unauthenticated", "this token is not valid, or not any more");
    else
        status = read_session(result, session, error);
    pg_result_free(result);
    return status;
}

enum status store_session_end(struct store *store, struct arena *arena, const char *token, size_t length,
                              struct error *error)
{
    uint8_t hash[SHA256_BYTES];
    enum status status = token_hash(token, length, hash, error);
    if (status != STATUS_OK)
        return status;
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_bytes(&params, hash, sizeof(hash));
    return pg_execute(store->pg, &sql_login_end, &params, NULL, error);
}

/* ---- a customer's own ---- */

enum status store_sessions_list(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                const char *token, size_t length, const struct uuid *after, size_t limit,
                                struct listed_session **sessions, size_t *count, struct error *error)
{
    uint8_t hash[SHA256_BYTES];
    enum status status = token_hash(token, length, hash, error);
    if (status != STATUS_OK)
        return status;
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, customer_id);
    pg_params_add_time(&params, clock_now_us());
    pg_params_add_uuid(&params, uuid_is_nil(after) ? NULL : after);
    pg_params_add_int64(&params, (int64_t)limit);
    struct pg_result *result = NULL;
    status = pg_execute(store->pg, &sql_login_list, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *sessions = ARENA_ARRAY(arena, struct listed_session, *count);
    for (size_t i = 0; i < *count; i++) {
        size_t stored_length;
        const uint8_t *stored = pg_get_bytes(result, i, 1, &stored_length);
        (*sessions)[i] = (struct listed_session){
            .id = pg_get_uuid(result, i, 0),
            .created_at_us = pg_get_time(result, i, 2),
            .expires_at_us = pg_get_time(result, i, 3),
            .is_current = crypto_equal(stored, stored_length, hash, sizeof(hash)),
        };
    }
    pg_result_free(result);
    return STATUS_OK;
}

enum status store_session_end_one(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                  const struct uuid *id, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, customer_id);
    pg_params_add_uuid(&params, id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_login_end_one, &params, &result, error);
    if (status == STATUS_OK && pg_result_affected(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such session");
    pg_result_free(result);
    return status;
}

enum status store_sessions_end_others(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                      const char *token, size_t length, struct error *error)
{
    uint8_t hash[SHA256_BYTES];
    enum status status = token != NULL ? token_hash(token, length, hash, error) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, customer_id);
    pg_params_add_bytes(&params, token != NULL ? hash : NULL, sizeof(hash));
    return pg_execute(store->pg, &sql_login_end_others, &params, NULL, error);
}
