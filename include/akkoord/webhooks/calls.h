#pragma once
/* Calling a payment provider's API: client.h's requests over http/client.h. Logs nothing and keeps nothing. */
#include "akkoord/http/client.h"
#include "akkoord/webhooks/client.h"

#define PROVIDER_ACCOUNTS_MAX 4

/* A provider whose API key is set, or a service that asks for none. The texts must outlive it. */
struct provider_account {
    const struct provider_client *client; /* NULL: no payment provider */
    const char *api_url;                  /* without /v1 or /v2, no slash at the end */
    const char *key;                      /* NULL: none is sent */
    long timeout_ms;                      /* of a call that does not say; 0: the client's */
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

/* When, and for how long at most. */
struct provider_call_times {
    long delay_ms;   /* begins no sooner than that from now */
    long timeout_ms; /* of the whole call; 0: the client's */
};

/* `answer` on STATUS_OK, of any HTTP status, its texts in the arena; `error` on all else, as http_client_start() says.
 */
typedef void provider_callback(void *context, enum status status, const struct provider_answer *answer,
                               const struct error *error);

/* Starts a call, as http_client_start() does. The request's texts must outlive it. */
enum status provider_call_start(const struct provider_account *account, struct http_client *client, struct arena *arena,
                                const struct provider_request *request, struct provider_call_times times,
                                provider_callback *callback, void *context, struct error *error) AKKOORD_MUST_CHECK;

/* The same, waited for; never on an event loop. */
enum status provider_call(const struct provider_account *account, struct http_client *client, struct arena *arena,
                          const struct provider_request *request, struct provider_answer *answer,
                          struct error *error) AKKOORD_MUST_CHECK;
