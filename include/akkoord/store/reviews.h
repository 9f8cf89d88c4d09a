#pragma once
/*
 * Reviews: a person looks again at one decision. One review a decision; whoever asks while it is open adds a statement
 * to it. Statements and reasons are sealed under the order's billing key and leave this file opened.
 *
 * Asking, adding and looking happen here; the outcome is the committer's (batch.h), as it changes the order. Both lock
 * the review's row, so that no statement joins a review that has been decided.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/domain/review.h"
#include "akkoord/domain/transition.h"
#include "akkoord/store/store.h"

/* More than any dispute needs; what comes after is refused. */
#define REVIEW_STATEMENTS_MAX 100

struct review_statement {
    enum review_author by; /* never the policy */
    const char *text;      /* NULL once the order's billing key was destroyed */
    int64_t at_us;
};

struct review {
    struct uuid id;
    struct uuid decision_id;
    struct uuid order_id;
    enum review_state state;
    enum review_author requested_by;
    struct review_statement *statements; /* oldest first */
    size_t statements_count;
    int64_t requested_at_us;
    int64_t due_at_us;
    enum review_outcome outcome; /* of REVIEW_DECIDED only */
    const char *reasons;         /* NULL until then, and once the key was destroyed */
    enum language language;      /* the customer's, for what is shown of the decision */
};

/* Who asks for what. Exactly one of customer_id and staff_id; the other is nil. */
struct review_request {
    struct uuid decision_id;
    struct uuid customer_id; /* whose order it must be */
    struct uuid staff_id;
    const char *statement; /* UTF-8, checked */
};

/* Opens a review (`created`), or adds the statement to the one that is open. Any number may ask at once: one opens it,
 * the others add to it. STATUS_NOT_FOUND: no such decision, or about another customer's order; STATUS_CONFLICT
 * `review_decided` or `too_many_statements`. */
enum status store_review_request(struct store *store, struct arena *arena, const struct review_request *request,
                                 bool *created, struct uuid *review_id, struct error *error) AKKOORD_MUST_CHECK;

/* `customer_id`: whose order it must be about; NULL for staff. STATUS_NOT_FOUND otherwise. */
enum status store_review_find(struct store *store, struct arena *arena, const struct uuid *id,
                              const struct uuid *customer_id, struct review *review,
                              struct error *error) AKKOORD_MUST_CHECK;

/* Notes in the history that a member of staff looked at it; `takes` moves it from requested to assigned.
 * STATUS_NOT_FOUND when there is none. */
enum status store_review_note_look(struct store *store, struct arena *arena, const struct uuid *id,
                                   const struct uuid *staff_id, bool takes, struct error *error) AKKOORD_MUST_CHECK;

enum review_filter {
    REVIEWS_OPEN,    /* not decided, the earliest due first */
    REVIEWS_DECIDED, /* newest first */
    REVIEWS_ALL,     /* newest first */
};

/* The last review of the page before: nil and 0 for the first page. */
struct review_position {
    struct uuid id;
    int64_t due_at_us;
};

/* At most `limit`; the array lives in the arena. */
enum status store_reviews_list(struct store *store, struct arena *arena, enum review_filter filter,
                               const struct review_position *after, size_t limit, struct review **reviews,
                               size_t *count, struct error *error) AKKOORD_MUST_CHECK;

/* Seals a reviewer's own words, for the committer to write with the outcome. `key` is the order's billing key. */
enum status store_review_seal_reasons(struct arena *arena, const struct data_key *key, const struct uuid *review_id,
                                      const struct uuid *customer_id, const char *reasons, uint8_t **blob,
                                      size_t *blob_length, struct error *error) AKKOORD_MUST_CHECK;
