#pragma once
/*
 * Decisions as they are stored: read here, written by the committer alone (batch.h), changed by nobody. They hold
 * nothing that identifies a person; a reviewer's own words stand with the review.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/decision.h"
#include "akkoord/store/store.h"

/* A decision, and what was true when it was made: the policy may have changed since. */
struct stored_decision {
    struct decision decision;
    /* All three NULL when a person decided. */
    const char *policy_name;
    const char *policy_version;
    const char *policy_hash;
    const char *legal_basis;
    const char *inputs; /* JSON, as stored */
};

/* Oldest first; none at all for an order that nobody decided about. The array lives in the arena. */
enum status store_decisions_of_order(struct store *store, struct arena *arena, const struct uuid *order_id,
                                     struct stored_decision **decisions, size_t *count,
                                     struct error *error) AKKOORD_MUST_CHECK;

/* STATUS_NOT_FOUND `not_found`. */
enum status store_decision_find(struct store *store, struct arena *arena, const struct uuid *id,
                                struct stored_decision *decision, struct error *error) AKKOORD_MUST_CHECK;

/* Those of `ids` that exist, in any order. */
enum status store_decisions_find(struct store *store, struct arena *arena, const struct uuid *ids, size_t ids_count,
                                 struct stored_decision **decisions, size_t *count,
                                 struct error *error) AKKOORD_MUST_CHECK;

#define DECISIONS_PAGE 500

/* The next decisions, at most DECISIONS_PAGE, that any version of a policy made, in the order of their ids; `after` is
 * the nil UUID to begin with. */
enum status store_decisions_by_policy(struct store *store, struct arena *arena, const struct uuid *after,
                                      struct stored_decision **decisions, size_t *count,
                                      struct error *error) AKKOORD_MUST_CHECK;
