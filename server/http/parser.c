/*
 * The parser of parser.h. Bytes are judged one by one as they are scanned, lines when their CRLF has come, the head as
 * a whole at the empty line: so the first fault in byte order decides, however the bytes were split.
 *
 * Pure; any thread. It does not read the body, and does not know which routes exist.
 */
#include "akkoord/http/parser.h"

#include "characters.h"
#include "target.h"

static enum http_parse_result refuse_with(struct http_head *head, int status, const char *code, const char *reason)
{
    head->refused_status = status;
    head->refused_code = code;
    head->refused_reason = reason;
    return HTTP_PARSE_REFUSED;
}

static enum http_parse_result refuse(struct http_head *head, const char *reason)
{
    return refuse_with(head, 400, "malformed_request", reason);
}

/* Offsets fit: nothing beyond HTTP_HEAD_BYTES_MAX is ever scanned. */
static struct http_span span_of(size_t offset, size_t length)
{
    return (struct http_span){(uint16_t)offset, (uint16_t)length};
}

static bool span_is(const char *bytes, struct http_span span, const char *text)
{
    return equals_ignoring_case(bytes + span.offset, span.length, text, strlen(text));
}

/* Method names are case-sensitive: RFC 9110 section 9.1. */
static enum http_method method_from(const char *text, size_t length)
{
    for (enum http_method method = HTTP_GET; method <= HTTP_OPTIONS; method++) {
        const char *name = http_method_name(method);
        if (strlen(name) == length && memcmp(name, text, length) == 0)
            return method;
    }
    return HTTP_METHOD_OTHER;
}

const char *http_method_name(enum http_method method)
{
    switch (method) {
    case HTTP_GET:
        return "GET";
    case HTTP_HEAD:
        return "HEAD";
    case HTTP_POST:
        return "POST";
    case HTTP_PUT:
        return "PUT";
    case HTTP_PATCH:
        return "PATCH";
    case HTTP_DELETE:
        return "DELETE";
    case HTTP_OPTIONS:
        return "OPTIONS";
    case HTTP_METHOD_OTHER:
        break;
    }
    return "OTHER";
}

static enum http_parse_result parse_version(struct http_head *head, const char *text, size_t length)
{
    if (length != 8 || memcmp(text, "HTTP/", 5) != 0 || !is_digit(text[5]) || text[6] != '.' || !is_digit(text[7]))
        return refuse(head, "the request line does not end in an HTTP version");
    if (text[5] != '1' || text[7] > '1')
        return refuse_with(head, 505, "version_not_supported", "only HTTP/1.1 and HTTP/1.0 are spoken here");
    head->version_minor = text[7] - '0';
    return HTTP_PARSE_MORE;
}

/* The length of "http://" or "https://" at the start of a target, else 0. */
static size_t scheme_length(const char *target, size_t length)
{
    if (length >= 7 && equals_ignoring_case(target, 7, "http://", 7))
        return 7;
    if (length >= 8 && equals_ignoring_case(target, 8, "https://", 8))
        return 8;
    return 0;
}

static enum http_parse_result parse_target(struct http_head *head, const char *bytes, size_t start, size_t end)
{
    if (end - start == 1 && bytes[start] == '*' && head->method == HTTP_OPTIONS) {
        head->path = span_of(start, 1);
        return HTTP_PARSE_MORE;
    }
    size_t scheme = scheme_length(bytes + start, end - start);
    if (scheme > 0) {
        size_t authority = start + scheme;
        start = authority;
        while (start < end && bytes[start] != '/' && bytes[start] != '?')
            start++;
        head->authority = span_of(authority, start - authority);
        const char *fault = target_check_host(bytes + authority, start - authority);
        if (fault != NULL)
            return refuse(head, "the target's authority is not a host with an optional port");
    }
    size_t path_end = start;
    while (path_end < end && bytes[path_end] != '?')
        path_end++;
    head->path = span_of(start, path_end - start);
    const char *fault = NULL;
    if (scheme == 0 || path_end > start)
        fault = target_check_path(bytes + start, path_end - start);
    if (fault == NULL && path_end < end) {
        head->query = span_of(path_end + 1, end - path_end - 1);
        fault = target_check_query(bytes + path_end + 1, end - path_end - 1);
    }
    return fault == NULL ? HTTP_PARSE_MORE : refuse(head, fault);
}

static enum http_parse_result parse_request_line(struct http_head *head, const char *bytes, size_t start, size_t end)
{
    size_t method_end = start;
    while (method_end < end && is_token(bytes[method_end]))
        method_end++;
    if (method_end == start || method_end == end || bytes[method_end] != ' ')
        return refuse(head, "the request line does not begin with a method and a space");
    size_t target_end = method_end + 1;
    while (target_end < end && bytes[target_end] != ' ')
        target_end++;
    if (target_end == end)
        return refuse(head, "the request line has no HTTP version");
    head->method_text = span_of(start, method_end - start);
    head->method = method_from(bytes + start, method_end - start);
    enum http_parse_result result = parse_version(head, bytes + target_end + 1, end - target_end - 1);
    if (result != HTTP_PARSE_MORE)
        return result;
    head->request_line_seen = true;
    return parse_target(head, bytes, method_end + 1, target_end);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static enum http_parse_result parse_field(struct http_head *head, const char *bytes, size_t start, size_t end)
{
    if (is_blank(bytes[start]))
        return refuse(head, "a header line begins with white space");
    size_t colon = start;
    while (colon < end && is_token(bytes[colon]))
        colon++;
    if (colon == start || colon == end || bytes[colon] != ':')
        return refuse(head, "a header line is not a name, a colon and a value");
    if (head->field_count == HTTP_HEADERS_MAX)
        return refuse_with(head, 431, "too_many_headers", "the request has too many headers");
    size_t value = colon + 1;
    while (value < end && is_blank(bytes[value]))
        value++;
    while (end > value && is_blank(bytes[end - 1]))
        end--;
    head->fields[head->field_count++] =
        (struct http_head_field){span_of(start, colon - start), span_of(value, end - value)};
    return HTTP_PARSE_MORE;
}

static enum http_parse_result parse_content_length(struct http_head *head, const char *text, size_t length)
{
    if (head->has_content_length)
        return refuse(head, "Content-Length was sent more than once");
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]))
            return refuse(head, "Content-Length is not a plain number");
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(text[i] - '0'), &number) || number > INT64_MAX)
            return refuse(head, "Content-Length is beyond all measure");
    }
    if (length == 0)
        return refuse(head, "Content-Length is not a plain number");
    head->has_content_length = true;
    head->content_length = number;
    return HTTP_PARSE_MORE;
}

/* The next element of a comma-separated list, without the white space around it; false at its end. */
static bool list_next(const char *text, size_t length, size_t *position, struct http_span *element)
{
    if (*position > length)
        return false;
    size_t start = *position;
    size_t end = start;
    while (end < length && text[end] != ',')
        end++;
    *position = end + 1;
    while (start < end && is_blank(text[start]))
        start++;
    while (end > start && is_blank(text[end - 1]))
        end--;
    *element = span_of(start, end - start);
    return true;
}

static bool list_has(const char *text, size_t length, const char *word)
{
    struct http_span element;
    for (size_t position = 0; list_next(text, length, &position, &element);)
        if (span_is(text, element, word))
            return true;
    return false;
}

static bool list_ends_in(const char *text, size_t length, const char *word)
{
    struct http_span element = {0, 0};
    for (size_t position = 0; list_next(text, length, &position, &element);)
        continue;
    return span_is(text, element, word);
}

/* RFC 9112 section 6.1. There is no chunked decoder here: one way to say where a body ends leaves no second opinion. */
static enum http_parse_result refuse_transfer_encoding(struct http_head *head, const char *text, size_t length,
                                                       bool repeated)
{
    if (head->has_content_length)
        return refuse(head, "Transfer-Encoding stands beside Content-Length");
    if (head->version_minor == 0)
        return refuse(head, "Transfer-Encoding does not exist in HTTP/1.0");
    if (repeated || !list_ends_in(text, length, "chunked"))
        return refuse(head, "Transfer-Encoding is not chunked");
    return refuse_with(head, 411, "length_required", "the request needs a Content-Length");
}

static enum http_parse_result check_framing(struct http_head *head, const char *bytes)
{
    const struct http_head_field *encoding = NULL;
    size_t encodings = 0;
    for (size_t i = 0; i < head->field_count; i++) {
        const struct http_head_field *field = &head->fields[i];
        if (span_is(bytes, field->name, "transfer-encoding")) {
            encoding = field;
            encodings++;
        } else if (span_is(bytes, field->name, "content-length")) {
            enum http_parse_result result =
                parse_content_length(head, bytes + field->value.offset, field->value.length);
            if (result != HTTP_PARSE_MORE)
                return result;
        }
    }
    if (encoding != NULL)
        return refuse_transfer_encoding(head, bytes + encoding->value.offset, encoding->value.length, encodings > 1);
    bool carries_content = head->method == HTTP_POST || head->method == HTTP_PUT || head->method == HTTP_PATCH;
    if (carries_content && !head->has_content_length)
        return refuse_with(head, 411, "length_required", "the request needs a Content-Length");
    return HTTP_PARSE_MORE;
}

/* RFC 9112 section 3.2. An absolute target must name the very host that Host does, so that there is one answer to the
 * question who was meant. */
static enum http_parse_result check_host(struct http_head *head, const char *bytes)
{
    const struct http_head_field *host = NULL;
    for (size_t i = 0; i < head->field_count; i++) {
        if (!span_is(bytes, head->fields[i].name, "host"))
            continue;
        if (host != NULL)
            return refuse(head, "Host was sent more than once");
        host = &head->fields[i];
    }
    if (host == NULL)
        return head->version_minor == 0 && head->authority.length == 0 ? HTTP_PARSE_MORE
                                                                       : refuse(head, "Host is missing");
    const char *text = bytes + host->value.offset;
    const char *fault = target_check_host(text, host->value.length);
    if (fault != NULL)
        return refuse(head, fault);
    const char *authority = bytes + head->authority.offset;
    if (head->authority.length > 0 &&
        !equals_ignoring_case(text, target_host_length(text, host->value.length), authority,
                              target_host_length(authority, head->authority.length)))
        return refuse(head, "the target names another host than Host does");
    return HTTP_PARSE_MORE;
}

static enum http_parse_result check_connection(struct http_head *head, const char *bytes)
{
    head->close = head->version_minor == 0;
    for (size_t i = 0; i < head->field_count; i++) {
        const struct http_head_field *field = &head->fields[i];
        const char *value = bytes + field->value.offset;
        if (span_is(bytes, field->name, "connection") && list_has(value, field->value.length, "close"))
            head->close = true;
        /* RFC 9110 section 10.1.1: an expectation on HTTP/1.0 is to be ignored. */
        if (!span_is(bytes, field->name, "expect") || head->version_minor == 0)
            continue;
        if (!span_is(bytes, field->value, "100-continue"))
            return refuse_with(head, 417, "expectation_failed", "only 100-continue can be expected");
        head->expect_continue = true;
    }
    return HTTP_PARSE_MORE;
}

static enum http_parse_result finish_head(struct http_head *head, const char *bytes)
{
    enum http_parse_result result = check_host(head, bytes);
    if (result == HTTP_PARSE_MORE)
        result = check_framing(head, bytes);
    if (result == HTTP_PARSE_MORE)
        result = check_connection(head, bytes);
    if (result != HTTP_PARSE_MORE)
        return result;
    head->head_bytes = head->scanned;
    return HTTP_PARSE_COMPLETE;
}

/* A line without its CRLF. */
static enum http_parse_result parse_line(struct http_head *head, const char *bytes, size_t start, size_t end)
{
    if (start < end)
        return head->request_line_seen ? parse_field(head, bytes, start, end)
                                       : parse_request_line(head, bytes, start, end);
    if (head->request_line_seen)
        return finish_head(head, bytes);
    /* RFC 9112 section 2.2 asks to ignore at least one: old clients ended a body with a CRLF too many. */
    if (head->empty_line_seen)
        return refuse(head, "more than one empty line stands before the request line");
    head->empty_line_seen = true;
    return HTTP_PARSE_MORE;
}

void http_head_init(struct http_head *head)
{
    /* The fields are written before they are read, and are most of the struct. */
    memset(head, 0, offsetof(struct http_head, fields));
    memset(&head->head_bytes, 0, sizeof(*head) - offsetof(struct http_head, head_bytes));
}

enum http_parse_result http_parse_head(struct http_head *head, const char *bytes, size_t length)
{
    while (head->scanned < length && head->scanned < HTTP_HEAD_BYTES_MAX) {
        char byte = bytes[head->scanned];
        bool after_cr = head->scanned > head->line_start && bytes[head->scanned - 1] == '\r';
        head->scanned++;
        if (byte == '\n') {
            if (!after_cr)
                return refuse(head, "a line ends in a bare LF");
            enum http_parse_result result = parse_line(head, bytes, head->line_start, head->scanned - 2);
            if (result != HTTP_PARSE_MORE)
                return result;
            head->line_start = head->scanned;
        } else if (after_cr) {
            return refuse(head, "a CR stands alone");
        } else if (is_control(byte) && byte != '\t' && byte != '\r') {
            return refuse(head, "the request has a control byte");
        }
    }
    if (head->scanned >= HTTP_HEAD_BYTES_MAX)
        return refuse_with(head, 431, "head_too_large", "the request's head is too large");
    return HTTP_PARSE_MORE;
}
