/* Filling struct error. Any thread; nothing here allocates. */
#include "akkoord/base/status.h"

#include <stdarg.h>

/* A text that was cut within a UTF-8 character loses the rest of that character too: an error is sent as JSON. */
static void trim_cut_character(char *text, size_t capacity, int full_length)
{
    if (full_length < 0 || (size_t)full_length < capacity)
        return;
    size_t start = capacity - 1; /* after the last character */
    size_t continued = 0;
    while (start > 0 && continued < 4 && ((unsigned char)text[start - 1] & 0xc0) == 0x80) {
        start--;
        continued++;
    }
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t expected = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    if (continued < expected)
        text[start - 1] = '\0';
}

static void copy_cut(char *out, size_t capacity, const char *text)
{
    trim_cut_character(out, capacity, snprintf(out, capacity, "%s", text));
}

AKKOORD_PRINTF(5, 0)
static void error_fill(struct error *error, enum status status, const char *code, const char *field, const char *format,
                       va_list arguments)
{
    if (error == NULL)
        return;
    error->status = status;
    copy_cut(error->code, sizeof(error->code), code);
    copy_cut(error->field, sizeof(error->field), field);
    trim_cut_character(error->detail, sizeof(error->detail),
                       vsnprintf(error->detail, sizeof(error->detail), format, arguments));
}

enum status error_set(struct error *error, enum status status, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_fill(error, status, code, "", format, arguments);
    va_end(arguments);
    return status;
}

enum status error_set_field(struct error *error, enum status status, const char *code, const char *field,
                            const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_fill(error, status, code, field, format, arguments);
    va_end(arguments);
    return status;
}

const char *status_name(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return "ok";
    case STATUS_INVALID:
        return "invalid";
    case STATUS_UNAUTHENTICATED:
        return "unauthenticated";
    case STATUS_FORBIDDEN:
        return "forbidden";
    case STATUS_NOT_FOUND:
        return "not_found";
    case STATUS_CONFLICT:
        return "conflict";
    case STATUS_TOO_LARGE:
        return "too_large";
    case STATUS_BUSY:
        return "busy";
    case STATUS_UNAVAILABLE:
        return "unavailable";
    case STATUS_INTERNAL:
        break;
    }
    return "internal";
}
