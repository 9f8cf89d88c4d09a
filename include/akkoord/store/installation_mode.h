#pragma once
/*
 * Whether a database is one for tests or for real money: the one row of akkoord.installation, stamped at the first
 * start and never changed. And what else is asked of a database as a whole.
 */
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/store/store.h"

/* Stamps `mode` ("test" or "live") on a database that has no mode yet, and holds it against the mode it has:
 * STATUS_CONFLICT `mode_mismatch` when that is another. */
enum status store_installation_mode_stamp(struct store *store, struct arena *arena, const char *mode,
                                          struct error *error) AKKOORD_MUST_CHECK;
/* The mode it has, in the arena; NULL when no server was ever started on it. */
enum status store_installation_mode_find(struct store *store, struct arena *arena, const char **mode,
                                         struct error *error) AKKOORD_MUST_CHECK;

/* What the database's clock says now. */
enum status store_database_clock(struct store *store, int64_t *time_us, struct error *error) AKKOORD_MUST_CHECK;
