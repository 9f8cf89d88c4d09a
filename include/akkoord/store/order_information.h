#pragma once
/*
 * The versions of what is told before an order is placed, word for word: rows of akkoord.order_information, only ever
 * added to. An order names the version that was in force.
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/store/store.h"

/* Keeps a version, in both languages as JSON, unless it is kept already. */
enum status store_order_information_keep(struct store *store, struct arena *arena, const char *version,
                                         const char *text_nl, const char *text_en,
                                         struct error *error) AKKOORD_MUST_CHECK;
