/* Reading a request: its head as texts, and the getters of exchange.h. Pure; one thread at a time has the request. */
#include "request.h"

#include "characters.h"

#define QUERY_PAIRS_MAX 64

/* Ends the part of `block` that `span` names with a NUL: what stands there is a separator that nobody reads any more.
 */
static const char *cut(char *block, struct http_span span)
{
    block[span.offset + span.length] = '\0';
    return block + span.offset;
}

void request_read_head(struct http_request *request, struct arena *arena, const struct http_head *head,
                       const char *bytes)
{
    char *block = arena_copy_bytes(arena, bytes, head->head_bytes);
    char *path = arena_alloc(arena, (size_t)head->path.length + 2);
    http_decode_path(bytes + head->path.offset, head->path.length, path);
    request->path = head->path.length > 0 ? path : "/";
    request->query = head->query.length > 0 ? cut(block, head->query) : "";
    request->method = head->method;
    request->method_text = cut(block, head->method_text);
    request->version_minor = head->version_minor;

    struct http_header *headers = ARENA_ARRAY(arena, struct http_header, head->field_count + 1);
    for (size_t i = 0; i < head->field_count; i++) {
        headers[i].name = cut(block, head->fields[i].name);
        headers[i].value = cut(block, head->fields[i].value);
    }
    request->headers = headers;
    request->header_count = head->field_count;
}

static bool names_match(const char *left, const char *right)
{
    return equals_ignoring_case(left, strlen(left), right, strlen(right));
}

size_t http_request_header_count(const struct http_request *request, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < request->header_count; i++)
        count += names_match(request->headers[i].name, name);
    return count;
}

const char *http_request_header(const struct http_request *request, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < request->header_count; i++) {
        if (!names_match(request->headers[i].name, name))
            continue;
        if (value != NULL)
            return NULL;
        value = request->headers[i].value;
    }
    return value;
}

const char *http_request_parameter(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->parameter_count; i++)
        if (strcmp(request->parameters[i].name, name) == 0)
            return request->parameters[i].value;
    return NULL;
}

/* What a person types into several lines. */
static bool is_line_control(int value)
{
    return value == '\t' || value == '\n' || value == '\r';
}

/* NULL when the text is broken, holds a control byte (but those of lines, where `lines`) or is not UTF-8. */
static char *decode_form_text(struct arena *arena, const char *text, size_t length, bool lines)
{
    char *out = arena_alloc(arena, length + 1);
    size_t out_length = 0;
    struct utf8_reader utf8 = {0};
    for (size_t i = 0; i < length; i++) {
        int value = text[i] == '+' ? ' ' : (unsigned char)text[i];
        if (text[i] == '%') {
            value = percent_value(text + i, length - i);
            i += 2;
        }
        if (value < 0 || (is_control((char)value) && !(lines && is_line_control(value))) ||
            !utf8_accept(&utf8, (uint8_t)value))
            return NULL;
        out[out_length++] = (char)value;
    }
    out[out_length] = '\0';
    return utf8.missing == 0 ? out : NULL;
}

/* The parameter `name` among the pairs of `text`. */
static enum status find_parameter(const char *text, struct arena *arena, const char *name, bool lines,
                                  const char **value, struct error *error)
{
    *value = NULL;
    size_t pairs = 0;
    for (const char *pair = text; *pair != '\0'; pairs++) {
        if (pairs == QUERY_PAIRS_MAX)
            return error_set_field(error, STATUS_INVALID, "too_many", name, "there are too many parameters");
        size_t length = strcspn(pair, "&");
        size_t name_length = strcspn(pair, "=&");
        const char *key = decode_form_text(arena, pair, name_length, false);
        if (key != NULL && strcmp(key, name) == 0) {
            if (*value != NULL)
                return error_set_field(error, STATUS_INVALID, "duplicate", name, "the parameter stands there twice");
            size_t value_start = name_length < length ? name_length + 1 : name_length;
            *value = decode_form_text(arena, pair + value_start, length - value_start, lines);
            if (*value == NULL)
                return error_set_field(error, STATUS_INVALID, "malformed", name, "the parameter is not UTF-8 text");
        }
        pair += length;
        if (*pair == '&')
            pair++;
    }
    return STATUS_OK;
}

enum status http_request_query(const struct http_request *request, struct arena *arena, const char *name,
                               const char **value, struct error *error)
{
    return find_parameter(request->query, arena, name, false, value, error);
}

enum status http_request_form(const struct http_request *request, struct arena *arena, const char *name,
                              const char **value, struct error *error)
{
    return find_parameter(request->body != NULL ? request->body : "", arena, name, true, value, error);
}
