#pragma once
/* Partial credit notes of a batch: what was credited, read when an order needs it, and what is credited now, sealed.
 * The committer's thread. Internal to store and acceptance's batch through batch.h. */
#include "akkoord/store/batch.h"

/* The third round trip, of the few batches that need one: fills order.credits and batch_order.credits of the orders
 * that a credit is asked of or that have partial credit notes. What can't be read stays NULL, and harms no other order.
 */
enum status batch_load_credits(struct store *store, struct batch *batch, struct error *error) AKKOORD_MUST_CHECK;

/* The content of a document with lines of its own; of another NULL. */
struct sealed_credit {
    uint8_t *blob;
    size_t length;
};
enum status batch_seal_credit(const struct batch *batch, const struct new_document *document,
                              struct sealed_credit *sealed, struct error *error) AKKOORD_MUST_CHECK;
