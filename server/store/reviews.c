/*
 * Asks for reviews, adds to them and reads them. Whatever thread owns the store runs it.
 *
 * Invariants: a statement is added only while the review's row is locked and not decided; no lock on an order is ever
 * taken here, so nothing can deadlock with the committer, who locks the order first and the review after it. Outcomes
 * are not given here.
 */
#include "akkoord/store/reviews.h"

#include "akkoord/base/clock.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"
#include "akkoord/store/history.h"
#include "review_texts.h"
#include "rows.h"

enum status store_review_seal_reasons(struct arena *arena, const struct data_key *key, const struct uuid *review_id,
                                      const struct uuid *customer_id, const char *reasons, uint8_t **blob,
                                      size_t *blob_length, struct error *error)
{
    struct seal_context context = review_text_context(REVIEW_TEXT_REASONS, review_id, customer_id, REVIEW_TEXT_VERSION);
    return seal_bytes(arena, key, &context, reasons, strlen(reasons), blob, blob_length, error);
}

/* ---- asking ---- */

/* The caller releases the key. */
static enum status find_reviewed_order(struct store *store, struct arena *arena, const struct review_request *request,
                                       struct review_owner *order, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &request->decision_id);
    enum status status = pg_execute(store->pg, &sql_review_find_decision, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    bool found = pg_result_rows(result) == 1;
    if (found) {
        order->order_id = pg_get_uuid(result, 0, 0);
        order->customer_id = pg_get_uuid(result, 0, 1);
        found = uuid_is_nil(&request->customer_id) || uuid_equal(&request->customer_id, &order->customer_id);
    }
    if (!found || pg_is_null(result, 0, 3)) {
        status = error_set(error, STATUS_NOT_FOUND, found ? "data_key_erased" : "not_found", "no such decision");
    } else {
        struct uuid key_id = pg_get_uuid(result, 0, 2);
        size_t length;
        const uint8_t *wrapped = pg_get_bytes(result, 0, 3, &length);
        status =
            store_data_key_unwrap(store, &key_id, KEY_PURPOSE_BILLING, wrapped, length, &order->billing_key, error);
    }
    pg_result_free(result);
    return status;
}

static enum status insert_review(struct store *store, struct arena *arena, const struct review_request *request,
                                 const struct uuid *order_id, int64_t now_us, bool *created, struct uuid *review_id,
                                 struct error *error)
{
    struct uuid id = uuid_new();
    bool is_first = uuid_is_nil(&request->first_id);
    enum review_author author = uuid_is_nil(&request->staff_id) ? REVIEW_BY_CUSTOMER : REVIEW_BY_STAFF;
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &id);
    pg_params_add_uuid(&params, &request->decision_id);
    pg_params_add_uuid(&params, order_id);
    pg_params_add_text(&params, review_author_name(author));
    pg_params_add_time(&params, now_us);
    pg_params_add_time(&params, calendar_review_due_us(now_us));
    pg_params_add_int64(&params, is_first ? 1 : 2);
    pg_params_add_uuid(&params, is_first ? NULL : &request->first_id);
    enum status status = pg_execute(store->pg, &sql_review_insert, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *created = pg_result_affected(result) == 1;
    if (*created)
        store_audit_touch(store, AUDIT_REVIEW, order_id, &id);
    *review_id = id;
    pg_result_free(result);
    return STATUS_OK;
}

/* The review that stands already, locked until the transaction ends and moved on by what is said. */
static enum status join_open_review(struct store *store, struct arena *arena, const struct review_request *request,
                                    struct uuid *review_id, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &request->decision_id);
    pg_params_add_int64(&params, uuid_is_nil(&request->first_id) ? 1 : 2);
    enum status status = pg_execute(store->pg, &sql_review_lock_of_decision, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    enum review_stage stage, next = REVIEW_STAGE_ACKNOWLEDGED;
    bool by_customer = uuid_is_nil(&request->staff_id);
    if (pg_result_rows(result) == 0 || review_stage_parse(pg_get_text(result, 0, 1), &stage) != STATUS_OK) {
        status = error_set(error, STATUS_INTERNAL, "review_unreadable", "a review is gone or its stage is not known");
    } else {
        *review_id = pg_get_uuid(result, 0, 0);
        status = review_transition(stage, pg_get_bool(result, 0, 2), REVIEW_ACT_STATE, &next, error);
        /* What staff add is no answer to what the customer was asked. */
        if (status == STATUS_OK && by_customer && next != stage)
            status = review_set_stage(store, arena, review_id, next, NULL, error);
    }
    pg_result_free(result);
    return status;
}

static const char *step_of(const struct review_request *request, bool created)
{
    if (!created)
        return "statement_added";
    return uuid_is_nil(&request->first_id) ? "review_requested" : "second_look_requested";
}

/* Inside a transaction. */
static enum status request_in_transaction(struct store *store, struct arena *arena,
                                          const struct review_request *request, const struct review_owner *order,
                                          bool *created, struct uuid *review_id, struct error *error)
{
    int64_t now_us = clock_now_us();
    enum status status = insert_review(store, arena, request, &order->order_id, now_us, created, review_id, error);
    if (status == STATUS_OK && !*created)
        status = join_open_review(store, arena, request, review_id, error);
    if (status == STATUS_OK)
        status = review_text_add_statement(store, arena, review_id, order, &request->staff_id, request->statement,
                                           now_us, error);
    if (status != STATUS_OK)
        return status;
    struct history_step step = {
        .order_id = order->order_id,
        .step = step_of(request, *created),
        .actor = uuid_is_nil(&request->staff_id) ? ACTOR_CUSTOMER : ACTOR_STAFF,
        .staff_id = request->staff_id,
        .at_us = now_us,
    };
    return store_history_add(store, arena, &step, review_id, error);
}

enum status store_review_request(struct store *store, struct arena *arena, const struct review_request *request,
                                 bool *created, struct uuid *review_id, struct error *error)
{
    struct review_owner order = {0};
    enum status status = find_reviewed_order(store, arena, request, &order, error);
    if (status == STATUS_OK)
        status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = request_in_transaction(store, arena, request, &order, created, review_id, error);
    if (status == STATUS_OK)
        status = store_commit(store, error);
    if (status != STATUS_OK)
        pg_rollback(store->pg);
    vault_data_key_release(&order.billing_key);
    return status;
}

/* ---- reading ---- */

/* The columns that sql/review/find.sql and list_*.sql select. */
enum {
    COLUMN_ID,
    COLUMN_DECISION_ID,
    COLUMN_ORDER_ID,
    COLUMN_STAGE,
    COLUMN_REQUESTED_BY,
    COLUMN_REQUESTED_AT,
    COLUMN_DUE_AT,
    COLUMN_OUTCOME,
    COLUMN_REASONS_SEALED,
    COLUMN_LOOK,
    COLUMN_FIRST_ID,
    COLUMN_SECOND_ID,
    COLUMN_DUE_BEFORE,
    COLUMN_EXTENDED_AT,
    COLUMN_EXTENSION_REASONS_SEALED,
    COLUMN_ASSIGNED_TO,
    COLUMN_INPUTS_SEEN,
    COLUMN_DECIDED_BY,
    COLUMN_CONFIRMED_BY,
    COLUMN_PROPOSED_OUTCOME,
    COLUMN_PROPOSED_REASONS_SEALED,
    COLUMN_PROPOSED_BY,
    COLUMN_PROPOSED_AT,
    COLUMN_CUSTOMER_ID,
    COLUMN_LANGUAGE,
    COLUMN_BILLING_KEY_ID,
    COLUMN_WRAPPED,
};

/* An outcome, or a null. */
static enum status read_outcome(const struct pg_result *result, size_t row, int column, enum review_outcome *outcome)
{
    const char *text = pg_get_text(result, row, column);
    return text == NULL ? STATUS_OK : review_outcome_parse(text, outcome);
}

static enum status read_words(const struct pg_result *result, size_t row, struct review *review, struct error *error)
{
    if (review_stage_parse(pg_get_text(result, row, COLUMN_STAGE), &review->stage) != STATUS_OK ||
        review_author_parse(pg_get_text(result, row, COLUMN_REQUESTED_BY), &review->requested_by) != STATUS_OK ||
        language_parse(pg_get_text(result, row, COLUMN_LANGUAGE), &review->language) != STATUS_OK ||
        review_seen_parse(pg_get_text(result, row, COLUMN_INPUTS_SEEN), &review->inputs_seen) != STATUS_OK ||
        read_outcome(result, row, COLUMN_OUTCOME, &review->outcome) != STATUS_OK ||
        read_outcome(result, row, COLUMN_PROPOSED_OUTCOME, &review->proposal.outcome) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "review_unreadable", "a review has words that are not known");
    review->state = review_state_of(review->stage);
    return STATUS_OK;
}

static void read_plain(const struct pg_result *result, size_t row, struct review *review)
{
    review->id = pg_get_uuid(result, row, COLUMN_ID);
    review->decision_id = pg_get_uuid(result, row, COLUMN_DECISION_ID);
    review->order_id = pg_get_uuid(result, row, COLUMN_ORDER_ID);
    review->requested_at_us = pg_get_time(result, row, COLUMN_REQUESTED_AT);
    review->due_at_us = pg_get_time(result, row, COLUMN_DUE_AT);
    review->look = pg_get_int64(result, row, COLUMN_LOOK);
    review->first_id = pg_get_optional_uuid(result, row, COLUMN_FIRST_ID);
    review->second_id = pg_get_optional_uuid(result, row, COLUMN_SECOND_ID);
    review->extension.at_us = pg_get_time(result, row, COLUMN_EXTENDED_AT);
    review->extension.due_before_us = pg_get_time(result, row, COLUMN_DUE_BEFORE);
    review->assigned_to = pg_get_optional_uuid(result, row, COLUMN_ASSIGNED_TO);
    review->decided_by = pg_get_optional_uuid(result, row, COLUMN_DECIDED_BY);
    review->confirmed_by = pg_get_optional_uuid(result, row, COLUMN_CONFIRMED_BY);
    review->proposal.by = pg_get_optional_uuid(result, row, COLUMN_PROPOSED_BY);
    review->proposal.at_us = pg_get_time(result, row, COLUMN_PROPOSED_AT);
}

/* The order's billing key; *has_key is false when it was destroyed at the end of its term: the texts are gone then, and
 * the rest of the review is not. */
static enum status unwrap_key(struct store *store, const struct pg_result *result, size_t row, struct data_key *key,
                              bool *has_key, struct error *error)
{
    *has_key = !pg_is_null(result, row, COLUMN_WRAPPED);
    if (!*has_key)
        return STATUS_OK;
    struct uuid key_id = pg_get_uuid(result, row, COLUMN_BILLING_KEY_ID);
    size_t length;
    const uint8_t *wrapped = pg_get_bytes(result, row, COLUMN_WRAPPED, &length);
    enum status status = store_data_key_unwrap(store, &key_id, KEY_PURPOSE_BILLING, wrapped, length, key, error);
    if (status == STATUS_NOT_FOUND) {
        *has_key = false;
        status = STATUS_OK;
    }
    return status;
}

static enum status open_text(struct arena *arena, const struct data_key *key, const struct seal_context *context,
                             const struct pg_result *result, size_t row, int column, const char **text,
                             struct error *error)
{
    size_t blob_length, length;
    const uint8_t *blob = pg_get_bytes(result, row, column, &blob_length);
    if (blob == NULL)
        return STATUS_OK;
    uint8_t *plaintext;
    enum status status = seal_open_bytes(arena, key, context, blob, blob_length, &plaintext, &length, error);
    if (status == STATUS_OK)
        *text = (const char *)plaintext;
    return status;
}

/* The statements of one review out of those of a page, which are sorted by review. `key` is NULL when it was destroyed.
 */
static enum status read_statements(struct arena *arena, const struct data_key *key, const struct uuid *customer_id,
                                   const struct pg_result *result, struct review *review, struct error *error)
{
    size_t rows = pg_result_rows(result), first = 0;
    while (first < rows) {
        struct uuid review_id = pg_get_uuid(result, first, 0);
        if (uuid_equal(&review_id, &review->id))
            break;
        first++;
    }
    size_t end = first;
    while (end < rows) {
        struct uuid review_id = pg_get_uuid(result, end, 0);
        if (!uuid_equal(&review_id, &review->id))
            break;
        end++;
    }
    review->statements_count = end - first;
    review->statements = ARENA_ARRAY(arena, struct review_statement, end - first);
    for (size_t i = first; i < end; i++) {
        struct review_statement *statement = &review->statements[i - first];
        struct uuid id = pg_get_uuid(result, i, 1);
        struct seal_context context = review_text_context(REVIEW_TEXT_STATEMENT, &id, customer_id, REVIEW_TEXT_VERSION);
        statement->at_us = pg_get_time(result, i, 4);
        if (review_author_parse(pg_get_text(result, i, 2), &statement->by) != STATUS_OK)
            return error_set(error, STATUS_INTERNAL, "review_unreadable", "a statement has an author not known");
        enum status status =
            key == NULL ? STATUS_OK : open_text(arena, key, &context, result, i, 3, &statement->text, error);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* The texts of the review's own row. */
static enum status read_texts(struct arena *arena, const struct data_key *key, const struct uuid *customer_id,
                              const struct pg_result *result, size_t row, struct review *review, struct error *error)
{
    const struct {
        enum review_text text;
        int column;
        int64_t version;
        const char **out;
    } texts[] = {
        {REVIEW_TEXT_REASONS, COLUMN_REASONS_SEALED, REVIEW_TEXT_VERSION, &review->reasons},
        {REVIEW_TEXT_EXTENSION, COLUMN_EXTENSION_REASONS_SEALED, REVIEW_TEXT_VERSION, &review->extension.reasons},
        {REVIEW_TEXT_PROPOSAL, COLUMN_PROPOSED_REASONS_SEALED, review->proposal.at_us, &review->proposal.reasons},
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct seal_context context = review_text_context(texts[i].text, &review->id, customer_id, texts[i].version);
        status = open_text(arena, key, &context, result, row, texts[i].column, texts[i].out, error);
    }
    return status;
}

/* One row of `result` and its statements. */
static enum status read_review(struct store *store, struct arena *arena, const struct pg_result *result, size_t row,
                               const struct pg_result *statements, struct review *review, struct error *error)
{
    struct uuid customer_id = pg_get_uuid(result, row, COLUMN_CUSTOMER_ID);
    read_plain(result, row, review);
    enum status status = read_words(result, row, review, error);
    if (status != STATUS_OK)
        return status;
    review->is_overdue = review->state != REVIEW_DECIDED && review->due_at_us < clock_now_us();
    struct data_key key = {0};
    bool has_key;
    status = unwrap_key(store, result, row, &key, &has_key, error);
    if (status == STATUS_OK && has_key)
        status = read_texts(arena, &key, &customer_id, result, row, review, error);
    if (status == STATUS_OK)
        status = read_statements(arena, has_key ? &key : NULL, &customer_id, statements, review, error);
    vault_data_key_release(&key);
    return status;
}

/* The same in a list: of a review whose texts were altered, all but the texts. */
static enum status read_listed_review(struct store *store, struct arena *arena, const struct pg_result *result,
                                      size_t row, const struct pg_result *statements, struct review *review,
                                      struct error *error)
{
    struct error fault;
    struct uuid customer_id = pg_get_uuid(result, row, COLUMN_CUSTOMER_ID);
    enum status status = read_review(store, arena, result, row, statements, review, &fault);
    if (status == STATUS_OK)
        return status;
    if (!store_row_was_altered("review", &review->id, &fault))
        return error_set(error, status, fault.code, "%s", fault.detail);
    review->reasons = review->extension.reasons = review->proposal.reasons = NULL;
    return read_statements(arena, NULL, &customer_id, statements, review, error);
}

/* All reviews that a statement gives, with their statements. */
static enum status read_reviews(struct store *store, struct arena *arena, const struct pg_result *result, bool is_list,
                                struct review **reviews, size_t *count, struct error *error)
{
    size_t rows = pg_result_rows(result);
    struct review *read = ARENA_ARRAY(arena, struct review, rows);
    struct pg_params params;
    struct pg_result *statements = NULL;
    pg_params_init(&params, arena);
    struct pg_array *ids = pg_array_begin(&params, PG_UUID_ARRAY);
    for (size_t i = 0; i < rows; i++) {
        struct uuid id = pg_get_uuid(result, i, COLUMN_ID);
        pg_array_add_uuid(ids, &id);
    }
    pg_array_end(ids);
    enum status status = pg_execute(store->pg, &sql_review_statements, &params, &statements, error);
    for (size_t i = 0; i < rows && status == STATUS_OK; i++)
        status = is_list ? read_listed_review(store, arena, result, i, statements, &read[i], error)
                         : read_review(store, arena, result, i, statements, &read[i], error);
    pg_result_free(statements);
    if (status == STATUS_OK) {
        *reviews = read;
        *count = rows;
    }
    return status;
}

enum status store_review_find(struct store *store, struct arena *arena, const struct uuid *id,
                              const struct uuid *customer_id, struct review *review, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    enum status status = pg_execute(store->pg, &sql_review_find, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    bool found = pg_result_rows(result) == 1;
    if (found && customer_id != NULL) {
        struct uuid owner = pg_get_uuid(result, 0, COLUMN_CUSTOMER_ID);
        found = uuid_equal(&owner, customer_id);
    }
    struct review *read = NULL;
    size_t count = 0;
    status = found ? read_reviews(store, arena, result, false, &read, &count, error)
                   : error_set(error, STATUS_NOT_FOUND, "not_found", "no such review");
    if (status == STATUS_OK && count == 1)
        *review = read[0];
    pg_result_free(result);
    return status;
}

bool review_filter_is_queue(enum review_filter filter)
{
    return filter == REVIEWS_OPEN || filter == REVIEWS_OVERDUE;
}

enum status store_reviews_list(struct store *store, struct arena *arena, enum review_filter filter,
                               const struct review_position *after, size_t limit, struct review **reviews,
                               size_t *count, struct error *error)
{
    static const struct pg_statement *const statements[] = {
        [REVIEWS_OPEN] = &sql_review_list_open,
        [REVIEWS_OVERDUE] = &sql_review_list_open,
        [REVIEWS_DECIDED] = &sql_review_list_decided,
        [REVIEWS_ALL] = &sql_review_list_all,
    };
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    if (review_filter_is_queue(filter))
        pg_params_add_time(&params, after->due_at_us);
    pg_params_add_uuid(&params, uuid_is_nil(&after->id) ? NULL : &after->id);
    pg_params_add_int64(&params, (int64_t)limit);
    if (review_filter_is_queue(filter))
        pg_params_add_time(&params, filter == REVIEWS_OVERDUE ? clock_now_us() : 0);
    enum status status = pg_execute(store->pg, statements[filter], &params, &result, error);
    if (status == STATUS_OK)
        status = read_reviews(store, arena, result, true, reviews, count, error);
    pg_result_free(result);
    return status;
}
