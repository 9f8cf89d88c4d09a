#pragma once
/*
 * Deletes what has reached its term, by the catalogue of domain/retention.h: which category, before which moment. What
 * belongs to a category is in sql/retention/, one file each.
 *
 * A run goes through the categories in batches, each a transaction of its own that is noted in akkoord.retention_run;
 * killed at any point it has done whole batches, and the next run goes on. One run at a time in the whole database.
 * What a legal hold stops is passed over, also by the batch that is under way when the hold is set.
 */
#include <stdbool.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/retention.h"
#include "akkoord/store/store.h"

#define RETENTION_BATCH_ROWS   1000 /* of one category in one transaction */
#define RETENTION_BATCH_ORDERS 100  /* with all that belongs to them */
/* Longer than that apart from the database's clock, nothing is deleted: one of the two is wrong. */
#define RETENTION_CLOCK_APART_US (INT64_C(86400) * 1000000)

/* Rows by category. */
struct retention_counts {
    int64_t rows[RETENTION_CATEGORIES];
};

struct retention_run {
    const char *origin; /* "command", "server" */
    bool dry_run;       /* counts, and changes nothing */
    int64_t now_us;
    int64_t clock_offset_us; /* by which now_us was shifted on purpose */
    /* After each batch (may be NULL): what was done so far. */
    void (*progress)(void *context, const struct retention_counts *counts);
    /* Asked before each batch (may be NULL): whether to end early. */
    bool (*is_stopping)(void *context);
    void *context;
};

/*
 * `store` is the retention role's; its keyring is there for the audit log. `counts` is filled also when it fails in the
 * middle. STATUS_CONFLICT `retention_busy`: another run is under way · STATUS_CONFLICT `clock_apart`: this machine's
 * clock and the database's differ by more than RETENTION_CLOCK_APART_US · STATUS_FORBIDDEN `clock_shifted`: a shifted
 * clock on a live installation's database.
 */
enum status store_retention_run(struct store *store, const struct retention_run *run, struct retention_counts *counts,
                                struct error *error) AKKOORD_MUST_CHECK;

/* When the last run before now that came to its end began; 0 when there was none. */
enum status store_retention_last_run(struct store *store, struct arena *arena, int64_t now_us, int64_t *started_us,
                                     struct error *error) AKKOORD_MUST_CHECK;

/* Deletes at most `limit` of what is over within a day: sessions, idempotency keys, reservations. The server's role may
 * do that by itself, every few seconds. */
enum status store_retention_forget(struct store *store, struct arena *arena, size_t limit,
                                   struct error *error) AKKOORD_MUST_CHECK;
