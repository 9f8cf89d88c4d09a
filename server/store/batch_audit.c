/*
 * What a batch writes, and who places an order, as entries of a leaf, without asking the database. Invariant: each text
 * is the one that akkoord.audit_row gives for the row (a test verifies a database that has seen everything).
 */
#include "batch_audit.h"

#include "akkoord/domain/calendar.h"
#include "akkoord/domain/tax.h"

#define CONTENT_BYTES_FIRST 1024
#define NUMBER_BYTES        24
#define SEPARATOR           '|'
#define ABSENT              "-"

/* ---- content ---- */

/* The text of one row; its room is used for all. */
struct content {
    struct arena *arena;
    char *bytes;
    size_t length, capacity;
};

static void put(struct content *content, const void *bytes, size_t length)
{
    if (length == 0)
        return;
    if (content->length + length > content->capacity) {
        size_t capacity = 2 * (content->length + length) + CONTENT_BYTES_FIRST;
        char *grown = arena_alloc(content->arena, capacity);
        if (content->length > 0)
            memcpy(grown, content->bytes, content->length);
        content->bytes = grown;
        content->capacity = capacity;
    }
    memcpy(content->bytes + content->length, bytes, length);
    content->length += length;
}

static void put_separator(struct content *content)
{
    const char separator = SEPARATOR;
    if (content->length > 0)
        put(content, &separator, 1);
}

static void put_word(struct content *content, const char *word)
{
    put_separator(content);
    put(content, word, strlen(word));
}

static void put_digits(struct content *content, int64_t number)
{
    char digits[NUMBER_BYTES];
    size_t at = sizeof(digits);
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (number < 0)
        digits[--at] = '-';
    put(content, digits + at, sizeof(digits) - at);
}

static void put_number(struct content *content, int64_t number)
{
    put_separator(content);
    put_digits(content, number);
}

static void put_bool(struct content *content, bool value)
{
    put_word(content, value ? "t" : "f");
}

/* 0 is a null. */
static void put_time(struct content *content, int64_t time_us)
{
    if (time_us == 0)
        put_word(content, ABSENT);
    else
        put_number(content, time_us);
}

/* Nil is a null. */
static void put_uuid(struct content *content, const struct uuid *uuid)
{
    char text[UUID_TEXT_BYTES];
    put_word(content, uuid_is_nil(uuid) ? ABSENT : uuid_format(uuid, text));
}

/* Text of others, with its length; NULL is a null. */
static void put_text(struct content *content, const char *text)
{
    if (text == NULL) {
        put_word(content, ABSENT);
        return;
    }
    size_t length = strlen(text);
    put_number(content, (int64_t)length);
    put(content, ":", 1);
    put(content, text, length);
}

static void put_optional_text(struct content *content, const char *text)
{
    put_text(content, text[0] != '\0' ? text : NULL);
}

static void put_hex(struct content *content, const uint8_t digest[SHA256_BYTES])
{
    char text[2 * SHA256_BYTES + 1];
    hex_encode(digest, SHA256_BYTES, text);
    put_word(content, text);
}

/* As its digest; NULL is a null. */
static void put_bytes(struct content *content, const void *bytes, size_t length)
{
    uint8_t digest[SHA256_BYTES];
    if (bytes == NULL) {
        put_word(content, ABSENT);
        return;
    }
    crypto_sha256(bytes, length, digest);
    put_hex(content, digest);
}

/* ---- rows ---- */

static const struct uuid nobody = {{0}};

static void note(struct audit_entries *entries, enum audit_facet facet, const struct batch_order *order,
                 const struct uuid *id, const struct content *content)
{
    audit_note_row(entries, facet, order != NULL ? &order->order.id : &nobody, id,
                   order != NULL ? &order->audit_salt : &nobody, content->bytes, content->length);
}

static void note_event(struct audit_entries *entries, struct content *content, const struct payment_event *event,
                       const struct uuid *id, const struct uuid *order_id, int64_t received_at_us,
                       enum event_outcome outcome, const struct uuid *body_key_id, const uint8_t *body,
                       size_t body_length)
{
    content->length = 0;
    put_text(content, event->provider);
    put_text(content, event->event_id);
    put_word(content, payment_event_kind_name(event->kind));
    put_text(content, event->payment_id);
    put_uuid(content, order_id);
    put_number(content, event->amount_minor);
    put_word(content, event->currency);
    put_bool(content, event->live);
    put_time(content, event->occurred_at_us);
    put_time(content, received_at_us);
    put_hex(content, event->body_sha256);
    put_word(content, event_outcome_name(outcome));
    put_uuid(content, body != NULL ? body_key_id : &nobody);
    put_bytes(content, body, body_length);
    note(entries, AUDIT_EVENT, NULL, id, content);
}

void batch_audit_event(struct audit_entries *entries, const struct payment_event *event, const struct uuid *id,
                       const struct uuid *order_id, int64_t received_at_us, enum event_outcome outcome,
                       const struct uuid *body_key_id, const uint8_t *body, size_t body_length)
{
    struct content content = {.arena = entries->arena};
    note_event(entries, &content, event, id, order_id, received_at_us, outcome, body_key_id, body, body_length);
}

void batch_audit_events(struct audit_entries *entries, const struct batch *batch, const struct event_rows *rows,
                        const struct uuid *body_key_id)
{
    struct content content = {.arena = entries->arena};
    for (size_t i = 0; i < rows->count; i++)
        note_event(entries, &content, rows->events[i]->event, &rows->ids[i], &rows->events[i]->order_id, batch->at_us,
                   rows->events[i]->outcome, body_key_id, rows->bodies[i], rows->body_lengths[i]);
}

static void note_order(struct audit_entries *entries, struct content *content, const struct batch_order *found)
{
    const struct order *order = &found->order;
    content->length = 0;
    put_word(content, order_status_name(order->status));
    put_uuid(content, &order->invoice_id);
    put_uuid(content, &order->decision_id);
    put_uuid(content, &order->payment_id);
    put_number(content, order->decisions_count);
    put_number(content, order->credited_minor);
    note(entries, AUDIT_ORDER_STATE, found, &order->id, content);
}

static void note_payment(struct audit_entries *entries, struct content *content, const struct batch_order *order,
                         const struct payment *payment)
{
    const struct reversal *reversal = &payment->reversal;
    content->length = 0;
    put_bool(content, payment->is_attempt);
    put_text(content, payment->provider);
    put_optional_text(content, payment->provider_payment_id);
    put_optional_text(content, payment->provider_alias);
    put_word(content, payment_status_name(payment->status));
    put_number(content, payment->amount_minor);
    put_word(content, payment->currency);
    put_bool(content, payment->live);
    put_number(content, reversal->refunded_minor);
    put_bool(content, reversal->refunded_in_full);
    put_bool(content, reversal->charged_back);
    put_number(content, reversal->total_minor);
    put_number(content, reversal->named_minor);
    put_number(content, reversal->failed_minor);
    if (reversal->is_full_told)
        put_number(content, reversal->full_minor);
    else
        put_word(content, ABSENT);
    put_time(content, payment->refunded_at_us);
    put_time(content, payment->created_at_us);
    note(entries, AUDIT_PAYMENT, order, &payment->id, content);
    if (!payment->is_new || payment->checkout_url == NULL)
        return;
    content->length = 0;
    put_text(content, payment->checkout_url);
    note(entries, AUDIT_CHECKOUT, order, &payment->id, content);
}

static void put_reasons(struct content *content, const struct verdict *verdict)
{
    put_separator(content);
    for (size_t i = 0; i < verdict->reasons_count; i++) {
        const char *name = decision_reason_name(verdict->reasons[i]);
        if (i > 0)
            put(content, ",", 1);
        put(content, name, strlen(name));
    }
}

static void note_decision(struct audit_entries *entries, struct content *content, const struct batch_order *order,
                          const struct decision *decision, const char *inputs)
{
    bool by_policy = decision->made_by == DECISION_BY_POLICY;
    content->length = 0;
    put_word(content, decision_outcome_name(decision->verdict.outcome));
    put_reasons(content, &decision->verdict);
    put_text(content, by_policy ? policy_name : NULL);
    put_text(content, by_policy ? policy_version : NULL);
    put_text(content, by_policy ? policy_hash : NULL);
    put_text(content, by_policy ? policy_legal_basis : review_legal_basis);
    put_word(content, by_policy ? "policy" : "staff");
    put_uuid(content, &decision->staff_id);
    put_time(content, decision->made_at_us);
    put_number(content, decision->ordinal);
    put_word(content, inputs);
    note(entries, AUDIT_DECISION, order, &decision->id, content);
}

static void note_document(struct audit_entries *entries, struct content *content, const struct batch *batch,
                          const struct new_document *document, const struct sealed_credit *credit)
{
    content->length = 0;
    put_word(content, document->kind == DOCUMENT_INVOICE ? "invoice" : "credit_note");
    put_uuid(content, &document->decision_id);
    put_uuid(content, &document->credits_id);
    put_number(content, document->total_minor);
    put_word(content, document->currency);
    put_number(content, document->prepaid_minor);
    put_number(content, document->content_version);
    put_time(content, batch->at_us);
    put_text(content, batch->series->name);
    put_bytes(content, credit->blob, credit->length);
    put_bool(content, document->kind == DOCUMENT_INVOICE || document->takes_rest);
    note(entries, AUDIT_DOCUMENT, batch_find_order(batch, &document->order_id), &document->id, content);
}

/* As sql/batch/insert_reviews.sql and the defaults of the table make it. */
static void note_review(struct audit_entries *entries, struct content *content, const struct batch_order *order,
                        const struct new_review *review)
{
    static const size_t nulls_before_look = 4, nulls_after_look = 11;
    content->length = 0;
    put_uuid(content, &review->decision_id);
    put_word(content, "requested");
    put_word(content, "acknowledged");
    put_word(content, "policy");
    put_time(content, review->requested_at_us);
    put_time(content, calendar_review_due_us(review->requested_at_us));
    for (size_t i = 0; i < nulls_before_look; i++)
        put_word(content, ABSENT);
    put_number(content, 1);
    for (size_t i = 0; i < nulls_after_look; i++)
        put_word(content, ABSENT);
    note(entries, AUDIT_REVIEW, order, &review->id, content);
}

static void note_step(struct audit_entries *entries, struct content *content, const struct batch_order *order,
                      const struct history_step *step, const struct uuid *id)
{
    content->length = 0;
    put_uuid(content, &step->review_id);
    put_word(content, step->step);
    put_word(content, actor_name(step->actor));
    put_uuid(content, &step->staff_id);
    put_time(content, step->at_us);
    note(entries, AUDIT_HISTORY, order, id, content);
}

void batch_audit_effects(struct audit_entries *entries, const struct batch *batch, const struct uuid *history_ids,
                         const char *const *inputs, const struct sealed_credit *credits)
{
    struct content content = {.arena = entries->arena};
    const struct effects *effects = &batch->effects;
    for (size_t i = 0; i < batch->orders_count; i++) {
        const struct batch_order *order = &batch->orders[i];
        if (order->order.is_changed)
            note_order(entries, &content, order);
        for (size_t j = 0; j < order->order.payments_count; j++) {
            const struct payment *payment = &order->order.payments[j];
            if (payment->is_new || payment->is_changed)
                note_payment(entries, &content, order, payment);
        }
    }
    for (size_t i = 0; i < effects->decisions_count; i++)
        note_decision(entries, &content, batch_find_order(batch, &effects->decisions[i].order_id),
                      &effects->decisions[i], inputs[i]);
    for (size_t i = 0; i < effects->documents_count; i++)
        note_document(entries, &content, batch, &effects->documents[i], &credits[i]);
    for (size_t i = 0; i < effects->reviews_count; i++)
        note_review(entries, &content, batch_find_order(batch, &effects->reviews[i].order_id), &effects->reviews[i]);
    for (size_t i = 0; i < effects->history_count; i++)
        note_step(entries, &content, batch_find_order(batch, &effects->history[i].order_id), &effects->history[i],
                  &history_ids[i]);
}

void batch_audit_placed(struct audit_entries *entries, const struct stored_order *order, const struct uuid *salt,
                        const struct uuid *billing_key_id, const uint8_t *blob, size_t blob_length,
                        const struct uuid *step_id)
{
    const struct batch_order placed = {.order = {.id = order->id, .status = order->status}, .audit_salt = *salt};
    const struct history_step step = {
        .order_id = order->id, .step = "placed", .actor = ACTOR_CUSTOMER, .at_us = order->created_at_us};
    struct content content = {.arena = entries->arena};
    put_text(&content, order->number);
    put_uuid(&content, &order->customer_id);
    put_word(&content, order->currency);
    put_number(&content, order->net_minor);
    put_number(&content, order->vat_minor);
    put_number(&content, order->total_minor);
    put_time(&content, order->expires_at_us);
    put_word(&content, language_name(order->language));
    put_uuid(&content, billing_key_id);
    put_number(&content, ORDER_CONTENT_VERSION_FIRST);
    put_bytes(&content, blob, blob_length);
    put_time(&content, order->created_at_us);
    put_text(&content, order->information_version);
    put_bool(&content, order->information_shown);
    put_bool(&content, tax_is_one_stop_shop(&order->content.totals));
    note(entries, AUDIT_ORDER, &placed, &order->id, &content);
    note_order(entries, &content, &placed);
    /* As sql/order/place_beside.sql makes it. */
    struct payment attempt = order->payments[0];
    attempt.is_attempt = attempt.is_new = true;
    note_payment(entries, &content, &placed, &attempt);
    note_step(entries, &content, &placed, &step, step_id);
}
