/*
 * Requests over one's own data. Whatever thread owns the store runs it. Invariant: an answer is given while the row is
 * locked, so that each request is answered once.
 */
#include "akkoord/store/privacy_requests.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"
#include "akkoord/store/mails.h"
#include "rows.h"

/* The version that texts are sealed for: they are written once. */
#define TEXT_VERSION 1

/* Columns of sql/privacy_request/find.sql and of the lists. */
enum column {
    COLUMN_ID,
    COLUMN_CUSTOMER,
    COLUMN_KIND,
    COLUMN_STATE,
    COLUMN_RECEIVED_AT,
    COLUMN_DUE_AT,
    COLUMN_KEY,
    COLUMN_WRAPPED,
    COLUMN_STATEMENT,
    COLUMN_EXTENSION,
    COLUMN_ANSWER,
    COLUMN_DECIDED_AT,
};

static struct seal_context text_context(const struct privacy_request *request, const char *column)
{
    return (struct seal_context){.table = "privacy_request",
                                 .column = column,
                                 .row_id = request->id,
                                 .subject_id = request->customer_id,
                                 .row_version = TEXT_VERSION};
}

static enum status seal_text(struct arena *arena, const struct data_key *key, const struct privacy_request *request,
                             const char *column, const char *text, struct pg_params *params, struct error *error)
{
    const struct seal_context context = text_context(request, column);
    uint8_t *blob;
    size_t length;
    enum status status = seal_bytes(arena, key, &context, text, strlen(text), &blob, &length, error);
    if (status == STATUS_OK)
        pg_params_add_bytes(params, blob, length);
    return status;
}

/* ---- reading ---- */

static enum status open_text(struct arena *arena, const struct data_key *key, const struct privacy_request *request,
                             const struct pg_result *result, size_t row, int column, const char *name,
                             const char **text, struct error *error)
{
    size_t length;
    const uint8_t *blob = pg_get_bytes(result, row, column, &length);
    if (blob == NULL)
        return STATUS_OK;
    const struct seal_context context = text_context(request, name);
    uint8_t *opened;
    size_t opened_length;
    enum status status = seal_open_bytes(arena, key, &context, blob, length, &opened, &opened_length, error);
    if (status == STATUS_OK)
        *text = (const char *)opened;
    return status;
}

static enum status unwrap_key(struct store *store, const struct pg_result *result, size_t row,
                              const struct privacy_request *request, struct data_key *key, struct error *error)
{
    size_t length;
    const uint8_t *wrapped = pg_get_bytes(result, row, COLUMN_WRAPPED, &length);
    return store_data_key_unwrap(store, &request->text_key_id, KEY_PURPOSE_PROFILE, wrapped, length, key, error);
}

static enum status open_texts(struct store *store, struct arena *arena, const struct pg_result *result, size_t row,
                              struct privacy_request *request, struct error *error)
{
    struct data_key key;
    if (uuid_is_nil(&request->text_key_id))
        return STATUS_OK;
    enum status status = unwrap_key(store, result, row, request, &key, error);
    if (status != STATUS_OK)
        return status;
    status =
        open_text(arena, &key, request, result, row, COLUMN_STATEMENT, "statement_sealed", &request->statement, error);
    if (status == STATUS_OK)
        status = open_text(arena, &key, request, result, row, COLUMN_EXTENSION, "extension_sealed", &request->extension,
                           error);
    if (status == STATUS_OK)
        status = open_text(arena, &key, request, result, row, COLUMN_ANSWER, "answer_sealed", &request->answer, error);
    vault_data_key_release(&key);
    return status;
}

static enum status read_row(struct store *store, struct arena *arena, const struct pg_result *result, size_t row,
                            struct privacy_request *request, struct error *error)
{
    *request = (struct privacy_request){
        .id = pg_get_uuid(result, row, COLUMN_ID),
        .customer_id = pg_get_uuid(result, row, COLUMN_CUSTOMER),
        .received_at_us = pg_get_time(result, row, COLUMN_RECEIVED_AT),
        .due_at_us = pg_get_time(result, row, COLUMN_DUE_AT),
        .decided_at_us = pg_get_time(result, row, COLUMN_DECIDED_AT),
        .text_key_id = pg_get_optional_uuid(result, row, COLUMN_KEY),
    };
    if (privacy_request_kind_parse(pg_get_text(result, row, COLUMN_KIND), &request->kind) != STATUS_OK ||
        privacy_request_state_parse(pg_get_text(result, row, COLUMN_STATE), &request->state) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "privacy_request_unreadable",
                         "a request has a word that is not known");
    return open_texts(store, arena, result, row, request, error);
}

/* The same in a list: of a request whose texts were altered, all but the texts. */
static enum status read_listed_row(struct store *store, struct arena *arena, const struct pg_result *result, size_t row,
                                   struct privacy_request *request, struct error *error)
{
    struct error fault;
    enum status status = read_row(store, arena, result, row, request, &fault);
    if (status == STATUS_OK)
        return status;
    if (!store_row_was_altered("privacy_request", &request->id, &fault))
        return error_set(error, status, fault.code, "%s", fault.detail);
    request->statement = request->extension = request->answer = NULL;
    return STATUS_OK;
}

static enum status read_rows(struct store *store, struct arena *arena, const struct pg_statement *statement,
                             const struct pg_params *params, bool is_list, struct privacy_request **requests,
                             size_t *count, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, statement, params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *requests = ARENA_ARRAY(arena, struct privacy_request, *count);
    for (size_t i = 0; status == STATUS_OK && i < *count; i++)
        status = is_list ? read_listed_row(store, arena, result, i, &(*requests)[i], error)
                         : read_row(store, arena, result, i, &(*requests)[i], error);
    pg_result_free(result);
    return status;
}

enum status store_privacy_request_find(struct store *store, struct arena *arena, const struct uuid *id,
                                       const struct uuid *customer_id, struct privacy_request *request,
                                       struct error *error)
{
    struct pg_params params;
    struct privacy_request *found;
    size_t count;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    pg_params_add_uuid(&params, customer_id);
    enum status status = read_rows(store, arena, &sql_privacy_request_find, &params, false, &found, &count, error);
    if (status != STATUS_OK)
        return status;
    if (count == 0)
        return error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such request");
    *request = found[0];
    return STATUS_OK;
}

enum status store_privacy_requests_list(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                        const struct uuid *after, size_t limit, struct privacy_request **requests,
                                        size_t *count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    if (customer_id != NULL)
        pg_params_add_uuid(&params, customer_id);
    pg_params_add_uuid(&params, uuid_is_nil(after) ? NULL : after);
    pg_params_add_int64(&params, (int64_t)limit);
    const struct pg_statement *statement =
        customer_id != NULL ? &sql_privacy_request_list_of_customer : &sql_privacy_request_list;
    return read_rows(store, arena, statement, &params, true, requests, count, error);
}

enum status store_privacy_requests_list_open(struct store *store, struct arena *arena, int64_t after_us,
                                             const struct uuid *after, size_t limit, struct privacy_request **requests,
                                             size_t *count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_time(&params, after_us);
    pg_params_add_uuid(&params, after);
    pg_params_add_int64(&params, (int64_t)limit);
    return read_rows(store, arena, &sql_privacy_request_list_open, &params, true, requests, count, error);
}

/* ---- receiving ---- */

static enum status insert(struct store *store, struct arena *arena, const struct privacy_request *request,
                          const struct data_key *key, struct error *error)
{
    struct pg_params params;
    enum status status = STATUS_OK;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &request->id);
    pg_params_add_uuid(&params, &request->customer_id);
    pg_params_add_text(&params, privacy_request_kind_name(request->kind));
    pg_params_add_text(&params, privacy_request_state_name(request->state));
    pg_params_add_time(&params, request->received_at_us);
    pg_params_add_time(&params, request->due_at_us);
    pg_params_add_uuid(&params, key != NULL ? &key->id : NULL);
    if (key != NULL)
        status = seal_text(arena, key, request, "statement_sealed", request->statement, &params, error);
    else
        pg_params_add_null(&params, PG_BYTES);
    pg_params_add_time(&params, request->decided_at_us);
    if (status != STATUS_OK)
        return status;
    return store_execute_touching(store, &sql_privacy_request_insert, &params, NULL, AUDIT_REQUEST, NULL, &request->id,
                                  error);
}

static void begin_request(struct privacy_request *request, enum privacy_request_state state)
{
    request->id = uuid_new();
    request->state = state;
    request->received_at_us = clock_now_us();
    request->due_at_us = privacy_request_due_us(request->received_at_us, PRIVACY_REQUEST_MONTHS);
    request->decided_at_us = state == PRIVACY_FULFILLED ? request->received_at_us : 0;
}

static enum status set_restricted(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                  int64_t since_us, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, customer_id);
    pg_params_add_time(&params, since_us);
    return store_execute_touching(store, &sql_customer_set_restricted, &params, NULL, AUDIT_CUSTOMER, NULL, customer_id,
                                  error);
}

/* The customer's row is locked, so the count holds until the request is in. */
static enum status check_room(struct store *store, struct arena *arena, const struct uuid *customer_id,
                              struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, customer_id);
    enum status status = pg_execute(store->pg, &sql_customer_lock, &params, NULL, error);
    if (status == STATUS_OK)
        status = pg_execute(store->pg, &sql_privacy_request_count_open, &params, &result, error);
    if (status == STATUS_OK && pg_get_int64(result, 0, 0) >= PRIVACY_REQUESTS_OPEN_MAX)
        status = error_set(error, STATUS_CONFLICT, "too_many_requests",
                           "%d requests wait for an answer already; add to one of them by writing to us",
                           PRIVACY_REQUESTS_OPEN_MAX);
    pg_result_free(result);
    return status;
}

enum status store_privacy_request_add(struct store *store, struct arena *arena, struct privacy_request *request,
                                      struct error *error)
{
    struct data_key key = {.secret = NULL};
    begin_request(request, PRIVACY_RECEIVED);
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = check_room(store, arena, &request->customer_id, error);
    if (status == STATUS_OK)
        status = store_data_key_insert(store, arena, KEY_PURPOSE_PROFILE, &request->customer_id, &key, error);
    if (status == STATUS_OK)
        status = insert(store, arena, request, &key, error);
    if (status == STATUS_OK && request->kind == PRIVACY_RESTRICTION)
        status = set_restricted(store, arena, &request->customer_id, request->received_at_us, error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
    pg_rollback(store->pg);
    vault_data_key_release(&key);
    return status;
}

enum status store_privacy_request_note(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                       enum privacy_request_kind kind, struct error *error)
{
    struct privacy_request request = {.customer_id = *customer_id, .kind = kind};
    begin_request(&request, PRIVACY_FULFILLED);
    return insert(store, arena, &request, NULL, error);
}

enum status store_customer_lift_restriction(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                            struct error *error)
{
    return set_restricted(store, arena, customer_id, 0, error);
}

/* ---- answering ---- */

/* The person is told, by mail too. */
static enum status add_mail(struct store *store, struct arena *arena, enum mail_kind kind, const struct uuid *id,
                            struct error *error)
{
    const struct mail_job mail = {.kind = kind, .subject_id = *id};
    return store_mail_add(store, arena, &mail, error);
}

/* Locks it until the transaction ends. */
static enum status begin_answer(struct store *store, struct arena *arena, const struct uuid *id,
                                struct privacy_request *request, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = pg_execute(store->pg, &sql_privacy_request_lock, &params, NULL, error);
    return status == STATUS_OK ? store_privacy_request_find(store, arena, id, NULL, request, error) : status;
}

static enum status load_key(struct store *store, struct arena *arena, const struct uuid *id, struct data_key *key,
                            struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    pg_params_add_text(&params, key_purpose_name(KEY_PURPOSE_PROFILE));
    enum status status = pg_execute(store->pg, &sql_data_key_find, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    if (pg_result_rows(result) == 0) {
        status = error_set(error, STATUS_INTERNAL, "data_key_missing", "a key that a row refers to is not there");
    } else {
        size_t length;
        const uint8_t *wrapped = pg_get_bytes(result, 0, 0, &length);
        status = store_data_key_unwrap(store, id, KEY_PURPOSE_PROFILE, wrapped, length, key, error);
    }
    pg_result_free(result);
    return status;
}

/* Of somebody who was erased meanwhile nothing is sealed any more: there is nobody to tell. */
static enum status add_words(struct store *store, struct arena *arena, const struct privacy_request *request,
                             const char *column, const char *words, struct pg_params *params, struct error *error)
{
    struct data_key key;
    if (uuid_is_nil(&request->text_key_id)) {
        pg_params_add_null(params, PG_BYTES);
        return STATUS_OK;
    }
    enum status status = load_key(store, arena, &request->text_key_id, &key, error);
    if (status != STATUS_OK)
        return status;
    status = seal_text(arena, &key, request, column, words, params, error);
    vault_data_key_release(&key);
    return status;
}

enum status store_privacy_request_extend(struct store *store, struct arena *arena, const struct uuid *id,
                                         const char *reasons, struct error *error)
{
    struct privacy_request request = {.state = PRIVACY_RECEIVED};
    struct pg_params params;
    enum status status = begin_answer(store, arena, id, &request, error);
    if (status == STATUS_OK)
        status = privacy_request_check_extendable(request.state, request.due_at_us, clock_now_us(), error);
    if (status == STATUS_OK) {
        pg_params_init(&params, arena);
        pg_params_add_uuid(&params, id);
        pg_params_add_time(&params, privacy_request_due_us(request.received_at_us, PRIVACY_EXTENDED_MONTHS));
        status = add_words(store, arena, &request, "extension_sealed", reasons, &params, error);
    }
    if (status == STATUS_OK)
        status =
            store_execute_touching(store, &sql_privacy_request_extend, &params, NULL, AUDIT_REQUEST, NULL, id, error);
    if (status == STATUS_OK)
        status = add_mail(store, arena, MAIL_REQUEST_EXTENDED, id, error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
    pg_rollback(store->pg);
    return status;
}

enum status store_privacy_request_decide(struct store *store, struct arena *arena, const struct uuid *id,
                                         enum privacy_request_state outcome, const char *answer,
                                         const struct uuid *staff_id, struct error *error)
{
    struct privacy_request request = {.state = PRIVACY_RECEIVED};
    struct pg_params params;
    enum status status = begin_answer(store, arena, id, &request, error);
    if (status == STATUS_OK)
        status = privacy_request_check_open(request.state, error);
    if (status == STATUS_OK) {
        pg_params_init(&params, arena);
        pg_params_add_uuid(&params, id);
        pg_params_add_text(&params, privacy_request_state_name(outcome));
        status = add_words(store, arena, &request, "answer_sealed", answer, &params, error);
    }
    if (status == STATUS_OK) {
        pg_params_add_time(&params, clock_now_us());
        pg_params_add_uuid(&params, staff_id);
        status =
            store_execute_touching(store, &sql_privacy_request_decide, &params, NULL, AUDIT_REQUEST, NULL, id, error);
    }
    if (status == STATUS_OK && request.kind == PRIVACY_RESTRICTION && outcome == PRIVACY_REFUSED)
        status = set_restricted(store, arena, &request.customer_id, 0, error);
    if (status == STATUS_OK)
        status = add_mail(store, arena, MAIL_REQUEST_ANSWERED, id, error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
    pg_rollback(store->pg);
    return status;
}
