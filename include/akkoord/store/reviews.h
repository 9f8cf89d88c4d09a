#pragma once
/*
 * Reviews: a person looks again at one decision. One review a decision, and at most one second look at its outcome;
 * whoever asks while it is open adds a statement to it. Statements and reasons are sealed under the order's billing key
 * and leave this file opened.
 *
 * Asking and adding happen here, what staff do on the way in review_workflow.h; the outcome is the committer's
 * (batch.h), as it changes the order. All lock the review's row, so that no statement joins a review that has been
 * decided.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/domain/review_workflow.h"
#include "akkoord/domain/transition.h"
#include "akkoord/store/store.h"

/* More than any dispute needs; what comes after is refused. */
#define REVIEW_STATEMENTS_MAX 100

struct review_statement {
    enum review_author by; /* never the policy */
    const char *text;      /* NULL once the order's billing key was destroyed */
    int64_t at_us;
};

/* The due date was moved; at_us is 0 otherwise. */
struct review_extension {
    int64_t at_us;
    int64_t due_before_us;
    const char *reasons; /* for the customer */
};

/* An outcome that waits for a second member of staff; at_us is 0 when none does. */
struct review_proposal {
    int64_t at_us;
    struct uuid by;
    enum review_outcome outcome;
    const char *reasons;
};

struct review {
    struct uuid id;
    struct uuid decision_id;
    struct uuid order_id;
    enum review_stage stage;
    enum review_state state; /* follows from the stage */
    enum review_author requested_by;
    struct review_statement *statements; /* oldest first */
    size_t statements_count;
    int64_t requested_at_us;
    int64_t due_at_us;
    bool is_overdue;
    int64_t look;           /* 1 or 2 */
    struct uuid first_id;   /* of a second look: the first; else nil */
    struct uuid second_id;  /* of a first look: the second, if it was asked for; else nil */
    struct uuid decided_by; /* these three: members of staff, or nil */
    struct uuid confirmed_by;
    struct uuid assigned_to;
    enum review_seen inputs_seen; /* by whoever decided */
    struct review_extension extension;
    struct review_proposal proposal;
    enum review_outcome outcome; /* of REVIEW_DECIDED only */
    const char *reasons;         /* NULL until then, and once the key was destroyed */
    enum language language;      /* the customer's, for what is shown of the decision */
};

/* Who asks for what. Exactly one of customer_id and staff_id; the other is nil. */
struct review_request {
    struct uuid decision_id;
    struct uuid customer_id; /* whose order it must be */
    struct uuid staff_id;
    struct uuid first_id;  /* of a second look: the review that it is one at; else nil */
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

enum review_filter {
    REVIEWS_OPEN,    /* not decided, the earliest due first */
    REVIEWS_OVERDUE, /* of those, what should have been decided by now */
    REVIEWS_DECIDED, /* newest first */
    REVIEWS_ALL,     /* newest first */
};

/* Whether it is ordered by the due date. */
bool review_filter_is_queue(enum review_filter filter);

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
