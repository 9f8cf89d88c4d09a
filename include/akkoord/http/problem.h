#pragma once
/*
 * Errors as RFC 9457 problem details: {"type","title","status","detail","code","errors"?}. Pure; the answer lives in
 * the arena. `type` is "about:blank", so `title` is the status's own phrase and `code` the stable word to act on.
 */
#include <stddef.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/http/exchange.h"

/* What http_problem() tells a client to wait on 429 and 503. */
#define HTTP_RETRY_AFTER_SECONDS 5

/* One fault in the input: `field` a JSON path such as lines[0].quantity. */
struct http_problem_field {
    const char *field;
    const char *code;
    const char *detail;
};

/* `detail` may be NULL. Adds Retry-After on 429 and 503, WWW-Authenticate: Bearer on 401. */
struct http_answer http_problem(struct arena *arena, int status, const char *code, const char *detail);
/* 429 or 503 with its own waiting time. */
struct http_answer http_problem_retry(struct arena *arena, int status, const char *code, const char *detail,
                                      int retry_after_seconds);
/* 422 `validation` with `errors`. */
struct http_answer http_problem_validation(struct arena *arena, const struct http_problem_field *fields, size_t count);
/*
 * STATUS_INVALID: 400 when the code is malformed_json, else 422 `validation` with the error's code and field under
 * `errors` · UNAUTHENTICATED 401 · FORBIDDEN 403 · NOT_FOUND 404 · CONFLICT 409 · TOO_LARGE 413 · BUSY and UNAVAILABLE
 * 503 · INTERNAL 500, whose code and detail stay inside. An empty code of the error becomes the status's usual one.
 */
struct http_answer http_problem_from_error(struct arena *arena, const struct error *error);

/* "Not Found"; "" for a status that is not known here. */
const char *http_status_phrase(int status);
