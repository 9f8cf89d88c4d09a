#pragma once
/*
 * A growing byte buffer with a hard upper bound. The bytes are always followed by a NUL that is not counted, so that
 * `data` can be handed to text functions. Passing the bound sets `overflowed` and drops that append; nothing after it
 * is appended either, so one check at the end is enough.
 */
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/base/status.h"

struct buffer {
    char *data; /* NULL while nothing was appended */
    size_t length;
    size_t capacity;
    size_t bytes_max;
    bool overflowed;
};

void buffer_init(struct buffer *buffer, size_t bytes_max);
/* Cleanses and frees; the buffer may be initialised again. */
void buffer_release(struct buffer *buffer);
void buffer_clear(struct buffer *buffer);
void buffer_append(struct buffer *buffer, const void *bytes, size_t length);
void buffer_append_text(struct buffer *buffer, const char *text);
void buffer_append_format(struct buffer *buffer, const char *format, ...) AKKOORD_PRINTF(2, 3);
/* Text with what HTML would take for its own escaped; for elements and for attributes in quotes. */
void buffer_append_html(struct buffer *buffer, const char *text, size_t length);
/* The text so far, "" when empty. Valid until the next append. */
const char *buffer_text(const struct buffer *buffer);
