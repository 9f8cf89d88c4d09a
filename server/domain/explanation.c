/*
 * Decisions in plain words, Dutch and English: which data were used, which rule decided, what would have changed the
 * outcome, how to reach a human. GDPR art. 13(2)(f), 15(1)(h), 22(3). Pure.
 *
 * Written for a customer who is no lawyer: short sentences, no codes, amounts with their currency.
 */
#include "akkoord/base/buffer.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/domain/decision.h"

#define EXPLANATION_BYTES_MAX 4096

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
    [REASON_ALREADY_PAID] = {"De bestelling was al betaald; deze tweede betaling wordt teruggestuurd.",
                             "The order had been paid already; this second payment will be sent back."},
    [REASON_PAYMENT_REFUNDED] = {"De betaling is volledig terugbetaald.", "The payment was refunded in full."},
    [REASON_PAYMENT_CHARGED_BACK] = {"De bank heeft de betaling teruggehaald.", "The bank has taken the payment back."},
    [REASON_UPHELD_BY_REVIEW] = {"Een medewerker heeft de beslissing bekeken en laten staan.",
                                 "A member of staff has looked at the decision and let it stand."},
    [REASON_OVERTURNED_BY_REVIEW] = {"Een medewerker heeft de beslissing bekeken en herzien.",
                                     "A member of staff has looked at the decision and changed it."},
};

const char *decision_reason_text(enum decision_reason reason, enum language language)
{
    return language == LANGUAGE_NL ? reason_texts[reason].nl : reason_texts[reason].en;
}

/* One explanation being written. */
struct telling {
    struct buffer text;
    enum language language;
};

static const char *pick(const struct telling *telling, const char *nl, const char *en)
{
    return telling->language == LANGUAGE_NL ? nl : en;
}

static void tell(struct telling *telling, const char *nl, const char *en)
{
    if (telling->text.length > 0)
        buffer_append_text(&telling->text, " ");
    buffer_append_text(&telling->text, pick(telling, nl, en));
}

/* "EUR 121.00", in Dutch "EUR 121,00". */
static void tell_money(struct telling *telling, int64_t amount_minor, const char *currency)
{
    struct money money = {.amount_minor = amount_minor};
    snprintf(money.currency, sizeof(money.currency), "%s", currency);
    char text[MONEY_TEXT_BYTES];
    money_format_decimal(&money, text);
    for (char *at = text; telling->language == LANGUAGE_NL && *at != '\0'; at++) {
        if (*at == '.')
            *at = ',';
    }
    buffer_append_format(&telling->text, "%s %s", currency, text);
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
        return pick(telling, "was al in behandeling genomen", "had already been taken into service");
    case ORDER_HELD:
        return pick(telling, "was al betaald en wachtte op een medewerker",
                    "had already been paid and was waiting for a member of staff");
    case ORDER_COMPLETED:
        break;
    }
    return pick(telling, "was al uitgevoerd", "had already been carried out");
}

static void tell_outcome(struct telling *telling, const struct decision *decision)
{
    switch (decision->verdict.outcome) {
    case DECISION_ACCEPTED:
        tell(telling, "Uw bestelling is in behandeling genomen.", "Your order has been taken into service.");
        break;
    case DECISION_HELD:
        tell(telling, "Uw bestelling is aangehouden: een medewerker kijkt ernaar voordat er verder iets gebeurt.",
             "Your order is on hold: a member of staff looks at it before anything else happens.");
        break;
    case DECISION_REFUSED:
        tell(telling, "Deze betaling is niet aangenomen; aan uw bestelling verandert niets.",
             "This payment was not taken; nothing changes for your order.");
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

static void tell_data(struct telling *telling, const struct policy_input *input)
{
    tell(telling, "Een computer heeft dit beslist met deze gegevens en geen andere: het bedrag van de bestelling",
         "A computer decided this with these data and no others: the amount of the order");
    buffer_append_text(&telling->text, " (");
    tell_money(telling, input->order_total_minor, input->order_currency);
    buffer_append_format(&telling->text, "%s%s",
                         pick(telling, "), de stand ervan (de bestelling ", "), its state (the order "),
                         status_words(telling, input->order_status));
    buffer_append_text(&telling->text, pick(telling, ") en wat de betaaldienst over de betaling meldde (",
                                            ") and what the payment service told of the payment ("));
    tell_money(telling, input->payment_amount_minor, input->payment_currency);
    buffer_append_text(&telling->text, input->payment_live ? "" : pick(telling, ", een test", ", a test"));
    if (input->payment_refunded_minor > 0) {
        buffer_append_text(&telling->text, pick(telling, ", waarvan terugbetaald ", ", of which refunded "));
        tell_money(telling, input->payment_refunded_minor, input->payment_currency);
    }
    buffer_append_text(&telling->text, ").");
}

/* "If 12.00 more had been paid, ...": what would have had to be different, for each reason. */
static void tell_counterfactual(struct telling *telling, enum decision_reason reason, const struct policy_input *input)
{
    int64_t difference;
    switch (reason) {
    case REASON_AMOUNT_MISMATCH:
        if (!money_subtract(input->order_total_minor, input->payment_amount_minor, &difference))
            return;
        tell(telling, "De bestelling was aangenomen als er", "The order would have been accepted if");
        buffer_append_text(&telling->text, " ");
        tell_money(telling, difference > 0 ? difference : -difference, input->order_currency);
        buffer_append_text(&telling->text, difference > 0
                                               ? pick(telling, " meer was betaald.", " more had been paid.")
                                               : pick(telling, " minder was betaald.", " less had been paid."));
        return;
    case REASON_CURRENCY_MISMATCH:
        tell(telling, "De bestelling was aangenomen als er was betaald in",
             "The order would have been accepted if it had been paid in");
        buffer_append_format(&telling->text, " %s.", input->order_currency);
        return;
    case REASON_ORDER_EXPIRED:
        tell(telling, "De bestelling was aangenomen als de betaling er was vóór",
             "The order would have been accepted if the payment had come before");
        char moment[CALENDAR_DATE_BYTES];
        calendar_format_date(calendar_amsterdam_day(input->order_expires_at_us), moment);
        buffer_append_format(&telling->text, "%s (%s).",
                             pick(telling, " het einde van de betaaltermijn", " its time was over"), moment);
        return;
    case REASON_ORDER_CANCELLED:
        tell(telling, "De bestelling was aangenomen als zij niet eerst was geannuleerd.",
             "The order would have been accepted if it had not been cancelled first.");
        return;
    case REASON_PROVIDER_MISMATCH:
        tell(telling,
             "De bestelling was aangenomen als was betaald met de betaaldienst die bij de bestelling was gekozen.",
             "The order would have been accepted if it had been paid through the payment service chosen for it.");
        return;
    case REASON_TEST_PAYMENT:
        tell(telling, "De bestelling was aangenomen als er echt geld was betaald.",
             "The order would have been accepted if real money had been paid.");
        return;
    case REASON_ALREADY_PAID:
        tell(telling, "De betaling was aangenomen als de bestelling nog niet was betaald.",
             "The payment would have been taken if the order had not been paid before.");
        return;
    case REASON_PAYMENT_REFUNDED:
        tell(telling, "De bestelling was in behandeling gebleven als de betaling niet was terugbetaald.",
             "The order would have stayed in service if the payment had not been refunded.");
        return;
    case REASON_PAYMENT_CHARGED_BACK:
        tell(telling, "De bestelling was in behandeling gebleven als de bank de betaling niet had teruggehaald.",
             "The order would have stayed in service if the bank had not taken the payment back.");
        return;
    case REASON_PAYMENT_APPROVED:
        tell(
            telling,
            "Bij een ander bedrag, een andere munt, een andere betaaldienst of een betaling na de betaaltermijn was de "
            "bestelling aangehouden.",
            "With another amount, another currency, another payment service or a payment after its time, the order "
            "would "
            "have been put on hold.");
        return;
    case REASON_UPHELD_BY_REVIEW:
    case REASON_OVERTURNED_BY_REVIEW:
        return;
    }
}

static void tell_way_to_a_human(struct telling *telling, const struct decision *decision)
{
    if (decision->made_by == DECISION_BY_STAFF) {
        tell(telling, "Een medewerker heeft dit beslist. Bent u het er niet mee eens, vraag dan om een nieuwe blik.",
             "A member of staff decided this. If you do not agree, ask for another look.");
        return;
    }
    if (decision->verdict.outcome == DECISION_HELD) {
        tell(
            telling,
            "U hoeft niets te doen: de beoordeling door een medewerker is al aangevraagd. U kunt er uw kant van het "
            "verhaal aan toevoegen.",
            "You need not do anything: a member of staff has been asked to look already. You can add your side of it.");
        return;
    }
    tell(telling,
         "Bent u het er niet mee eens, vraag dan bij deze beslissing om een medewerker: die kijkt er opnieuw naar en "
         "kan haar terugdraaien.",
         "If you do not agree, ask for a member of staff at this decision: they look at it anew and can reverse it.");
}

const char *decision_explain(struct arena *arena, const struct decision *decision, enum language language)
{
    struct telling telling = {.language = language};
    buffer_init(&telling.text, EXPLANATION_BYTES_MAX);
    tell_outcome(&telling, decision);
    tell_reasons(&telling, decision);
    if (decision->made_by == DECISION_BY_POLICY) {
        tell_data(&telling, &decision->input);
        for (size_t i = 0; i < decision->verdict.reasons_count; i++)
            tell_counterfactual(&telling, decision->verdict.reasons[i], &decision->input);
    }
    tell_way_to_a_human(&telling, decision);
    const char *text = arena_copy_text(arena, buffer_text(&telling.text));
    buffer_release(&telling.text);
    return text;
}
