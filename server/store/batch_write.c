/*
 * The second round trip of a batch: everything that was decided, set by set, and the commit. Runs on the committer's
 * thread. A set that is empty is not sent; the documents come last, so that the counters' rows are locked as briefly as
 * can be.
 */
#include "akkoord/store/batch.h"

#include "akkoord/base/clock.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/decision_codec.h"
#include "akkoord/store/documents.h"
#include "akkoord/store/reviews.h"
#include "batch_audit.h"
#include "batch_credits.h"
#include "batch_jobs.h"
#include "rows.h"

#define BATCH_STATEMENTS_MAX 20
#define REASONS_BYTES        256

/* The statements of one round trip, each with its own parameters. */
struct script {
    struct arena *arena;
    struct pg_batch_item items[BATCH_STATEMENTS_MAX];
    struct pg_params params[BATCH_STATEMENTS_MAX];
    size_t count;
};

static struct pg_params *script_add(struct script *script, const struct pg_statement *statement)
{
    struct pg_params *params = &script->params[script->count];
    pg_params_init(params, script->arena);
    script->items[script->count++] = (struct pg_batch_item){.statement = statement, .params = params};
    return params;
}

/* One parameter that is an array of EXPRESSION over the COUNT items of a set; `i` is the index. */
#define ADD_ARRAY(params, type, add, count, expression)                                                                \
    do {                                                                                                               \
        struct pg_array *array_ = pg_array_begin((params), (type));                                                    \
        for (size_t i = 0; i < (count); i++)                                                                           \
            add(array_, (expression));                                                                                 \
        pg_array_end(array_);                                                                                          \
    } while (0)

static const char *text_or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static const struct uuid *uuid_or_null(const struct uuid *uuid)
{
    return uuid_is_nil(uuid) ? NULL : uuid;
}

/* ---- events ---- */

static bool is_kept_for_staff(enum event_outcome outcome)
{
    return outcome == EVENT_UNMATCHED || outcome == EVENT_CONFLICT || outcome == EVENT_QUARANTINED;
}

static enum status make_event_rows(const struct batch *batch, const struct batch_event_key *key,
                                   struct event_rows *rows, struct error *error)
{
    *rows = (struct event_rows){.events = ARENA_ARRAY(batch->arena, const struct batch_event *, batch->events_count),
                                .ids = ARENA_ARRAY(batch->arena, struct uuid, batch->events_count),
                                .bodies = ARENA_ARRAY(batch->arena, uint8_t *, batch->events_count),
                                .body_lengths = ARENA_ARRAY(batch->arena, size_t, batch->events_count)};
    for (size_t i = 0; i < batch->events_count; i++) {
        const struct batch_event *event = &batch->events[i];
        if (!event->is_new)
            continue;
        size_t at = rows->count++;
        rows->events[at] = event;
        rows->ids[at] = uuid_new();
        if (!is_kept_for_staff(event->outcome))
            continue;
        enum status status = batch_seal_body(batch->arena, event, &rows->ids[at], key, &rows->bodies[at],
                                             &rows->body_lengths[at], error);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status add_events(struct script *script, const struct batch *batch, const struct batch_event_key *key,
                              struct audit_entries *entries, struct error *error)
{
    struct event_rows rows;
    enum status status = make_event_rows(batch, key, &rows, error);
    if (status != STATUS_OK || rows.count == 0)
        return status;
    batch_audit_events(entries, batch, &rows, &key->key.id);
    struct pg_params *params = script_add(script, &sql_batch_insert_events);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, rows.count, &rows.ids[i]);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, rows.count, rows.events[i]->event->provider);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, rows.count, rows.events[i]->event->event_id);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, rows.count,
              payment_event_kind_name(rows.events[i]->event->kind));
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, rows.count, rows.events[i]->event->payment_id);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, rows.count, uuid_or_null(&rows.events[i]->order_id));
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, rows.count, rows.events[i]->event->amount_minor);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, rows.count, rows.events[i]->event->currency);
    ADD_ARRAY(params, PG_BOOL_ARRAY, pg_array_add_bool, rows.count, rows.events[i]->event->live);
    ADD_ARRAY(params, PG_TIME_ARRAY, pg_array_add_time, rows.count, rows.events[i]->event->occurred_at_us);
    struct pg_array *digests = pg_array_begin(params, PG_BYTES_ARRAY);
    for (size_t i = 0; i < rows.count; i++)
        pg_array_add_bytes(digests, rows.events[i]->event->body_sha256, SHA256_BYTES);
    pg_array_end(digests);
    pg_params_add_time(params, batch->at_us);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, rows.count, event_outcome_name(rows.events[i]->outcome));
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, rows.count, rows.bodies[i] != NULL ? &key->key.id : NULL);
    struct pg_array *bodies = pg_array_begin(params, PG_BYTES_ARRAY);
    for (size_t i = 0; i < rows.count; i++)
        pg_array_add_bytes(bodies, rows.bodies[i], rows.body_lengths[i]);
    pg_array_end(bodies);
    return STATUS_OK;
}

static void add_event_variants(struct script *script, const struct batch *batch)
{
    size_t count = 0;
    const struct batch_event **repeated = ARENA_ARRAY(batch->arena, const struct batch_event *, batch->events_count);
    for (size_t i = 0; i < batch->events_count; i++) {
        if (!batch->events[i].is_new)
            repeated[count++] = &batch->events[i];
    }
    if (count == 0)
        return;
    struct pg_params *params = script_add(script, &sql_batch_insert_event_variants);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, repeated[i]->event->provider);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, repeated[i]->event->event_id);
    struct pg_array *digests = pg_array_begin(params, PG_BYTES_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_bytes(digests, repeated[i]->event->body_sha256, SHA256_BYTES);
    pg_array_end(digests);
    pg_params_add_time(params, batch->at_us);
}

/* ---- orders and payments ---- */

static void add_orders(struct script *script, const struct batch *batch)
{
    size_t count = 0;
    const struct order **changed = ARENA_ARRAY(batch->arena, const struct order *, batch->orders_count);
    for (size_t i = 0; i < batch->orders_count; i++) {
        if (batch->orders[i].order.is_changed)
            changed[count++] = &batch->orders[i].order;
    }
    if (count == 0)
        return;
    struct pg_params *params = script_add(script, &sql_batch_update_orders);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, &changed[i]->id);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, order_status_name(changed[i]->status));
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, uuid_or_null(&changed[i]->invoice_id));
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, uuid_or_null(&changed[i]->decision_id));
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, count, changed[i]->decisions_count);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, uuid_or_null(&changed[i]->payment_id));
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, count, changed[i]->credited_minor);
}

struct payment_rows {
    const struct payment **payments;
    const struct uuid **order_ids;
    size_t count;
};

static struct payment_rows collect_payments(const struct batch *batch, bool are_new)
{
    size_t all = 0;
    for (size_t i = 0; i < batch->orders_count; i++)
        all += batch->orders[i].order.payments_count;
    struct payment_rows rows = {.payments = ARENA_ARRAY(batch->arena, const struct payment *, all),
                                .order_ids = ARENA_ARRAY(batch->arena, const struct uuid *, all)};
    for (size_t i = 0; i < batch->orders_count; i++) {
        const struct order *order = &batch->orders[i].order;
        for (size_t j = 0; j < order->payments_count; j++) {
            const struct payment *payment = &order->payments[j];
            if (payment->is_new != are_new || (!are_new && !payment->is_changed))
                continue;
            rows.payments[rows.count] = payment;
            rows.order_ids[rows.count++] = &order->id;
        }
    }
    return rows;
}

static void add_reversals(struct pg_params *params, const struct reversal **known, size_t count)
{
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, count, known[i]->refunded_minor);
    ADD_ARRAY(params, PG_BOOL_ARRAY, pg_array_add_bool, count, known[i]->refunded_in_full);
    ADD_ARRAY(params, PG_BOOL_ARRAY, pg_array_add_bool, count, known[i]->charged_back);
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, count, known[i]->total_minor);
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, count, known[i]->named_minor);
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, count, known[i]->failed_minor);
    struct pg_array *full = pg_array_begin(params, PG_INT64_ARRAY);
    for (size_t i = 0; i < count; i++) {
        if (known[i]->is_full_told)
            pg_array_add_int64(full, known[i]->full_minor);
        else
            pg_array_add_null(full);
    }
    pg_array_end(full);
}

/* What an event may change of a payment: the parameters $1 to $15 of both statements below. */
static void add_payment_state(struct pg_params *params, struct arena *arena, const struct payment_rows *rows)
{
    const struct payment **payments = rows->payments;
    const struct reversal **reversals = ARENA_ARRAY(arena, const struct reversal *, rows->count);
    for (size_t i = 0; i < rows->count; i++)
        reversals[i] = &payments[i]->reversal;
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, rows->count, &payments[i]->id);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, rows->count, text_or_null(payments[i]->provider_payment_id));
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, rows->count, text_or_null(payments[i]->provider_alias));
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, rows->count, payment_status_name(payments[i]->status));
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, rows->count, payments[i]->amount_minor);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, rows->count, payments[i]->currency);
    ADD_ARRAY(params, PG_BOOL_ARRAY, pg_array_add_bool, rows->count, payments[i]->live);
    add_reversals(params, reversals, rows->count);
    ADD_ARRAY(params, PG_TIME_ARRAY, pg_array_add_time, rows->count, payments[i]->refunded_at_us);
}

static void add_new_payments(struct script *script, const struct batch *batch)
{
    struct payment_rows rows = collect_payments(batch, true);
    if (rows.count == 0)
        return;
    const struct payment **payments = rows.payments;
    struct pg_params *params = script_add(script, &sql_batch_insert_payments);
    add_payment_state(params, batch->arena, &rows);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, rows.count, rows.order_ids[i]);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, rows.count, payments[i]->provider);
    ADD_ARRAY(params, PG_BOOL_ARRAY, pg_array_add_bool, rows.count, payments[i]->is_attempt);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, rows.count, payments[i]->checkout_url);
    ADD_ARRAY(params, PG_TIME_ARRAY, pg_array_add_time, rows.count, payments[i]->created_at_us);
}

static void add_changed_payments(struct script *script, const struct batch *batch)
{
    struct payment_rows rows = collect_payments(batch, false);
    if (rows.count > 0)
        add_payment_state(script_add(script, &sql_batch_update_payments), batch->arena, &rows);
}

static void add_early(struct script *script, const struct batch *batch)
{
    size_t count = 0;
    const struct batch_early **changed = ARENA_ARRAY(batch->arena, const struct batch_early *, batch->early_count);
    const struct reversal **reversals = ARENA_ARRAY(batch->arena, const struct reversal *, batch->early_count);
    for (size_t i = 0; i < batch->early_count; i++) {
        if (!batch->early[i].is_changed)
            continue;
        reversals[count] = &batch->early[i].reversal;
        changed[count++] = &batch->early[i];
    }
    if (count == 0)
        return;
    struct pg_params *params = script_add(script, &sql_batch_upsert_early_reversals);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, changed[i]->provider);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, changed[i]->payment_id);
    add_reversals(params, reversals, count);
    pg_params_add_time(params, batch->at_us);
}

static void add_refunds(struct script *script, const struct batch *batch)
{
    size_t count = 0;
    const struct batch_refund **changed = ARENA_ARRAY(batch->arena, const struct batch_refund *, batch->refunds_count);
    for (size_t i = 0; i < batch->refunds_count; i++) {
        if (batch->refunds[i].refund.is_changed)
            changed[count++] = &batch->refunds[i];
    }
    if (count == 0)
        return;
    struct pg_params *params = script_add(script, &sql_batch_upsert_refunds);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, changed[i]->provider);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, changed[i]->refund_id);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, changed[i]->payment_id);
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, count, changed[i]->refund.amount_minor);
    ADD_ARRAY(params, PG_BOOL_ARRAY, pg_array_add_bool, count, changed[i]->refund.has_failed);
    pg_params_add_time(params, batch->at_us);
}

/* ---- decisions and reviews ---- */

static const char *join_reasons(struct arena *arena, const struct verdict *verdict)
{
    char text[REASONS_BYTES] = "";
    size_t length = 0;
    for (size_t i = 0; i < verdict->reasons_count; i++)
        length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s", i > 0 ? "," : "",
                                   decision_reason_name(verdict->reasons[i]));
    return arena_copy_text(arena, text);
}

static void add_decisions(struct script *script, const struct batch *batch, const char *const *inputs)
{
    const struct decision *decisions = batch->effects.decisions;
    size_t count = batch->effects.decisions_count;
    if (count == 0)
        return;
    struct pg_params *params = script_add(script, &sql_batch_insert_decisions);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, &decisions[i].id);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, &decisions[i].order_id);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, join_reasons(batch->arena, &decisions[i].verdict));
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, decision_outcome_name(decisions[i].verdict.outcome));
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, inputs[i]);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count,
              decisions[i].made_by == DECISION_BY_POLICY ? policy_name : NULL);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, uuid_or_null(&decisions[i].staff_id));
    ADD_ARRAY(params, PG_TIME_ARRAY, pg_array_add_time, count, decisions[i].made_at_us);
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, count, decisions[i].ordinal);
    pg_params_add_text(params, policy_version);
    pg_params_add_text(params, policy_hash);
    pg_params_add_text(params, policy_legal_basis);
    pg_params_add_text(params, review_legal_basis);
}

static void add_opened_reviews(struct script *script, const struct batch *batch)
{
    const struct new_review *reviews = batch->effects.reviews;
    size_t count = batch->effects.reviews_count;
    if (count == 0)
        return;
    struct pg_params *params = script_add(script, &sql_batch_insert_reviews);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, &reviews[i].id);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, &reviews[i].decision_id);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, &reviews[i].order_id);
    ADD_ARRAY(params, PG_TIME_ARRAY, pg_array_add_time, count, reviews[i].requested_at_us);
    ADD_ARRAY(params, PG_TIME_ARRAY, pg_array_add_time, count, calendar_review_due_us(reviews[i].requested_at_us));
}

/* Nothing, where the key is gone that they would be sealed under: they are about a person who was erased. */
static enum status seal_reasons(const struct batch *batch, const struct batch_review *review, uint8_t **blob,
                                size_t *length, struct error *error)
{
    static uint8_t nothing[1];
    const struct batch_order *order = batch_find_order(batch, &review->order_id);
    *blob = nothing;
    *length = 0;
    if (review->is_erased)
        return STATUS_OK;
    return store_review_seal_reasons(batch->arena, &review->billing_key, &review->id, &order->customer_id,
                                     review->reasons, blob, length, error);
}

static enum status add_decided_reviews(struct script *script, const struct batch *batch, struct error *error)
{
    size_t count = 0;
    const struct batch_review **decided = ARENA_ARRAY(batch->arena, const struct batch_review *, batch->reviews_count);
    uint8_t **reasons = ARENA_ARRAY(batch->arena, uint8_t *, batch->reviews_count);
    size_t *lengths = ARENA_ARRAY(batch->arena, size_t, batch->reviews_count);
    for (size_t i = 0; i < batch->reviews_count; i++) {
        const struct batch_review *review = &batch->reviews[i];
        if (!review->decides_now)
            continue;
        enum status status = seal_reasons(batch, review, &reasons[count], &lengths[count], error);
        if (status != STATUS_OK)
            return status;
        decided[count++] = review;
    }
    if (count == 0)
        return STATUS_OK;
    struct pg_params *params = script_add(script, &sql_batch_decide_reviews);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, &decided[i]->id);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count,
              decided[i]->outcome == REVIEW_UPHELD ? "upheld" : "overturned");
    struct pg_array *blobs = pg_array_begin(params, PG_BYTES_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_bytes(blobs, reasons[i], lengths[i]);
    pg_array_end(blobs);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, &decided[i]->staff_id);
    pg_params_add_time(params, batch->at_us);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, uuid_or_null(&decided[i]->confirmed_by));
    return STATUS_OK;
}

static void add_history(struct script *script, const struct batch *batch, const struct uuid *ids)
{
    const struct history_step *steps = batch->effects.history;
    size_t count = batch->effects.history_count;
    if (count == 0)
        return;
    struct pg_params *params = script_add(script, &sql_batch_insert_history);
    store_add_uuids(params, ids, count);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, &steps[i].order_id);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, uuid_or_null(&steps[i].review_id));
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, steps[i].step);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, actor_name(steps[i].actor));
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, uuid_or_null(&steps[i].staff_id));
    ADD_ARRAY(params, PG_TIME_ARRAY, pg_array_add_time, count, steps[i].at_us);
}

/* ---- documents and what follows ---- */

static void add_jobs(struct script *script, const struct batch *batch)
{
    size_t count;
    const struct batch_job *jobs = batch_collect_jobs(batch, &count);
    if (count == 0)
        return;
    struct pg_params *params = script_add(script, &sql_batch_insert_jobs);
    store_add_new_uuids(params, count);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, jobs[i].kind);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, jobs[i].key);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, jobs[i].payload);
    pg_params_add_time(params, batch->at_us);
}

/* $13 to $17 of issue_documents.sql. */
static void add_series_and_contents(struct pg_params *params, const struct batch *batch, enum document_kind kind,
                                    const struct new_document **issued, const struct sealed_credit **contents,
                                    size_t count)
{
    pg_params_add_text(params, batch->series->name);
    pg_params_add_text(params, series_prefix(batch->series, kind));
    pg_params_add_int64(params, batch->series->digits);
    struct pg_array *sealed = pg_array_begin(params, PG_BYTES_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_bytes(sealed, contents[i]->blob, contents[i]->length);
    pg_array_end(sealed);
    ADD_ARRAY(params, PG_BOOL_ARRAY, pg_array_add_bool, count, kind == DOCUMENT_INVOICE || issued[i]->takes_rest);
}

/* `sealed` stands beside the documents of the batch. */
static void add_documents(struct script *script, const struct batch *batch, enum document_kind kind,
                          const struct sealed_credit *sealed)
{
    size_t count = 0;
    size_t all = batch->effects.documents_count;
    const struct new_document **issued = ARENA_ARRAY(batch->arena, const struct new_document *, all);
    const struct sealed_credit **contents = ARENA_ARRAY(batch->arena, const struct sealed_credit *, all);
    for (size_t i = 0; i < all; i++) {
        if (batch->effects.documents[i].kind != kind)
            continue;
        contents[count] = &sealed[i];
        issued[count++] = &batch->effects.documents[i];
    }
    if (count == 0)
        return;
    int64_t day = calendar_amsterdam_day(batch->at_us);
    struct pg_params *params = script_add(script, &sql_batch_issue_documents);
    pg_params_add_text(params, document_kind_name(kind));
    pg_params_add_int64(params, calendar_year(day));
    pg_params_add_date(params, day);
    pg_params_add_time(params, batch->at_us);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, &issued[i]->id);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, &issued[i]->order_id);
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, uuid_or_null(&issued[i]->decision_id));
    ADD_ARRAY(params, PG_UUID_ARRAY, pg_array_add_uuid, count, uuid_or_null(&issued[i]->credits_id));
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, count, issued[i]->total_minor);
    ADD_ARRAY(params, PG_TEXT_ARRAY, pg_array_add_text, count, issued[i]->currency);
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, count, issued[i]->prepaid_minor);
    ADD_ARRAY(params, PG_INT64_ARRAY, pg_array_add_int64, count, issued[i]->content_version);
    add_series_and_contents(params, batch, kind, issued, contents, count);
}

/* ---- the leaf ---- */

/* What the leaf and the rows both tell. */
struct telling {
    struct audit_entries entries;
    struct uuid *history_ids;
    const char **inputs;
    struct sealed_credit *credits; /* beside effects.documents */
};

static enum status begin_telling(struct store *store, const struct batch *batch, struct telling *telling,
                                 struct error *error)
{
    const struct effects *effects = &batch->effects;
    telling->history_ids = ARENA_ARRAY(batch->arena, struct uuid, effects->history_count);
    telling->inputs = ARENA_ARRAY(batch->arena, const char *, effects->decisions_count);
    for (size_t i = 0; i < effects->history_count; i++)
        telling->history_ids[i] = uuid_new();
    for (size_t i = 0; i < effects->decisions_count; i++)
        telling->inputs[i] = decision_input_to_text(batch->arena, &effects->decisions[i]);
    telling->credits = ARENA_ARRAY(batch->arena, struct sealed_credit, effects->documents_count);
    for (size_t i = 0; i < effects->documents_count; i++) {
        enum status status = batch_seal_credit(batch, &effects->documents[i], &telling->credits[i], error);
        if (status != STATUS_OK)
            return status;
    }
    return audit_entries_begin(store, batch->arena, &telling->entries, error);
}

static void add_leaf(struct script *script, const struct batch *batch, const struct audit_entries *entries)
{
    if (entries->length > 0)
        audit_leaf_params(entries, batch->at_us, script_add(script, &sql_audit_insert));
}

static enum status run_script(struct store *store, struct script *script, struct error *error)
{
    enum status status = pg_execute_batch(store->pg, script->items, script->count, NULL, error);
    pg_batch_release(script->items, script->count);
    script->count = 0;
    return status;
}

/* Reviews that are decided have more on them than the batch knows: what it has written of them is read back, before the
 * leaf and the commit. */
static enum status note_decided_reviews(struct store *store, const struct batch *batch, struct script *script,
                                        struct audit_entries *entries, struct error *error)
{
    struct pg_params *params = script_add(script, &sql_audit_read_review);
    struct pg_array *ids = pg_array_begin(params, PG_UUID_ARRAY);
    for (size_t i = 0; i < batch->reviews_count; i++) {
        if (batch->reviews[i].decides_now)
            pg_array_add_uuid(ids, &batch->reviews[i].id);
    }
    pg_array_end(ids);
    enum status status = pg_execute_batch(store->pg, script->items, script->count, NULL, error);
    const struct pg_result *rows = script->items[script->count - 1].result;
    for (size_t row = 0; status == STATUS_OK && row < pg_result_rows(rows); row++) {
        struct audit_entry entry;
        audit_row_read(entries->key, batch->arena, rows, row, 0, AUDIT_REVIEW, &entry);
        audit_note_entry(entries, &entry);
    }
    pg_batch_release(script->items, script->count);
    script->count = 0;
    return status;
}

static bool decides_reviews(const struct batch *batch)
{
    for (size_t i = 0; i < batch->reviews_count; i++) {
        if (batch->reviews[i].decides_now)
            return true;
    }
    return false;
}

/* ---- the round trip ---- */

static enum status add_changes(struct script *script, const struct batch *batch,
                               const struct batch_event_key *event_key, struct telling *telling, struct error *error)
{
    enum status status = add_events(script, batch, event_key, &telling->entries, error);
    if (status != STATUS_OK)
        return status;
    add_event_variants(script, batch);
    add_orders(script, batch);
    add_new_payments(script, batch);
    add_changed_payments(script, batch);
    add_early(script, batch);
    add_refunds(script, batch);
    add_decisions(script, batch, telling->inputs);
    add_opened_reviews(script, batch);
    status = add_decided_reviews(script, batch, error);
    if (status != STATUS_OK)
        return status;
    add_history(script, batch, telling->history_ids);
    add_jobs(script, batch);
    batch_audit_effects(&telling->entries, batch, telling->history_ids, telling->inputs, telling->credits);
    return STATUS_OK;
}

enum status store_batch_write(struct store *store, struct batch *batch, const struct batch_event_key *event_key,
                              struct error *error)
{
    struct script *script = ARENA_NEW(batch->arena, struct script);
    struct telling telling;
    script->arena = batch->arena;
    enum status status = begin_telling(store, batch, &telling, error);
    if (status == STATUS_OK)
        status = add_changes(script, batch, event_key, &telling, error);
    if (status == STATUS_OK && decides_reviews(batch))
        status = note_decided_reviews(store, batch, script, &telling.entries, error);
    if (status == STATUS_OK) {
        add_leaf(script, batch, &telling.entries);
        add_documents(script, batch, DOCUMENT_INVOICE, telling.credits);
        add_documents(script, batch, DOCUMENT_CREDIT_NOTE, telling.credits);
        script->items[script->count++] = (struct pg_batch_item){.statement = &pg_statement_commit};
        status = run_script(store, script, error);
    }
    if (status != STATUS_OK)
        pg_rollback(store->pg);
    return status;
}
