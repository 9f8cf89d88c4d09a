/*
 * One batch: what it needs is locked and read (store_batch_load), each item is decided in the order of its arrival by
 * the pure rules of domain, and everything is written at once (store_batch_write). Several items about one order fold
 * into one final row. Runs on the committer's thread.
 */
#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"
#include "akkoord/store/jobs.h"
#include "item.h"

static struct metric events_counted = {.kind = METRIC_COUNTER,
                                       .name = "akkoord_events_total",
                                       .help = "Payment events made durable, by provider and outcome."};
static struct metric decisions_counted = {
    .kind = METRIC_COUNTER, .name = "akkoord_decisions_total", .help = "Decisions about orders, by maker and outcome."};

static struct metric refunds_failed = {.kind = METRIC_COUNTER,
                                       .name = "akkoord_refunds_failed_total",
                                       .help = "Refunds that failed after their provider took them."};

/* ---- what the batch is about ---- */

static struct batch_job fetch_job(struct arena *arena, const struct payment_event *event)
{
    const struct fetch_job fetch = {.provider = event->provider, .payment_id = event->payment_id};
    return (struct batch_job){.kind = job_fetch_kind(arena, event->provider),
                              .key = job_fetch_key(arena, &fetch),
                              .payload = job_write_fetch(arena, &fetch)};
}

static void describe_batch(struct batch *batch, struct item **items, size_t count)
{
    struct uuid *order_ids = ARENA_ARRAY(batch->arena, struct uuid, count);
    struct uuid *credit_order_ids = ARENA_ARRAY(batch->arena, struct uuid, count);
    struct uuid *review_ids = ARENA_ARRAY(batch->arena, struct uuid, count);
    struct batch_job *jobs = ARENA_ARRAY(batch->arena, struct batch_job, count);
    batch->events = ARENA_ARRAY(batch->arena, struct batch_event, count);
    for (size_t i = 0; i < count; i++) {
        struct item *item = items[i];
        item->in_batch = NULL;
        if (item->kind == ITEM_PING) {
            jobs[batch->jobs_count++] = fetch_job(batch->arena, &item->event);
        } else if (item->kind == ITEM_EVENT) {
            item->in_batch = &batch->events[batch->events_count++];
            *item->in_batch =
                (struct batch_event){.event = &item->event, .body = item->body, .body_length = item->body_length};
            if (item->event.has_order_id)
                order_ids[batch->order_ids_count++] = item->event.order_id;
        } else if (item->command.kind == COMMAND_REVIEW_OUTCOME) {
            review_ids[batch->review_ids_count++] = item->command.review_id;
        } else {
            order_ids[batch->order_ids_count++] = item->command.order_id;
            if (item->command.kind == COMMAND_CREDIT)
                credit_order_ids[batch->credit_order_ids_count++] = item->command.order_id;
        }
    }
    batch->jobs = jobs;
    batch->order_ids = order_ids;
    batch->credit_order_ids = credit_order_ids;
    batch->review_ids = review_ids;
}

/* ---- events ---- */

static bool is_reversal(const struct payment_event *event)
{
    return event->kind == PAYMENT_EVENT_REFUNDED || event->kind == PAYMENT_EVENT_REFUND_FAILED ||
           event->kind == PAYMENT_EVENT_CHARGED_BACK;
}

/* Nobody's yet, as far as we know: what it tells of money that went back is kept under the payment's id. */
static enum event_outcome keep_without_order(struct batch *batch, const struct payment_event *event)
{
    if (event->kind == PAYMENT_EVENT_OTHER)
        return EVENT_IGNORED;
    if (is_reversal(event)) {
        struct batch_early *early = batch_find_early(batch, event, true);
        bool is_news = reversal_note(&early->reversal, event, batch_find_refund(batch, event));
        early->is_changed = is_news || early->is_changed;
    }
    bool names_an_order = event->has_order_id || event->has_foreign_reference;
    return is_reversal(event) && !names_an_order ? EVENT_EARLY : EVENT_UNMATCHED;
}

static enum event_outcome decide_event(struct batch *batch, struct batch_event *event, bool installation_live)
{
    const struct payment_event *told = event->event;
    struct batch_order *named = told->has_order_id ? batch_find_order(batch, &told->order_id) : NULL;
    struct batch_order *known = batch_find_payment_order(batch, told);
    if (known != NULL && told->has_order_id && known != named)
        return EVENT_CONFLICT; /* one payment can't pay two orders: a human has to look */
    struct batch_order *found = known != NULL ? known : named;
    if (found == NULL)
        return keep_without_order(batch, told);
    event->order_id = found->order.id;
    const struct batch_early *early = batch_find_early(batch, told, false);
    const struct command command = {
        .kind = COMMAND_PAYMENT_EVENT,
        .at_us = batch->at_us,
        .installation_live = installation_live,
        .event = told,
        .early = early != NULL ? early->reversal : (struct reversal){0},
        .refund = batch_find_refund(batch, told),
    };
    enum event_outcome outcome = EVENT_IGNORED;
    enum status status = order_transition(&found->order, &command, &batch->effects, &outcome, NULL);
    return status == STATUS_OK ? outcome : EVENT_UNMATCHED;
}

/* ---- commands ---- */

static enum status decide_review(struct batch *batch, struct item *item, struct command *command)
{
    struct batch_review *review = batch_find_review(batch, &item->command.review_id);
    if (review == NULL)
        return error_set(&item->error, STATUS_NOT_FOUND, "not_found", "no such review");
    if (review->is_decided)
        return error_set(&item->error, STATUS_CONFLICT, "review_decided", "this review has been decided");
    if (review->is_erased && item->command.review_outcome == REVIEW_OVERTURNED)
        return error_set(&item->error, STATUS_CONFLICT, "data_key_erased",
                         "what was ordered has been erased, and no document can be drawn up for it: uphold the "
                         "decision, and what was paid goes back");
    if (!review->is_readable && !review->is_erased)
        return error_set(&item->error, STATUS_INTERNAL, "review_key_unreadable",
                         "the key that this review's reasons are sealed under can't be used");
    if (item->command.proposed_at_us != review->proposed_at_us && item->command.proposed_at_us != 0)
        return error_set(&item->error, STATUS_CONFLICT, "proposal_changed", "what is proposed is not that any more");
    struct batch_order *found = batch_find_order(batch, &review->order_id);
    command->review_id = review->id;
    command->reviewed_decision_id = review->decision_id;
    command->reviewed_outcome = review->decision_outcome;
    command->review_outcome = item->command.review_outcome;
    enum status status = order_transition(&found->order, command, &batch->effects, NULL, &item->error);
    if (status == STATUS_OK) {
        review->is_decided = true;
        review->decides_now = true;
        review->outcome = item->command.review_outcome;
        review->staff_id = item->command.staff_id;
        review->confirmed_by = item->command.confirmed_by;
        review->reasons = item->command.reasons;
    }
    return status;
}

/* What was asked for under the same key before is not done again. */
static enum status decide_credit(struct batch *batch, struct item *item, struct batch_order *order,
                                 const struct command *command)
{
    bool *is_repeated = item->command.credit_is_repeated;
    enum status status = batch_find_credit_request(order, command->credit, is_repeated, &item->error);
    if (status != STATUS_OK || *is_repeated)
        return status;
    status = order_transition(&order->order, command, &batch->effects, NULL, &item->error);
    if (status == STATUS_OK)
        batch_note_credit_request(batch, order, command->credit);
    return status;
}

static enum status decide_command(struct batch *batch, struct item *item, bool installation_live)
{
    struct command command = {
        .kind = item->command.kind,
        .at_us = batch->at_us,
        .installation_live = installation_live,
        .attempt = item->command.attempt,
        .credit = item->command.credit,
        .staff_id = item->command.staff_id,
        .confirmed_by = item->command.confirmed_by,
    };
    if (command.kind == COMMAND_REVIEW_OUTCOME)
        return decide_review(batch, item, &command);
    struct batch_order *found = batch_find_order(batch, &item->command.order_id);
    const struct uuid *customer_id = &item->command.customer_id;
    if (found == NULL || (!uuid_is_nil(customer_id) && !uuid_equal(customer_id, &found->customer_id)))
        return error_set(&item->error, STATUS_NOT_FOUND, "not_found", "no such order");
    if (command.kind == COMMAND_CREDIT)
        return decide_credit(batch, item, found, &command);
    return order_transition(&found->order, &command, &batch->effects, NULL, &item->error);
}

/* ---- the batch ---- */

/* Somebody waits for this money. */
static void tell_failed_refund(const struct batch_event *event)
{
    char labels[METRIC_LABELS_BYTES];
    snprintf(labels, sizeof(labels), "provider=\"%s\"", event->event->provider);
    metric_add(&refunds_failed, labels, 1);
    log_event(LOG_WARNING, "refund.failed", log_text("provider", event->event->provider),
              log_uuid("order", &event->order_id));
}

static void count_outcomes(const struct batch *batch)
{
    char labels[METRIC_LABELS_BYTES];
    for (size_t i = 0; i < batch->events_count; i++) {
        const struct batch_event *event = &batch->events[i];
        snprintf(labels, sizeof(labels), "provider=\"%s\",outcome=\"%s\"", event->event->provider,
                 event->is_new ? event_outcome_name(event->outcome) : "duplicate");
        metric_add(&events_counted, labels, 1);
        if (event->event->kind == PAYMENT_EVENT_REFUND_FAILED && event->outcome == EVENT_APPLIED && event->is_new)
            tell_failed_refund(event);
    }
    for (size_t i = 0; i < batch->effects.decisions_count; i++) {
        const struct decision *decision = &batch->effects.decisions[i];
        snprintf(labels, sizeof(labels), "made_by=\"%s\",outcome=\"%s\"",
                 decision->made_by == DECISION_BY_POLICY ? "policy" : "staff",
                 decision_outcome_name(decision->verdict.outcome));
        metric_add(&decisions_counted, labels, 1);
    }
}

enum status batch_run(struct store *store, struct arena *arena, struct item **items, size_t count,
                      bool installation_live, const struct document_series *series,
                      const struct batch_event_key *event_key, bool *may_have_committed, struct error *error)
{
    struct batch batch = {.arena = arena, .at_us = clock_now_us(), .series = series, .effects = {.arena = arena}};
    *may_have_committed = false;
    describe_batch(&batch, items, count);
    enum status status = store_batch_load(store, &batch, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        struct item *item = items[i];
        item->status = STATUS_OK;
        if (item->kind == ITEM_COMMAND)
            item->status = decide_command(&batch, item, installation_live);
        else if (item->kind == ITEM_EVENT && item->in_batch->is_new)
            item->in_batch->outcome = decide_event(&batch, item->in_batch, installation_live);
    }
    *may_have_committed = true;
    status = store_batch_write(store, &batch, event_key, error);
    if (status == STATUS_OK)
        count_outcomes(&batch);
    return status;
}
