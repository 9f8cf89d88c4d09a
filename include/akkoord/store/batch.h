#pragma once
/*
 * What one batch of the committer reads, and what it writes: one transaction in two round trips. store_batch_load()
 * opens it, records which events are new and locks everything that may change; store_batch_write() writes all that was
 * decided, set by set, and commits. After a failure of either the transaction is rolled back.
 *
 * Locks are taken in one order by every batch of every process: event keys by (provider, event id), payments by the
 * hash of their ids, orders by id, reviews by id, refunds by (provider, id), jobs by kind and key, the counters invoice
 * first. So batches wait for each other, and never in a circle.
 */
#include "akkoord/domain/payment_event.h"
#include "akkoord/domain/transition.h"
#include "akkoord/store/series.h"
#include "akkoord/store/store.h"

struct batch_event {
    const struct payment_event *event;
    const void *body; /* kept, sealed, when the event fits no order */
    size_t body_length;
    /* filled by the load: false for a repetition, in the database or earlier in this batch */
    bool is_new;
    /* filled in between */
    enum event_outcome outcome;
    struct uuid order_id; /* the order it fits; nil if none */
};

struct batch_credits;

struct batch_order {
    struct order order;
    struct uuid customer_id;
    struct uuid billing_key_id;
    struct uuid audit_salt;        /* audit.h */
    struct batch_credits *credits; /* beside order.credits; NULL when that is */
};

struct batch_early {
    const char *provider;
    const char *payment_id;
    struct reversal reversal;
    bool is_changed;
};

/* A refund that an event names by its id. */
struct batch_refund {
    const char *provider;
    const char *refund_id;
    const char *payment_id; /* the provider's */
    struct named_refund refund;
};

struct batch_review {
    struct uuid id;
    struct uuid order_id;
    struct uuid decision_id; /* that stands: of a second look, the first reviewer's */
    enum decision_outcome decision_outcome;
    bool is_decided;
    int64_t proposed_at_us; /* 0: no outcome waits for a second member of staff */
    /* Whether the key that its reasons are sealed under could be had; one review without it harms no neighbour. */
    bool is_readable;
    bool is_erased; /* that key was destroyed: there is no content for an invoice, and reasons aren't kept */
    struct data_key billing_key; /* released with the arena */
    /* filled in between, for those that this batch decides */
    bool decides_now;
    enum review_outcome outcome;
    struct uuid staff_id;
    struct uuid confirmed_by; /* nil: nobody had to */
    const char *reasons;
};

/* A job that the batch is asked to add; one whose key waits already is joined. */
struct batch_job {
    const char *kind;
    const char *key; /* NULL: none */
    const char *payload;
};

/* An id of a loaded payment, and the order it belongs to. */
struct batch_payment_id {
    const char *provider;
    const char *payment_id;
    size_t order_index;
};

struct batch {
    struct arena *arena;
    int64_t at_us;
    const struct document_series *series; /* that documents are issued in */
    /* what it is about */
    struct batch_event *events;
    size_t events_count;
    const struct uuid *order_ids; /* of commands and of events that name one */
    size_t order_ids_count;
    const struct uuid *credit_order_ids; /* of order_ids: a credit is asked of them */
    size_t credit_order_ids_count;
    const struct uuid *review_ids;
    size_t review_ids_count;
    const struct batch_job *jobs;
    size_t jobs_count;
    /* filled by the load */
    struct batch_order *orders; /* by id */
    size_t orders_count;
    struct batch_payment_id *payment_ids; /* sorted */
    size_t payment_ids_count;
    struct batch_review *reviews;
    size_t reviews_count;
    struct batch_early *early; /* added to in between */
    size_t early_count, early_capacity;
    struct batch_refund *refunds; /* sorted; changed in between */
    size_t refunds_count;
    /* filled in between */
    struct effects effects;
};

/* The key that bodies of unmatched events of one month are sealed under; kept between batches. */
struct batch_event_key {
    int64_t month_day; /* its first day, 0 before the first use */
    struct data_key key;
};

/* Makes the key of the month of `at_us` ready, in a transaction of its own. */
enum status store_batch_event_key(struct store *store, struct arena *arena, int64_t at_us, struct batch_event_key *key,
                                  struct error *error) AKKOORD_MUST_CHECK;

/* Errors as of pg_execute_batch(): STATUS_INVALID and STATUS_CONFLICT mean that some item's data was refused (split the
 * batch), STATUS_UNAVAILABLE that all of it may be tried again. */
enum status store_batch_load(struct store *store, struct batch *batch, struct error *error) AKKOORD_MUST_CHECK;
enum status store_batch_write(struct store *store, struct batch *batch, const struct batch_event_key *event_key,
                              struct error *error) AKKOORD_MUST_CHECK;

/* An event that the database refused by itself: recorded for staff, without effect. */
enum status store_batch_quarantine(struct store *store, struct arena *arena, const struct batch_event *event,
                                   int64_t at_us, const struct batch_event_key *event_key,
                                   struct error *error) AKKOORD_MUST_CHECK;

/* Whether the database answers. */
enum status store_probe(struct store *store, struct error *error) AKKOORD_MUST_CHECK;

/* NULL when the batch holds no such order or review. */
struct batch_order *batch_find_order(const struct batch *batch, const struct uuid *id);
struct batch_review *batch_find_review(const struct batch *batch, const struct uuid *id);
/* The order one of whose payments has one of the event's ids; NULL when none has. Payments that this batch itself has
 * named are found only for an event that names no order: two events that name different orders for one new payment are
 * told apart by the unique key, which splits the batch. */
struct batch_order *batch_find_payment_order(const struct batch *batch, const struct payment_event *event);
/* What was kept of the event's payment; with `create`, an empty one is added when there is none. */
struct batch_early *batch_find_early(struct batch *batch, const struct payment_event *event, bool create);
/* The refund that the event names, as it is known and to be noted in; NULL when it names none. */
struct named_refund *batch_find_refund(const struct batch *batch, const struct payment_event *event);

/* Whether a credit of this order was asked for before, under the same Idempotency-Key, in this batch too.
 * STATUS_CONFLICT `idempotency_mismatch`: with another body. */
enum status batch_find_credit_request(const struct batch_order *order, const struct credit_request *request,
                                      bool *is_repeated, struct error *error) AKKOORD_MUST_CHECK;
/* A credit was made; `request` must live as long as the batch. */
void batch_note_credit_request(struct batch *batch, struct batch_order *order, const struct credit_request *request);
