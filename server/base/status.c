/* Filling struct error. Any thread; nothing here allocates. */
#include "akkoord/base/status.h"

#include <stdarg.h>

static void error_fill(struct error *error, enum status status, const char *code, const char *field, const char *format,
                       va_list arguments)
{
    if (error == NULL)
        return;
    error->status = status;
    snprintf(error->code, sizeof(error->code), "%s", code);
    snprintf(error->field, sizeof(error->field), "%s", field);
    vsnprintf(error->detail, sizeof(error->detail), format, arguments);
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
