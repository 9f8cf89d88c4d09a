#pragma once
/*
 * Dead letters: jobs of the outbox (jobs.h) that were given up, for staff to see and to try again.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/store/store.h"

struct dead_job {
    struct uuid id;
    const char *kind;
    const char *payload; /* JSON, as in jobs.h */
    int64_t attempts;
    const char *last_error; /* the code of the struct error it ended with, or NULL */
    int64_t run_at_us;      /* when the last attempt was begun or due */
    int64_t created_at_us;
};

/* Newest first, at most `limit`, from after the job `after` (nil: from the start). */
enum status store_dead_jobs_list(struct store *store, struct arena *arena, const struct uuid *after, size_t limit,
                                 struct dead_job **jobs, size_t *count, struct error *error) AKKOORD_MUST_CHECK;

/*
 * Makes a dead job due now, with its attempts and its age counted from nothing. Where another of the same kind and key
 * waits already, that one does the work and this one is deleted. `kind` is the job's, in the arena.
 * STATUS_NOT_FOUND "not_found": no such job, perhaps as it is done by now; STATUS_CONFLICT "job_not_dead".
 */
enum status store_dead_job_retry(struct store *store, struct arena *arena, const struct uuid *id, const char **kind,
                                 struct error *error) AKKOORD_MUST_CHECK;
