#pragma once
/*
 * The head of an HTTP/1.1 or HTTP/1.0 request (RFC 9112, RFC 9110): a pure, incremental parser over pointer + length.
 * It does no I/O, allocates nothing and reads no byte past `length`. How the bytes were split on their way here never
 * changes the result.
 *
 * Where RFC 9112 leaves a choice it takes the strict one. Refused with 400 unless said otherwise:
 *  - bare LF, bare CR, NUL and every other control byte (HTAB within a field value excepted);
 *  - white space before the request line, before a field name (obs-fold) or before a colon; anything but one space
 *    between the three parts of the request line; more than one empty line before the request line (one is ignored);
 *  - a version other than HTTP/1.1 and HTTP/1.0 (505 when well formed, as HTTP/1.9 or HTTP/2.0);
 *  - no Host on HTTP/1.1, more than one, or one that is not a host with an optional port;
 *  - a target that is not a path, an absolute URI whose authority is exactly the Host, or `*` for OPTIONS; `//`, `.`
 * and
 *    `..` segments; a byte that RFC 3986 does not allow there; a percent-encoding in the path that is broken, not
 *    UTF-8, or hides a control byte, `/`, `\`, `%` or a character that needs none (so no two spellings of a path); a
 *    broken one in the query (one that hides a NUL is for whoever reads that parameter: http_request_query());
 *  - Content-Length twice, as a list, or anything but digits that fit in 63 bits;
 *  - Transfer-Encoding beside Content-Length, on HTTP/1.0, twice, or not ending in "chunked"; alone and chunked: 411;
 *  - POST, PUT or PATCH without Content-Length: 411;
 *  - more than HTTP_HEADERS_MAX fields or HTTP_HEAD_BYTES_MAX bytes: 431;
 *  - an Expect other than 100-continue: 417.
 * Upgrade is ignored. After a refusal the connection can't be used further: nobody knows where the next request starts.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_HEAD_BYTES_MAX 32768
#define HTTP_HEADERS_MAX    100

enum http_method {
    HTTP_METHOD_OTHER, /* a valid token that no route can name: answered 404 or 405 */
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
};

enum http_parse_result {
    HTTP_PARSE_MORE,     /* a good beginning: call again when more has arrived */
    HTTP_PARSE_COMPLETE, /* the head is `head_bytes` long, all fields below are set */
    HTTP_PARSE_REFUSED,  /* `refused_status` and `refused_reason` say why */
};

/* A part of the parsed bytes: offsets, because the caller's buffer moves while it grows. */
struct http_span {
    uint16_t offset;
    uint16_t length;
};

struct http_head_field {
    struct http_span name;
    struct http_span value; /* without the white space around it; may be empty */
};

struct http_head {
    /* How far the parser came; the caller only zeroes it, by http_head_init(). */
    uint32_t scanned;
    uint32_t line_start;
    bool empty_line_seen;
    bool request_line_seen;

    enum http_method method;
    struct http_span method_text;
    struct http_span path;      /* of the target, still percent-encoded; "*" for OPTIONS *; of length 0 means "/" */
    struct http_span query;     /* without the question mark */
    struct http_span authority; /* of an absolute URI; length 0 otherwise */
    int version_minor;          /* 0 or 1 */

    size_t field_count;
    struct http_head_field fields[HTTP_HEADERS_MAX];

    size_t head_bytes; /* all bytes up to and with the empty line, and an ignored one before */
    bool has_content_length;
    uint64_t content_length; /* 0 when absent */
    bool close;              /* the connection ends after this request: HTTP/1.0, or Connection: close */
    bool expect_continue;    /* Expect: 100-continue on HTTP/1.1 */

    int refused_status;
    const char *refused_code;   /* as in a problem: "malformed_request", "length_required", ... */
    const char *refused_reason; /* a static sentence without anything the client sent */
};

void http_head_init(struct http_head *head);

/* `bytes` holds everything received since the connection's last request ended, so each call sees at least as much as
 * the one before. After HTTP_PARSE_COMPLETE or HTTP_PARSE_REFUSED call http_head_init() before the next. */
enum http_parse_result http_parse_head(struct http_head *head, const char *bytes, size_t length);

/* Decodes a path that http_parse_head() let pass into `out`, which has room for length + 1 bytes, with a NUL. */
void http_decode_path(const char *path, size_t length, char *out);

/* "GET"; "OTHER" for HTTP_METHOD_OTHER. */
const char *http_method_name(enum http_method method);
