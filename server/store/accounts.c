/*
 * Mailed codes, and what they allow. Whatever thread owns the store runs it.
 *
 * Invariants: a try is counted, durably, before it is looked at; a code is deleted in the transaction of what it
 * allows, so that of two who use it at once one is refused; whoever changes a customer locks the code first and the
 * customer after it.
 */
#include "akkoord/store/accounts.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"
#include "akkoord/store/mails.h"
#include "akkoord/store/sessions.h"
#include "akkoord/vault/blind_index.h"
#include "rows.h"

#define EMAIL_VERSION 1 /* a code's address is written once */

static const char *const purpose_names[CODE_PURPOSES] = {
    [CODE_VERIFICATION] = "verification",
    [CODE_PASSWORD_RESET] = "password_reset",
    [CODE_EMAIL_CHANGE] = "email_change",
    [CODE_LOG_IN] = "log_in",
};

static struct seal_context email_context(const struct uuid *code_id, const struct uuid *customer_id)
{
    return (struct seal_context){.table = "account_code",
                                 .column = "email_sealed",
                                 .row_id = *code_id,
                                 .subject_id = *customer_id,
                                 .row_version = EMAIL_VERSION};
}

static enum status wrong_code(struct error *error)
{
    return error_set_field(error, STATUS_INVALID, "wrong", "code",
                           "this code is not the one that was mailed last, or it is over: ask for another");
}

static int64_t expiry_us(int64_t now_us)
{
    return now_us + CODE_SECONDS * CLOCK_US_PER_SECOND;
}

/* The key that a customer's profile is sealed under; release it. STATUS_NOT_FOUND: no such customer, or erased. */
static enum status open_profile_key(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                    struct data_key *key, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, customer_id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_customer_load, &params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) == 0) {
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such customer");
    } else if (status == STATUS_OK) {
        struct uuid key_id = pg_get_uuid(result, 0, 0);
        size_t length;
        const uint8_t *wrapped = pg_get_bytes(result, 0, 1, &length);
        status = store_data_key_unwrap(store, &key_id, KEY_PURPOSE_PROFILE, wrapped, length, key, error);
    }
    pg_result_free(result);
    return status;
}

/* ---- beginning ---- */

struct sealed_email {
    uint8_t *bytes; /* NULL: none */
    size_t length;
};

static enum status insert_code(struct store *store, struct arena *arena, const struct uuid *id,
                               enum code_purpose purpose, const struct uuid *customer_id,
                               const struct sealed_email *email, struct error *error)
{
    int64_t now_us = clock_now_us();
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    pg_params_add_text(&params, purpose_names[purpose]);
    pg_params_add_uuid(&params, customer_id);
    pg_params_add_bytes(&params, email->bytes, email->length);
    pg_params_add_time(&params, now_us);
    pg_params_add_time(&params, expiry_us(now_us));
    return pg_execute(store->pg, &sql_account_begin_code, &params, NULL, error);
}

static enum status add_mail(struct store *store, struct arena *arena, enum mail_kind kind, const struct uuid *code_id,
                            struct error *error)
{
    const struct mail_job mail = {.kind = kind, .subject_id = *code_id};
    return store_mail_add(store, arena, &mail, error);
}

enum status store_code_begin_verification(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                          struct error *error)
{
    const struct uuid id = uuid_new();
    const struct sealed_email none = {.bytes = NULL};
    enum status status = insert_code(store, arena, &id, CODE_VERIFICATION, customer_id, &none, error);
    return status == STATUS_OK ? add_mail(store, arena, MAIL_VERIFICATION, &id, error) : status;
}

static enum status insert_by_address(struct store *store, struct arena *arena, const struct uuid *id,
                                     enum code_purpose purpose, const char *email, struct error *error)
{
    int64_t now_us = clock_now_us();
    struct blind_index index;
    blind_index_make(store->keyring, email, &index);
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    pg_params_add_text(&params, purpose_names[purpose]);
    store_add_email_candidates(store, &params, email);
    pg_params_add_bytes(&params, index.bytes, sizeof(index.bytes));
    pg_params_add_time(&params, now_us);
    pg_params_add_time(&params, expiry_us(now_us));
    return pg_execute(store->pg, &sql_account_begin_by_address, &params, NULL, error);
}

enum status store_code_begin_by_address(struct store *store, struct arena *arena, enum code_purpose purpose,
                                        const char *email, struct error *error)
{
    const enum mail_kind kind = purpose == CODE_LOG_IN ? MAIL_LOG_IN : MAIL_PASSWORD_RESET;
    const struct uuid id = uuid_new();
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = insert_by_address(store, arena, &id, purpose, email, error);
    if (status == STATUS_OK)
        status = add_mail(store, arena, kind, &id, error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
    pg_rollback(store->pg);
    return status;
}

static enum status insert_email_change(struct store *store, struct arena *arena, const struct uuid *id,
                                       const struct uuid *customer_id, const char *email, struct error *error)
{
    struct data_key key = {.secret = NULL};
    struct sealed_email sealed;
    const struct seal_context context = email_context(id, customer_id);
    enum status status = open_profile_key(store, arena, customer_id, &key, error);
    if (status == STATUS_OK)
        status = seal_bytes(arena, &key, &context, email, strlen(email), &sealed.bytes, &sealed.length, error);
    vault_data_key_release(&key);
    return status == STATUS_OK ? insert_code(store, arena, id, CODE_EMAIL_CHANGE, customer_id, &sealed, error) : status;
}

enum status store_code_begin_email_change(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                          const char *email, struct error *error)
{
    const struct uuid id = uuid_new();
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = insert_email_change(store, arena, &id, customer_id, email, error);
    if (status == STATUS_OK)
        status = add_mail(store, arena, MAIL_EMAIL_CHANGE, &id, error);
    if (status == STATUS_OK)
        status = add_mail(store, arena, MAIL_EMAIL_CHANGE_NOTICE, &id, error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
    pg_rollback(store->pg);
    return status;
}

/* ---- opening ---- */

/* A profile that was changed since has another key: nothing opens the address any more, and the code is over. */
static enum status open_email(struct store *store, struct arena *arena, const struct uuid *code_id,
                              const struct uuid *customer_id, const uint8_t *blob, size_t blob_length,
                              const char **email, struct error *error)
{
    struct data_key key = {.secret = NULL};
    struct uuid sealed_under;
    uint8_t *text;
    size_t length;
    const struct seal_context context = email_context(code_id, customer_id);
    enum status status = open_profile_key(store, arena, customer_id, &key, error);
    if (status == STATUS_OK)
        status = seal_key_id(blob, blob_length, &sealed_under, error);
    if (status == STATUS_OK && !uuid_equal(&sealed_under, &key.id))
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "the address of this code can't be opened any more");
    if (status == STATUS_OK)
        status = seal_open_bytes(arena, &key, &context, blob, blob_length, &text, &length, error);
    vault_data_key_release(&key);
    if (status == STATUS_OK)
        *email = (const char *)text;
    return status;
}

static enum status purpose_parse(const char *text, enum code_purpose *purpose, struct error *error)
{
    for (size_t i = 0; i < CODE_PURPOSES; i++) {
        *purpose = (enum code_purpose)i;
        if (strcmp(text, purpose_names[i]) == 0)
            return STATUS_OK;
    }
    return error_set(error, STATUS_INTERNAL, "code_unreadable", "a word in the database is not known here");
}

static enum status read_code(struct store *store, struct arena *arena, const struct pg_result *result,
                             struct account_code *code, struct error *error)
{
    enum status status = purpose_parse(pg_get_text(result, 0, 0), &code->purpose, error);
    code->customer_id = pg_get_optional_uuid(result, 0, 1);
    code->expires_at_us = pg_get_time(result, 0, 3);
    size_t length;
    const uint8_t *blob = pg_get_bytes(result, 0, 2, &length);
    if (status == STATUS_OK && blob != NULL)
        status = open_email(store, arena, &code->id, &code->customer_id, blob, length, &code->email, error);
    return status;
}

enum status store_code_open(struct store *store, struct arena *arena, const struct uuid *id, struct account_code *code,
                            struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    struct pg_result *result = NULL;
    *code = (struct account_code){.id = *id};
    enum status status = pg_execute(store->pg, &sql_account_find_code, &params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such code");
    else if (status == STATUS_OK)
        status = read_code(store, arena, result, code, error);
    pg_result_free(result);
    if (status == STATUS_OK)
        mailed_code_make(store->keyring, id, code->text);
    return status;
}

/* ---- trying ---- */

/* The row of a code that was tried; `email_blob` lives in the arena. */
struct tried_code {
    struct code_proof proof;
    const uint8_t *email_blob;
    size_t email_blob_length;
};

/* The statement counts the try and gives the row, or none. */
static enum status try_code(struct store *store, struct arena *arena, const struct pg_statement *statement,
                            struct pg_params *params, const char *text, struct tried_code *tried, struct error *error)
{
    pg_params_add_int64(params, CODE_TRIES_MAX);
    pg_params_add_time(params, clock_now_us());
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, statement, params, &result, error);
    if (status != STATUS_OK)
        return status;
    *tried = (struct tried_code){.email_blob = NULL};
    bool fits = false;
    if (pg_result_rows(result) > 0) {
        tried->proof = (struct code_proof){.code_id = pg_get_uuid(result, 0, 0),
                                           .customer_id = pg_get_optional_uuid(result, 0, 1)};
        const uint8_t *blob = pg_get_bytes(result, 0, 2, &tried->email_blob_length);
        if (blob != NULL)
            tried->email_blob = (const uint8_t *)arena_copy_bytes(arena, blob, tried->email_blob_length);
        fits = mailed_code_fits(store->keyring, &tried->proof.code_id, text, strlen(text)) &&
               !uuid_is_nil(&tried->proof.customer_id);
    }
    pg_result_free(result);
    return fits ? STATUS_OK : wrong_code(error);
}

static enum status try_customers_code(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                      enum code_purpose purpose, const char *text, struct tried_code *tried,
                                      struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, customer_id);
    pg_params_add_text(&params, purpose_names[purpose]);
    return try_code(store, arena, &sql_account_try_code, &params, text, tried, error);
}

enum status store_code_try_by_address(struct store *store, struct arena *arena, enum code_purpose purpose,
                                      const char *email, const char *code, struct code_proof *proof,
                                      struct error *error)
{
    struct tried_code tried;
    struct pg_params params;
    pg_params_init(&params, arena);
    store_add_email_candidates(store, &params, email);
    pg_params_add_text(&params, purpose_names[purpose]);
    enum status status = try_code(store, arena, &sql_account_try_by_address, &params, code, &tried, error);
    if (status == STATUS_OK)
        *proof = tried.proof;
    return status;
}

/* ---- what a code allows; all of it inside a transaction ---- */

static enum status run_on(struct store *store, struct arena *arena, const struct pg_statement *statement,
                          const struct uuid *id, int64_t *affected, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, statement, &params, &result, error);
    if (status == STATUS_OK)
        *affected = pg_result_affected(result);
    pg_result_free(result);
    return status;
}

/* The code works once. */
static enum status use_code(struct store *store, struct arena *arena, const struct uuid *code_id, struct error *error)
{
    int64_t deleted = 0;
    enum status status = run_on(store, arena, &sql_account_use_code, code_id, &deleted, error);
    return status == STATUS_OK && deleted == 0 ? wrong_code(error) : status;
}

static enum status forget_codes(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                struct error *error)
{
    int64_t deleted;
    return run_on(store, arena, &sql_account_forget_codes, customer_id, &deleted, error);
}

static enum status note_verified(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                 struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, customer_id);
    pg_params_add_time(&params, clock_now_us());
    return store_execute_touching(store, &sql_account_note_verified, &params, NULL, AUDIT_CUSTOMER, NULL, customer_id,
                                  error);
}

enum status store_account_verify(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                 const char *code, struct error *error)
{
    struct tried_code tried;
    enum status status = try_customers_code(store, arena, customer_id, CODE_VERIFICATION, code, &tried, error);
    if (status == STATUS_OK)
        status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = use_code(store, arena, &tried.proof.code_id, error);
    if (status == STATUS_OK)
        status = note_verified(store, arena, customer_id, error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
    pg_rollback(store->pg);
    return status;
}

enum status store_account_log_in(struct store *store, struct arena *arena, const struct code_proof *proof,
                                 char token[TOKEN_TEXT_BYTES], struct error *error)
{
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = use_code(store, arena, &proof->code_id, error);
    if (status == STATUS_OK)
        status = note_verified(store, arena, &proof->customer_id, error);
    if (status == STATUS_OK)
        status = store_session_begin_by_code(store, arena, &proof->customer_id, token, error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
    pg_rollback(store->pg);
    return status;
}

/* ---- another address ---- */

/* With the address goes every code that was mailed to the old one. */
static enum status change_email(struct store *store, struct arena *arena, const struct tried_code *tried,
                                const struct customer *customer, struct error *error)
{
    enum status status = use_code(store, arena, &tried->proof.code_id, error);
    if (status == STATUS_OK)
        status = forget_codes(store, arena, &customer->id, error);
    return status == STATUS_OK ? store_customer_replace_email(store, arena, customer, error) : status;
}

enum status store_account_change_email(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                       const char *code, struct error *error)
{
    struct tried_code tried;
    struct customer customer;
    enum status status = try_customers_code(store, arena, customer_id, CODE_EMAIL_CHANGE, code, &tried, error);
    if (status == STATUS_OK)
        status = store_customer_begin_change(store, arena, customer_id, &customer, error);
    if (status == STATUS_OK) {
        status = open_email(store, arena, &tried.proof.code_id, customer_id, tried.email_blob, tried.email_blob_length,
                            &customer.profile.email, error);
        if (status == STATUS_NOT_FOUND)
            status = wrong_code(error);
    }
    if (status == STATUS_OK)
        status = change_email(store, arena, &tried, &customer, error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
    pg_rollback(store->pg);
    return status;
}

/* ---- another password ---- */

/* `verified_hash`: what has to stand there still; NULL after a code. */
static enum status replace_password(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                    const char *password_hash, const char *verified_hash, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, customer_id);
    pg_params_add_text(&params, password_hash);
    pg_params_add_text(&params, verified_hash);
    struct pg_result *result = NULL;
    enum status status = store_execute_touching(store, &sql_account_replace_password, &params, &result, AUDIT_CUSTOMER,
                                                NULL, customer_id, error);
    if (status == STATUS_OK && pg_result_affected(result) == 0)
        status = error_set(error, STATUS_UNAUTHENTICATED, "wrong_password", "this is not the password any more");
    pg_result_free(result);
    return status;
}

enum status store_account_reset_password(struct store *store, struct arena *arena, const struct code_proof *proof,
                                         const char *password_hash, struct error *error)
{
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = use_code(store, arena, &proof->code_id, error);
    if (status == STATUS_OK)
        status = replace_password(store, arena, &proof->customer_id, password_hash, NULL, error);
    if (status == STATUS_UNAUTHENTICATED) /* the customer has gone since */
        status = wrong_code(error);
    if (status == STATUS_OK)
        status = note_verified(store, arena, &proof->customer_id, error);
    if (status == STATUS_OK)
        status = store_sessions_end_others(store, arena, &proof->customer_id, NULL, 0, error);
    if (status == STATUS_OK)
        status = forget_codes(store, arena, &proof->customer_id, error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
    pg_rollback(store->pg);
    return status;
}

enum status store_account_find_credentials(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                           struct customer_credentials *credentials, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, customer_id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_account_find_hash, &params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such customer");
    if (status == STATUS_OK) {
        credentials->id = *customer_id;
        snprintf(credentials->password_hash, sizeof(credentials->password_hash), "%s", pg_get_text(result, 0, 0));
    }
    pg_result_free(result);
    return status;
}

enum status store_account_change_password(struct store *store, struct arena *arena,
                                          const struct customer_credentials *verified, const char *password_hash,
                                          const char *token, size_t token_length, struct error *error)
{
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = replace_password(store, arena, &verified->id, password_hash, verified->password_hash, error);
    if (status == STATUS_OK)
        status = store_sessions_end_others(store, arena, &verified->id, token, token_length, error);
    if (status == STATUS_OK)
        status = forget_codes(store, arena, &verified->id, error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
    pg_rollback(store->pg);
    return status;
}
