#pragma once
/* The Standard Webhooks scheme and the body that goes with it, for the providers that use both. Private to webhooks/.
 */
#include "akkoord/webhooks/provider.h"

/* `whsec_` and 24 to 64 bytes in base64. */
enum status standard_parse_secret(const char *text, size_t length, struct webhook_secret *secret,
                                  struct error *error) AKKOORD_MUST_CHECK;

/* As webhook_provider.read, in the name of `provider`; `live` says whether its money is real. */
enum webhook_verdict standard_read_as(const char *provider, bool live, const struct webhook_secrets *secrets,
                                      const struct webhook_input *input, struct arena *arena,
                                      struct payment_event *event, struct error *error) AKKOORD_MUST_CHECK;
