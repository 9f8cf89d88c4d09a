/*
 * The acceptance policy: which order is taken into service by itself, which is held for a human, which payment is
 * refused. CONTRACT section 4 is its source.
 *
 * Pure and total. Every record of a decision names the hash of this file, so whatever changes the outcome for any input
 * belongs here and nowhere else, and comes with a new version.
 */
#include "akkoord/domain/decision.h"

const char policy_name[] = "acceptance";
const char policy_version[] = "1";
const char policy_hash[] = AKKOORD_POLICY_HASH;

static void add_reason(struct verdict *verdict, enum decision_reason reason)
{
    verdict->reasons[verdict->reasons_count++] = reason;
}

/* What speaks against taking the order into service, the weightiest first; all that applies, for the human who looks.
 */
static void find_objections(const struct policy_input *input, struct verdict *verdict)
{
    if (!input->order_knows_provider)
        add_reason(verdict, REASON_PROVIDER_MISMATCH);
    if (input->order_status == ORDER_EXPIRED)
        add_reason(verdict, REASON_ORDER_EXPIRED);
    if (input->order_status == ORDER_CANCELLED)
        add_reason(verdict, REASON_ORDER_CANCELLED);
    /* Amounts of two currencies can't be compared. */
    if (strcmp(input->payment_currency, input->order_currency) != 0)
        add_reason(verdict, REASON_CURRENCY_MISMATCH);
    else if (input->payment_amount_minor != input->order_total_minor)
        add_reason(verdict, REASON_AMOUNT_MISMATCH);
    if (input->installation_live && !input->payment_live)
        add_reason(verdict, REASON_TEST_PAYMENT);
    if (input->payment_charged_back)
        add_reason(verdict, REASON_PAYMENT_CHARGED_BACK);
    if (input->payment_refunded_in_full ||
        (input->payment_refunded_minor > 0 && input->payment_refunded_minor >= input->payment_amount_minor))
        add_reason(verdict, REASON_PAYMENT_REFUNDED);
}

static struct verdict decide_approval(const struct policy_input *input)
{
    struct verdict verdict = {.outcome = DECISION_HELD};
    switch (input->order_status) {
    case ORDER_ACCEPTED:
    case ORDER_HELD:
    case ORDER_COMPLETED:
        verdict.outcome = DECISION_REFUSED;
        add_reason(&verdict, REASON_ALREADY_PAID);
        return verdict;
    case ORDER_AWAITING_PAYMENT:
    case ORDER_EXPIRED:
    case ORDER_CANCELLED:
        break;
    }
    find_objections(input, &verdict);
    if (verdict.reasons_count == 0) {
        verdict.outcome = DECISION_ACCEPTED;
        add_reason(&verdict, REASON_PAYMENT_APPROVED);
    }
    return verdict;
}

struct verdict policy_decide(const struct policy_input *input)
{
    switch (input->subject) {
    case SUBJECT_REFUND:
        return (struct verdict){
            .outcome = DECISION_CANCELLED, .reasons = {REASON_PAYMENT_REFUNDED}, .reasons_count = 1};
    case SUBJECT_CHARGE_BACK:
        return (struct verdict){.outcome = DECISION_HELD, .reasons = {REASON_PAYMENT_CHARGED_BACK}, .reasons_count = 1};
    case SUBJECT_APPROVAL:
        break;
    }
    return decide_approval(input);
}
