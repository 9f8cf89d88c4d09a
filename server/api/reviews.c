/*
 * The calls about reviews. Worker threads; no state between calls. Whoever may not make a call was refused before these
 * run (routes.c).
 */
#include "akkoord/api/reviews.h"

#include "akkoord/api/decisions.h"
#include "akkoord/api/fields.h"
#include "akkoord/store/review_workflow.h"

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

static void set_optional_uuid(json_t *json, const char *key, const struct uuid *uuid)
{
    if (uuid_is_nil(uuid))
        json_set_text(json, key, NULL);
    else
        json_set_uuid(json, key, uuid);
}

static json_t *extension_to_json(struct arena *arena, const struct review_extension *extension)
{
    if (extension->at_us == 0)
        return NULL;
    json_t *json = json_new_object(arena);
    json_set_time(json, "due_before", extension->due_before_us);
    json_set_text(json, "reasons", extension->reasons);
    json_set_time(json, "at", extension->at_us);
    return json;
}

static json_t *proposal_to_json(struct arena *arena, const struct review_proposal *proposal)
{
    if (proposal->at_us == 0)
        return NULL;
    json_t *json = json_new_object(arena);
    json_set_text(json, "outcome", review_outcome_name(proposal->outcome));
    json_set_text(json, "reasons", proposal->reasons);
    json_set_uuid(json, "by", &proposal->by);
    json_set_time(json, "at", proposal->at_us);
    return json;
}

json_t *review_to_json(struct arena *arena, const struct review *review)
{
    bool decided = review->state == REVIEW_DECIDED;
    json_t *json = json_new_object(arena);
    json_set_uuid(json, "id", &review->id);
    json_set_uuid(json, "decision_id", &review->decision_id);
    json_set_uuid(json, "order_id", &review->order_id);
    json_set_text(json, "state", review_state_name(review->state));
    json_set_text(json, "stage", review_stage_name(review->stage));
    json_set_integer(json, "look", review->look);
    set_optional_uuid(json, "first_review_id", &review->first_id);
    set_optional_uuid(json, "second_look_id", &review->second_id);
    json_set_text(json, "requested_by", review_author_name(review->requested_by));
    json_set_value(json, "statements", statements_to_json(arena, review));
    json_set_time(json, "requested_at", review->requested_at_us);
    json_set_time(json, "due_at", review->due_at_us);
    json_set_boolean(json, "overdue", review->is_overdue);
    json_set_value(json, "extension", extension_to_json(arena, &review->extension));
    json_set_text(json, "outcome", decided ? review_outcome_name(review->outcome) : NULL);
    json_set_text(json, "reasons", decided ? review->reasons : NULL);
    return json;
}

json_t *review_to_staff_json(struct arena *arena, const struct review *review, const struct stored_decision *decision)
{
    json_t *json = review_to_json(arena, review);
    set_optional_uuid(json, "assigned_to", &review->assigned_to);
    json_set_value(json, "proposal", proposal_to_json(arena, &review->proposal));
    set_optional_uuid(json, "decided_by", &review->decided_by);
    set_optional_uuid(json, "confirmed_by", &review->confirmed_by);
    json_set_text(json, "inputs_seen", review_seen_name(review->inputs_seen));
    json_set_value(json, "decision", decision_to_json(arena, decision, review->language));
    return json;
}

/* ---- asking ---- */

enum status review_answer_staff(struct api_call *call, const struct uuid *id, int http_status,
                                struct http_answer *answer, struct error *error)
{
    struct review review = {0};
    struct stored_decision decision;
    enum status status = store_review_find(call->store, call->arena, id, NULL, &review, error);
    if (status == STATUS_OK)
        status = store_decision_find(call->store, call->arena, &review.decision_id, &decision, error);
    if (status == STATUS_OK)
        api_answer_json(call, answer, http_status, review_to_staff_json(call->arena, &review, &decision));
    return status;
}

static enum status answer_review(struct api_call *call, const struct uuid *id, int http_status,
                                 struct http_answer *answer, struct error *error)
{
    struct review review = {0};
    if (call->caller != API_CUSTOMER)
        return review_answer_staff(call, id, http_status, answer, error);
    enum status status = store_review_find(call->store, call->arena, id, &call->customer_id, &review, error);
    if (status == STATUS_OK)
        api_answer_json(call, answer, http_status, review_to_json(call->arena, &review));
    return status;
}

/* The body's statement, and nothing beside it. */
static enum status read_statement(struct api_call *call, const char **statement, struct error *error)
{
    static const char *const known[] = {"statement", NULL};
    json_t *body;
    enum status status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    *statement = api_take_words(call, body, "statement");
    api_take_no_others(call, body, "", known);
    return api_call_check_faults(call, error);
}

static enum status request_review(struct api_call *call, const struct review_request *request,
                                  struct http_answer *answer, struct error *error)
{
    struct uuid review_id;
    bool created;
    enum status status = store_review_request(call->store, call->arena, request, &created, &review_id, error);
    if (status == STATUS_OK)
        status = answer_review(call, &review_id, created ? 201 : 200, answer, error);
    return status;
}

enum status api_review_request(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct review_request request = {.customer_id = call->customer_id, .staff_id = call->staff_id};
    enum status status = api_call_id(call, "id", &request.decision_id, error);
    if (status == STATUS_OK)
        status = read_statement(call, &request.statement, error);
    return status == STATUS_OK ? request_review(call, &request, answer, error) : status;
}

enum status api_review_second_look(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct review_request request = {.customer_id = call->customer_id};
    struct review first = {0};
    enum status status = api_call_id(call, "id", &request.first_id, error);
    if (status == STATUS_OK)
        status = read_statement(call, &request.statement, error);
    if (status == STATUS_OK)
        status = store_review_find(call->store, call->arena, &request.first_id, &call->customer_id, &first, error);
    if (status == STATUS_OK)
        status = review_check_second_look(first.look, first.stage, error);
    request.decision_id = first.decision_id;
    return status == STATUS_OK ? request_review(call, &request, answer, error) : status;
}

/* Whoever reads the outcome has been told it. */
enum status api_review_show(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid id;
    struct review review = {0};
    enum status status = api_call_id(call, "id", &id, error);
    if (status == STATUS_OK)
        status = store_review_find(call->store, call->arena, &id, &call->customer_id, &review, error);
    if (status == STATUS_OK && review.stage == REVIEW_STAGE_DECIDED) {
        review.stage = REVIEW_STAGE_NOTIFIED;
        status = store_review_note_notified(call->store, call->arena, &id, ACTOR_CUSTOMER, error);
    }
    if (status == STATUS_OK)
        api_answer_json(call, answer, 200, review_to_json(call->arena, &review));
    return status;
}

/* ---- staff ---- */

/* ?state=open, overdue, decided, or absent: the filter then stays as it is. */
static enum status read_filter(struct api_call *call, enum review_filter *filter, struct error *error)
{
    const char *state;
    enum status status = http_request_query(call->request, call->arena, "state", &state, error);
    if (status != STATUS_OK || state == NULL)
        return status;
    if (strcmp(state, "open") == 0)
        *filter = REVIEWS_OPEN;
    else if (strcmp(state, "overdue") == 0)
        *filter = REVIEWS_OVERDUE;
    else if (strcmp(state, "decided") == 0)
        *filter = REVIEWS_DECIDED;
    else
        return error_set_field(error, STATUS_INVALID, "word", "state", "must be open, overdue or decided");
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

static const struct stored_decision *find_decision(const struct stored_decision *decisions, size_t count,
                                                   const struct uuid *id)
{
    for (size_t i = 0; i < count; i++) {
        if (uuid_equal(&decisions[i].decision.id, id))
            return &decisions[i];
    }
    return NULL;
}

/* A page with its decisions and inputs; that whoever may decide has had these before them is noted. */
static enum status answer_page(struct api_call *call, const struct review *reviews, size_t count, const char *next,
                               struct http_answer *answer, struct error *error)
{
    struct uuid *ids = ARENA_ARRAY(call->arena, struct uuid, count);
    struct stored_decision *decisions = NULL;
    size_t decisions_count = 0;
    for (size_t i = 0; i < count; i++)
        ids[i] = reviews[i].decision_id;
    enum status status =
        store_decisions_find(call->store, call->arena, ids, count, &decisions, &decisions_count, error);
    if (status == STATUS_OK && call->caller != API_AUDITOR)
        status = store_review_note_listed(call->store, call->arena, reviews, count, &call->staff_id, error);
    if (status != STATUS_OK)
        return status;
    json_t *items = json_new_array(call->arena);
    for (size_t i = 0; i < count; i++) {
        const struct stored_decision *decision = find_decision(decisions, decisions_count, &reviews[i].decision_id);
        if (decision != NULL)
            json_append_value(items, review_to_staff_json(call->arena, &reviews[i], decision));
    }
    api_answer_list(call, answer, items, next);
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
    const char *next = NULL;
    if (count > limit) {
        const struct review *last = &reviews[limit - 1];
        next = api_cursor(call->arena, review_filter_is_queue(filter) ? last->due_at_us : 0, &last->id);
        count = limit;
    }
    return answer_page(call, reviews, count, next, answer, error);
}

enum status api_staff_review_show(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid id;
    struct review_standing standing;
    enum status status = api_call_id(call, "id", &id, error);
    if (status == STATUS_OK)
        status = store_review_standing(call->store, call->arena, &id, &call->staff_id, &standing, error);
    if (status != STATUS_OK)
        return status;
    bool takes = call->caller != API_AUDITOR && review_check_reviewer(&standing.reviewer, NULL) == STATUS_OK;
    status = store_review_open(call->store, call->arena, &id, &call->staff_id, takes, error);
    return status == STATUS_OK ? review_answer_staff(call, &id, 200, answer, error) : status;
}
