#pragma once
/* The leaves of a batch and of an order that is placed, made without asking the database. Internal to store. */
#include "akkoord/store/audit.h"
#include "akkoord/store/batch.h"
#include "akkoord/store/orders.h"
#include "batch_credits.h"

/* The rows of akkoord.event that a batch adds. */
struct event_rows {
    const struct batch_event **events;
    struct uuid *ids;
    uint8_t **bodies; /* NULL: not kept */
    size_t *body_lengths;
    size_t count;
};

/* An order that is placed under `salt`, with its first attempt and the step `step_id`; `blob` is its sealed content. */
void batch_audit_placed(struct audit_entries *entries, const struct stored_order *order, const struct uuid *salt,
                        const struct uuid *billing_key_id, const uint8_t *blob, size_t blob_length,
                        const struct uuid *step_id);

/* The body of an event under the month's key, for its row `row_id`. */
enum status batch_seal_body(struct arena *arena, const struct batch_event *event, const struct uuid *row_id,
                            const struct batch_event_key *key, uint8_t **blob, size_t *length,
                            struct error *error) AKKOORD_MUST_CHECK;

/* Notes one event that is kept; `order_id` and the body may be nil and NULL. */
void batch_audit_event(struct audit_entries *entries, const struct payment_event *event, const struct uuid *id,
                       const struct uuid *order_id, int64_t received_at_us, enum event_outcome outcome,
                       const struct uuid *body_key_id, const uint8_t *body, size_t body_length);
void batch_audit_events(struct audit_entries *entries, const struct batch *batch, const struct event_rows *rows,
                        const struct uuid *body_key_id);
/* All else that the batch writes, but for the reviews that it decides. `history_ids`, `inputs` (JSON, canonical) and
 * `credits` stand in the order of the steps, of the decisions and of the documents. */
void batch_audit_effects(struct audit_entries *entries, const struct batch *batch, const struct uuid *history_ids,
                         const char *const *inputs, const struct sealed_credit *credits);
