/*
 * The HTTP client, on libcurl; nothing else sees curl. The thread that calls. Invariant: a handle is reset before each
 * call, so that nothing of one call is left in the next but the open connections.
 */
#include "akkoord/http/client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/memory.h"

struct http_client {
    struct http_client_options options;
    CURL *curl;
    atomic_bool cancelled;
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
    client->curl = curl_easy_init();
    if (client->curl == NULL)
        abort(); /* out of memory */
    return client;
}

void http_client_free(struct http_client *client)
{
    if (client == NULL)
        return;
    curl_easy_cleanup(client->curl);
    free(client);
}

void http_client_cancel(struct http_client *client)
{
    atomic_store(&client->cancelled, true);
}

/* ---- what curl calls back ---- */

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct buffer *body = context;
    buffer_append(body, bytes, size * count);
    return body->overflowed ? 0 : size * count;
}

/* Called about once a second, and whenever bytes move. */
static int look_for_cancellation(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                                 curl_off_t up)
{
    const struct http_client *client = context;
    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    return atomic_load(&client->cancelled) ? 1 : 0;
}

/* ---- a call ---- */

static enum status explain(CURLcode code, const struct buffer *body, struct error *error)
{
    if (body->overflowed)
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

static void set_options(struct http_client *client, const struct http_client_request *request,
                        struct curl_slist *headers, struct buffer *body)
{
    CURL *curl = client->curl;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                     request->timeout_ms != 0 ? request->timeout_ms : client->options.timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CLIENT_CONNECT_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_for_cancellation);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, client);
    if (client->options.certificate_file != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, client->options.certificate_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
        curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (client->options.direct)
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
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

enum status http_client_send(struct http_client *client, struct arena *arena, const struct http_client_request *request,
                             struct http_client_response *response, struct error *error)
{
    if (atomic_load(&client->cancelled))
        return error_set(error, STATUS_UNAVAILABLE, "cancelled", "the call was broken off");
    struct buffer body;
    buffer_init(&body, client->options.body_bytes_max);
    struct curl_slist *headers = list_headers(arena, request);
    set_options(client, request, headers, &body);
    CURLcode code = curl_easy_perform(client->curl);
    enum status status = STATUS_OK;
    if (code == CURLE_OK) {
        long http_status = 0;
        const char *content_type = NULL;
        curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &http_status);
        curl_easy_getinfo(client->curl, CURLINFO_CONTENT_TYPE, &content_type);
        *response = (struct http_client_response){
            .status = (int)http_status,
            .content_type = arena_copy_text(arena, content_type != NULL ? content_type : ""),
            .body = arena_copy_bytes(arena, buffer_text(&body), body.length),
            .body_length = body.length,
        };
    } else {
        status = explain(code, &body, error);
    }
    curl_slist_free_all(headers);
    buffer_release(&body);
    return status;
}
