#pragma once
/* Credit notes with lines of their own, as staff look at them: why they were drawn up, and what for. */
#include "akkoord/domain/credit.h"
#include "akkoord/store/store.h"

struct stored_credit_note {
    char number[DOCUMENT_NUMBER_BYTES];
    char credited_number[DOCUMENT_NUMBER_BYTES];
    const char *reason; /* NULL: with the order, by a decision */
    const char *refund; /* the provider's id, or NULL */
    const struct credit_part *parts;
    size_t parts_count;
    struct totals totals;
};

/* Of one order, oldest first; in the arena. STATUS_NOT_FOUND `data_key_erased`: their content was shredded. */
enum status store_credit_notes_of_order(struct store *store, struct arena *arena, const struct uuid *order_id,
                                        struct stored_credit_note **notes, size_t *count,
                                        struct error *error) AKKOORD_MUST_CHECK;

/* Whether a provider told of a refund of this id, of a payment of this order, and not that it failed. */
enum status store_order_has_refund(struct store *store, struct arena *arena, const struct uuid *order_id,
                                   const char *refund_id, bool *has_refund, struct error *error) AKKOORD_MUST_CHECK;
