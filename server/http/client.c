/*
 * The HTTP client: how a call is put to curl, and what its outcome means; nothing else but client_loop.c, which moves
 * the calls, and client_mail.c sees curl. Calls are prepared on the thread that starts them, and everything after is
 * the client's thread.
 */
#include "akkoord/http/client.h"

#include <pthread.h>

#include "akkoord/base/memory.h"
#include "client_call.h"

struct http_client {
    struct http_client_options options;
    struct client_loop *loop;
};

static void initialise_curl(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort(); /* OpenSSL would not start: nothing works */
}

struct http_client *http_client_new(const struct http_client_options *options)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, initialise_curl);
    struct http_client *client = memory_alloc_zero(1, sizeof(*client));
    client->options = *options;
    if (client->options.timeout_ms == 0)
        client->options.timeout_ms = HTTP_CLIENT_TIMEOUT_MS;
    if (client->options.body_bytes_max == 0)
        client->options.body_bytes_max = HTTP_CLIENT_BODY_BYTES_MAX;
    client->loop = client_loop_new(options->name != NULL ? options->name : "http-client");
    return client;
}

void http_client_free(struct http_client *client)
{
    if (client == NULL)
        return;
    client_loop_free(client->loop);
    free(client);
}

void http_client_cancel(struct http_client *client)
{
    client_loop_cancel(client->loop);
}

/* ---- the outcome ---- */

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct buffer *body = context;
    buffer_append(body, bytes, size * count);
    return body->overflowed ? 0 : size * count;
}

static enum status explain_http(const struct client_call *call, CURLcode code, struct error *error)
{
    if (call->body.overflowed)
        return error_set(error, STATUS_TOO_LARGE, "answer_too_large", "the answer is too large");
    switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_LOGIN_DENIED:
        return error_set(error, STATUS_INVALID, "url", "this is no URL that may be called");
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        return error_set(error, STATUS_UNAVAILABLE, "connect_failed", "nobody answers there");
    case CURLE_OPERATION_TIMEDOUT:
        return error_set(error, STATUS_UNAVAILABLE, "timed_out", "no answer came in time");
    case CURLE_ABORTED_BY_CALLBACK:
        return error_set(error, STATUS_UNAVAILABLE, "cancelled", "the call was broken off");
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return error_set(error, STATUS_UNAVAILABLE, "tls_failed", "no trusted TLS connection could be made");
    default:
        return error_set(error, STATUS_UNAVAILABLE, "no_answer", "the connection broke off, or the answer is no HTTP");
    }
}

enum status client_call_result(struct client_call *call, CURLcode code, struct http_client_response *response,
                               struct error *error)
{
    if (code != CURLE_OK)
        return call->explain(call, code, error);
    long http_status = 0;
    const char *content_type = NULL;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &http_status);
    curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &content_type);
    *response = (struct http_client_response){
        .status = (int)http_status,
        .content_type = arena_copy_text(call->arena, content_type != NULL ? content_type : ""),
        .body = arena_copy_bytes(call->arena, buffer_text(&call->body), call->body.length),
        .body_length = call->body.length,
        .retry_after_s = retry_after_s < HTTP_CLIENT_RETRY_AFTER_S_MAX ? retry_after_s : HTTP_CLIENT_RETRY_AFTER_S_MAX,
    };
    return STATUS_OK;
}

void client_call_release(struct client_call *call)
{
    curl_easy_cleanup(call->easy);
    curl_slist_free_all(call->headers);
    buffer_release(&call->body);
}

/* ---- a call ---- */

static struct curl_slist *list_headers(struct arena *arena, const struct http_client_request *request)
{
    /* curl's own ideas: no Expect for large bodies, and no type for a body that the caller gave none. */
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    list = curl_slist_append(list, "Content-Type:");
    for (size_t i = 0; i < request->header_count; i++)
        list =
            curl_slist_append(list, arena_format(arena, "%s: %s", request->headers[i].name, request->headers[i].value));
    return list;
}

static void set_content(CURL *curl, const struct http_client_request *request)
{
    if (request->method == HTTP_HEAD) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
        return;
    }
    if (request->body != NULL || request->method == HTTP_POST) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body != NULL ? request->body : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, http_method_name(request->method));
}

static void set_options(const struct http_client *client, const struct http_client_request *request,
                        struct client_call *call)
{
    CURL *curl = call->easy;
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                     request->timeout_ms != 0 ? request->timeout_ms : client->options.timeout_ms);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, call->headers);
    if (client->options.certificate_file != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, client->options.certificate_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (client->options.direct)
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
    set_content(curl, request);
}

struct client_call *client_call_new(struct arena *arena, size_t body_bytes_max, client_call_explainer *explain)
{
    struct client_call *call = ARENA_NEW(arena, struct client_call);
    call->arena = arena;
    call->explain = explain;
    call->easy = curl_easy_init();
    if (call->easy == NULL)
        abort(); /* out of memory */
    buffer_init(&call->body, body_bytes_max);
    curl_easy_setopt(call->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(call->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CLIENT_CONNECT_TIMEOUT_MS);
    curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, &call->body);
    curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
    return call;
}

static struct client_call *prepare(const struct http_client *client, struct arena *arena,
                                   const struct http_client_request *request)
{
    struct client_call *call = client_call_new(arena, client->options.body_bytes_max, explain_http);
    call->delay_ms = request->delay_ms;
    call->headers = list_headers(arena, request);
    set_options(client, request, call);
    return call;
}

static enum status start(struct http_client *client, struct client_call *call, http_client_callback *callback,
                         void *context, struct error *error)
{
    call->callback = callback;
    call->context = context;
    enum status status = client_loop_start(client->loop, call, error);
    if (status != STATUS_OK)
        client_call_release(call);
    return status;
}

enum status http_client_start(struct http_client *client, struct arena *arena,
                              const struct http_client_request *request, http_client_callback *callback, void *context,
                              struct error *error)
{
    return start(client, prepare(client, arena, request), callback, context, error);
}

/* ---- waiting for it ---- */

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool is_done;
    enum status status;
    struct http_client_response *response;
    struct error *error; /* NULL: not wanted */
};

static void wake(void *context, enum status status, const struct http_client_response *response,
                 const struct error *error)
{
    struct waiter *waiter = context;
    pthread_mutex_lock(&waiter->lock);
    waiter->status = status;
    if (status == STATUS_OK)
        *waiter->response = *response;
    else if (waiter->error != NULL)
        *waiter->error = *error;
    waiter->is_done = true;
    pthread_cond_signal(&waiter->ended);
    pthread_mutex_unlock(&waiter->lock);
}

enum status client_call_wait(struct http_client *client, struct client_call *call,
                             struct http_client_response *response, struct error *error)
{
    struct waiter waiter = {
        .lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER, .response = response, .error = error};
    enum status status = start(client, call, wake, &waiter, error);
    if (status == STATUS_OK) {
        pthread_mutex_lock(&waiter.lock);
        while (!waiter.is_done)
            pthread_cond_wait(&waiter.ended, &waiter.lock);
        pthread_mutex_unlock(&waiter.lock);
        status = waiter.status;
    }
    pthread_cond_destroy(&waiter.ended);
    pthread_mutex_destroy(&waiter.lock);
    return status;
}

enum status http_client_send(struct http_client *client, struct arena *arena, const struct http_client_request *request,
                             struct http_client_response *response, struct error *error)
{
    return client_call_wait(client, prepare(client, arena, request), response, error);
}
