#pragma once
/*
 * One call of the API, and the frame around its handler.
 *
 * A handler is a function from a call to an answer. It runs on a worker thread, may block on the database, and either
 * fills `answer` or returns a failure, which the frame turns into a problem (RFC 9457). Before it runs, the frame has
 * found out who calls and refused whoever may not; afterwards the frame answers the exchange, exactly once, and rolls
 * back a transaction that a failing handler left open.
 *
 *     static enum status show_order(struct api_call *call, struct http_answer *answer, struct error *error)
 *
 * Only for a payment provider no thread waits: a handler names its question and the function that goes on with the
 * answer (api_call_ask()), and returns. That function is a handler like the first, on whichever thread is free then.
 *
 * All calls stand in one table, server/api/routes.c.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/api/api.h"
#include "akkoord/base/arena.h"
#include "akkoord/base/json.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/http/exchange.h"
#include "akkoord/http/problem.h"
#include "akkoord/store/sessions.h"
#include "akkoord/store/store.h"

/* Who may make a call: one of these or several, added up. */
enum api_caller {
    API_ANYBODY = 0,
    API_CUSTOMER = 1,
    API_REVIEWER = 2,
    API_MANAGER = 4,
    API_AUDITOR = 8,
};
#define API_STAFF (API_REVIEWER | API_MANAGER | API_AUDITOR)

enum api_lane { API_LANE, API_LANE_SLOW };
#define API_LANES 2

#define API_FAULTS_MAX 32

struct api_stores;
struct api_call;
typedef enum status api_function(struct api_call *call, struct http_answer *answer, struct error *error);

/* What is asked of a provider, and what came of it. */
struct api_question {
    const struct provider_account *account;
    struct provider_request request;
    struct provider_call_times times;
    api_function *then; /* NULL: nothing is asked */
    /* When `then` runs, as of provider_callback(); STATUS_BUSY also when too much is asked of that provider already. */
    enum status status;
    struct provider_answer answer;
    struct error error;
};

struct api_call {
    const struct api_options *options;
    const struct api_route *route;
    struct api_stores *stores; /* this thread's; the frame's own */
    /* That of the two which suits the caller: a customer's sees that customer's rows alone, any other sees all. */
    struct store *store;
    struct rate_limits *limits; /* NULL: none */
    const struct http_request *request;
    struct arena *arena; /* the request's: ends with the answer */
    struct api_question question;
    void *state; /* for the function that goes on with the answer; in the arena */

    /* Who calls; all nil and zero for API_ANYBODY, whether a token was sent or not. */
    enum api_caller caller;  /* exactly one bit, or API_ANYBODY */
    struct uuid customer_id; /* of API_CUSTOMER */
    struct uuid staff_id;    /* of staff */
    enum staff_role role;    /* of staff */
    enum language language;  /* of API_CUSTOMER; else Dutch */

    /* What api_call_note_fault() has collected. */
    struct http_problem_field faults[API_FAULTS_MAX];
    size_t faults_count;
};

struct api_route {
    enum http_method method;
    const char *pattern;
    enum api_lane lane;
    unsigned callers; /* of enum api_caller, added up */
    api_function *function;
};

/* The table; `count` of them. */
const struct api_route *api_route_table(size_t *count);

/* Has `then` go on with the provider's answer once the handler has returned STATUS_OK; its `answer` is not used then.
 * The request's texts live in the arena or are static. */
void api_call_ask(struct api_call *call, const struct provider_account *account, const struct provider_request *request,
                  struct provider_call_times times, api_function *then);

/* ---- reading the request ---- */

/* The body as a JSON object. 400 `malformed_json` otherwise, also for an empty one. */
enum status api_call_body(struct api_call *call, json_t **object, struct error *error) AKKOORD_MUST_CHECK;
/* A path parameter that is a UUID; one that is none names nothing: STATUS_NOT_FOUND. */
enum status api_call_id(struct api_call *call, const char *parameter, struct uuid *id,
                        struct error *error) AKKOORD_MUST_CHECK;
/* The session's token: the bearer's, or without any Authorization the cookie's; NULL when there is none, or more than
 * one. Not followed by a NUL. */
const char *api_call_token(const struct api_call *call, size_t *length);

/* Lists: ?limit= and ?after=. */
#define API_LIMIT_DEFAULT 50
#define API_LIMIT_MAX     100

struct api_page {
    int64_t limit;
    /* The place of the last item that was seen: zero and nil for the first page. */
    int64_t after_us;
    struct uuid after_id;
};

/* STATUS_INVALID, field `limit` (code "range") or `after` (code "cursor"). */
enum status api_call_page(struct api_call *call, struct api_page *page, struct error *error) AKKOORD_MUST_CHECK;
/* Of a list that is ordered by a time: a cursor that was made by hand may hold any number. STATUS_INVALID as above. */
enum status api_check_cursor_time(const struct api_page *page, struct error *error) AKKOORD_MUST_CHECK;
/* The cursor of an item: its id, and the time that the list is ordered by (0 when the id alone orders it). */
const char *api_cursor(struct arena *arena, int64_t time_us, const struct uuid *id);

/* ---- faults: all that is wrong with a body, told at once ---- */

/* Notes a fault found in one field and goes on; a status other than STATUS_INVALID may not be noted. The same field is
 * noted once. */
void api_call_note_fault(struct api_call *call, const struct error *fault);
/* For a fault that the caller words itself: `code` and `detail` are fixed texts, never input. */
void api_call_note_field(struct api_call *call, const char *field, const char *code, const char *detail);
/* STATUS_INVALID when any was noted: return it, and the frame answers 422 with all of them. */
enum status api_call_check_faults(struct api_call *call, struct error *error) AKKOORD_MUST_CHECK;

/* ---- answering ---- */

/* The value as the body. */
void api_answer_json(struct api_call *call, struct http_answer *answer, int status, const json_t *value);
/* 204. */
void api_answer_nothing(struct http_answer *answer);
/* {"items": items, "next": cursor or null}; `next` is NULL on the last page. */
void api_answer_list(struct api_call *call, struct http_answer *answer, json_t *items, const char *next);
/* Adds a header to the answer; name and value are static or live in the arena. */
void api_answer_add_header(struct api_call *call, struct http_answer *answer, const char *name, const char *value);
/* STATUS_NOT_FOUND `not_found`: no such thing, or somebody else's. */
enum status api_not_found(struct error *error) AKKOORD_MUST_CHECK;
