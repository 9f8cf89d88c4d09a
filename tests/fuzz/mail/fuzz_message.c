/* Mails (mail/message.h) under libFuzzer: no text adds a header or a part, or ends a line by itself. */
#include "akkoord/mail/message.h"

#include "../fuzz.h"

#define FIELDS  6
#define HEADERS 9
#define PARTS   6 /* lines of boundaries: the inner ones and their end, the outer ones and their end */

/* The next text: up to a NUL or the end. */
static const char *take_text(struct arena *arena, const uint8_t **data, size_t *size)
{
    const uint8_t *end = memchr(*data, 0, *size);
    size_t length = end != NULL ? (size_t)(end - *data) : *size;
    const char *text = arena_copy_bytes(arena, *data, length);
    length += end != NULL;
    *data += length;
    *size -= length;
    return text;
}

static bool begins_with(const char *line, const char *end, const char *start)
{
    size_t length = strlen(start);
    return (size_t)(end - line) >= length && memcmp(line, start, length) == 0;
}

static void check(const char *bytes, size_t length)
{
    const char *end = bytes + length;
    size_t headers = 0, boundaries = 0;
    bool in_head = true;
    for (const char *line = bytes; line < end;) {
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        require(feed != NULL && feed > line && feed[-1] == '\r');
        require(memchr(line, '\r', (size_t)(feed - line)) == feed - 1);
        if (feed - 1 == line)
            in_head = false;
        else if (in_head && line[0] != ' ')
            headers++;
        boundaries += begins_with(line, feed, "--=_akkoord_");
        line = feed + 1;
    }
    require(headers == HEADERS && boundaries == PARTS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    const char *fields[FIELDS];
    for (size_t i = 0; i < FIELDS; i++)
        fields[i] = take_text(arena, &data, &size);
    const struct mail_attachment attachment = {
        .file_name = fields[5], .media_type = "application/pdf", .bytes = data, .length = size};
    const struct mail_message message = {
        .from = {.name = fields[0], .address = "studio@example.com"},
        .to = {.name = fields[1], .address = fields[2]},
        .letter = {.subject = fields[3], .text = fields[4], .html = fields[4]},
        .id = "1@example.com",
        .attachments = &attachment,
        .attachments_count = 1,
    };
    const char *bytes;
    size_t length;
    struct error error;
    enum status status = mail_compose(arena, &message, &bytes, &length, &error);
    if (status == STATUS_OK)
        check(bytes, length);
    else
        require(strcmp(error.code, "mail_address") == 0 || strcmp(error.code, "mail_too_large") == 0);
    arena_free(arena);
    return 0;
}
