/*
 * Codes by mail and what they allow. Worker threads; those that hash a password on the slow lane. No state between
 * calls.
 *
 * Who asks about an address learns nothing of whose it is: for every address the same is written, answered, and
 * counted, and the mail, or that there is none, follows on another thread.
 */
#include "akkoord/api/account.h"

#include "akkoord/api/fields.h"
#include "akkoord/api/rate_limits.h"
#include "akkoord/base/clock.h"
#include "akkoord/store/accounts.h"
#include "akkoord/vault/blind_index.h"
#include "akkoord/vault/password.h"

/* ---- fields ---- */

/* A body with only the fields of `known`. */
static enum status take_body(struct api_call *call, const char *const *known, json_t **body, struct error *error)
{
    enum status status = api_call_body(call, body, error);
    if (status == STATUS_OK)
        api_take_no_others(call, *body, "", known);
    return status;
}

static const char *take_code(struct api_call *call, const json_t *body)
{
    return api_take_text(call, body, "", "code", JSON_REQUIRED, MAILED_CODE_DIGITS);
}

/* ---- answers ---- */

/* A code is under way; until when it works. */
static void answer_code(struct api_call *call, struct http_answer *answer)
{
    json_t *object = json_new_object(call->arena);
    json_set_time(object, "expires_at", (clock_now_us() / CLOCK_US_PER_SECOND + CODE_SECONDS) * CLOCK_US_PER_SECOND);
    api_answer_json(call, answer, 202, object);
    if (call->options->wake_jobs != NULL)
        call->options->wake_jobs(call->options->jobs);
}

static enum status answer_done(enum status status, struct http_answer *answer)
{
    if (status == STATUS_OK)
        api_answer_nothing(answer);
    return status;
}

/* ---- the address of the registration ---- */

/* What store/accounts.h has a customer's code for. */
typedef enum status code_function(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                  const char *code, struct error *error);

static enum status use_code(struct api_call *call, code_function *use, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"code", NULL};
    json_t *body;
    enum status status = take_body(call, known, &body, error);
    if (status != STATUS_OK)
        return status;
    const char *code = take_code(call, body);
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status = use(call->store, call->arena, &call->customer_id, code, error);
    return answer_done(status, answer);
}

enum status api_email_verify(struct api_call *call, struct http_answer *answer, struct error *error)
{
    return use_code(call, store_account_verify, answer, error);
}

enum status api_email_verification_resend(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct customer customer;
    if (rate_limits_refuse_code(call, &call->customer_id, sizeof(call->customer_id), answer))
        return STATUS_OK;
    enum status status = store_customer_begin_change(call->store, call->arena, &call->customer_id, &customer, error);
    if (status == STATUS_OK && customer.email_is_verified)
        status = error_set(error, STATUS_CONFLICT, "email_verified", "this address has been confirmed already");
    if (status == STATUS_OK)
        status = store_code_begin_verification(call->store, call->arena, &call->customer_id, error);
    if (status == STATUS_OK)
        status = pg_commit(call->store->pg, error);
    if (status == STATUS_OK)
        answer_code(call, answer);
    return status;
}

/* ---- the password of whoever is logged in ---- */

static enum status wrong_password(const char *field, struct error *error)
{
    return error_set_field(error, STATUS_INVALID, "wrong", field, "this is not your password");
}

/* Counts as a try to log in; true when it was answered with 429. */
static enum status check_password(struct api_call *call, const char *field, const char *password,
                                  struct customer_credentials *credentials, struct http_answer *answer,
                                  bool *is_refused, struct error *error)
{
    struct customer customer;
    enum status status = store_customer_load(call->store, call->arena, &call->customer_id, &customer, error);
    if (status != STATUS_OK)
        return status;
    *is_refused = rate_limits_refuse_account(call, ACCOUNT_CUSTOMER, customer.profile.email, answer);
    if (*is_refused)
        return STATUS_OK;
    status = store_account_find_credentials(call->store, call->arena, &call->customer_id, credentials, error);
    if (status == STATUS_OK)
        status = password_verify(password, strlen(password), credentials->password_hash, error);
    return status == STATUS_UNAUTHENTICATED ? wrong_password(field, error) : status;
}

enum status api_password_change(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"current", "new", NULL};
    struct customer_credentials credentials;
    char hash[PASSWORD_HASH_BYTES];
    bool is_refused = false;
    size_t token_length = 0;
    json_t *body;
    enum status status = take_body(call, known, &body, error);
    if (status != STATUS_OK)
        return status;
    const char *current = api_take_password(call, body, "current", call->request->body_length);
    const char *fresh = api_take_new_password(call, body, "new");
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status = check_password(call, "current", current, &credentials, answer, &is_refused, error);
    if (status != STATUS_OK || is_refused)
        return status;
    status = password_hash(fresh, strlen(fresh), hash, error);
    const char *token = api_call_token(call, &token_length);
    if (status == STATUS_OK)
        status =
            store_account_change_password(call->store, call->arena, &credentials, hash, token, token_length, error);
    return status == STATUS_UNAUTHENTICATED ? wrong_password("current", error) : answer_done(status, answer);
}

/* ---- another address ---- */

enum status api_email_change(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"email", "password", NULL};
    struct customer_credentials credentials;
    bool is_refused = false;
    json_t *body;
    enum status status = take_body(call, known, &body, error);
    if (status != STATUS_OK)
        return status;
    const char *email = api_take_email(call, body, "email");
    const char *password = api_take_password(call, body, "password", call->request->body_length);
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status = check_password(call, "password", password, &credentials, answer, &is_refused, error);
    if (status != STATUS_OK || is_refused)
        return status;
    if (rate_limits_refuse_code(call, &call->customer_id, sizeof(call->customer_id), answer))
        return STATUS_OK;
    status = store_code_begin_email_change(call->store, call->arena, &call->customer_id, email, error);
    if (status == STATUS_OK)
        answer_code(call, answer);
    return status;
}

enum status api_email_change_confirm(struct api_call *call, struct http_answer *answer, struct error *error)
{
    return use_code(call, store_account_change_email, answer, error);
}

/* ---- a forgotten password ---- */

/* A code for whoever has the address in the body. */
static enum status begin_by_address(struct api_call *call, enum code_purpose purpose, struct http_answer *answer,
                                    struct error *error)
{
    static const char *const known[] = {"email", NULL};
    json_t *body;
    enum status status = take_body(call, known, &body, error);
    if (status != STATUS_OK)
        return status;
    const char *email = api_take_email(call, body, "email");
    status = api_call_check_faults(call, error);
    if (status != STATUS_OK)
        return status;
    if (rate_limits_refuse_code(call, email, strlen(email), answer))
        return STATUS_OK;
    status = store_code_begin_by_address(call->store, call->arena, purpose, email, error);
    if (status == STATUS_OK)
        answer_code(call, answer);
    return status;
}

enum status api_password_reset(struct api_call *call, struct http_answer *answer, struct error *error)
{
    return begin_by_address(call, CODE_PASSWORD_RESET, answer, error);
}

enum status api_password_reset_confirm(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"email", "code", "password", NULL};
    struct code_proof proof;
    char hash[PASSWORD_HASH_BYTES];
    json_t *body;
    enum status status = take_body(call, known, &body, error);
    if (status != STATUS_OK)
        return status;
    const char *email = api_take_email(call, body, "email");
    const char *code = take_code(call, body);
    const char *password = api_take_new_password(call, body, "password");
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK && rate_limits_refuse_account(call, ACCOUNT_CUSTOMER, email, answer))
        return STATUS_OK;
    if (status == STATUS_OK)
        status = store_code_try_by_address(call->store, call->arena, CODE_PASSWORD_RESET, email, code, &proof, error);
    if (status == STATUS_OK)
        status = password_hash(password, strlen(password), hash, error);
    if (status == STATUS_OK)
        status = store_account_reset_password(call->store, call->arena, &proof, hash, error);
    return answer_done(status, answer);
}

/* ---- in without a password ---- */

enum status api_log_in_code(struct api_call *call, struct http_answer *answer, struct error *error)
{
    return begin_by_address(call, CODE_LOG_IN, answer, error);
}

enum status api_log_in_code_confirm(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"email", "code", NULL};
    struct code_proof proof;
    char token[TOKEN_TEXT_BYTES];
    json_t *body;
    enum status status = take_body(call, known, &body, error);
    if (status != STATUS_OK)
        return status;
    const char *email = api_take_email(call, body, "email");
    const char *code = take_code(call, body);
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK && rate_limits_refuse_account(call, ACCOUNT_CUSTOMER, email, answer))
        return STATUS_OK;
    if (status == STATUS_OK)
        status = store_code_try_by_address(call->store, call->arena, CODE_LOG_IN, email, code, &proof, error);
    if (status == STATUS_OK)
        status = store_account_log_in(call->store, call->arena, &proof, token, error);
    if (status != STATUS_OK)
        return status;
    json_t *object = json_new_object(call->arena);
    json_set_text(object, "token", token);
    api_answer_json(call, answer, 201, object);
    return STATUS_OK;
}

/* ---- sessions ---- */

json_t *session_to_json(struct arena *arena, const struct listed_session *session)
{
    json_t *object = json_new_object(arena);
    json_set_uuid(object, "id", &session->id);
    json_set_time(object, "created_at", session->created_at_us);
    json_set_time(object, "expires_at", session->expires_at_us);
    json_set_boolean(object, "current", session->is_current);
    return object;
}

enum status api_sessions_list(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct api_page page;
    struct listed_session *sessions;
    size_t count;
    size_t length = 0;
    enum status status = api_call_page(call, &page, error);
    if (status != STATUS_OK)
        return status;
    /* One more than asked for, to see whether another page follows. */
    size_t limit = (size_t)page.limit;
    const char *token = api_call_token(call, &length);
    status = store_sessions_list(call->store, call->arena, &call->customer_id, token, length, &page.after_id, limit + 1,
                                 &sessions, &count, error);
    if (status != STATUS_OK)
        return status;
    json_t *items = json_new_array(call->arena);
    for (size_t i = 0; i < count && i < limit; i++)
        json_append_value(items, session_to_json(call->arena, &sessions[i]));
    api_answer_list(call, answer, items, count > limit ? api_cursor(call->arena, 0, &sessions[limit - 1].id) : NULL);
    return STATUS_OK;
}

enum status api_sessions_end_others(struct api_call *call, struct http_answer *answer, struct error *error)
{
    size_t length = 0;
    const char *token = api_call_token(call, &length);
    return answer_done(store_sessions_end_others(call->store, call->arena, &call->customer_id, token, length, error),
                       answer);
}

enum status api_session_end_one(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid id;
    enum status status = api_call_id(call, "id", &id, error);
    if (status == STATUS_OK)
        status = store_session_end_one(call->store, call->arena, &call->customer_id, &id, error);
    return answer_done(status, answer);
}
