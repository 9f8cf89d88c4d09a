/* Registration, log-in and the profile. Worker threads; the two that hash a password on the slow lane. */
#include "akkoord/api/customers.h"

#include "akkoord/api/cookie.h"
#include "akkoord/api/fields.h"
#include "akkoord/api/rate_limits.h"
#include "akkoord/base/log.h"
#include "akkoord/store/audit.h"
#include "akkoord/store/customers.h"
#include "akkoord/store/privacy_requests.h"
#include "akkoord/vault/blind_index.h"
#include "akkoord/vault/password.h"

/* ---- registration ---- */

static void take_profile(struct api_call *call, const json_t *body, struct profile *profile)
{
    static const char *const known[] = {"email",      "password",   "name", "company",  "phone", "address",
                                        "vat_number", "kvk_number", "oin",  "language", NULL};
    api_take_no_others(call, body, "", known);
    *profile = (struct profile){
        .email = api_take_email(call, body, "email"),
        .name = api_take_text(call, body, "", "name", JSON_REQUIRED, API_NAME_LENGTH_MAX),
        .company = api_take_text(call, body, "", "company", JSON_OPTIONAL, API_NAME_LENGTH_MAX),
        .phone = api_take_text(call, body, "", "phone", JSON_OPTIONAL, API_PHONE_LENGTH_MAX),
        .vat_number = api_take_vat_number(call, body, ""),
        .kvk_number = api_take_kvk_number(call, body, ""),
        .oin = api_take_oin(call, body, ""),
        .language = api_take_language(call, body, "language", LANGUAGE_NL),
    };
    api_take_address(call, body, "", "address", &profile->address);
}

enum status api_customer_register(struct api_call *call, struct http_answer *answer, struct error *error)
{
    json_t *body;
    struct profile profile;
    char hash[PASSWORD_HASH_BYTES];
    struct uuid id;
    char token[TOKEN_TEXT_BYTES];
    enum status status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    take_profile(call, body, &profile);
    const char *password = api_take_new_password(call, body, "password");
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status = password_hash(password, strlen(password), hash, error);
    if (status == STATUS_OK)
        status = store_customer_register(call->store, call->arena, &profile, hash, &id, token, error);
    if (status != STATUS_OK)
        return status;
    json_t *object = json_new_object(call->arena);
    json_set_uuid(object, "id", &id);
    json_set_text(object, "token", token);
    api_answer_json(call, answer, 201, object);
    if (call->options->wake_jobs != NULL)
        call->options->wake_jobs(call->options->jobs);
    return STATUS_OK;
}

/* ---- sessions ---- */

static enum status wrong_credentials(struct error *error)
{
    return error_set(error, STATUS_UNAUTHENTICATED, "unauthenticated", "the address or the password is wrong");
}

/* An address that can't be one belongs to nobody, and is answered like any other that does. */
static enum status find_credentials(struct api_call *call, const char *email, struct customer_credentials *credentials,
                                    struct error *error)
{
    char *normalised = arena_alloc(call->arena, EMAIL_BYTES); /* which is overwritten; a stack is not */
    if (email_normalise(email, strlen(email), normalised, NULL) != STATUS_OK)
        return STATUS_NOT_FOUND;
    return store_customer_find_credentials(call->store, call->arena, normalised, credentials, error);
}

/* The password is at hand only now: its hash is brought up to today's parameters. That it could not be is no reason to
 * refuse whoever knows the password. */
static void renew_hash(struct api_call *call, const struct customer_credentials *credentials, const char *password)
{
    char hash[PASSWORD_HASH_BYTES];
    struct error fault;
    if (!password_needs_rehash(credentials->password_hash))
        return;
    enum status status = password_hash(password, strlen(password), hash, &fault);
    if (status == STATUS_OK)
        status = store_customer_replace_hash(call->store, call->arena, credentials, hash, &fault);
    if (status != STATUS_OK)
        log_event(LOG_WARNING, "api.hash_not_renewed", log_text("code", fault.code));
}

static enum status check_credentials(struct api_call *call, const char *email, const char *password,
                                     struct uuid *customer_id, struct error *error)
{
    struct customer_credentials credentials;
    enum status status = find_credentials(call, email, &credentials, error);
    if (status == STATUS_NOT_FOUND)
        status = password_verify_nobody(password, strlen(password), error);
    else if (status == STATUS_OK)
        status = password_verify(password, strlen(password), credentials.password_hash, error);
    if (status == STATUS_UNAUTHENTICATED)
        return wrong_credentials(error);
    if (status == STATUS_OK) {
        renew_hash(call, &credentials, password);
        *customer_id = credentials.id;
    }
    return status;
}

enum status api_session_begin(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"email", "password", NULL};
    json_t *body;
    struct uuid customer_id;
    char token[TOKEN_TEXT_BYTES];
    enum status status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    api_take_no_others(call, body, "", known);
    const char *email = api_take_text(call, body, "", "email", JSON_REQUIRED, call->request->body_length);
    const char *password = api_take_password(call, body, "password", call->request->body_length);
    bool as_cookie = false;
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status = cookie_asked_for(call, &as_cookie, error);
    if (status == STATUS_OK && rate_limits_refuse_account(call, ACCOUNT_CUSTOMER, email, answer))
        return STATUS_OK;
    if (status == STATUS_OK)
        status = check_credentials(call, email, password, &customer_id, error);
    if (status == STATUS_OK)
        status = store_session_begin_customer(call->store, call->arena, &customer_id, token, error);
    if (status != STATUS_OK)
        return status;
    json_t *object = json_new_object(call->arena);
    json_set_text(object, "token", as_cookie ? NULL : token);
    api_answer_json(call, answer, 201, object);
    if (as_cookie)
        cookie_set(call, answer, token, SESSION_CUSTOMER_SECONDS);
    return STATUS_OK;
}

enum status api_session_end(struct api_call *call, struct http_answer *answer, struct error *error)
{
    size_t length = 0;
    const char *token = api_call_token(call, &length);
    enum status status = store_session_end(call->store, call->arena, token, length, error);
    if (status != STATUS_OK)
        return status;
    api_answer_nothing(answer);
    if (cookie_token(call->request, &length) != NULL)
        cookie_clear(call, answer);
    return STATUS_OK;
}

/* ---- the profile ---- */

static void answer_profile(struct api_call *call, const struct customer *customer, struct http_answer *answer)
{
    json_t *object = profile_to_json(call->arena, &customer->profile);
    json_set_uuid(object, "id", &customer->id);
    json_set_time(object, "created_at", customer->created_at_us);
    json_set_boolean(object, "email_verified", customer->email_is_verified);
    api_answer_json(call, answer, 200, object);
}

enum status api_me_show(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct customer customer;
    enum status status = store_customer_load(call->store, call->arena, &call->customer_id, &customer, error);
    if (status == STATUS_OK)
        answer_profile(call, &customer, answer);
    return status;
}

/* A field that is there replaces what stands; null takes it away. */
static void take_changes(struct api_call *call, const json_t *body, struct profile *profile)
{
    static const char *const known[] = {"name",       "company", "phone",    "address", "vat_number",
                                        "kvk_number", "oin",     "language", NULL};
    api_take_no_others(call, body, "", known);
    if (json_object_get(body, "name") != NULL)
        profile->name = api_take_text(call, body, "", "name", JSON_REQUIRED, API_NAME_LENGTH_MAX);
    if (json_object_get(body, "company") != NULL)
        profile->company = api_take_text(call, body, "", "company", JSON_OPTIONAL, API_NAME_LENGTH_MAX);
    if (json_object_get(body, "phone") != NULL)
        profile->phone = api_take_text(call, body, "", "phone", JSON_OPTIONAL, API_PHONE_LENGTH_MAX);
    if (json_object_get(body, "address") != NULL)
        api_take_address(call, body, "", "address", &profile->address);
    if (json_object_get(body, "vat_number") != NULL)
        profile->vat_number = api_take_vat_number(call, body, "");
    if (json_object_get(body, "kvk_number") != NULL)
        profile->kvk_number = api_take_kvk_number(call, body, "");
    if (json_object_get(body, "oin") != NULL)
        profile->oin = api_take_oin(call, body, "");
    profile->language = api_take_language(call, body, "language", profile->language);
}

enum status api_me_change(struct api_call *call, struct http_answer *answer, struct error *error)
{
    json_t *body;
    struct customer customer;
    enum status status = api_call_body(call, &body, error);
    if (status == STATUS_OK)
        status = store_customer_begin_change(call->store, call->arena, &call->customer_id, &customer, error);
    if (status != STATUS_OK)
        return status;
    take_changes(call, body, &customer.profile);
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status = store_customer_replace_profile(call->store, call->arena, &customer, error);
    if (status == STATUS_OK)
        status = store_privacy_request_note(call->store, call->arena, &customer.id, PRIVACY_RECTIFICATION, error);
    if (status == STATUS_OK)
        status = store_commit(call->store, error);
    if (status == STATUS_OK)
        answer_profile(call, &customer, answer);
    return status;
}
