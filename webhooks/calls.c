/* One call to a provider's API, with its key. The calling thread. */
#include "akkoord/webhooks/calls.h"

#define HEADERS_MAX 5

void provider_accounts_add(struct provider_accounts *accounts, const char *provider, const char *api_url,
                           const char *key)
{
    const struct provider_client *client = provider_client_find(provider);
    if (key == NULL || client == NULL)
        return;
    if (accounts->count == PROVIDER_ACCOUNTS_MAX)
        abort(); /* more providers than there is room for */
    accounts->items[accounts->count++] = (struct provider_account){.client = client, .api_url = api_url, .key = key};
}

const struct provider_account *provider_account_find(const struct provider_accounts *accounts, const char *provider)
{
    for (size_t i = 0; i < accounts->count; i++) {
        if (strcmp(accounts->items[i].client->name, provider) == 0)
            return &accounts->items[i];
    }
    return NULL;
}

enum status provider_call(const struct provider_account *account, struct http_client *client, struct arena *arena,
                          const struct provider_request *request, long timeout_ms, struct provider_answer *answer,
                          struct error *error)
{
    struct http_header headers[HEADERS_MAX] = {
        {"Authorization", arena_format(arena, "Bearer %s", account->key)},
        {"Accept", "application/json"},
        {"User-Agent", "Akkoord"},
    };
    size_t count = 3;
    if (request->content_type != NULL)
        headers[count++] = (struct http_header){"Content-Type", request->content_type};
    if (request->idempotency_key != NULL)
        headers[count++] = (struct http_header){"Idempotency-Key", request->idempotency_key};
    const struct http_client_request call = {
        .method = request->is_post ? HTTP_POST : HTTP_GET,
        .url = arena_format(arena, "%s%s", account->api_url, request->path),
        .headers = headers,
        .header_count = count,
        .body = request->body,
        .body_length = request->body != NULL ? strlen(request->body) : 0,
        .timeout_ms = timeout_ms,
    };
    struct http_client_response response;
    enum status status = http_client_send(client, arena, &call, &response, error);
    if (status == STATUS_OK)
        *answer = (struct provider_answer){
            .status = response.status, .body = response.body, .body_length = response.body_length};
    return status;
}
