#pragma once
/*
 * How a fallible function says how it went.
 *
 * A function that can fail for a reason outside the program returns an enum status, which the compiler makes the
 * caller look at, and fills the caller's struct error on failure and only then. A bug is not a status: it is an assert.
 */
#include <stdbool.h>

#define AKKOORD_MUST_CHECK                           __attribute__((warn_unused_result))
#define AKKOORD_PRINTF(format_index, first_argument) __attribute__((format(printf, format_index, first_argument)))

/* The classes of outcome that a caller treats differently; `code` in struct error tells them apart further. */
enum status {
    STATUS_OK = 0,
    STATUS_INVALID,         /* the input breaks a rule: the caller's fault, repeating it is useless */
    STATUS_UNAUTHENTICATED, /* who asks is not known */
    STATUS_FORBIDDEN,       /* who asks is known and may not */
    STATUS_NOT_FOUND,       /* no such thing, or not the asker's */
    STATUS_CONFLICT,        /* the thing is not in a state that allows this */
    STATUS_TOO_LARGE,       /* a named limit was passed */
    STATUS_BUSY,            /* too much is waiting: try again later */
    STATUS_UNAVAILABLE,     /* something outside (the database, a provider) does not answer: try again later */
    STATUS_INTERNAL,        /* a state that should not exist: logged, and answered without detail */
};

#define ERROR_CODE_BYTES   48
#define ERROR_FIELD_BYTES  96
#define ERROR_DETAIL_BYTES 256

/* Filled on failure. `code` is a stable lower_snake_case word, `field` a JSON path or setting name (may be empty),
 * `detail` a sentence for a person. Never holds personal data or a secret: it may be logged and sent. */
struct error {
    enum status status;
    char code[ERROR_CODE_BYTES];
    char field[ERROR_FIELD_BYTES];
    char detail[ERROR_DETAIL_BYTES];
};

/* Fills `error` (may be NULL) and returns `status`, so that a failing line reads `return error_set(...)`.
 * Texts that do not fit are cut. */
enum status error_set(struct error *error, enum status status, const char *code, const char *format, ...)
    AKKOORD_PRINTF(4, 5);

/* The same for a fault in one field of an input or one setting. */
enum status error_set_field(struct error *error, enum status status, const char *code, const char *field,
                            const char *format, ...) AKKOORD_PRINTF(5, 6);

/* The name of a status for logs, lower_snake_case. */
const char *status_name(enum status status);
