/*
 * The calls about reviews. Worker threads; no state between calls. Whoever may not make a call was refused before these
 * run (routes.c).
 */
#include "akkoord/api/reviews.h"

#include "akkoord/api/decisions.h"
#include "akkoord/api/fields.h"

/* ---- codec ---- */

static json_t *statements_to_json(struct arena *arena, const struct review *review)
{
    json_t *statements = json_new_array(arena);
    for (size_t i = 0; i < review->statements_count; i++) {
        const struct review_statement *statement = &review->statements[i];
        json_t *json = json_new_object(arena);
        json_set_text(json, "by", review_author_name(statement->by));
        json_set_text(json, "text", statement->text);
        json_set_time(json, "at", statement->at_us);
        json_append_value(statements, json);
    }
    return statements;
}

json_t *review_to_json(struct arena *arena, const struct review *review)
{
    bool decided = review->state == REVIEW_DECIDED;
    json_t *json = json_new_object(arena);
    json_set_uuid(json, "id", &review->id);
    json_set_uuid(json, "decision_id", &review->decision_id);
    json_set_uuid(json, "order_id", &review->order_id);
    json_set_text(json, "state", review_state_name(review->state));
    json_set_text(json, "requested_by", review_author_name(review->requested_by));
    json_set_value(json, "statements", statements_to_json(arena, review));
    json_set_time(json, "requested_at", review->requested_at_us);
    json_set_time(json, "due_at", review->due_at_us);
    json_set_text(json, "outcome", decided ? review_outcome_name(review->outcome) : NULL);
    json_set_text(json, "reasons", decided ? review->reasons : NULL);
    return json;
}

/* ---- asking ---- */

static enum status answer_review(struct api_call *call, const struct uuid *id, int http_status,
                                 struct http_answer *answer, struct error *error)
{
    struct review review = {0};
    const struct uuid *owner = call->caller == API_CUSTOMER ? &call->customer_id : NULL;
    enum status status = store_review_find(call->store, call->arena, id, owner, &review, error);
    if (status == STATUS_OK)
        api_answer_json(call, answer, http_status, review_to_json(call->arena, &review));
    return status;
}

enum status api_review_request(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"statement", NULL};
    struct review_request request = {.customer_id = call->customer_id, .staff_id = call->staff_id};
    json_t *body;
    enum status status = api_call_id(call, "id", &request.decision_id, error);
    if (status == STATUS_OK)
        status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    request.statement = api_take_words(call, body, "statement");
    api_take_no_others(call, body, "", known);
    status = api_call_check_faults(call, error);
    if (status != STATUS_OK)
        return status;
    struct uuid review_id;
    bool created;
    status = store_review_request(call->store, call->arena, &request, &created, &review_id, error);
    if (status == STATUS_OK)
        status = answer_review(call, &review_id, created ? 201 : 200, answer, error);
    return status;
}

enum status api_review_show(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid id;
    enum status status = api_call_id(call, "id", &id, error);
    return status == STATUS_OK ? answer_review(call, &id, 200, answer, error) : status;
}

/* ---- staff ---- */

/* ?state=open, decided, or absent: the filter then stays as it is. */
static enum status read_filter(struct api_call *call, enum review_filter *filter, struct error *error)
{
    const char *state;
    enum status status = http_request_query(call->request, call->arena, "state", &state, error);
    if (status != STATUS_OK || state == NULL)
        return status;
    if (strcmp(state, "open") == 0)
        *filter = REVIEWS_OPEN;
    else if (strcmp(state, "decided") == 0)
        *filter = REVIEWS_DECIDED;
    else
        return error_set_field(error, STATUS_INVALID, "word", "state", "must be open or decided");
    return STATUS_OK;
}

static enum status read_position(const struct api_page *page, struct review_position *after, struct error *error)
{
    enum status status = api_check_cursor_time(page, error);
    if (status != STATUS_OK)
        return status;
    *after = (struct review_position){.id = page->after_id, .due_at_us = page->after_us};
    return STATUS_OK;
}

enum status api_staff_reviews_list(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct api_page page;
    struct review_position after;
    enum review_filter filter = REVIEWS_ALL;
    struct review *reviews = NULL;
    size_t count = 0;
    enum status status = read_filter(call, &filter, error);
    if (status == STATUS_OK)
        status = api_call_page(call, &page, error);
    if (status == STATUS_OK)
        status = read_position(&page, &after, error);
    if (status != STATUS_OK)
        return status;
    /* One more than asked for, to see whether another page follows. */
    size_t limit = (size_t)page.limit;
    status = store_reviews_list(call->store, call->arena, filter, &after, limit + 1, &reviews, &count, error);
    if (status != STATUS_OK)
        return status;
    json_t *items = json_new_array(call->arena);
    for (size_t i = 0; i < count && i < limit; i++)
        json_append_value(items, review_to_json(call->arena, &reviews[i]));
    const char *next = NULL;
    if (count > limit)
        next =
            api_cursor(call->arena, filter == REVIEWS_OPEN ? reviews[limit - 1].due_at_us : 0, &reviews[limit - 1].id);
    api_answer_list(call, answer, items, next);
    return STATUS_OK;
}

enum status api_staff_review_show(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid id;
    struct review review = {0};
    struct stored_decision decision;
    bool takes = call->caller != API_AUDITOR;
    enum status status = api_call_id(call, "id", &id, error);
    if (status == STATUS_OK)
        status = store_review_note_look(call->store, call->arena, &id, &call->staff_id, takes, error);
    if (status == STATUS_OK)
        status = store_review_find(call->store, call->arena, &id, NULL, &review, error);
    if (status == STATUS_OK)
        status = store_decision_find(call->store, call->arena, &review.decision_id, &decision, error);
    if (status != STATUS_OK)
        return status;
    json_t *json = review_to_json(call->arena, &review);
    json_set_value(json, "decision", decision_to_json(call->arena, &decision, review.language));
    api_answer_json(call, answer, 200, json);
    return STATUS_OK;
}

static void read_outcome(struct api_call *call, const json_t *body, enum review_outcome *outcome)
{
    struct error fault;
    const char *word;
    if (json_get_text(body, "", "outcome", JSON_REQUIRED, 32, &word, &fault) != STATUS_OK)
        api_call_note_fault(call, &fault);
    else if (review_outcome_parse(word, outcome) != STATUS_OK)
        api_call_note_field(call, "outcome", "word", "must be upheld or overturned");
}

enum status api_staff_review_decide(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"outcome", "reasons", NULL};
    struct order_command command = {.kind = COMMAND_REVIEW_OUTCOME, .staff_id = call->staff_id};
    json_t *body;
    enum status status = api_call_id(call, "id", &command.review_id, error);
    if (status == STATUS_OK)
        status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    read_outcome(call, body, &command.review_outcome);
    command.reasons = api_take_words(call, body, "reasons");
    api_take_no_others(call, body, "", known);
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status = committer_run(call->options->committer, &command, error);
    if (status == STATUS_OK)
        status = answer_review(call, &command.review_id, 200, answer, error);
    return status;
}
