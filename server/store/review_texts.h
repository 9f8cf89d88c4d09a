#pragma once
/* What people write in a review, sealed under the order's billing key. Inside store only. */
#include "akkoord/store/reviews.h"

/* Where a text stands. */
enum review_text {
    REVIEW_TEXT_STATEMENT, /* row: the statement; the others: the review */
    REVIEW_TEXT_REASONS,
    REVIEW_TEXT_PROPOSAL, /* version: when it was proposed, as one may follow another */
    REVIEW_TEXT_EXTENSION,
};
/* Of texts that are written once. */
#define REVIEW_TEXT_VERSION 1

struct seal_context review_text_context(enum review_text text, const struct uuid *row_id,
                                        const struct uuid *customer_id, int64_t version);

/* Whose review it is, and what its texts are sealed under. */
struct review_owner {
    struct uuid order_id;
    struct uuid customer_id;
    struct data_key billing_key;
};

/* A statement by the customer (`staff_id` nil) or by staff. The review is locked. STATUS_CONFLICT
 * `too_many_statements`.
 */
enum status review_text_add_statement(struct store *store, struct arena *arena, const struct uuid *review_id,
                                      const struct review_owner *owner, const struct uuid *staff_id, const char *text,
                                      int64_t now_us, struct error *error) AKKOORD_MUST_CHECK;

/* Moves a locked review on; `assigned_to` NULL leaves it with whom it is. */
enum status review_set_stage(struct store *store, struct arena *arena, const struct uuid *review_id,
                             enum review_stage stage, const struct uuid *assigned_to,
                             struct error *error) AKKOORD_MUST_CHECK;
