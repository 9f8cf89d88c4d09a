/*
 * The privacy information as a page, and the record of processing activities as text. Pure; any thread. Nothing gets
 * into the page but through html_escape() and constant markup; there is no script.
 */
#include "akkoord/api/html.h"
#include "notices.h"

#define TEXT_BYTES_MAX ((size_t)512 * 1024)

static const struct {
    retention_words title, intro, controller, what, data, purpose, basis, recipients, term, afterwards, erasure,
        persons, transfers, rights, how, decision, logic, used, effect, human, complaint, complain, version, security,
        record;
} words = {
    .title = {"Wat we met uw gegevens doen", "What we do with your data"},
    .intro = {"Hier staat welke gegevens we van u hebben, waarom, hoe lang en wat u daarover te zeggen hebt.",
              "This page says which data we have about you, why, for how long, and what say you have in it."},
    .controller = {"Wie verantwoordelijk is", "Who is responsible"},
    .what = {"Welke gegevens, waarom en hoe lang", "Which data, why, and for how long"},
    .data = {"Gegevens", "Data"},
    .purpose = {"Doel", "Purpose"},
    .basis = {"Grondslag", "Legal basis"},
    .recipients = {"Wie ze krijgt", "Who gets them"},
    .term = {"Bewaard", "Kept"},
    .afterwards = {"Daarna", "Afterwards"},
    .erasure = {"Bij een verzoek om wissen", "When you ask for erasure"},
    .persons = {"Van wie", "Of whom"},
    .transfers = {"Buiten Europa", "Outside Europe"},
    .rights = {"Uw rechten", "Your rights"},
    .how = {"Hoe", "How"},
    .decision = {"Een computer beslist over uw bestelling", "A computer decides about your order"},
    .logic = {"Hoe hij beslist", "How it decides"},
    .used = {"Met welke gegevens", "With which data"},
    .effect = {"Wat het voor u betekent", "What it means for you"},
    .human = {"Een mens laten kijken", "Having a human look"},
    .complaint = {"Klachten", "Complaints"},
    .complain = {"Komt u er met ons niet uit, dan kunt u een klacht indienen bij de toezichthouder:",
                 "Where we can't settle it together you can complain to the supervisory authority:"},
    .version = {"Versie", "Version"},
    .security = {"Beveiliging", "Security"},
    .record = {"Register van verwerkingsactiviteiten (AVG art. 30)", "Record of processing activities (GDPR art. 30)"},
};

static const char style[] =
    ":root{color-scheme:light dark}body{max-width:44rem;margin:0 auto;padding:1rem;font:1rem/1.6 system-ui,sans-serif}"
    "h1{font-size:1.75rem;line-height:1.25}h2{margin-top:2.5rem;font-size:1.375rem}h3{margin:2rem 0 "
    ".5rem;font-size:1.0625rem}"
    "dl{margin:0}dt{font-weight:600}dd{margin:0 0 "
    ".5rem;overflow-wrap:anywhere}footer{margin-top:2.5rem;font-size:.875rem;"
    "overflow-wrap:anywhere}";

const char *notice_page_policy(struct arena *arena)
{
    return html_policy(arena, style);
}

static const char *finish(struct arena *arena, struct buffer *out, size_t *length)
{
    *length = out->length;
    const char *text = arena_copy_bytes(arena, buffer_text(out), out->length);
    buffer_release(out);
    return text;
}

/* ---- the page ---- */

/* `before` and `after` are markup, `text` is not. */
static void put(struct buffer *html, const char *before, const char *text, const char *after)
{
    buffer_append_text(html, before);
    html_escape(html, text);
    buffer_append_text(html, after);
}

static void put_pair(struct buffer *html, const char *term, const char *text)
{
    if (text[0] == '\0')
        return;
    put(html, "<dt>", term, "</dt>\n");
    put(html, "<dd>", text, "</dd>\n");
}

static const char *joined(struct arena *arena, const char *first, const char *second)
{
    return second[0] == '\0' ? first : arena_format(arena, "%s%s%s", first, first[0] != '\0' ? "; " : "", second);
}

static void put_category(struct buffer *html, struct arena *arena, enum retention_category category, bool asks_vies,
                         enum language language)
{
    const struct retention_rule *rule = retention_rule_of(category);
    const struct retention_erasure erasure = retention_at_erasure(category, language, false, 0, 0);
    put(html, "<h3>", rule->title[language], "</h3>\n<dl>\n");
    put_pair(html, words.data[language], rule->data[language]);
    put_pair(html, words.purpose[language], rule->purpose[language]);
    put_pair(html, words.basis[language],
             joined(arena, retention_basis_words(arena, rule->bases, language), rule->statute[language]));
    put_pair(html, words.recipients[language], retention_recipients(category, asks_vies, language));
    put_pair(html, words.term[language], retention_term_words(arena, category, language));
    put_pair(html, words.afterwards[language], retention_afterwards_words(rule->afterwards, language));
    put_pair(html, words.erasure[language], joined(arena, erasure.effect_words, erasure.basis));
    buffer_append_text(html, "</dl>\n");
}

static void put_rights(struct buffer *html, enum language language)
{
    size_t count;
    const struct privacy_right *rights = privacy_rights(&count);
    put(html, "<h2>", words.rights[language], "</h2>\n");
    for (size_t i = 0; i < count; i++) {
        put(html, "<h3>", rights[i].title[language], "</h3>\n");
        put(html, "<p>", rights[i].meaning[language], "</p>\n");
        put(html, "<p>", words.how[language], ": ");
        put(html, "", rights[i].how[language], "</p>\n");
    }
}

static void put_decision(struct buffer *html, enum language language)
{
    put(html, "<h2>", words.decision[language], "</h2>\n");
    put(html, "<p>", privacy_decision.summary[language], "</p>\n<dl>\n");
    put_pair(html, words.logic[language], privacy_decision.logic[language]);
    put_pair(html, words.used[language], privacy_decision.data[language]);
    put_pair(html, words.effect[language], privacy_decision.effect[language]);
    put_pair(html, words.human[language], privacy_decision.human[language]);
    buffer_append_text(html, "</dl>\n");
}

static void put_controller(struct buffer *html, struct arena *arena, const struct seller *seller,
                           enum language language)
{
    put(html, "<h2>", words.controller[language], "</h2>\n");
    put(html, "<p>", seller->name, "<br>\n");
    put(html, "", notice_address(arena, seller), "<br>\n");
    put(html, "", seller->email, "</p>\n");
}

static void put_end(struct buffer *html, const char *version, enum language language)
{
    put(html, "<h2>", words.complaint[language], "</h2>\n");
    put(html, "<p>", words.complain[language], " ");
    put(html, "<a href=\"", privacy_authority_url, "\">");
    put(html, "", privacy_authority[language], "</a>.</p>\n");
    put(html, "<footer>", words.version[language], " ");
    put(html, "", version, "</footer>\n</main>\n</body>\n</html>\n");
}

const char *notice_page_write(struct arena *arena, const struct notice_facts *facts, const char *version,
                              enum language language, size_t *length)
{
    struct buffer html;
    buffer_init(&html, TEXT_BYTES_MAX);
    buffer_append_format(&html, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                         language_name(language));
    buffer_append_text(&html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    put(&html, "<title>", words.title[language], "</title>\n");
    buffer_append_format(&html, "<style>%s</style>\n</head>\n<body>\n<main>\n", style);
    put(&html, "<h1>", words.title[language], "</h1>\n");
    put(&html, "<p>", words.intro[language], "</p>\n");
    put_controller(&html, arena, facts->seller, language);
    put_decision(&html, language);
    put_rights(&html, language);
    put(&html, "<h2>", words.what[language], "</h2>\n");
    for (int i = 0; i < RETENTION_CATEGORIES; i++) {
        if (notice_concerns_customers((enum retention_category)i))
            put_category(&html, arena, (enum retention_category)i, facts->asks_vies, language);
    }
    put(&html, "<h2>", words.transfers[language], "</h2>\n");
    put(&html, "<p>", privacy_transfers[language], "</p>\n");
    put_end(&html, version, language);
    return finish(arena, &html, length);
}

/* ---- the record, for a terminal or a file ---- */

static void tell(struct buffer *out, const char *term, const char *text)
{
    if (text[0] != '\0')
        buffer_append_format(out, "  %s: %s\n", term, text);
}

static void tell_category(struct buffer *out, struct arena *arena, enum retention_category category, bool asks_vies,
                          enum language language)
{
    const struct retention_rule *rule = retention_rule_of(category);
    buffer_append_format(out, "\n%s (%s)\n", rule->title[language], rule->name);
    tell(out, words.persons[language], privacy_persons_words(rule->persons, language));
    tell(out, words.data[language], rule->data[language]);
    tell(out, words.purpose[language], rule->purpose[language]);
    tell(out, words.basis[language],
         joined(arena, retention_basis_words(arena, rule->bases, language), rule->statute[language]));
    tell(out, words.recipients[language], retention_recipients(category, asks_vies, language));
    tell(out, words.term[language], retention_term_words(arena, category, language));
    tell(out, words.afterwards[language], retention_afterwards_words(rule->afterwards, language));
}

const char *register_write_text(struct arena *arena, const struct notice_facts *facts, enum language language,
                                size_t *length)
{
    size_t count;
    const retention_words *measures = privacy_security_measures(&count);
    struct buffer out;
    buffer_init(&out, TEXT_BYTES_MAX);
    buffer_append_format(&out, "%s\n\n", words.record[language]);
    buffer_append_format(&out, "%s: %s, %s, %s\n", words.controller[language], facts->seller->name,
                         notice_address(arena, facts->seller), facts->seller->email);
    for (int i = 0; i < RETENTION_CATEGORIES; i++)
        tell_category(&out, arena, (enum retention_category)i, facts->asks_vies, language);
    buffer_append_format(&out, "\n%s: %s\n\n%s:\n", words.transfers[language], privacy_transfers[language],
                         words.security[language]);
    for (size_t i = 0; i < count; i++)
        buffer_append_format(&out, "- %s\n", measures[i][language]);
    buffer_append_format(&out, "\n%s: %s (%s)\n", words.version[language], retention_version, retention_hash);
    return finish(arena, &out, length);
}
