/*
 * The page behind the link of a decision message: all of its words. Pure; worker threads. Nothing gets into the HTML
 * but through html_escape(), constant texts and dates.
 */
#include "akkoord/api/review_page.h"

#include "akkoord/api/html.h"
#include "akkoord/api/page.h"
#include "akkoord/documents/format.h"
#include "akkoord/domain/calendar.h"

typedef const char *translated[PAGE_LANGUAGES];

static const translated title = {"Een medewerker laten kijken", "Ask a person to look"};
static const translated decision_heading = {"Wat er is beslist en waarom", "What was decided, and why"};
static const translated ask_heading = {"Vraag een medewerker om te kijken", "Ask a member of staff to look"};
static const translated add_heading = {"Voeg uw kant van het verhaal toe", "Add your side of it"};
static const translated statement_label = {"Uw toelichting", "Your statement"};
static const translated statement_hint = {
    "Vertel in uw eigen woorden wat er volgens u niet klopt. Zet er geen wachtwoorden of bankgegevens in.",
    "Say in your own words what you think is wrong. Leave out passwords and bank details."};
static const translated ask_button = {"Vraag om een beoordeling", "Ask for a review"};
static const translated add_button = {"Voeg toe", "Add"};
static const translated due_text = {"Een medewerker kijkt naar deze beslissing en antwoordt uiterlijk op",
                                    "A member of staff looks at this decision and answers by"};
static const translated sent_text = {"Uw toelichting is aangekomen.", "Your statement has arrived."};
static const translated decided_text = {"Een medewerker heeft al naar deze beslissing gekeken. De uitkomst en de "
                                        "redenen staan bij uw bestelling; daar kunt u "
                                        "ook om een tweede blik vragen, door iemand anders.",
                                        "A member of staff has looked at this decision already. The outcome and the "
                                        "reasons stand with your order; there you "
                                        "can also ask for a second look, by somebody else."};
static const translated refused_text = {"Er is niets verstuurd. Schrijf een toelichting van hoogstens 5000 tekens.",
                                        "Nothing was sent. Write a statement of at most 5000 characters."};
static const translated full_text = {"Er is niets toegevoegd: er staan al zo veel toelichtingen als er kunnen staan.",
                                     "Nothing was added: there are as many statements as there can be."};
static const translated missing_title = {"Deze link werkt niet (meer)", "This link does not work (any more)"};
static const translated missing_text = {
    "De link is verlopen of niet volledig. Bij uw bestelling kunt u altijd om een medewerker vragen.",
    "The link has expired or is not complete. You can always ask for a member of staff at your order."};

/* A paragraph for each part between empty lines. */
static void write_paragraphs(struct arena *arena, struct buffer *html, const char *text)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t length = end != NULL ? (size_t)(end - text) : strlen(text);
        buffer_append_text(html, "<p>");
        html_escape(html, arena_copy_bytes(arena, text, length));
        buffer_append_text(html, "</p>\n");
        text += length;
        text += strspn(text, "\n");
    }
}

static void write_due(struct buffer *html, const struct review_page *page)
{
    const enum language language = page->link->language;
    char date[FORMAT_TEXT_BYTES];
    format_date(language, calendar_amsterdam_day(page->link->due_at_us), date);
    buffer_append_format(html, "%s <strong>%s</strong>.", due_text[language], date);
}

static void write_notice(struct buffer *html, const struct review_page *page)
{
    const enum language language = page->link->language;
    bool is_fault = page->result == REVIEW_PAGE_REFUSED || page->result == REVIEW_PAGE_FULL;
    if (is_fault) {
        buffer_append_format(html, "<p class=\"notice bad\" id=\"fault\" role=\"alert\">%s</p>\n",
                             (page->result == REVIEW_PAGE_FULL ? full_text : refused_text)[language]);
        return;
    }
    if (!page->link->has_review)
        return;
    buffer_append_text(html, "<p class=\"notice\" role=\"status\">");
    if (page->result == REVIEW_PAGE_SENT)
        buffer_append_format(html, "%s ", sent_text[language]);
    if (review_state_of(page->link->stage) == REVIEW_DECIDED)
        buffer_append_text(html, decided_text[language]);
    else
        write_due(html, page);
    buffer_append_text(html, "</p>\n");
}

static void write_form(struct buffer *html, const struct review_page *page)
{
    const enum language language = page->link->language;
    bool adds = page->link->has_review;
    buffer_append_format(html, "<section class=\"card\" aria-labelledby=\"ask\">\n<h2 id=\"ask\">%s</h2>\n",
                         (adds ? add_heading : ask_heading)[language]);
    buffer_append_text(html, "<form class=\"words\" method=\"post\" action=\"review?token=");
    html_escape(html, page->token);
    buffer_append_format(html,
                         "\">\n<label for=\"statement\">%s</label>\n<p id=\"hint\">%s</p>\n"
                         "<textarea id=\"statement\" name=\"statement\" maxlength=\"%d\" required "
                         "aria-describedby=\"%s\"%s>\n",
                         statement_label[language], statement_hint[language], REVIEW_TEXT_CHARACTERS_MAX,
                         page->result == REVIEW_PAGE_REFUSED ? "hint fault" : "hint",
                         page->result == REVIEW_PAGE_REFUSED ? " aria-invalid=\"true\"" : "");
    html_escape(html, page->statement != NULL ? page->statement : "");
    buffer_append_format(html, "</textarea>\n<button class=\"main\">%s</button>\n</form>\n</section>\n",
                         (adds ? add_button : ask_button)[language]);
}

const char *review_page_write(struct arena *arena, const struct review_page *page, size_t *length)
{
    const enum language language = page->link->language;
    struct buffer html;
    page_begin(&html, language, title[language], NULL);
    write_notice(&html, page);
    buffer_append_format(&html, "<section class=\"card text\">\n<h1>%s</h1>\n", decision_heading[language]);
    write_paragraphs(arena, &html, page->explanation);
    buffer_append_text(&html, "</section>\n");
    if (!page->link->has_review || review_state_of(page->link->stage) != REVIEW_DECIDED)
        write_form(&html, page);
    return page_end(arena, &html, length);
}

const char *review_page_write_missing(struct arena *arena, enum language language, size_t *length)
{
    struct buffer html;
    page_begin(&html, language, missing_title[language], NULL);
    buffer_append_format(&html, "<div class=\"card\">\n<h1>%s</h1>\n<p>%s</p>\n</div>\n", missing_title[language],
                         missing_text[language]);
    return page_end(arena, &html, length);
}
