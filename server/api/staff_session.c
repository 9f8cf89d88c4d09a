/*
 * The log-in of staff: password, then one-time code. Slow lane: Argon2id. Nobody learns from the answer, or from how
 * long it takes, which of address, password and code was wrong.
 */
#include "akkoord/api/cookie.h"
#include "akkoord/api/fields.h"
#include "akkoord/api/rate_limits.h"
#include "akkoord/api/staff.h"
#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/store/staff.h"
#include "akkoord/vault/blind_index.h"
#include "akkoord/vault/password.h"

struct log_in {
    const char *email;
    const char *password;
    const char *code;
};

static enum status wrong(struct error *error)
{
    return error_set(error, STATUS_UNAUTHENTICATED, "unauthenticated", "e-mail address, password or code is wrong");
}

/* Of any length: what is too long to be right is a wrong log-in, and not a wrong request. */
static const char *read_field(struct api_call *call, const json_t *body, const char *key)
{
    struct error fault;
    const char *text = NULL;
    if (json_get_text(body, "", key, JSON_REQUIRED, call->request->body_length, &text, &fault) != STATUS_OK)
        api_call_note_fault(call, &fault);
    return text;
}

static enum status read_log_in(struct api_call *call, struct log_in *log_in, struct error *error)
{
    static const char *const known[] = {"email", "password", "code", NULL};
    json_t *body;
    enum status status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    *log_in = (struct log_in){
        .email = read_field(call, body, "email"),
        .password = read_field(call, body, "password"),
        .code = read_field(call, body, "code"),
    };
    api_take_no_others(call, body, "", known);
    return api_call_check_faults(call, error);
}

/* Nobody has an address that can't be one. */
static enum status find_staff(struct api_call *call, const char *text, struct staff_credentials *staff,
                              struct error *error)
{
    char *email = arena_alloc(call->arena, EMAIL_BYTES); /* which is overwritten; a stack is not */
    if (email_normalise(text, strlen(text), email, error) != STATUS_OK)
        return STATUS_NOT_FOUND;
    return store_staff_find(call->store, call->arena, email, staff, error);
}

/* Does the same work whether anybody is known by the address, and whether the password fits. */
static enum status check_credentials(const struct log_in *log_in, bool is_known, const struct staff_credentials *staff,
                                     int64_t *totp_step, struct error *error)
{
    size_t password_length = strlen(log_in->password);
    enum status password = is_known ? password_verify(log_in->password, password_length, staff->password_hash, error)
                                    : password_verify_nobody(log_in->password, password_length, error);
    bool code_fits = totp_verify(staff->totp_secret, log_in->code, strlen(log_in->code), clock_now_us(), totp_step);
    if (password == STATUS_OK && !code_fits)
        return wrong(error);
    return password == STATUS_UNAUTHENTICATED ? wrong(error) : password;
}

/* As for customers: see renew_hash() there. */
static void renew_hash(struct api_call *call, const struct staff_credentials *staff, const char *password)
{
    char hash[PASSWORD_HASH_BYTES];
    struct error fault;
    if (!password_needs_rehash(staff->password_hash))
        return;
    enum status status = password_hash(password, strlen(password), hash, &fault);
    if (status == STATUS_OK)
        status = store_staff_replace_hash(call->store, call->arena, staff, hash, &fault);
    if (status != STATUS_OK)
        log_event(LOG_WARNING, "api.hash_not_renewed", log_text("code", fault.code));
}

enum status api_staff_session_begin(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct log_in log_in = {0};
    struct staff_credentials staff = {.password_hash = ""};
    bool as_cookie = false;
    enum status status = read_log_in(call, &log_in, error);
    if (status == STATUS_OK)
        status = cookie_asked_for(call, &as_cookie, error);
    if (status != STATUS_OK || rate_limits_refuse_account(call, ACCOUNT_STAFF, log_in.email, answer))
        return status;
    status = find_staff(call, log_in.email, &staff, error);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return status;
    int64_t totp_step = 0;
    status = check_credentials(&log_in, status == STATUS_OK, &staff, &totp_step, error);
    if (status != STATUS_OK)
        return status;
    char *token = arena_alloc(call->arena, TOKEN_TEXT_BYTES);
    status = store_staff_log_in(call->store, call->arena, &staff.id, totp_step, token, error);
    if (status == STATUS_UNAUTHENTICATED)
        return wrong(error);
    if (status != STATUS_OK)
        return status;
    renew_hash(call, &staff, log_in.password);
    json_t *json = json_new_object(call->arena);
    json_set_text(json, "token", as_cookie ? NULL : token);
    json_set_text(json, "role", staff_role_name(staff.role));
    api_answer_json(call, answer, 201, json);
    if (as_cookie)
        cookie_set(call, answer, token, SESSION_STAFF_SECONDS);
    return STATUS_OK;
}
