#pragma once
/*
 * A letter being written, as text and as HTML at once, so that both say the same. Pure; one thread. Internal to mail.
 *
 * The HTML needs nothing from elsewhere: no image, style sheet, script or font, and nothing that would tell when it is
 * read. Whatever is added is text: it is escaped here, and its line breaks are kept.
 */
#include "akkoord/base/buffer.h"
#include "akkoord/mail/message.h"

struct letter {
    enum language language;
    struct buffer text;
    struct buffer html;
};

/* The words for the letter's language. */
const char *letter_pick(const struct letter *letter, const char *nl, const char *en);

/* The same with `value` in the place of "{}", which stands there once; in the arena. */
const char *letter_fill(const struct letter *letter, struct arena *arena, const char *nl, const char *en,
                        const char *value);

/* `title` stands above the letter. End with letter_end(). */
void letter_begin(struct letter *letter, enum language language, const char *sender, const char *title);
/* "Dear NAME," */
void letter_add_greeting(struct letter *letter, const char *name);
void letter_add_heading(struct letter *letter, const char *text);
void letter_add_paragraph(struct letter *letter, const char *text);
/* Words that somebody else wrote. */
void letter_add_quote(struct letter *letter, const char *text);
/* A code to type over. */
void letter_add_code(struct letter *letter, const char *code);
/* `url` is https or http, made here. */
void letter_add_link(struct letter *letter, const char *label, const char *url);
/* A table of two columns: begin, rows, end. */
void letter_begin_rows(struct letter *letter);
void letter_add_row(struct letter *letter, const char *label, const char *value, bool is_total);
void letter_end_rows(struct letter *letter);
/* Who wrote it, as the law asks of a business letter (BW 3:15d: name, address, e-mail, trade register, VAT number); the
 * texts are copied into the arena. The letter is released. */
void letter_end(struct letter *letter, struct arena *arena, const struct seller *seller, const char *subject,
                struct mail_letter *out);
