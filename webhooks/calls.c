/* Calls to a provider's API, with its key. Built on the calling thread; answers come as http/client.h says. */
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

static struct http_client_request build(const struct provider_account *account, struct arena *arena,
                                        const struct provider_request *request)
{
    struct http_header *headers = ARENA_ARRAY(arena, struct http_header, HEADERS_MAX);
    size_t count = 0;
    if (account->key != NULL)
        headers[count++] = (struct http_header){"Authorization", arena_format(arena, "Bearer %s", account->key)};
    headers[count++] = (struct http_header){"Accept", "application/json"};
    headers[count++] = (struct http_header){"User-Agent", "Akkoord"};
    if (request->content_type != NULL)
        headers[count++] = (struct http_header){"Content-Type", request->content_type};
    if (request->idempotency_key != NULL)
        headers[count++] = (struct http_header){"Idempotency-Key", request->idempotency_key};
    return (struct http_client_request){
        .method = request->is_post ? HTTP_POST : HTTP_GET,
        .url = arena_format(arena, "%s%s", account->api_url, request->path),
        .headers = headers,
        .header_count = count,
        .body = request->body,
        .body_length = request->body != NULL ? strlen(request->body) : 0,
        .timeout_ms = account->timeout_ms,
    };
}

static struct provider_answer answer_of(const struct http_client_response *response)
{
    return (struct provider_answer){
        .status = response->status,
        .body = response->body,
        .body_length = response->body_length,
        .retry_after_s = response->retry_after_s,
    };
}

/* Lives in the call's arena. */
struct started_call {
    provider_callback *callback;
    void *context;
};

static void hand_on(void *context, enum status status, const struct http_client_response *response,
                    const struct error *error)
{
    const struct started_call started = *(const struct started_call *)context;
    struct provider_answer answer = {0};
    if (status == STATUS_OK)
        answer = answer_of(response);
    started.callback(started.context, status, &answer, error);
}

enum status provider_call_start(const struct provider_account *account, struct http_client *client, struct arena *arena,
                                const struct provider_request *request, struct provider_call_times times,
                                provider_callback *callback, void *context, struct error *error)
{
    struct started_call *started = ARENA_NEW(arena, struct started_call);
    *started = (struct started_call){.callback = callback, .context = context};
    struct http_client_request call = build(account, arena, request);
    call.delay_ms = times.delay_ms;
    if (times.timeout_ms != 0)
        call.timeout_ms = times.timeout_ms;
    return http_client_start(client, arena, &call, hand_on, started, error);
}

enum status provider_call(const struct provider_account *account, struct http_client *client, struct arena *arena,
                          const struct provider_request *request, struct provider_answer *answer, struct error *error)
{
    struct http_client_response response;
    const struct http_client_request call = build(account, arena, request);
    enum status status = http_client_send(client, arena, &call, &response, error);
    if (status == STATUS_OK)
        *answer = answer_of(&response);
    return status;
}
