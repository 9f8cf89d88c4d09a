#pragma once
/*
 * Whether a database is one for tests or for real money: the one row of akkoord.installation, stamped at the first
 * start and never changed.
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/store/store.h"

/* Stamps `mode` ("test" or "live") on a database that has no mode yet, and holds it against the mode it has:
 * STATUS_CONFLICT `mode_mismatch` when that is another. */
enum status store_installation_mode_stamp(struct store *store, struct arena *arena, const char *mode,
                                          struct error *error) AKKOORD_MUST_CHECK;
