/*
 * Log lines: composed in a fixed buffer on the stack and written with one write(2), so that lines of several threads do
 * not mix and logging never allocates or waits for a lock. A line that is too long is cut at a field.
 */
#include "akkoord/base/log.h"

#include <stdatomic.h>
#include <unistd.h>

#include "akkoord/base/clock.h"

#define LOG_LINE_BYTES 1024

static atomic_int log_level_minimum = LOG_INFO;
static atomic_int log_descriptor = STDERR_FILENO;

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&log_level_minimum, (int)level, memory_order_relaxed);
}

void log_set_descriptor(int descriptor)
{
    atomic_store_explicit(&log_descriptor, descriptor, memory_order_relaxed);
}

struct line {
    char text[LOG_LINE_BYTES];
    size_t length;
};

static bool line_append(struct line *line, const char *text, size_t length)
{
    /* One byte stays free for the newline. */
    if (length > sizeof(line->text) - 1 - line->length)
        return false;
    memcpy(line->text + line->length, text, length);
    line->length += length;
    return true;
}

static bool line_append_quoted(struct line *line, const char *text)
{
    bool plain = text[0] != '\0';
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        plain = plain && byte > ' ' && byte < 0x7f && byte != '"' && byte != '\\' && byte != '=';
    }
    if (plain)
        return line_append(line, text, strlen(text));
    bool good = line_append(line, "\"", 1);
    for (const char *at = text; good && *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        char escaped[8];
        if (byte < ' ' || byte >= 0x7f || byte == '"' || byte == '\\')
            snprintf(escaped, sizeof(escaped), "\\x%02x", byte);
        else
            snprintf(escaped, sizeof(escaped), "%c", byte);
        good = line_append(line, escaped, strlen(escaped));
    }
    return good && line_append(line, "\"", 1);
}

static bool line_append_field(struct line *line, const struct log_field *field)
{
    char number[UUID_TEXT_BYTES];
    if (!line_append(line, " ", 1) || !line_append(line, field->key, strlen(field->key)) || !line_append(line, "=", 1))
        return false;
    switch (field->kind) {
    case LOG_FIELD_TEXT:
        return line_append_quoted(line, field->text != NULL ? field->text : "-");
    case LOG_FIELD_INT:
        snprintf(number, sizeof(number), "%lld", (long long)field->number);
        return line_append(line, number, strlen(number));
    case LOG_FIELD_UUID:
        return line_append(line, uuid_format(&field->uuid, number), UUID_TEXT_BYTES - 1);
    case LOG_FIELD_END:
        break;
    }
    return false;
}

/* A field that does not fit leaves no trace. */
static bool line_append_or_nothing(struct line *line, const struct log_field *field)
{
    size_t before = line->length;
    if (line_append_field(line, field))
        return true;
    line->length = before;
    return false;
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    if ((int)level < atomic_load_explicit(&log_level_minimum, memory_order_relaxed))
        return;
    struct line line = {.length = 0};
    char now[CLOCK_RFC3339_BYTES];
    clock_format_rfc3339(clock_now_us(), now);
    const struct log_field head[] = {log_text("level", names[level]), log_text("event", event)};
    line_append(&line, "time=", strlen("time="));
    line_append(&line, now, strlen(now));
    for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
        line_append_or_nothing(&line, &head[i]);
    for (const struct log_field *field = fields; field->kind != LOG_FIELD_END; field++) {
        if (!line_append_or_nothing(&line, field))
            break;
    }
    line.text[line.length++] = '\n';
    /* A log that can't be written is no reason to fail what is being logged. */
    ssize_t ignored = write(atomic_load_explicit(&log_descriptor, memory_order_relaxed), line.text, line.length);
    (void)ignored;
}
