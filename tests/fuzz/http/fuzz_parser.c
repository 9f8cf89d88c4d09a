/*
 * The parser of http/parser.h under libFuzzer: it must not read beyond what arrived, what it accepts must keep the
 * promises of its header, and a split at any place must not change the result.
 */
#include "akkoord/http/parser.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool within(struct http_span span, const struct http_head *head)
{
    return (size_t)span.offset + span.length <= head->head_bytes;
}

static void check_accepted(const struct http_head *head, const char *bytes)
{
    require(head->head_bytes <= HTTP_HEAD_BYTES_MAX && head->field_count <= HTTP_HEADERS_MAX);
    require(memcmp(bytes + head->head_bytes - 4, "\r\n\r\n", 4) == 0);
    require(memchr(bytes, '\0', head->head_bytes) == NULL);
    require(within(head->path, head) && within(head->query, head) && within(head->method_text, head));
    for (size_t i = 0; i < head->field_count; i++) {
        const struct http_head_field *field = &head->fields[i];
        require(within(field->name, head) && within(field->value, head) && field->name.length > 0);
        require(memchr(bytes + field->value.offset, '\r', field->value.length) == NULL);
        require(memchr(bytes + field->value.offset, '\n', field->value.length) == NULL);
    }
    require(head->has_content_length || head->content_length == 0);

    char path[HTTP_HEAD_BYTES_MAX + 1];
    http_decode_path(bytes + head->path.offset, head->path.length, path);
    require(strstr(path, "//") == NULL && strstr(path, "/../") == NULL && strstr(path, "/./") == NULL);
    require(head->path.length == 0 || path[0] == '/' || strcmp(path, "*") == 0);
    require(strlen(path) <= head->path.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    /* The first byte says where to split. */
    size_t split = (size_t)data[0] * (size - 1) / UINT8_MAX;
    const char *bytes = (const char *)data + 1;
    size--;

    struct http_head whole;
    http_head_init(&whole);
    enum http_parse_result expected = http_parse_head(&whole, bytes, size);
    if (expected == HTTP_PARSE_COMPLETE)
        check_accepted(&whole, bytes);

    struct http_head parts;
    http_head_init(&parts);
    enum http_parse_result result = http_parse_head(&parts, bytes, split);
    if (result == HTTP_PARSE_MORE)
        result = http_parse_head(&parts, bytes, size);
    require(result == expected && parts.head_bytes == whole.head_bytes &&
            parts.refused_reason == whole.refused_reason && parts.field_count == whole.field_count);
    return 0;
}
