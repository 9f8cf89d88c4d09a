/*
 * Composes mails out of what stands on standard input, for check_messages.py: records of eight texts, each ended by a
 * NUL (sender's name, address, recipient's name, address, subject, text, HTML, and an attachment or nothing). Each mail
 * is written with its length in decimal and a line feed before it; a refusal is the length -1.
 */
#include <stdio.h>

#include "akkoord/base/buffer.h"
#include "akkoord/mail/message.h"

#define FIELDS      8
#define INPUT_BYTES ((size_t)32 << 20)

static void compose(const char *const fields[FIELDS])
{
    struct arena *arena = arena_new();
    const struct mail_attachment attachment = {.file_name = "2026-000001.pdf",
                                               .media_type = "application/pdf",
                                               .bytes = fields[7],
                                               .length = strlen(fields[7])};
    const struct mail_message message = {
        .from = {.name = fields[0], .address = fields[1]},
        .to = {.name = fields[2], .address = fields[3]},
        .letter = {.subject = fields[4], .text = fields[5], .html = fields[6]},
        .id = "decision-01a20622@example.com",
        .date_us = INT64_C(1795771800000000),
        .language = LANGUAGE_NL,
        .attachments = &attachment,
        .attachments_count = attachment.length > 0 ? 1 : 0,
    };
    const char *bytes;
    size_t length;
    struct error error;
    if (mail_compose(arena, &message, &bytes, &length, &error) == STATUS_OK) {
        printf("%zu\n", length);
        fwrite(bytes, 1, length, stdout);
    } else {
        printf("-1\n");
    }
    arena_free(arena);
}

int main(void)
{
    struct buffer input;
    char part[65536];
    buffer_init(&input, INPUT_BYTES);
    for (size_t got; (got = fread(part, 1, sizeof(part), stdin)) > 0;)
        buffer_append(&input, part, got);
    const char *at = buffer_text(&input);
    const char *end = at + input.length;
    while (at < end) {
        const char *fields[FIELDS];
        for (size_t i = 0; i < FIELDS; i++) {
            fields[i] = at < end ? at : "";
            at += strlen(fields[i]) + 1;
        }
        compose(fields);
    }
    buffer_release(&input);
    return 0;
}
