#pragma once
/*
 * One request and its answer.
 *
 * A handler gets an exchange on the event loop's thread and must neither block nor keep the loop busy: it answers at
 * once, or hands the exchange to another thread which answers later. Every exchange is answered exactly once, from any
 * thread. The exchange, its request and its arena live until then, even if the client has long gone; touch none of them
 * afterwards.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/http/parser.h"

#define HTTP_ADDRESS_BYTES  46 /* an IPv6 address as text */
#define HTTP_PARAMETERS_MAX 4

/* Texts end in NUL and hold none. */
struct http_header {
    const char *name;
    const char *value;
};

struct http_parameter {
    const char *name; /* as in the route's pattern, without braces */
    const char *value;
};

struct http_request {
    struct uuid id; /* made here; sent back as X-Request-Id and logged */
    char id_text[UUID_TEXT_BYTES];
    enum http_method method;
    const char *method_text;
    const char *path;  /* decoded and checked: starts with "/", no "//", no dot segments, UTF-8 */
    const char *query; /* raw, "" when there is none; see http_request_query() */
    const char *route; /* the pattern that matched, for logs and metrics; "" when none did */
    int version_minor;
    const struct http_header *headers; /* in the order they came */
    size_t header_count;
    struct http_parameter parameters[HTTP_PARAMETERS_MAX];
    size_t parameter_count;
    const char *body; /* contiguous, followed by a NUL that is not counted; "" when empty */
    size_t body_length;
    /* Who asked, without port: the peer, or what trusted proxies say stands behind it. Personal data: never log it. */
    char client_address[HTTP_ADDRESS_BYTES];
    int64_t started_us; /* clock_monotonic_us() at its first byte */
};

/* The value of the field `name` (any case) when it was sent exactly once; NULL when absent or repeated, so that nobody
 * can be shown one signature and checked by another. */
const char *http_request_header(const struct http_request *request, const char *name);
/* How many fields of that name were sent. */
size_t http_request_header_count(const struct http_request *request, const char *name);
/* A path parameter of the route; NULL when the pattern has none of that name. */
const char *http_request_parameter(const struct http_request *request, const char *name);
/* The parameter `name` of the query, decoded as application/x-www-form-urlencoded; NULL when absent. STATUS_INVALID
 * when it stands there twice or decodes to a control byte or something other than UTF-8. */
enum status http_request_query(const struct http_request *request, struct arena *arena, const char *name,
                               const char **value, struct error *error) AKKOORD_MUST_CHECK;
/* The same of a body of that type, where a value may hold line ends and tabs. */
enum status http_request_form(const struct http_request *request, struct arena *arena, const char *name,
                              const char **value, struct error *error) AKKOORD_MUST_CHECK;

struct http_answer {
    int status;
    const char *content_type; /* NULL: no content */
    const struct http_header *headers;
    size_t header_count;
    const char *body;
    size_t body_length;
};

struct http_exchange;

const struct http_request *http_exchange_request(const struct http_exchange *exchange);
struct arena *http_exchange_arena(struct http_exchange *exchange);

/* Any thread, exactly once. Everything that `answer` points to is static or lives in the exchange's arena (the struct
 * itself may be on the stack). Content-Length, Date, Connection, X-Request-Id, X-Content-Type-Options and, unless
 * given, Cache-Control: no-store are added here. A HEAD request gets no body, but its length. */
void http_exchange_answer(struct http_exchange *exchange, const struct http_answer *answer);

/* Short forms of it. `text` as in http_answer; of http_exchange_answer_json the bytes are JSON. */
void http_exchange_answer_text(struct http_exchange *exchange, int status, const char *text);
void http_exchange_answer_json(struct http_exchange *exchange, int status, const char *json, size_t length);
/* With http_problem() and http_problem_from_error() of problem.h. */
void http_exchange_answer_problem(struct http_exchange *exchange, int status, const char *code, const char *detail);
void http_exchange_answer_error(struct http_exchange *exchange, const struct error *error);
