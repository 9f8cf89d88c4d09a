#pragma once
/*
 * The link of a decision message: it opens the form that asks for a review of that decision, without a log-in.
 *
 *     https://.../decisions/{id}/review?token=...
 *
 * Rows of akkoord.review_link; of a token only its SHA-256 is stored (vault/token.h). A link opens one decision of one
 * customer, for REVIEW_LINK_DAYS, and shows nothing but the explanation and the form.
 */
#include <stddef.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/review_workflow.h"
#include "akkoord/store/store.h"

#define REVIEW_LINK_DAYS 90

/* Makes a link, in the caller's transaction or alone; it lives in the arena and can't be had again. `public_url` is
 * without a slash at its end. STATUS_NOT_FOUND: no such decision, or its customer is gone. */
enum status store_review_link_make(struct store *store, struct arena *arena, const char *public_url,
                                   const struct uuid *decision_id, const char **link,
                                   struct error *error) AKKOORD_MUST_CHECK;

struct review_link {
    struct uuid customer_id;
    enum language language; /* the customer's */
    bool has_review;        /* a first look was asked for: */
    enum review_stage stage;
    int64_t due_at_us;
};

/* What a presented token opens. STATUS_NOT_FOUND `not_found` for one that is none, has expired or is another
 * decision's.
 */
enum status store_review_link_find(struct store *store, struct arena *arena, const struct uuid *decision_id,
                                   const char *token, struct review_link *link, struct error *error) AKKOORD_MUST_CHECK;
