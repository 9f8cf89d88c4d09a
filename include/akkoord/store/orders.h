#pragma once
/*
 * Orders: placed here, read here, changed by nobody but the committer (batch.h). What the invoice will show is sealed
 * under a data key of the order's own (order_content.h).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/order.h"
#include "akkoord/store/decisions.h"
#include "akkoord/store/documents.h"
#include "akkoord/store/order_content.h"
#include "akkoord/store/store.h"
#include "akkoord/store/vat_checks.h"

#define ORDER_NUMBER_BYTES 24

/* An order as it was read. */
struct stored_order {
    struct uuid id;
    char number[ORDER_NUMBER_BYTES]; /* "A0000001": ours, without a promise of no gaps */
    struct uuid customer_id;
    enum order_status status;
    enum language language;
    char currency[CURRENCY_BYTES];
    int64_t net_minor;
    int64_t vat_minor;
    int64_t total_minor;
    int64_t expires_at_us;
    int64_t created_at_us;
    struct uuid decision_id;        /* the newest that is not `refused`; nil if none */
    const struct payment *payments; /* oldest first */
    size_t payments_count;
    const struct stored_document *documents; /* as they were issued */
    size_t documents_count;
    const struct stored_decision *decision; /* in lists only: the one of decision_id, or NULL */
    /* Only of an order read by itself: empty in lists. */
    const char *information_version; /* in force when it was placed (order_information.h); NULL: there was none yet */
    bool information_shown;          /* the shop said so */
    struct order_content content;
    struct stored_vat_check vat_check;
};

/* ---- reading ---- */

/* With its content. `customer_id`: whose it must be; NULL for staff. STATUS_NOT_FOUND: no such order, or somebody
 * else's (`not_found`), or its content was shredded (`data_key_erased`). Read by several statements: between
 * pg_begin_snapshot() and pg_rollback() they see one moment. */
enum status store_order_find(struct store *store, struct arena *arena, const struct uuid *id,
                             const struct uuid *customer_id, struct stored_order *order,
                             struct error *error) AKKOORD_MUST_CHECK;

/* Without content, newest first, at most `limit`, from after the order `after` (nil: from the start). `customer_id`
 * and `only` narrow it and may be NULL. The array lives in the arena. */
enum status store_orders_list(struct store *store, struct arena *arena, const struct uuid *customer_id,
                              const enum order_status *only, const struct uuid *after, size_t limit,
                              struct stored_order **orders, size_t *count, struct error *error) AKKOORD_MUST_CHECK;

/* ---- placing ---- */

#define IDEMPOTENCY_HOURS 24

/* An Idempotency-Key and the body that came with it, both as they are hashed and compared. */
struct idempotency_request {
    struct uuid customer_id;
    const char *key;
    const char *body;
    size_t body_length;
};

/* Whether the order that came with this key within IDEMPOTENCY_HOURS was placed already: then `response` is the first
 * answer, else NULL. STATUS_CONFLICT `idempotency_mismatch` when it came with another body. */
enum status store_idempotency_find(struct store *store, struct arena *arena, const struct idempotency_request *request,
                                   const char **response, size_t *response_length,
                                   struct error *error) AKKOORD_MUST_CHECK;

/*
 * Order, data key, its first payment and the history's first step, in one transaction. `order` is complete, with
 * exactly one payment. With `idempotency` (may be NULL) the answer `response` is kept beside it; of any number of
 * requests at once under one key exactly one places an order, and the others get STATUS_CONFLICT `idempotency_taken`
 * once that is committed: store_idempotency_find() has its answer. `asks_vies`: the job that asks VIES about the
 * buyer's VAT number is written with it.
 */
enum status store_order_place(struct store *store, struct arena *arena, const struct stored_order *order,
                              const struct idempotency_request *idempotency, const char *response,
                              size_t response_length, bool asks_vies, struct error *error) AKKOORD_MUST_CHECK;
