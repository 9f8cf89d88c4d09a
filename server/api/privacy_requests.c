/* The calls about requests over one's own data. Worker threads; no state between calls. */
#include "akkoord/api/privacy_requests.h"

#include "akkoord/api/fields.h"
#include "akkoord/api/reviews.h"

json_t *privacy_request_to_json(struct arena *arena, const struct privacy_request *request)
{
    json_t *json = json_new_object(arena);
    json_set_uuid(json, "id", &request->id);
    json_set_text(json, "kind", privacy_request_kind_name(request->kind));
    json_set_text(json, "state", privacy_request_state_name(request->state));
    json_set_text(json, "statement", request->statement);
    json_set_text(json, "extension", request->extension);
    json_set_text(json, "answer", request->answer);
    json_set_time(json, "received_at", request->received_at_us);
    json_set_time(json, "due_at", request->due_at_us);
    json_set_time(json, "decided_at", request->decided_at_us);
    return json;
}

static json_t *staff_request_to_json(struct arena *arena, const struct privacy_request *request)
{
    json_t *json = privacy_request_to_json(arena, request);
    json_set_uuid(json, "customer_id", &request->customer_id);
    return json;
}

/* ---- customers ---- */

/* Of what a person does by a call of their own no request is made. */
static void take_kind(struct api_call *call, const json_t *body, enum privacy_request_kind *kind)
{
    struct error fault;
    const char *word;
    if (json_get_text(body, "", "kind", JSON_REQUIRED, API_NAME_LENGTH_MAX, &word, &fault) != STATUS_OK)
        api_call_note_fault(call, &fault);
    else if (privacy_request_kind_parse(word, kind) != STATUS_OK)
        api_call_note_field(call, "kind", "word",
                            "must be access, rectification, restriction, objection or consent_withdrawal");
    else if (*kind == PRIVACY_PORTABILITY)
        api_call_note_field(call, "kind", "word", "GET /v1/me/export does this at once");
    else if (*kind == PRIVACY_ERASURE)
        api_call_note_field(call, "kind", "word", "DELETE /v1/me does this at once");
}

enum status api_privacy_request_add(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"kind", "statement", NULL};
    struct privacy_request request = {.customer_id = call->customer_id};
    json_t *body;
    enum status status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    api_take_no_others(call, body, "", known);
    take_kind(call, body, &request.kind);
    request.statement = api_take_words(call, body, "statement");
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status = store_privacy_request_add(call->store, call->arena, &request, error);
    if (status == STATUS_OK)
        api_answer_json(call, answer, 201, privacy_request_to_json(call->arena, &request));
    return status;
}

enum status api_privacy_requests_list(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct api_page page;
    struct privacy_request *requests;
    size_t count = 0;
    enum status status = api_call_page(call, &page, error);
    if (status != STATUS_OK)
        return status;
    size_t limit = (size_t)page.limit;
    status = store_privacy_requests_list(call->store, call->arena, &call->customer_id, &page.after_id, limit + 1,
                                         &requests, &count, error);
    if (status != STATUS_OK)
        return status;
    json_t *items = json_new_array(call->arena);
    for (size_t i = 0; i < count && i < limit; i++)
        json_append_value(items, privacy_request_to_json(call->arena, &requests[i]));
    api_answer_list(call, answer, items, count > limit ? api_cursor(call->arena, 0, &requests[limit - 1].id) : NULL);
    return STATUS_OK;
}

enum status api_privacy_request_show(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid id;
    struct privacy_request request;
    enum status status = api_call_id(call, "id", &id, error);
    if (status == STATUS_OK)
        status = store_privacy_request_find(call->store, call->arena, &id, &call->customer_id, &request, error);
    if (status == STATUS_OK)
        api_answer_json(call, answer, 200, privacy_request_to_json(call->arena, &request));
    return status;
}

enum status api_restriction_lift(struct api_call *call, struct http_answer *answer, struct error *error)
{
    enum status status = store_customer_lift_restriction(call->store, call->arena, &call->customer_id, error);
    if (status == STATUS_OK)
        api_answer_nothing(answer);
    return status;
}

/* ---- staff ---- */

static enum status read_state(struct api_call *call, bool *only_open, struct error *error)
{
    const char *state;
    enum status status = http_request_query(call->request, call->arena, "state", &state, error);
    if (status != STATUS_OK)
        return status;
    if (state != NULL && strcmp(state, "open") != 0)
        return error_set_field(error, STATUS_INVALID, "word", "state", "must be open, or left out");
    *only_open = state != NULL;
    return STATUS_OK;
}

static const char *cursor_of(struct api_call *call, bool only_open, const struct privacy_request *last)
{
    return api_cursor(call->arena, only_open ? last->due_at_us : 0, &last->id);
}

enum status api_staff_privacy_requests_list(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct api_page page;
    struct privacy_request *requests;
    size_t count = 0;
    bool only_open = false;
    enum status status = read_state(call, &only_open, error);
    if (status == STATUS_OK)
        status = api_call_page(call, &page, error);
    if (status == STATUS_OK && only_open)
        status = api_check_cursor_time(&page, error);
    if (status != STATUS_OK)
        return status;
    size_t limit = (size_t)page.limit;
    status = only_open ? store_privacy_requests_list_open(call->store, call->arena, page.after_us, &page.after_id,
                                                          limit + 1, &requests, &count, error)
                       : store_privacy_requests_list(call->store, call->arena, NULL, &page.after_id, limit + 1,
                                                     &requests, &count, error);
    if (status != STATUS_OK)
        return status;
    json_t *items = json_new_array(call->arena);
    for (size_t i = 0; i < count && i < limit; i++)
        json_append_value(items, staff_request_to_json(call->arena, &requests[i]));
    api_answer_list(call, answer, items, count > limit ? cursor_of(call, only_open, &requests[limit - 1]) : NULL);
    return STATUS_OK;
}

static enum status answer_staff(struct api_call *call, const struct uuid *id, struct http_answer *answer,
                                struct error *error)
{
    struct privacy_request request;
    enum status status = store_privacy_request_find(call->store, call->arena, id, NULL, &request, error);
    if (status == STATUS_OK)
        api_answer_json(call, answer, 200, staff_request_to_json(call->arena, &request));
    return status;
}

enum status api_staff_privacy_request_extend(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"reasons", NULL};
    struct uuid id;
    json_t *body;
    enum status status = api_call_id(call, "id", &id, error);
    if (status == STATUS_OK)
        status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    api_take_no_others(call, body, "", known);
    const char *reasons = api_take_words(call, body, "reasons");
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status = store_privacy_request_extend(call->store, call->arena, &id, reasons, error);
    return status == STATUS_OK ? answer_staff(call, &id, answer, error) : status;
}

static void take_outcome(struct api_call *call, const json_t *body, enum privacy_request_state *outcome)
{
    struct error fault;
    const char *word;
    if (json_get_text(body, "", "outcome", JSON_REQUIRED, API_NAME_LENGTH_MAX, &word, &fault) != STATUS_OK)
        api_call_note_fault(call, &fault);
    else if (strcmp(word, "fulfilled") == 0)
        *outcome = PRIVACY_FULFILLED;
    else if (strcmp(word, "refused") == 0)
        *outcome = PRIVACY_REFUSED;
    else
        api_call_note_field(call, "outcome", "word", "must be fulfilled or refused");
}

enum status api_staff_privacy_request_decide(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"outcome", "answer", NULL};
    enum privacy_request_state outcome = PRIVACY_FULFILLED;
    struct uuid id;
    json_t *body;
    enum status status = api_call_id(call, "id", &id, error);
    if (status == STATUS_OK)
        status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    api_take_no_others(call, body, "", known);
    take_outcome(call, body, &outcome);
    const char *words = api_take_words(call, body, "answer");
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status = store_privacy_request_decide(call->store, call->arena, &id, outcome, words, &call->staff_id, error);
    return status == STATUS_OK ? answer_staff(call, &id, answer, error) : status;
}
