/*
 * Letters about an order: the confirmation, every other decision, what a review came to, and what staff credited. Pure;
 * any thread.
 *
 * The reasons are told by domain/explanation.c, in the same words as in the API.
 */
#include "akkoord/documents/format.h"
#include "akkoord/documents/words.h"
#include "akkoord/domain/privacy.h"
#include "akkoord/mail/letters.h"
#include "letter.h"

struct decision_words {
    const char *subject_nl, *subject_en; /* {}: the order's number */
    const char *title_nl, *title_en;
    const char *intro_nl, *intro_en;
    const char *attached_nl, *attached_en; /* {}: the document's number */
    const char *ask_nl, *ask_en;           /* the link to a human */
};

#define CREDIT_NOTE_NL "Creditfactuur {} vindt u als bijlage."
#define CREDIT_NOTE_EN "Credit note {} is attached."
#define ASK_NL         "Vraag een medewerker om naar deze beslissing te kijken"
#define ASK_EN         "Ask a member of staff to look at this decision"

static const struct decision_words words_of_outcome[DECISION_OUTCOMES] = {
    [DECISION_ACCEPTED] =
        {
            .subject_nl = "Bevestiging van uw bestelling {}",
            .subject_en = "Confirmation of your order {}",
            .title_nl = "Uw bestelling is bevestigd",
            .title_en = "Your order is confirmed",
            .intro_nl = "Bedankt voor uw bestelling. We gaan voor u aan de slag.",
            .intro_en = "Thank you for your order. We will get to work for you.",
            .attached_nl = "Factuur {} vindt u als bijlage.",
            .attached_en = "Invoice {} is attached.",
            .ask_nl = ASK_NL,
            .ask_en = ASK_EN,
        },
    [DECISION_HELD] =
        {
            .subject_nl = "We kijken nog naar uw bestelling {}",
            .subject_en = "We are looking at your order {}",
            .title_nl = "Een medewerker kijkt naar uw bestelling",
            .title_en = "A member of staff looks at your order",
            .intro_nl = "Er is iets met de betaling van uw bestelling waar een mens naar moet kijken. Dat is al "
                        "gevraagd. U hoort van ons zodra er is beslist.",
            .intro_en =
                "There is something about the payment of your order that a person has to look at. That has been "
                "asked for already. You will hear from us as soon as there is a decision.",
            .attached_nl = CREDIT_NOTE_NL,
            .attached_en = CREDIT_NOTE_EN,
            .ask_nl = "Vertel uw kant van het verhaal",
            .ask_en = "Tell your side of it",
        },
    [DECISION_REFUSED] =
        {
            .subject_nl = "Een tweede betaling voor uw bestelling {}",
            .subject_en = "A second payment for your order {}",
            .title_nl = "U krijgt een betaling terug",
            .title_en = "You get a payment back",
            .intro_nl = "We hebben nog een betaling voor uw bestelling ontvangen. Die sturen we aan u terug.",
            .intro_en = "We have received one more payment for your order. We will send it back to you.",
            .attached_nl = CREDIT_NOTE_NL,
            .attached_en = CREDIT_NOTE_EN,
            .ask_nl = ASK_NL,
            .ask_en = ASK_EN,
        },
    [DECISION_CANCELLED] =
        {
            .subject_nl = "Uw bestelling {} is geannuleerd",
            .subject_en = "Your order {} has been cancelled",
            .title_nl = "Uw bestelling is geannuleerd",
            .title_en = "Your order has been cancelled",
            .intro_nl = "Uw bestelling gaat niet door.",
            .intro_en = "Your order will not be carried out.",
            .attached_nl = CREDIT_NOTE_NL,
            .attached_en = CREDIT_NOTE_EN,
            .ask_nl = ASK_NL,
            .ask_en = ASK_EN,
        },
};

static const char *money_text(struct arena *arena, const struct letter *letter, const struct letter_order *order,
                              int64_t amount_minor)
{
    struct money money = {.amount_minor = amount_minor};
    char text[FORMAT_TEXT_BYTES];
    memcpy(money.currency, order->currency, sizeof(money.currency));
    format_money(letter->language, &money, text);
    return arena_copy_text(arena, text);
}

static void add_line(struct letter *letter, struct arena *arena, const struct letter_order *order,
                     const struct order_line *line)
{
    char quantity[FORMAT_TEXT_BYTES];
    format_count(letter->language, line->quantity, quantity);
    const char *label = line->quantity == 1 ? line->name : arena_format(arena, "%s × %s", quantity, line->name);
    letter_add_row(letter, label, money_text(arena, letter, order, line->net_minor), false);
}

/* Lines and totals; the table is left open. */
static void begin_amounts(struct letter *letter, struct arena *arena, const struct letter_order *order,
                          const char *total)
{
    letter_begin_rows(letter);
    for (size_t i = 0; i < order->lines_count; i++)
        add_line(letter, arena, order, &order->lines[i]);
    letter_add_row(letter, letter_pick(letter, "Totaal zonder btw", "Total without VAT"),
                   money_text(arena, letter, order, order->totals->net_minor), false);
    letter_add_row(letter, letter_pick(letter, "Btw", "VAT"),
                   money_text(arena, letter, order, order->totals->vat_minor), false);
    letter_add_row(letter, total, money_text(arena, letter, order, order->totals->total_minor), true);
}

static void add_order(struct letter *letter, struct arena *arena, const struct letter_order *order)
{
    letter_add_heading(letter, arena_format(arena, "%s %s", letter_pick(letter, "Bestelling", "Order"), order->number));
    begin_amounts(letter, arena, order, letter_pick(letter, "Totaal", "Total"));
    letter_end_rows(letter);
}

void letter_write_decision(struct arena *arena, const struct letter_parties *parties, const struct letter_order *order,
                           const struct decision *decision, const char *document, const char *review_link,
                           struct mail_letter *out)
{
    const struct decision_words *words = &words_of_outcome[decision->verdict.outcome];
    struct letter letter = {.language = parties->language};
    const char *subject = letter_fill(&letter, arena, words->subject_nl, words->subject_en, order->number);
    letter_begin(&letter, parties->language, parties->seller->name,
                 letter_pick(&letter, words->title_nl, words->title_en));
    letter_add_greeting(&letter, parties->name);
    letter_add_paragraph(&letter, letter_pick(&letter, words->intro_nl, words->intro_en));
    if (document != NULL)
        letter_add_paragraph(&letter, letter_fill(&letter, arena, words->attached_nl, words->attached_en, document));
    add_order(&letter, arena, order);
    letter_add_heading(&letter, letter_pick(&letter, "Waarom deze beslissing", "Why this decision"));
    letter_add_paragraph(&letter, decision_explain(arena, decision, parties->language));
    letter_add_link(&letter, letter_pick(&letter, words->ask_nl, words->ask_en), review_link);
    letter_end(&letter, arena, parties->seller, subject, out);
}

void letter_write_credit_note(struct arena *arena, const struct letter_parties *parties,
                              const struct letter_order *order, const struct letter_credit *credit,
                              struct mail_letter *out)
{
    struct letter letter = {.language = parties->language};
    const struct words *words = words_of(parties->language);
    const char *subject = letter_fill(&letter, arena, "Creditfactuur bij uw bestelling {}",
                                      "Credit note for your order {}", order->number);
    const char *invoice = arena_format(arena, "%s (%s %s)", credit->credited_number,
                                       letter_pick(&letter, "bestelling", "order"), order->number);
    letter_begin(&letter, parties->language, parties->seller->name,
                 letter_pick(&letter, "U krijgt een creditfactuur", "You get a credit note"));
    letter_add_greeting(&letter, parties->name);
    letter_add_paragraph(&letter,
                         letter_fill(&letter, arena, "Een medewerker heeft een bedrag van factuur {} gecrediteerd.",
                                     "A member of staff has credited an amount of invoice {}.", invoice));
    letter_add_paragraph(&letter, letter_fill(&letter, arena, CREDIT_NOTE_NL, CREDIT_NOTE_EN, credit->number));
    letter_add_heading(&letter, arena_format(arena, "%s %s", words->kinds[DOCUMENT_CREDIT_NOTE].title, credit->number));
    begin_amounts(&letter, arena, order, words->kinds[DOCUMENT_CREDIT_NOTE].total);
    if (credit->sent_back_minor > 0)
        letter_add_row(&letter, words->refunded, money_text(arena, &letter, order, credit->sent_back_minor), true);
    letter_end_rows(&letter);
    letter_add_paragraph(&letter, credit->sent_back_minor > 0 ? words->refund_note : words->no_refund_note);
    if (credit->reason != NULL) {
        letter_add_heading(&letter,
                           letter_pick(&letter, "De reden, in eigen woorden", "The reason, in their own words"));
        letter_add_quote(&letter, credit->reason);
    }
    letter_add_paragraph(&letter, letter_pick(&letter, "Klopt er volgens u iets niet? Neem dan contact met ons op.",
                                              "Does something seem wrong to you? Then please contact us."));
    letter_end(&letter, arena, parties->seller, subject, out);
}

/* For somebody who does not agree. */
static void add_what_now(struct letter *letter, struct arena *arena, bool is_first_look)
{
    letter_add_heading(letter, letter_pick(letter, "Bent u het er niet mee eens?", "Do you not agree?"));
    if (is_first_look)
        letter_add_paragraph(letter, letter_pick(letter,
                                                 "Dan kunt u één keer vragen dat een andere medewerker nog eens kijkt. "
                                                 "Dat kan in uw account, bij deze bestelling. Het kost u niets.",
                                                 "Then you can ask once that another member of staff looks again. You "
                                                 "can do that in your account, at this order. It costs you nothing."));
    else
        letter_add_paragraph(letter, letter_pick(letter,
                                                 "Twee medewerkers hebben er nu naar gekeken, ieder voor zich. Een "
                                                 "derde keer kijken we niet.",
                                                 "Two members of staff have looked at it by now, each for themselves. "
                                                 "We do not look a third time."));
    letter_add_paragraph(letter, arena_format(arena, "%s %s, %s%s",
                                              letter_pick(letter, "U mag ook altijd een klacht indienen bij de",
                                                          "You may always complain to the"),
                                              privacy_authority[letter->language], privacy_authority_url,
                                              letter_pick(letter, ", of naar de rechter gaan.", ", or go to court.")));
}

void letter_write_review(struct arena *arena, const struct letter_parties *parties, const char *order_number,
                         enum review_outcome outcome, const char *reasons, bool is_first_look, struct mail_letter *out)
{
    struct letter letter = {.language = parties->language};
    const char *subject = letter_fill(&letter, arena, "We hebben opnieuw gekeken naar bestelling {}",
                                      "We have looked again at order {}", order_number);
    letter_begin(&letter, parties->language, parties->seller->name,
                 letter_pick(&letter, "Een medewerker heeft opnieuw gekeken", "A member of staff has looked again"));
    letter_add_greeting(&letter, parties->name);
    if (outcome == REVIEW_UPHELD)
        letter_add_paragraph(&letter, letter_fill(&letter, arena,
                                                  "Een medewerker heeft de beslissing over uw bestelling {} opnieuw "
                                                  "bekeken. De beslissing blijft staan.",
                                                  "A member of staff has looked again at the decision about your order "
                                                  "{}. The decision stands.",
                                                  order_number));
    else
        letter_add_paragraph(&letter, letter_fill(&letter, arena,
                                                  "Een medewerker heeft de beslissing over uw bestelling {} opnieuw "
                                                  "bekeken. De beslissing is teruggedraaid.",
                                                  "A member of staff has looked again at the decision about your order "
                                                  "{}. The decision has been reversed.",
                                                  order_number));
    if (reasons != NULL) {
        letter_add_heading(&letter,
                           letter_pick(&letter, "De reden, in eigen woorden", "The reason, in their own words"));
        letter_add_quote(&letter, reasons);
    }
    letter_add_paragraph(&letter, letter_pick(&letter,
                                              "Verandert er daardoor iets aan uw bestelling, dan krijgt u daarover een "
                                              "aparte mail.",
                                              "If this changes something about your order, you get a separate mail "
                                              "about that."));
    add_what_now(&letter, arena, is_first_look);
    letter_end(&letter, arena, parties->seller, subject, out);
}
