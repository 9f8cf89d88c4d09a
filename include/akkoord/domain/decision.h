#pragma once
/*
 * A decision about an order: what it was, why, and the facts it rests on. CONTRACT sections 3 and 4.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/domain/order.h"

enum decision_outcome { DECISION_ACCEPTED, DECISION_HELD, DECISION_REFUSED, DECISION_CANCELLED };
#define DECISION_OUTCOMES 4

enum decision_reason {
    REASON_PAYMENT_APPROVED,
    REASON_PROVIDER_MISMATCH,
    REASON_ORDER_EXPIRED,
    REASON_ORDER_CANCELLED,
    REASON_CURRENCY_MISMATCH,
    REASON_AMOUNT_MISMATCH,
    REASON_TEST_PAYMENT,
    REASON_ALREADY_PAID,
    REASON_PAYMENT_REFUNDED,
    REASON_PAYMENT_CHARGED_BACK,
    REASON_UPHELD_BY_REVIEW,
    REASON_OVERTURNED_BY_REVIEW,
};
#define DECISION_REASON_CODES 12

#define DECISION_REASONS_MAX 8

/* What a decision answers. */
enum decision_subject {
    SUBJECT_APPROVAL,    /* a payment was approved */
    SUBJECT_REFUND,      /* the order's payment was refunded in full */
    SUBJECT_CHARGE_BACK, /* the order's payment was charged back */
};

/* The facts that the policy decides on, and nothing else: no identifying data, so that the record outlives erasure. */
struct policy_input {
    enum decision_subject subject;
    bool installation_live;
    int64_t at_us;
    /* the order, from its row */
    enum order_status order_status; /* as of at_us: one past its term counts as expired */
    int64_t order_total_minor;
    char order_currency[CURRENCY_BYTES];
    int64_t order_expires_at_us;
    bool order_knows_provider; /* an attempt of this order names the payment's provider */
    /* the payment, from the provider's signed message */
    char provider[PROVIDER_BYTES];
    int64_t payment_amount_minor;
    char payment_currency[CURRENCY_BYTES];
    bool payment_live;
    int64_t payment_refunded_minor; /* refunds that were told before */
    bool payment_refunded_in_full;
    bool payment_charged_back;
    /* What the provider thinks of the payment's risk: on record, and not used by the policy. */
    struct payment_risk risk;
};

struct verdict {
    enum decision_outcome outcome;
    enum decision_reason reasons[DECISION_REASONS_MAX]; /* the weightiest first */
    size_t reasons_count;
};

enum decision_maker { DECISION_BY_POLICY, DECISION_BY_STAFF };

struct decision {
    struct uuid id;
    struct uuid order_id;
    int64_t ordinal; /* from 1, within the order */
    struct verdict verdict;
    enum decision_maker made_by;
    struct policy_input input; /* of DECISION_BY_POLICY only */
    /* Of one that was stored, the version of the policy that made it; NULL: the present one. */
    const char *made_by_version;
    struct uuid staff_id;    /* of DECISION_BY_STAFF only */
    struct uuid reviewed_id; /* of DECISION_BY_STAFF: the decision that was looked at again */
    int64_t made_at_us;
};

/* ---- the acceptance policy ---- */

extern const char policy_name[];    /* "acceptance" */
extern const char policy_version[]; /* raised with every change of a rule */
extern const char policy_hash[];    /* SHA-256 of the source that decides, lowercase hex, set by the build */

/* GDPR art. 6(1)(b) and 22(2)(a): needed to perform the contract that the customer asked for. */
extern const char policy_legal_basis[];
/* GDPR art. 22(3): the human intervention that the customer may ask for. */
extern const char review_legal_basis[];

/* The rules: pure, total, and the same answer for the same input for ever (of one policy_version). */
struct verdict policy_decide(const struct policy_input *input);

/* One version of the rules. */
struct policy_revision {
    const char *name;
    const char *version;
    const char *hash;
    struct verdict (*decide)(const struct policy_input *input);
};
/* The version that a decision names; NULL for one that this program does not have. */
const struct policy_revision *policy_find(const char *name, const char *version);

/* ---- words ---- */

const char *decision_outcome_name(enum decision_outcome outcome);
const char *decision_reason_name(enum decision_reason reason);
enum status decision_outcome_parse(const char *text, enum decision_outcome *outcome) AKKOORD_MUST_CHECK;
enum status decision_reason_parse(const char *text, enum decision_reason *reason) AKKOORD_MUST_CHECK;

/* One sentence for a customer on one reason. */
const char *decision_reason_text(enum decision_reason reason, enum language language);

/* The whole explanation for a customer: which data were used, which rule decided, what would have changed the outcome,
 * how to ask a human. `decision` may be one by staff. Text in the arena. */
const char *decision_explain(struct arena *arena, const struct decision *decision, enum language language);
