#pragma once
/*
 * What an installation has to have before it serves: the mode stamped on the database, the keys noted, a price list, a
 * seller, the sandbox's secret. Each is made when it is missing and may be made; done again it changes nothing.
 * Main thread, before any other.
 */
#include "akkoord/app/settings.h"
#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/store/services.h"
#include "akkoord/store/store.h"

#define SANDBOX_SECRET_NAME "sandbox-webhook-secret"

/* Mode, keys and price list: AKKOORD_SERVICES_FILE when it is set; else, in an embedded test installation that sells
 * nothing yet, a sample. */
enum status first_start_prepare(const struct settings *settings, struct store *store,
                                struct error *error) AKKOORD_MUST_CHECK;
/* Whether AKKOORD_SERVICES_FILE, which is set, can be imported: what it lists, in the arena. */
enum status first_start_check_services(const struct settings *settings, struct arena *arena, struct price_list *list,
                                       struct error *error) AKKOORD_MUST_CHECK;
/* The seller of AKKOORD_SELLER_FILE or, in test mode, a sample; its texts live in the arena. */
enum status first_start_seller(const struct settings *settings, struct arena *arena, struct seller *seller,
                               struct error *error) AKKOORD_MUST_CHECK;
/* The sandbox's webhook secret, as its setting has it: that setting, or else the random one that is kept in the data
 * folder, made now if need be. The caller cleanses and frees it. */
enum status first_start_sandbox_secret(const struct settings *settings, char **secret,
                                       struct error *error) AKKOORD_MUST_CHECK;
