/* Attempts to pay, as far as nobody else has to be asked (checkout.c). Worker threads. */
#include "akkoord/api/attempt.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"

void api_attempt_begin(struct api_call *call, const char *provider, struct payment *attempt)
{
    bool is_sandbox = strcmp(provider, "sandbox") == 0;
    *attempt = (struct payment){
        .id = uuid_new(),
        .status = PAYMENT_OPEN,
        .live = call->options->installation_live && !is_sandbox,
        .is_attempt = true,
        .is_new = true,
        .created_at_us = clock_now_us(),
    };
    snprintf(attempt->provider, sizeof(attempt->provider), "%s", provider);
    if (!is_sandbox)
        return;
    /* Its own random id: whoever holds it may pay, as with a real provider's checkout. */
    uint8_t random[16];
    char text[2 * sizeof(random) + 1];
    crypto_random(random, sizeof(random));
    hex_encode(random, sizeof(random), text);
    snprintf(attempt->provider_payment_id, sizeof(attempt->provider_payment_id), "sbx_%s", text);
    attempt->checkout_url =
        arena_format(call->arena, "%s/sandbox/payments/%s", call->options->public_url, attempt->provider_payment_id);
}
