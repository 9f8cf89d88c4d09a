#pragma once
/*
 * Figures about reviews: how many, how they ended and how long they took. Counts and times only, computed by the
 * database; nothing in them is about one person.
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/store/store.h"

enum review_grouping { REVIEW_FIGURES_OF_ALL, REVIEW_FIGURES_BY_REASON, REVIEW_FIGURES_BY_POLICY };

struct review_figures {
    enum review_grouping grouping;
    const char *name;    /* a reason's code, or a policy's name: empty for what staff decided */
    const char *version; /* of the policy, or empty */
    int64_t asked;
    int64_t decided;
    int64_t overturned;      /* of those decided; the next two as well */
    int64_t late;            /* after the due date */
    int64_t inputs_not_seen; /* by whoever decided */
    int64_t median_seconds;  /* from asked to decided; -1 when none was decided */
    int64_t p90_seconds;     /* nine in ten took no longer */
};

/* Of what was asked for or decided from `from_us` until before `to_us`; by grouping, then name and version. */
enum status store_review_figures(struct store *store, struct arena *arena, int64_t from_us, int64_t to_us,
                                 struct review_figures **figures, size_t *count,
                                 struct error *error) AKKOORD_MUST_CHECK;

/* Reviews that should have been decided before now. */
enum status store_reviews_count_overdue(struct store *store, struct arena *arena, int64_t now_us, int64_t *count,
                                        struct error *error) AKKOORD_MUST_CHECK;
