#pragma once
/*
 * Structured log lines on standard error: time, level, event name, key=value. Any thread.
 *
 *     log_event(LOG_INFO, "batch.committed", log_int("events", n), log_int("us", elapsed));
 *
 * A value is an identifier, a number or a fixed word: never a body, a secret, an address, a name, an SQL parameter.
 * Values are quoted where needed, and control bytes escaped, so that no value can forge a line.
 */
#include <stdint.h>

#include "akkoord/base/uuid.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

enum log_field_kind { LOG_FIELD_END, LOG_FIELD_TEXT, LOG_FIELD_INT, LOG_FIELD_UUID };

struct log_field {
    enum log_field_kind kind;
    const char *key;
    const char *text;
    int64_t number;
    struct uuid uuid;
};

static inline struct log_field log_text(const char *key, const char *text)
{
    return (struct log_field){.kind = LOG_FIELD_TEXT, .key = key, .text = text};
}

static inline struct log_field log_int(const char *key, int64_t number)
{
    return (struct log_field){.kind = LOG_FIELD_INT, .key = key, .number = number};
}

static inline struct log_field log_uuid(const char *key, const struct uuid *uuid)
{
    return (struct log_field){.kind = LOG_FIELD_UUID, .key = key, .uuid = *uuid};
}

/* Lines below `level` are dropped; LOG_INFO at the start. */
void log_set_level(enum log_level level);
/* Where lines go; standard error at the start. */
void log_set_descriptor(int descriptor);

void log_write(enum log_level level, const char *event, const struct log_field *fields);
#define log_event(level, ...)         LOG_EVENT_(level, __VA_ARGS__, (struct log_field){.kind = LOG_FIELD_END})
#define LOG_EVENT_(level, event, ...) log_write((level), (event), (const struct log_field[]){__VA_ARGS__})
