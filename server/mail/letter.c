/* Text and HTML side by side. Pure; one thread. */
#include "letter.h"

#include <string.h>

#define LETTER_BYTES_MAX ((size_t)1 << 20)
#define TEXT_COLUMNS     72

#define FONT       "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
#define INK        "#1f2328"
#define GREY       "#5b636d"
#define LINE       "#d9dde2"
#define PARAGRAPH  "margin:0 0 16px"
#define CELL       "padding:8px 0;border-top:1px solid " LINE ";vertical-align:top"
#define CELL_VALUE CELL ";padding-left:16px;text-align:right"

const char *letter_pick(const struct letter *letter, const char *nl, const char *en)
{
    return letter->language == LANGUAGE_NL ? nl : en;
}

const char *letter_fill(const struct letter *letter, struct arena *arena, const char *nl, const char *en,
                        const char *value)
{
    const char *words = letter_pick(letter, nl, en);
    const char *place = strstr(words, "{}");
    return arena_format(arena, "%.*s%s%s", (int)(place - words), words, value, place + 2);
}

/* ---- HTML ---- */

/* With its line breaks. */
static void append_escaped(struct buffer *html, const char *text)
{
    for (;;) {
        size_t length = strcspn(text, "\n");
        buffer_append_html(html, text, length);
        text += length;
        if (*text == '\0')
            return;
        buffer_append_text(html, "<br>\n");
        text++;
    }
}

static void append_element(struct buffer *html, const char *tag, const char *style, const char *text)
{
    buffer_append_format(html, "<%s style=\"%s\">", tag, style);
    append_escaped(html, text);
    buffer_append_format(html, "</%s>\n", tag);
}

/* ---- text ---- */

static size_t count_characters(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

/* Lines of at most TEXT_COLUMNS where a space allows it, `prefix` before each. */
static void append_wrapped(struct buffer *text, const char *prefix, const char *words)
{
    size_t column = 0;
    buffer_append_text(text, prefix);
    while (*words != '\0') {
        size_t length = strcspn(words, " \n");
        size_t characters = count_characters(words, length);
        if (column > 0 && column + 1 + characters > TEXT_COLUMNS) {
            buffer_append_format(text, "\n%s", prefix);
            column = 0;
        } else if (column > 0) {
            buffer_append_text(text, " ");
            column++;
        }
        buffer_append(text, words, length);
        column += characters;
        words += length;
        if (*words == '\n') {
            buffer_append_format(text, "\n%s", prefix);
            column = 0;
        }
        if (*words != '\0')
            words++;
    }
    buffer_append_text(text, "\n");
}

/* ---- a letter ---- */

void letter_begin(struct letter *letter, enum language language, const char *sender, const char *title)
{
    *letter = (struct letter){.language = language};
    buffer_init(&letter->text, LETTER_BYTES_MAX);
    buffer_init(&letter->html, LETTER_BYTES_MAX);
    append_wrapped(&letter->text, "", title);
    buffer_append_text(&letter->text, "\n");
    buffer_append_format(&letter->html,
                         "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>",
                         language_name(language));
    append_escaped(&letter->html, title);
    buffer_append_text(&letter->html, "</title>\n</head>\n<body style=\"margin:0;padding:24px 12px;background:#f3f4f6;"
                                      "color:" INK ";" FONT "font-size:16px;line-height:1.5\">\n"
                                      "<div style=\"max-width:560px;margin:0 auto;padding:32px;background:#ffffff;"
                                      "border-radius:8px\">\n");
    append_element(&letter->html, "p", "margin:0 0 24px;color:" GREY ";font-size:14px", sender);
    append_element(&letter->html, "h1", "margin:0 0 24px;font-size:24px;line-height:1.25", title);
}

void letter_add_greeting(struct letter *letter, const char *name)
{
    buffer_append_format(&letter->text, "%s %s,\n\n", letter_pick(letter, "Beste", "Dear"), name);
    buffer_append_format(&letter->html, "<p style=\"" PARAGRAPH "\">%s ", letter_pick(letter, "Beste", "Dear"));
    append_escaped(&letter->html, name);
    buffer_append_text(&letter->html, ",</p>\n");
}

void letter_add_heading(struct letter *letter, const char *text)
{
    buffer_append_format(&letter->text, "%s\n\n", text);
    append_element(&letter->html, "h2", "margin:32px 0 8px;font-size:18px;line-height:1.3", text);
}

void letter_add_paragraph(struct letter *letter, const char *text)
{
    append_wrapped(&letter->text, "", text);
    buffer_append_text(&letter->text, "\n");
    append_element(&letter->html, "p", PARAGRAPH, text);
}

void letter_add_quote(struct letter *letter, const char *text)
{
    append_wrapped(&letter->text, "> ", text);
    buffer_append_text(&letter->text, "\n");
    append_element(&letter->html, "blockquote", "margin:0 0 16px;padding:4px 0 4px 16px;border-left:3px solid " LINE,
                   text);
}

void letter_add_code(struct letter *letter, const char *code)
{
    buffer_append_format(&letter->text, "    %s\n\n", code);
    append_element(&letter->html, "p",
                   "margin:0 0 16px;padding:16px;background:#f3f4f6;border-radius:8px;text-align:center;"
                   "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:28px;letter-spacing:4px",
                   code);
}

void letter_add_link(struct letter *letter, const char *label, const char *url)
{
    buffer_append_format(&letter->text, "%s:\n%s\n\n", label, url);
    buffer_append_text(&letter->html, "<p style=\"" PARAGRAPH "\"><a href=\"");
    append_escaped(&letter->html, url);
    buffer_append_text(&letter->html, "\" style=\"color:#0b57d0\">");
    append_escaped(&letter->html, label);
    buffer_append_text(&letter->html, "</a></p>\n");
}

void letter_begin_rows(struct letter *letter)
{
    buffer_append_text(&letter->html, "<table role=\"presentation\" style=\"width:100%;margin:0 0 16px;"
                                      "border-collapse:collapse;font-size:16px\">\n");
}

void letter_add_row(struct letter *letter, const char *label, const char *value, bool is_total)
{
    buffer_append_format(&letter->text, "  %s: %s\n", label, value);
    buffer_append_text(&letter->html, "<tr>");
    append_element(&letter->html, "td", is_total ? CELL ";font-weight:bold" : CELL, label);
    append_element(&letter->html, "td", is_total ? CELL_VALUE ";font-weight:bold" : CELL_VALUE, value);
    buffer_append_text(&letter->html, "</tr>\n");
}

void letter_end_rows(struct letter *letter)
{
    buffer_append_text(&letter->text, "\n");
    buffer_append_text(&letter->html, "</table>\n");
}

void letter_end(struct letter *letter, struct arena *arena, const struct seller *seller, const char *subject,
                struct mail_letter *out)
{
    const char *imprint =
        arena_format(arena, "%s\n%s, %s %s\n%s\nKvK %s, %s %s", seller->name, seller->address.street,
                     seller->address.postal_code, seller->address.city, seller->email, seller->kvk_number,
                     letter_pick(letter, "btw-nummer", "VAT number"), seller->vat_number);
    letter_add_paragraph(
        letter,
        arena_format(arena, "%s\n%s", letter_pick(letter, "Met vriendelijke groet,", "Kind regards,"), seller->name));
    buffer_append_format(&letter->text, "-- \n%s\n", imprint);
    buffer_append_text(&letter->html, "</div>\n");
    append_element(&letter->html, "p",
                   "max-width:560px;margin:16px auto 0;padding:0 32px;color:" GREY ";font-size:13px", imprint);
    buffer_append_text(&letter->html, "</body>\n</html>\n");
    *out = (struct mail_letter){.subject = subject,
                                .text = arena_copy_text(arena, buffer_text(&letter->text)),
                                .html = arena_copy_text(arena, buffer_text(&letter->html))};
    buffer_release(&letter->text);
    buffer_release(&letter->html);
}
