/* The bounded byte buffer. Owns its bytes and cleanses what it gives back. One thread at a time. */
#include "akkoord/base/buffer.h"

#include <stdarg.h>

#include "akkoord/base/memory.h"

#define BUFFER_FIRST_BYTES 256

void buffer_init(struct buffer *buffer, size_t bytes_max)
{
    *buffer = (struct buffer){.bytes_max = bytes_max};
}

void buffer_release(struct buffer *buffer)
{
    memory_free_cleansed(buffer->data, buffer->capacity);
    *buffer = (struct buffer){.bytes_max = buffer->bytes_max};
}

void buffer_clear(struct buffer *buffer)
{
    buffer->length = 0;
    buffer->overflowed = false;
    if (buffer->data != NULL)
        buffer->data[0] = '\0';
}

/* Room for `length` more bytes and the NUL; false, and overflowed, when that passes the bound. */
static bool buffer_reserve(struct buffer *buffer, size_t length)
{
    if (buffer->overflowed || length > buffer->bytes_max - buffer->length) {
        buffer->overflowed = true;
        return false;
    }
    size_t needed = buffer->length + length + 1;
    if (needed <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity > 0 ? buffer->capacity : BUFFER_FIRST_BYTES;
    while (capacity < needed)
        capacity *= 2;
    /* Not realloc: it may leave a copy of personal data behind in freed memory. */
    char *data = memory_alloc(capacity);
    if (buffer->data != NULL)
        memcpy(data, buffer->data, buffer->length + 1);
    memory_free_cleansed(buffer->data, buffer->capacity);
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    if (!buffer_reserve(buffer, length))
        return;
    if (length > 0)
        memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, text, strlen(text));
}

void buffer_append_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    char scratch[FORMAT_SCRATCH_BYTES]; /* as in arena_format() */
    int length = vsnprintf(scratch, sizeof(scratch), format, arguments);
    va_end(arguments);
    if (length < 0)
        abort(); /* a format that can't be printed is a bug */
    if (buffer_reserve(buffer, (size_t)length)) {
        if ((size_t)length < sizeof(scratch))
            memcpy(buffer->data + buffer->length, scratch, (size_t)length + 1);
        else
            vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, again);
        buffer->length += (size_t)length;
    }
    memory_cleanse(scratch, (size_t)length < sizeof(scratch) ? (size_t)length : sizeof(scratch));
    va_end(again);
}

void buffer_append_html(struct buffer *buffer, const char *text, size_t length)
{
    for (const char *at = text; at < text + length; at++) {
        switch (*at) {
        case '&':
            buffer_append_text(buffer, "&amp;");
            break;
        case '<':
            buffer_append_text(buffer, "&lt;");
            break;
        case '>':
            buffer_append_text(buffer, "&gt;");
            break;
        case '"':
            buffer_append_text(buffer, "&quot;");
            break;
        case '\'':
            buffer_append_text(buffer, "&#39;");
            break;
        default:
            buffer_append(buffer, at, 1);
            break;
        }
    }
}

const char *buffer_text(const struct buffer *buffer)
{
    return buffer->data != NULL ? buffer->data : "";
}
