/* Problem details, RFC 9457: a codec from struct error and its like to an answer. Pure; any thread. */
#include "akkoord/http/problem.h"

#include "akkoord/base/json.h"

const char *http_status_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "";
}

static json_t *problem_object(struct arena *arena, int status, const char *code, const char *detail)
{
    json_t *object = json_new_object(arena);
    json_set_text(object, "type", "about:blank");
    json_set_text(object, "title", http_status_phrase(status));
    json_set_integer(object, "status", status);
    json_set_text(object, "detail", detail != NULL ? detail : http_status_phrase(status));
    json_set_text(object, "code", code);
    return object;
}

static struct http_answer problem_answer(struct arena *arena, int status, const json_t *object)
{
    struct http_answer answer = {.status = status, .content_type = "application/problem+json"};
    answer.body = json_write(arena, object, &answer.body_length);
    return answer;
}

static void add_header(struct arena *arena, struct http_answer *answer, const char *name, const char *value)
{
    struct http_header *header = ARENA_NEW(arena, struct http_header);
    *header = (struct http_header){name, value};
    answer->headers = header;
    answer->header_count = 1;
}

struct http_answer http_problem_retry(struct arena *arena, int status, const char *code, const char *detail,
                                      int retry_after_seconds)
{
    struct http_answer answer = problem_answer(arena, status, problem_object(arena, status, code, detail));
    add_header(arena, &answer, "Retry-After", arena_format(arena, "%d", retry_after_seconds));
    return answer;
}

struct http_answer http_problem(struct arena *arena, int status, const char *code, const char *detail)
{
    if (status == 429 || status == 503)
        return http_problem_retry(arena, status, code, detail, HTTP_RETRY_AFTER_SECONDS);
    struct http_answer answer = problem_answer(arena, status, problem_object(arena, status, code, detail));
    /* RFC 9110 section 15.5.2: a 401 names a scheme. */
    if (status == 401)
        add_header(arena, &answer, "WWW-Authenticate", "Bearer");
    return answer;
}

struct http_answer http_problem_validation(struct arena *arena, const struct http_problem_field *fields, size_t count)
{
    const char *detail = count == 1 ? fields[0].detail : "some fields are not as they should be";
    json_t *object = problem_object(arena, 422, "validation", detail);
    json_t *errors = json_new_array(arena);
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_new_object(arena);
        json_set_text(item, "field", fields[i].field);
        json_set_text(item, "code", fields[i].code);
        json_set_text(item, "detail", fields[i].detail);
        json_append_value(errors, item);
    }
    json_set_value(object, "errors", errors);
    return problem_answer(arena, 422, object);
}

static int status_of(const struct error *error)
{
    switch (error->status) {
    case STATUS_INVALID:
        return strcmp(error->code, "malformed_json") == 0 ? 400 : 422;
    case STATUS_UNAUTHENTICATED:
        return 401;
    case STATUS_FORBIDDEN:
        return 403;
    case STATUS_NOT_FOUND:
        return 404;
    case STATUS_CONFLICT:
        return 409;
    case STATUS_TOO_LARGE:
        return 413;
    case STATUS_BUSY:
    case STATUS_UNAVAILABLE:
        return 503;
    case STATUS_OK:
    case STATUS_INTERNAL:
        break;
    }
    return 500;
}

static const char *usual_code(int status)
{
    switch (status) {
    case 401:
        return "unauthenticated";
    case 403:
        return "forbidden";
    case 404:
        return "not_found";
    case 409:
        return "conflict";
    case 413:
        return "content_too_large";
    case 422:
        return "validation";
    case 503:
        return "unavailable";
    default:
        return "internal";
    }
}

struct http_answer http_problem_from_error(struct arena *arena, const struct error *error)
{
    int status = status_of(error);
    const char *detail = error->detail[0] != '\0' ? arena_copy_text(arena, error->detail) : NULL;
    const char *code = error->code[0] != '\0' ? arena_copy_text(arena, error->code) : usual_code(status);
    if (status == 500)
        return http_problem(arena, status, usual_code(status), "something went wrong here, and was written down");
    if (status == 422) {
        const struct http_problem_field field = {arena_copy_text(arena, error->field), code,
                                                 detail != NULL ? detail : "not as it should be"};
        return http_problem_validation(arena, &field, 1);
    }
    return http_problem(arena, status, code, detail);
}
