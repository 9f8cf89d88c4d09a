#pragma once
/*
 * Calling a payment provider's API: client.h's requests over http/client.h. Blocks the calling thread, so never on an
 * event loop. Logs nothing and keeps nothing.
 */
#include "akkoord/http/client.h"
#include "akkoord/webhooks/client.h"

#define PROVIDER_ACCOUNTS_MAX 4

/* A provider whose API key is set. The texts must outlive it. */
struct provider_account {
    const struct provider_client *client;
    const char *api_url; /* without /v1 or /v2, no slash at the end */
    const char *key;
};

struct provider_accounts {
    struct provider_account items[PROVIDER_ACCOUNTS_MAX];
    size_t count;
};

/* Nothing is added when `key` is NULL. */
void provider_accounts_add(struct provider_accounts *accounts, const char *provider, const char *api_url,
                           const char *key);
/* NULL when the provider has no API, or no key is set. */
const struct provider_account *provider_account_find(const struct provider_accounts *accounts, const char *provider);

/* STATUS_OK for an answer of any status; its texts live in the arena. Else as http_client_send(). `timeout_ms` is of
 * the whole call; 0: the client's. */
enum status provider_call(const struct provider_account *account, struct http_client *client, struct arena *arena,
                          const struct provider_request *request, long timeout_ms, struct provider_answer *answer,
                          struct error *error) AKKOORD_MUST_CHECK;
