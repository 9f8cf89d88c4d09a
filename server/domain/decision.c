/* The fixed words of decisions, as the contract and the database have them. Pure. */
#include "akkoord/domain/decision.h"

const char policy_legal_basis[] = "GDPR art. 6(1)(b), 22(2)(a): performance of the contract";
const char review_legal_basis[] = "GDPR art. 6(1)(b), 22(3): performance of the contract, decided by a human";

static const char *const outcome_words[DECISION_OUTCOMES] = {
    [DECISION_ACCEPTED] = "accepted",
    [DECISION_HELD] = "held",
    [DECISION_REFUSED] = "refused",
    [DECISION_CANCELLED] = "cancelled",
};

static const char *const reason_words[DECISION_REASON_CODES] = {
    [REASON_PAYMENT_APPROVED] = "payment_approved",   [REASON_PROVIDER_MISMATCH] = "provider_mismatch",
    [REASON_ORDER_EXPIRED] = "order_expired",         [REASON_ORDER_CANCELLED] = "order_cancelled",
    [REASON_CURRENCY_MISMATCH] = "currency_mismatch", [REASON_AMOUNT_MISMATCH] = "amount_mismatch",
    [REASON_TEST_PAYMENT] = "test_payment",           [REASON_ALREADY_PAID] = "already_paid",
    [REASON_PAYMENT_REFUNDED] = "payment_refunded",   [REASON_PAYMENT_CHARGED_BACK] = "payment_charged_back",
    [REASON_UPHELD_BY_REVIEW] = "upheld_by_review",   [REASON_OVERTURNED_BY_REVIEW] = "overturned_by_review",
};

const char *decision_outcome_name(enum decision_outcome outcome)
{
    return outcome_words[outcome];
}

const char *decision_reason_name(enum decision_reason reason)
{
    return reason_words[reason];
}

enum status decision_outcome_parse(const char *text, enum decision_outcome *outcome)
{
    for (int i = 0; i < DECISION_OUTCOMES; i++) {
        if (strcmp(outcome_words[i], text) == 0) {
            *outcome = (enum decision_outcome)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

enum status decision_reason_parse(const char *text, enum decision_reason *reason)
{
    for (int i = 0; i < DECISION_REASON_CODES; i++) {
        if (strcmp(reason_words[i], text) == 0) {
            *reason = (enum decision_reason)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}
