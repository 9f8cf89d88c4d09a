/* Writing an answer's head, RFC 9112 section 4 and RFC 9110. Pure; any thread. */
#include "answer.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/http/problem.h"
#include "characters.h"

/* IMF-fixdate, RFC 9110 section 5.6.7: "Mon, 23 Nov 2026 09:30:00 GMT". */
static void append_date(struct buffer *out, int64_t now_us)
{
    char text[CLOCK_INTERNET_BYTES];
    clock_format_internet(now_us, text);
    buffer_append_format(out, "Date: %s GMT\r\n", text);
}

static bool is_safe(const struct http_header *header)
{
    for (const char *at = header->name; *at != '\0'; at++)
        if (!is_token(*at))
            return false;
    for (const char *at = header->value; *at != '\0'; at++)
        if (is_control(*at))
            return false;
    return true;
}

static bool append_headers(struct buffer *out, const struct http_answer *answer)
{
    bool has_cache_control = false;
    for (size_t i = 0; i < answer->header_count; i++) {
        const struct http_header *header = &answer->headers[i];
        if (!is_safe(header)) {
            log_event(LOG_ERROR, "http.header_left_out", log_int("status", answer->status));
            continue;
        }
        buffer_append_format(out, "%s: %s\r\n", header->name, header->value);
        if (equals_ignoring_case(header->name, strlen(header->name), "cache-control", 13))
            has_cache_control = true;
    }
    return has_cache_control;
}

bool answer_has_body(const struct http_answer *answer, const struct http_request *request)
{
    return request->method != HTTP_HEAD && answer->status != 204 && answer->status != 304;
}

void answer_write_head(struct buffer *out, const struct http_answer *answer, const struct http_request *request,
                       bool close, bool is_secure, int64_t now_us)
{
    buffer_append_format(out, "HTTP/1.1 %d %s\r\n", answer->status, http_status_phrase(answer->status));
    append_date(out, now_us);
    if (answer->content_type != NULL)
        buffer_append_format(out, "Content-Type: %s\r\n", answer->content_type);
    if (answer->status != 204 && answer->status != 304)
        buffer_append_format(out, "Content-Length: %zu\r\n", answer->body_length);
    buffer_append_format(out, "X-Request-Id: %s\r\nX-Content-Type-Options: nosniff\r\n", request->id_text);
    /* RFC 6797: for a year, whoever was here over TLS comes over TLS only. */
    if (is_secure)
        buffer_append_text(out, "Strict-Transport-Security: max-age=31536000\r\n");
    if (!append_headers(out, answer))
        buffer_append_text(out, "Cache-Control: no-store\r\n");
    buffer_append_text(out, close ? "Connection: close\r\n\r\n" : "\r\n");
}
