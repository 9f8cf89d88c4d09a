#pragma once
/*
 * The state table of CONTRACT section 4 as one function: an order, something that happened, and what follows from it.
 *
 * Pure: nothing is read or written but the structs; ids of what comes into being are made here so that the rows can
 * refer to each other before any has been written. The same order may be given one command after another, as a batch
 * does with several events; the results pile up in `effects`.
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/decision.h"
#include "akkoord/domain/order.h"
#include "akkoord/domain/payment_event.h"

enum command_kind {
    COMMAND_PAYMENT_EVENT,
    COMMAND_CANCEL,         /* by the customer */
    COMMAND_EXPIRE,         /* the order's time may be over */
    COMMAND_COMPLETE,       /* by staff: the work is done */
    COMMAND_ADD_ATTEMPT,    /* by the customer: another way to pay */
    COMMAND_REVIEW_OUTCOME, /* by staff */
    COMMAND_CREDIT,         /* by staff: a part of the invoice is taken back */
};

enum review_outcome { REVIEW_UPHELD, REVIEW_OVERTURNED };

struct command {
    enum command_kind kind;
    int64_t at_us; /* clock_now_us() when the batch began */
    bool installation_live;
    /* of COMMAND_PAYMENT_EVENT: what happened, and what was kept of its payment before any order was known for it */
    const struct payment_event *event;
    struct reversal early;
    struct named_refund *refund; /* of an event with a refund_id: that refund, in which it is noted too; else NULL */
    const struct credit_request *credit; /* of COMMAND_CREDIT */
    struct payment attempt;              /* of COMMAND_ADD_ATTEMPT: is_new, open; amount and currency are filled in */
    /* of COMMAND_REVIEW_OUTCOME */
    struct uuid review_id;
    struct uuid reviewed_decision_id;
    enum decision_outcome reviewed_outcome;
    enum review_outcome review_outcome;
    struct uuid staff_id;
    struct uuid confirmed_by; /* the second member of staff, where there had to be one; else nil */
};

/* How an event met its order; the words of akkoord.event.outcome. */
enum event_outcome {
    EVENT_APPLIED,     /* it changed something */
    EVENT_IGNORED,     /* nothing to do: a repetition, or a kind that needs nothing */
    EVENT_EARLY,       /* a refund or charge-back before its approval: kept until that comes */
    EVENT_UNMATCHED,   /* no such order: kept for staff */
    EVENT_CONFLICT,    /* its payment belongs to another order: kept for staff */
    EVENT_QUARANTINED, /* its effect was refused by the database: kept for staff */
};
#define EVENT_OUTCOMES 6

struct new_document {
    struct uuid id;
    enum document_kind kind;
    struct uuid order_id;
    struct uuid decision_id;        /* nil: a credit note that staff drew up */
    struct uuid credits_id;         /* of a credit note */
    bool takes_rest;                /* the credit note after which nothing of its invoice is left */
    const struct credit_note *note; /* of a credit note with lines of its own; NULL: those of the order */
    int64_t total_minor;
    char currency[CURRENCY_BYTES];
    int64_t prepaid_minor;
    int64_t content_version;
};

struct new_review {
    struct uuid id;
    struct uuid order_id;
    struct uuid decision_id;
    int64_t requested_at_us;
};

enum actor { ACTOR_CUSTOMER, ACTOR_STAFF, ACTOR_POLICY, ACTOR_PROVIDER, ACTOR_CLOCK };

struct history_step {
    struct uuid order_id;
    struct uuid review_id; /* of a step of a review; else nil */
    const char *step;      /* a fixed word of akkoord.history.step */
    enum actor actor;
    struct uuid staff_id;
    int64_t at_us;
};

/* Growing arrays in one arena; zeroed but for the arena to begin with. */
struct effects {
    struct arena *arena;
    struct decision *decisions;
    size_t decisions_count, decisions_capacity;
    struct new_document *documents;
    size_t documents_count, documents_capacity;
    struct new_review *reviews;
    size_t reviews_count, reviews_capacity;
    struct history_step *history;
    size_t history_count, history_capacity;
};

/*
 * Applies one command. For an event `outcome` says how it met the order. For the other commands a refusal is
 * STATUS_CONFLICT with the code `order_not_cancellable`, `order_not_completable`, `order_not_payable`,
 * `too_many_attempts`, `nothing_to_overturn` or `nothing_to_credit`, and nothing has changed but an order whose time
 * was over. STATUS_INVALID as of credit_compute(). STATUS_INTERNAL `credits_unreadable`, and nothing has changed, for
 * any command about an order that has partial credit notes when these could not be read.
 */
enum status order_transition(struct order *order, const struct command *command, struct effects *effects,
                             enum event_outcome *outcome, struct error *error) AKKOORD_MUST_CHECK;

/* The order's payment that the event names by one of its ids; NULL when it has none. */
struct payment *order_find_payment(const struct order *order, const struct payment_event *event);

const char *event_outcome_name(enum event_outcome outcome);
const char *actor_name(enum actor actor);
