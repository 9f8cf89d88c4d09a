#pragma once
/* Every provider, one a file: what provider.c lists. Private to webhooks/. */
#include "akkoord/webhooks/provider.h"

extern const struct webhook_provider webhook_standard;
extern const struct webhook_provider webhook_sandbox;
extern const struct webhook_provider webhook_stripe;
extern const struct webhook_provider webhook_mollie;
