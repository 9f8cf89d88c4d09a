/*
 * Letters about what a customer asked for: a review that needs their view or more time, and requests over their own
 * data. Pure; any thread.
 *
 * GDPR art. 12(3): whoever has to wait longer is told so, with the reasons, before the term is over.
 */
#include "akkoord/documents/format.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/domain/privacy.h"
#include "akkoord/mail/letters.h"
#include "letter.h"

static const char *date_text(struct arena *arena, const struct letter *letter, int64_t time_us)
{
    char text[FORMAT_TEXT_BYTES];
    format_date(letter->language, calendar_amsterdam_day(time_us), text);
    return arena_copy_text(arena, text);
}

static void begin(struct letter *letter, const struct letter_parties *parties, const char *title)
{
    letter_begin(letter, parties->language, parties->seller->name, title);
    letter_add_greeting(letter, parties->name);
}

/* ---- reviews ---- */

void letter_write_review_invitation(struct arena *arena, const struct letter_parties *parties, const char *order_number,
                                    const char *question, int64_t due_at_us, const char *review_link,
                                    struct mail_letter *out)
{
    struct letter letter = {.language = parties->language};
    const char *subject =
        letter_fill(&letter, arena, "Een vraag over uw bestelling {}", "A question about your order {}", order_number);
    begin(&letter, parties, letter_pick(&letter, "Een medewerker heeft een vraag", "A member of staff has a question"));
    letter_add_paragraph(
        &letter, letter_fill(&letter, arena,
                             "Een medewerker kijkt opnieuw naar de beslissing over uw bestelling {}, en wil "
                             "eerst graag iets van u weten:",
                             "A member of staff is looking again at the decision about your order {}, and would "
                             "like to hear something from you first:",
                             order_number));
    if (question != NULL)
        letter_add_quote(&letter, question);
    letter_add_paragraph(&letter,
                         letter_fill(&letter, arena,
                                     "U hoeft niet te antwoorden. Dan beslist de medewerker zonder, uiterlijk op {}.",
                                     "You need not answer. Then the member of staff decides without it, by {}.",
                                     date_text(arena, &letter, due_at_us)));
    letter_add_link(&letter, letter_pick(&letter, "Beantwoord de vraag", "Answer the question"), review_link);
    letter_end(&letter, arena, parties->seller, subject, out);
}

void letter_write_review_extension(struct arena *arena, const struct letter_parties *parties, const char *order_number,
                                   const char *reasons, int64_t due_at_us, struct mail_letter *out)
{
    struct letter letter = {.language = parties->language};
    const char *subject = letter_fill(&letter, arena, "We hebben meer tijd nodig voor bestelling {}",
                                      "We need more time for order {}", order_number);
    begin(&letter, parties, letter_pick(&letter, "We hebben meer tijd nodig", "We need more time"));
    letter_add_paragraph(&letter,
                         letter_fill(&letter, arena,
                                     "Een medewerker kijkt opnieuw naar de beslissing over uw bestelling. Dat duurt "
                                     "langer dan we hadden gezegd. U hoort wat het wordt, uiterlijk op {}.",
                                     "A member of staff is looking again at the decision about your order. That takes "
                                     "longer than we had said. You will hear the outcome by {}.",
                                     date_text(arena, &letter, due_at_us)));
    if (reasons != NULL) {
        letter_add_heading(&letter, letter_pick(&letter, "Waarom", "Why"));
        letter_add_quote(&letter, reasons);
    }
    letter_end(&letter, arena, parties->seller, subject, out);
}

/* ---- requests over one's own data ---- */

static const struct {
    const char *nl, *en;
} kinds[PRIVACY_REQUEST_KINDS] = {
    [PRIVACY_ACCESS] = {"om uw gegevens in te zien", "to see your data"},
    [PRIVACY_PORTABILITY] = {"om uw gegevens mee te nemen", "to take your data along"},
    [PRIVACY_RECTIFICATION] = {"om uw gegevens te verbeteren", "to correct your data"},
    [PRIVACY_ERASURE] = {"om uw gegevens te wissen", "to erase your data"},
    [PRIVACY_RESTRICTION] = {"om niets anders met uw gegevens te doen dan ze bewaren",
                             "to do nothing with your data but keep them"},
    [PRIVACY_OBJECTION] = {"om te stoppen met een gebruik van uw gegevens (uw bezwaar)",
                           "to stop a use of your data (your objection)"},
    [PRIVACY_CONSENT_WITHDRAWAL] = {"om te stoppen met wat u had toegestaan", "to stop what you had agreed to"},
};

/* "On 3 March 2026 you asked us to see your data." */
static void add_what_was_asked(struct letter *letter, struct arena *arena, const struct letter_request *request)
{
    const char *date = date_text(arena, letter, request->received_at_us);
    letter_add_paragraph(letter, letter->language == LANGUAGE_NL
                                     ? arena_format(arena, "Op %s vroeg u ons %s.", date, kinds[request->kind].nl)
                                     : arena_format(arena, "On %s you asked us %s.", date, kinds[request->kind].en));
}

static void add_complaint(struct letter *letter, struct arena *arena)
{
    letter_add_heading(letter, letter_pick(letter, "Bent u het er niet mee eens?", "Do you not agree?"));
    letter_add_paragraph(
        letter, arena_format(arena, "%s %s, %s%s",
                             letter_pick(letter, "Laat het ons weten. U mag ook altijd een klacht indienen bij de",
                                         "Let us know. You may also always complain to the"),
                             privacy_authority[letter->language], privacy_authority_url,
                             letter_pick(letter, ", of naar de rechter gaan.", ", or go to court.")));
}

void letter_write_request_extension(struct arena *arena, const struct letter_parties *parties,
                                    const struct letter_request *request, struct mail_letter *out)
{
    struct letter letter = {.language = parties->language};
    const char *subject = letter_pick(&letter, "We hebben meer tijd nodig voor uw verzoek over uw gegevens",
                                      "We need more time for your request about your data");
    begin(&letter, parties, letter_pick(&letter, "We hebben meer tijd nodig", "We need more time"));
    add_what_was_asked(&letter, arena, request);
    letter_add_paragraph(&letter,
                         letter_fill(&letter, arena, "Het antwoord kost ons meer tijd. U hebt het uiterlijk op {}.",
                                     "The answer takes us more time. You will have it by {}.",
                                     date_text(arena, &letter, request->due_at_us)));
    if (request->words != NULL) {
        letter_add_heading(&letter, letter_pick(&letter, "Waarom", "Why"));
        letter_add_quote(&letter, request->words);
    }
    add_complaint(&letter, arena);
    letter_end(&letter, arena, parties->seller, subject, out);
}

void letter_write_request_answer(struct arena *arena, const struct letter_parties *parties,
                                 const struct letter_request *request, struct mail_letter *out)
{
    struct letter letter = {.language = parties->language};
    const char *subject = letter_pick(&letter, "Het antwoord op uw verzoek over uw gegevens",
                                      "The answer to your request about your data");
    begin(&letter, parties,
          request->is_granted ? letter_pick(&letter, "We hebben gedaan wat u vroeg", "We have done what you asked")
                              : letter_pick(&letter, "We doen niet wat u vroeg", "We do not do what you asked"));
    add_what_was_asked(&letter, arena, request);
    if (request->words != NULL) {
        letter_add_heading(&letter, letter_pick(&letter, "Ons antwoord", "Our answer"));
        letter_add_quote(&letter, request->words);
    }
    add_complaint(&letter, arena);
    letter_end(&letter, arena, parties->seller, subject, out);
}
