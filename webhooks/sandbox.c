/*
 * Provider "sandbox": our own make-believe payment provider for trying things out. On the wire it is a Standard
 * Webhooks sender like any other and gets no easier treatment; its money is never real. Pure; any thread.
 */
#include "providers.h"
#include "standard.h"

static enum webhook_verdict sandbox_read(const struct webhook_secrets *secrets, const struct webhook_input *input,
                                         struct arena *arena, struct payment_event *event, struct error *error)
{
    return standard_read_as(webhook_sandbox.name, false, secrets, input, arena, event, error);
}

const struct webhook_provider webhook_sandbox = {
    .name = "sandbox",
    .secret_setting = "AKKOORD_SANDBOX_WEBHOOK_SECRET",
    .parse_secret = standard_parse_secret,
    .read = sandbox_read,
};
