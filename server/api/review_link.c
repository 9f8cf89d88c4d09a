/*
 * The form behind the link of a decision message. Worker threads; no state. The link is all that is asked for, so
 * nothing is answered here that the message did not hold; what was typed is never shown again once it is kept.
 */
#include "akkoord/api/page.h"
#include "akkoord/api/review_page.h"
#include "akkoord/api/services.h"
#include "akkoord/store/decisions.h"
#include "akkoord/store/reviews.h"

/* What every answer here needs. */
struct visit {
    struct uuid decision_id;
    struct review_link link;
    struct review_page page;
};

/* Without a token, or with one that opens nothing: STATUS_NOT_FOUND. */
static enum status find_link(struct api_call *call, struct visit *visit, struct error *error)
{
    const char *token;
    enum status status = api_call_id(call, "id", &visit->decision_id, error);
    if (status == STATUS_OK &&
        (http_request_query(call->request, call->arena, "token", &token, NULL) != STATUS_OK || token == NULL))
        status = api_not_found(error);
    if (status == STATUS_OK)
        status = store_review_link_find(call->store, call->arena, &visit->decision_id, token, &visit->link, error);
    if (status == STATUS_OK)
        visit->page = (struct review_page){.link = &visit->link, .token = token};
    return status;
}

static enum status answer(struct api_call *call, int http_status, struct visit *visit, struct http_answer *answer,
                          struct error *error)
{
    struct stored_decision decision;
    size_t length = 0;
    enum status status = store_decision_find(call->store, call->arena, &visit->decision_id, &decision, error);
    if (status != STATUS_OK)
        return status;
    visit->page.explanation = decision_explain(call->arena, &decision.decision, visit->link.language);
    const char *html = review_page_write(call->arena, &visit->page, &length);
    page_answer(call, http_status, html, length, "Accept-Language", answer);
    return STATUS_OK;
}

static enum status answer_missing(struct api_call *call, struct http_answer *answer)
{
    size_t length = 0;
    enum language language = api_preferred_language(http_request_header(call->request, "Accept-Language"));
    const char *html = review_page_write_missing(call->arena, language, &length);
    page_answer(call, 404, html, length, "Accept-Language", answer);
    return STATUS_OK;
}

enum status api_review_page(struct api_call *call, struct http_answer *http_answer, struct error *error)
{
    struct visit visit = {0};
    const char *sent = NULL;
    enum status status = find_link(call, &visit, error);
    if (status == STATUS_NOT_FOUND)
        return answer_missing(call, http_answer);
    if (status != STATUS_OK)
        return status;
    if (http_request_query(call->request, call->arena, "sent", &sent, NULL) == STATUS_OK && sent != NULL)
        visit.page.result = REVIEW_PAGE_SENT;
    return answer(call, 200, &visit, http_answer, error);
}

/* The form's field; what is missing or no text at all is an empty one. */
static const char *read_statement(struct api_call *call)
{
    const char *text;
    if (http_request_form(call->request, call->arena, "statement", &text, NULL) != STATUS_OK || text == NULL)
        return "";
    return text;
}

enum status api_review_page_send(struct api_call *call, struct http_answer *http_answer, struct error *error)
{
    struct visit visit = {0};
    struct uuid review_id;
    bool created;
    enum status status = find_link(call, &visit, error);
    if (status == STATUS_NOT_FOUND)
        return answer_missing(call, http_answer);
    if (status != STATUS_OK)
        return status;
    visit.page.statement = read_statement(call);
    visit.page.result = REVIEW_PAGE_REFUSED;
    if (review_check_text("statement", visit.page.statement, NULL) != STATUS_OK)
        return answer(call, 422, &visit, http_answer, error);
    const struct review_request request = {
        .decision_id = visit.decision_id, .customer_id = visit.link.customer_id, .statement = visit.page.statement};
    status = store_review_request(call->store, call->arena, &request, &created, &review_id, error);
    if (status == STATUS_CONFLICT) {
        pg_rollback(call->store->pg);
        /* Decided since the page was opened, or full: it says which. */
        status = find_link(call, &visit, error);
        visit.page.result =
            review_state_of(visit.link.stage) == REVIEW_DECIDED ? REVIEW_PAGE_NOTHING_SENT : REVIEW_PAGE_FULL;
        return status == STATUS_OK ? answer(call, 409, &visit, http_answer, error) : status;
    }
    if (status != STATUS_OK)
        return status;
    *http_answer = (struct http_answer){.status = 303};
    /* A relative reference (RFC 9110 section 10.2.2): right behind any proxy. */
    api_answer_add_header(call, http_answer, "Location",
                          arena_format(call->arena, "review?token=%s&sent=1", visit.page.token));
    return STATUS_OK;
}
