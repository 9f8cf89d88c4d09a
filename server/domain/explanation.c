/*
 * Decisions in plain words, Dutch and English: which data were used and where they came from, which rule decided, what
 * would have changed the outcome, how to reach a human. GDPR art. 13(2)(f), 15(1)(h), 22(3). Pure.
 *
 * Written for a customer who is no lawyer: short sentences, no codes, amounts with their currency; a paragraph for each
 * of these questions, with an empty line between them.
 */
#include <inttypes.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/clock.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/domain/decision.h"

#define EXPLANATION_BYTES_MAX 8192
#define MINUTES_PER_HOUR      60

struct words {
    const char *nl;
    const char *en;
};

static const struct words reason_texts[DECISION_REASON_CODES] = {
    [REASON_PAYMENT_APPROVED] = {"De betaling is goedgekeurd en klopt met de bestelling.",
                                 "The payment was approved and fits the order."},
    [REASON_PROVIDER_MISMATCH] = {"De betaling kwam van een andere betaaldienst dan die bij de bestelling was gekozen.",
                                  "The payment came from another payment service than the one chosen for the order."},
    [REASON_ORDER_EXPIRED] = {"De betaling kwam nadat de bestelling was verlopen.",
                              "The payment came after the order had expired."},
    [REASON_ORDER_CANCELLED] = {"De betaling kwam nadat de bestelling was geannuleerd.",
                                "The payment came after the order had been cancelled."},
    [REASON_CURRENCY_MISMATCH] = {"De betaling was in een andere munt dan de bestelling.",
                                  "The payment was in another currency than the order."},
    [REASON_AMOUNT_MISMATCH] = {"Het betaalde bedrag is niet gelijk aan het bedrag van de bestelling.",
                                "The amount paid is not the amount of the order."},
    [REASON_TEST_PAYMENT] = {"De betaling was een test en geen echt geld.",
                             "The payment was a test and not real money."},
    [REASON_ALREADY_PAID] = {"De bestelling was al betaald. U krijgt deze tweede betaling terug.",
                             "The order had been paid already. You will get this second payment back."},
    [REASON_PAYMENT_REFUNDED] = {"De betaling is volledig terugbetaald.", "The payment was refunded in full."},
    [REASON_PAYMENT_CHARGED_BACK] = {"De bank heeft de betaling teruggehaald.", "The bank has taken the payment back."},
    [REASON_UPHELD_BY_REVIEW] = {"Een medewerker heeft de beslissing bekeken en laten staan.",
                                 "A member of staff has looked at the decision and let it stand."},
    [REASON_OVERTURNED_BY_REVIEW] = {"Een medewerker heeft de beslissing bekeken en herzien.",
                                     "A member of staff has looked at the decision and changed it."},
};

/* The rule behind each reason of the policy's. */
static const struct words rule_texts[DECISION_REASON_CODES] = {
    [REASON_PAYMENT_APPROVED] = {"klopt de betaling met de bestelling, dan gaat de bestelling meteen door",
                                 "where the payment fits the order, the order goes ahead at once"},
    [REASON_PROVIDER_MISMATCH] = {"een betaling komt van een betaaldienst die bij de bestelling is gekozen",
                                  "a payment comes from a payment service that was chosen for the order"},
    [REASON_ORDER_EXPIRED] = {"een betaling komt binnen de betaaltermijn", "a payment comes within its time"},
    [REASON_ORDER_CANCELLED] = {"een geannuleerde bestelling gaat niet vanzelf weer door",
                                "a cancelled order does not go ahead again by itself"},
    [REASON_CURRENCY_MISMATCH] = {"een betaling is in de munt van de bestelling",
                                  "a payment is in the currency of the order"},
    [REASON_AMOUNT_MISMATCH] = {"er wordt precies het bedrag van de bestelling betaald",
                                "exactly the amount of the order is paid"},
    [REASON_TEST_PAYMENT] = {"alleen echt geld telt als betaling", "only real money counts as a payment"},
    [REASON_ALREADY_PAID] = {"een bestelling wordt één keer betaald, en wat daarna komt gaat terug",
                             "an order is paid once, and what comes after is sent back"},
    [REASON_PAYMENT_REFUNDED] = {"een bestelling gaat door zolang haar betaling niet helemaal is terugbetaald",
                                 "an order goes ahead as long as its payment has not been refunded in full"},
    [REASON_PAYMENT_CHARGED_BACK] = {"haalt de bank een betaling terug, dan kijkt er eerst een medewerker",
                                     "where the bank takes a payment back, a member of staff looks first"},
};

const char *decision_reason_text(enum decision_reason reason, enum language language)
{
    return language == LANGUAGE_NL ? reason_texts[reason].nl : reason_texts[reason].en;
}

/* One explanation being written. */
struct telling {
    struct buffer text;
    enum language language;
    bool begins; /* a paragraph without a sentence yet */
};

static const char *pick(const struct telling *telling, const char *nl, const char *en)
{
    return telling->language == LANGUAGE_NL ? nl : en;
}

static void append(struct telling *telling, const char *nl, const char *en)
{
    buffer_append_text(&telling->text, pick(telling, nl, en));
}

/* The next sentence of a paragraph. */
static void tell(struct telling *telling, const char *nl, const char *en)
{
    if (telling->text.length > 0 && !telling->begins)
        buffer_append_text(&telling->text, " ");
    telling->begins = false;
    append(telling, nl, en);
}

static void begin_paragraph(struct telling *telling)
{
    buffer_append_text(&telling->text, "\n\n");
    telling->begins = true;
}

/* "EUR 121.00", in Dutch "121,00 euro"; of another currency "USD 121,00". */
static void append_money(struct telling *telling, int64_t amount_minor, const char *currency)
{
    struct money money = {.amount_minor = amount_minor};
    snprintf(money.currency, sizeof(money.currency), "%s", currency);
    char text[MONEY_TEXT_BYTES];
    money_format_decimal(&money, text);
    for (char *at = text; telling->language == LANGUAGE_NL && *at != '\0'; at++) {
        if (*at == '.')
            *at = ',';
    }
    if (telling->language == LANGUAGE_NL && strcmp(currency, "EUR") == 0)
        buffer_append_format(&telling->text, "%s euro", text);
    else
        buffer_append_format(&telling->text, "%s %s", currency, text);
}

/* "7 December 2026". */
static void append_date(struct telling *telling, int64_t time_us)
{
    static const struct words months[] = {
        {"januari", "January"}, {"februari", "February"}, {"maart", "March"},
        {"april", "April"},     {"mei", "May"},           {"juni", "June"},
        {"juli", "July"},       {"augustus", "August"},   {"september", "September"},
        {"oktober", "October"}, {"november", "November"}, {"december", "December"},
    };
    int year, month, day;
    clock_date_from_days(calendar_amsterdam_day(time_us), &year, &month, &day);
    buffer_append_format(&telling->text, "%d %s %d", day, pick(telling, months[month - 1].nl, months[month - 1].en),
                         year);
}

/* "7 December 2026 at 10:30": a payment of the same day may have come too late, or not. */
static void append_moment(struct telling *telling, int64_t time_us)
{
    int minute = calendar_amsterdam_minute(time_us);
    append_date(telling, time_us);
    append(telling, " om ", " at ");
    buffer_append_format(&telling->text, "%d:%02d%s", minute / MINUTES_PER_HOUR, minute % MINUTES_PER_HOUR,
                         pick(telling, " uur", ""));
}

static const char *status_words(const struct telling *telling, enum order_status status)
{
    switch (status) {
    case ORDER_AWAITING_PAYMENT:
        return pick(telling, "wachtte op betaling", "was awaiting payment");
    case ORDER_EXPIRED:
        return pick(telling, "was verlopen", "had expired");
    case ORDER_CANCELLED:
        return pick(telling, "was geannuleerd", "had been cancelled");
    case ORDER_ACCEPTED:
        return pick(telling, "was al aangenomen", "had been accepted already");
    case ORDER_HELD:
        return pick(telling, "was al betaald en wachtte op een medewerker",
                    "had been paid already and was waiting for a member of staff");
    case ORDER_COMPLETED:
        break;
    }
    return pick(telling, "was al uitgevoerd", "had been carried out already");
}

static void tell_outcome(struct telling *telling, const struct decision *decision)
{
    switch (decision->verdict.outcome) {
    case DECISION_ACCEPTED:
        tell(telling, "Uw bestelling is aangenomen: we gaan haar uitvoeren.",
             "Your order has been accepted: we will carry it out.");
        break;
    case DECISION_HELD:
        tell(telling, "Uw bestelling staat in de wacht: een medewerker kijkt ernaar voordat er verder iets gebeurt.",
             "Your order is on hold: a member of staff looks at it before anything else happens.");
        break;
    case DECISION_REFUSED:
        tell(telling, "Deze betaling is niet aangenomen. Aan uw bestelling verandert niets.",
             "This payment was not taken. Nothing changes for your order.");
        break;
    case DECISION_CANCELLED:
        tell(telling, "Uw bestelling is geannuleerd.", "Your order has been cancelled.");
        break;
    }
}

static void tell_reasons(struct telling *telling, const struct decision *decision)
{
    for (size_t i = 0; i < decision->verdict.reasons_count; i++) {
        enum decision_reason reason = decision->verdict.reasons[i];
        tell(telling, reason_texts[reason].nl, reason_texts[reason].en);
    }
}

/* " (Stripe, chosen for the order)". */
static void append_provider(struct telling *telling, const struct policy_input *input)
{
    const char *name = input->provider;
    if (name[0] >= 'a' && name[0] <= 'z')
        buffer_append_format(&telling->text, " (%c%s, ", name[0] - 'a' + 'A', name + 1);
    else
        buffer_append_format(&telling->text, " (%s, ", name);
    if (input->order_knows_provider)
        append(telling, "gekozen bij de bestelling)", "chosen for the order)");
    else
        append(telling, "niet gekozen bij de bestelling)", "not chosen for the order)");
}

static void tell_order_data(struct telling *telling, const struct policy_input *input)
{
    tell(telling, "Uit uw bestelling: het bedrag was ", "From your order: the amount was ");
    append_money(telling, input->order_total_minor, input->order_currency);
    append(telling, ", betalen kon tot ", ", it could be paid until ");
    append_moment(telling, input->order_expires_at_us);
    append(telling, ", en de bestelling ", ", and the order ");
    buffer_append_format(&telling->text, "%s.", status_words(telling, input->order_status));
}

static void tell_payment_data(struct telling *telling, const struct policy_input *input)
{
    tell(telling, "Van de betaaldienst", "From the payment service");
    append_provider(telling, input);
    append(telling, ": er is ", ": ");
    append_money(telling, input->payment_amount_minor, input->payment_currency);
    append(telling, " betaald, ", " was paid, ");
    append(telling, input->payment_live ? "met echt geld" : "als test",
           input->payment_live ? "with real money" : "as a test");
    append(telling, ", en ", ", and ");
    if (input->payment_charged_back) {
        append(telling, "de bank heeft dat teruggehaald", "the bank has taken that back");
    } else if (input->payment_refunded_in_full) {
        append(telling, "dat is allemaal teruggestuurd", "all of that was sent back");
    } else if (input->payment_refunded_minor > 0) {
        append(telling, "daarvan is ", "of that ");
        append_money(telling, input->payment_refunded_minor, input->payment_currency);
        append(telling, " teruggestuurd", " was sent back");
    } else {
        append(telling, "daarvan is niets teruggestuurd", "nothing of that was sent back");
    }
    buffer_append_text(&telling->text, ".");
}

static void tell_risk(struct telling *telling, const struct payment_risk *risk)
{
    if (!risk->has_score && risk->level[0] == '\0')
        return;
    tell(telling, "De betaaldienst gaf ook een eigen inschatting van het risico (",
         "The payment service also gave its own view of the risk (");
    if (risk->has_score)
        buffer_append_format(&telling->text, "%" PRId64 "%s%d", risk->score, pick(telling, " van de ", " of "),
                             RISK_SCORE_MAX);
    if (risk->has_score && risk->level[0] != '\0')
        buffer_append_text(&telling->text, ", ");
    buffer_append_text(&telling->text, risk->level);
    append(telling, "); die is bewaard, maar telde niet mee.", "); it is on record, but did not count.");
}

static void tell_data(struct telling *telling, const struct policy_input *input)
{
    begin_paragraph(telling);
    tell(telling, "Een computer heeft dit beslist op ", "A computer decided this on ");
    append_moment(telling, input->at_us);
    append(telling, ", met deze gegevens en geen andere.", " (Dutch time), with these data and no others.");
    tell_order_data(telling, input);
    tell_payment_data(telling, input);
    tell_risk(telling, &input->risk);
}

/* "The rule: ...; ... (version 1 of our rules for orders)." */
static void tell_rules(struct telling *telling, const struct decision *decision)
{
    const char *version = decision->made_by_version != NULL ? decision->made_by_version : policy_version;
    begin_paragraph(telling);
    tell(telling, "De regel: ", "The rule: ");
    for (size_t i = 0; i < decision->verdict.reasons_count; i++) {
        const struct words *rule = &rule_texts[decision->verdict.reasons[i]];
        buffer_append_format(&telling->text, "%s%s", i > 0 ? "; " : "", pick(telling, rule->nl, rule->en));
    }
    buffer_append_format(&telling->text, "%s%s%s", pick(telling, " (versie ", " (version "), version,
                         pick(telling, " van onze regels voor bestellingen).", " of our rules for orders)."));
}

static void append_difference(struct telling *telling, const struct policy_input *input)
{
    int64_t difference;
    if (!money_subtract(input->order_total_minor, input->payment_amount_minor, &difference) ||
        difference == INT64_MIN) {
        append(telling, "precies het bedrag van de bestelling was betaald", "exactly the order's amount had been paid");
        return;
    }
    append(telling, "er ", "");
    append_money(telling, difference > 0 ? difference : -difference, input->order_currency);
    if (difference > 0)
        append(telling, " meer was betaald", " more had been paid");
    else
        append(telling, " minder was betaald", " less had been paid");
}

/* "EUR 12.00 more had been paid": what would have had to be different for one reason to fall away. */
static void append_condition(struct telling *telling, enum decision_reason reason, const struct policy_input *input)
{
    switch (reason) {
    case REASON_AMOUNT_MISMATCH:
        append_difference(telling, input);
        break;
    case REASON_CURRENCY_MISMATCH:
        append_money(telling, input->order_total_minor, input->order_currency);
        append(telling, " was betaald in plaats van ", " had been paid instead of ");
        append_money(telling, input->payment_amount_minor, input->payment_currency);
        break;
    case REASON_ORDER_EXPIRED:
        append(telling, "de betaling was gekomen voor ", "the payment had come before ");
        append_moment(telling, input->order_expires_at_us);
        break;
    case REASON_ORDER_CANCELLED:
        append(telling, "zij niet eerst was geannuleerd", "it had not been cancelled first");
        break;
    case REASON_PROVIDER_MISMATCH:
        append(telling, "was betaald met een betaaldienst die bij de bestelling was gekozen",
               "it had been paid through a payment service that was chosen for it");
        break;
    case REASON_TEST_PAYMENT:
        append(telling, "er echt geld was betaald", "real money had been paid");
        break;
    case REASON_ALREADY_PAID:
        append(telling, "de bestelling nog niet was betaald", "the order had not been paid before");
        break;
    case REASON_PAYMENT_REFUNDED:
        append(telling, "de betaling niet was terugbetaald", "the payment had not been refunded");
        break;
    case REASON_PAYMENT_CHARGED_BACK:
        append(telling, "de bank de betaling niet had teruggehaald", "the bank had not taken the payment back");
        break;
    case REASON_PAYMENT_APPROVED:
    case REASON_UPHELD_BY_REVIEW:
    case REASON_OVERTURNED_BY_REVIEW:
        break;
    }
}

/* What would have led to another outcome: every reason has to fall away, so all conditions hold together. */
static void tell_counterfactual(struct telling *telling, const struct decision *decision)
{
    const struct policy_input *input = &decision->input;
    const struct verdict *verdict = &decision->verdict;
    begin_paragraph(telling);
    if (verdict->outcome == DECISION_ACCEPTED) {
        tell(telling, "Bij een ander bedrag dan ", "With another amount than ");
        append_money(telling, input->order_total_minor, input->order_currency);
        append(telling,
               ", een andere munt, een andere betaaldienst of een betaling na de betaaltermijn was de bestelling in "
               "de wacht gezet.",
               ", another currency, another payment service or a payment after its time, the order would have been put "
               "on hold.");
        return;
    }
    if (verdict->outcome == DECISION_REFUSED)
        tell(telling, "De betaling was aangenomen als ", "The payment would have been taken if ");
    else if (input->subject == SUBJECT_APPROVAL)
        tell(telling, "De bestelling was aangenomen als ", "The order would have been accepted if ");
    else
        tell(telling, "De bestelling was doorgegaan als ", "The order would have gone ahead if ");
    for (size_t i = 0; i < verdict->reasons_count; i++) {
        if (i > 0)
            append(telling, i + 1 == verdict->reasons_count ? " en " : ", ",
                   i + 1 == verdict->reasons_count ? " and " : ", ");
        append_condition(telling, verdict->reasons[i], input);
    }
    buffer_append_text(&telling->text, ".");
}

/* Whatever of the customer's money we have is sent back with a cancellation by staff. */
static void tell_money_back(struct telling *telling)
{
    begin_paragraph(telling);
    tell(telling,
         "Hebt u betaald, en het geld nog niet terug? Dan sturen we het terug. U hoeft daarvoor niets te doen.",
         "Have you paid, and not got the money back yet? Then we send it back. You need not do anything for that.");
}

static void tell_way_to_a_human(struct telling *telling, const struct decision *decision)
{
    begin_paragraph(telling);
    if (decision->made_by == DECISION_BY_STAFF) {
        tell(telling,
             "Een medewerker heeft dit beslist, geen computer. De redenen krijgt u in een aparte mail. Bent u het er "
             "niet mee eens? Dan kunt u vragen om een nieuwe blik. Dat kost u niets.",
             "A member of staff decided this, no computer. You get the reasons in a separate mail. Do you not agree? "
             "Then you can ask for another look. It costs you nothing.");
    } else if (decision->verdict.outcome == DECISION_HELD) {
        tell(telling,
             "U hoeft niets te doen: een medewerker is al gevraagd om te kijken. U hoort wat het wordt, uiterlijk op ",
             "You need not do anything: a member of staff has been asked to look already. You will hear the outcome "
             "by ");
        append_date(telling, calendar_review_due_us(decision->input.at_us));
        append(
            telling,
            ". Duurt het langer, dan leggen we u voor die tijd uit waarom. U kunt uw kant van het verhaal vertellen. "
            "Zolang er niet is beslist, verandert er niets aan uw bestelling.",
            ". Should it take longer, we tell you why before then. You can tell your side of it. Until they have "
            "decided, nothing changes for your order.");
    } else {
        tell(
            telling,
            "Bent u het er niet mee eens? Dan kunt u een medewerker vragen om opnieuw te kijken. Die kan de beslissing "
            "terugdraaien. Het kost u niets, en u hoort binnen een maand wat het wordt.",
            "Do you not agree? Then you can ask a member of staff to look again. They can reverse the decision. It "
            "costs you nothing, and you will hear the outcome within a month.");
    }
}

const char *decision_explain(struct arena *arena, const struct decision *decision, enum language language)
{
    struct telling telling = {.language = language};
    buffer_init(&telling.text, EXPLANATION_BYTES_MAX);
    tell_outcome(&telling, decision);
    tell_reasons(&telling, decision);
    if (decision->made_by == DECISION_BY_POLICY) {
        tell_data(&telling, &decision->input);
        tell_rules(&telling, decision);
        tell_counterfactual(&telling, decision);
    } else if (decision->verdict.outcome == DECISION_CANCELLED) {
        tell_money_back(&telling);
    }
    tell_way_to_a_human(&telling, decision);
    const char *text = arena_copy_text(arena, buffer_text(&telling.text));
    buffer_release(&telling.text);
    return text;
}
