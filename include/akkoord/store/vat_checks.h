#pragma once
/*
 * What VIES said of the buyer's VAT number of an order: rows of akkoord.vat_number_check, one an order, written once.
 * Outcome and time are plain. The rest is sealed under the order's billing key, because the number of a sole trader is
 * a personal datum, and ends with it:
 *
 *     {"vat_number","consultation_number","requested_at","name","address"}     all but the first may be null
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/order.h"
#include "akkoord/domain/vat_check.h"
#include "akkoord/store/store.h"
#include "akkoord/vault/seal.h"

/* As it is read with an order; its texts live in the arena. */
struct stored_vat_check {
    bool is_there; /* else nothing was asked, or nothing is recorded yet */
    int64_t checked_at_us;
    struct vat_check check;
};

/* What is sealed; pure. The blob lives in the arena. */
enum status vat_check_seal(struct arena *arena, const struct data_key *key, const struct uuid *order_id,
                           const struct uuid *customer_id, const struct vat_check *check, uint8_t **blob,
                           size_t *blob_length, struct error *error) AKKOORD_MUST_CHECK;
/* All but the outcome, which stands beside it. STATUS_INTERNAL for whatever does not open or is not in the format. */
enum status vat_check_open(struct arena *arena, const struct data_key *key, const struct uuid *order_id,
                           const struct uuid *customer_id, const void *blob, size_t blob_length,
                           struct vat_check *check, struct error *error) AKKOORD_MUST_CHECK;

/* Records it, unless something is recorded of this order already: then that stays, and `is_first` is false.
 * STATUS_NOT_FOUND: the order is gone, or its content was shredded. */
enum status store_vat_check_record(struct store *store, struct arena *arena, const struct uuid *order_id,
                                   const struct vat_check *check, int64_t at_us, bool *is_first,
                                   struct error *error) AKKOORD_MUST_CHECK;

/* Whether this customer had the processing of their data restricted (GDPR art. 18): what is kept of them goes to nobody
 * then. */
enum status store_vat_check_is_restricted(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                          bool *is_restricted, struct error *error) AKKOORD_MUST_CHECK;

/* An item of the list for staff, which opens nothing. */
struct listed_vat_check {
    struct uuid order_id;
    const char *order_number;
    enum order_status order_status;
    enum vat_check_outcome outcome;
    int64_t checked_at_us;
};

/* The newest orders first, at most `limit`, from after the order `after` (nil: from the start); `only` may be NULL. The
 * array lives in the arena. */
enum status store_vat_checks_list(struct store *store, struct arena *arena, const enum vat_check_outcome *only,
                                  const struct uuid *after, size_t limit, struct listed_vat_check **checks,
                                  size_t *count, struct error *error) AKKOORD_MUST_CHECK;
