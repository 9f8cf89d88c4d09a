/* Writing an answer's head, RFC 9112 section 4 and RFC 9110. Pure; any thread. */
#include "answer.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/http/problem.h"
#include "characters.h"

#define SECONDS_PER_DAY 86400

/* IMF-fixdate, RFC 9110 section 5.6.7: "Mon, 23 Nov 2026 09:30:00 GMT". */
static void append_date(struct buffer *out, int64_t now_us)
{
    static const char days_of_week[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t seconds = now_us / CLOCK_US_PER_SECOND;
    int64_t days = seconds / SECONDS_PER_DAY;
    int second = (int)(seconds % SECONDS_PER_DAY);
    int year;
    int month;
    int day;
    clock_date_from_days(days, &year, &month, &day);
    buffer_append_format(out, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n", days_of_week[days % 7], day,
                         months[month - 1], year, second / 3600, second / 60 % 60, second % 60);
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
