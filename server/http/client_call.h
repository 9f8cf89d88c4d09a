#pragma once
/* One call of the HTTP client: what client.c and client_mail.c hand to client_loop.c. Internal to http. */
#include <curl/curl.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/queue.h>

#include "akkoord/base/buffer.h"
#include "akkoord/http/client.h"

struct client_call;

/* What a transfer that did not end with CURLE_OK means to whoever asked; fills `error`. */
typedef enum status client_call_explainer(const struct client_call *call, CURLcode code, struct error *error);

/* Lives in its arena. Until it is posted it belongs to the thread that starts it, then to the client's thread, and with
 * the callback to whoever that hands it to. */
struct client_call {
    TAILQ_ENTRY(client_call) entry; /* in the loop's list of calls under way */
    struct client_loop *loop;
    struct arena *arena;
    CURL *easy;
    struct curl_slist *headers; /* of a mail: its recipients */
    struct buffer body;         /* of the answer */
    client_call_explainer *explain;
    long delay_ms;
    struct event delay;
    http_client_callback *callback;
    void *context;
};

/* A call without an address yet, to be set up, and then either started or released. */
struct client_call *client_call_new(struct arena *arena, size_t body_bytes_max, client_call_explainer *explain)
    __attribute__((returns_nonnull));
/* Starts a call that was set up, and waits for its end; it is released then, whatever came of it. */
enum status client_call_wait(struct http_client *client, struct client_call *call,
                             struct http_client_response *response, struct error *error) AKKOORD_MUST_CHECK;

/* How a finished transfer ended; fills `response` on STATUS_OK, else `error`. */
enum status client_call_result(struct client_call *call, CURLcode code, struct http_client_response *response,
                               struct error *error);
/* Releases what curl and the answer took; the call itself stays in its arena. */
void client_call_release(struct client_call *call);

/* ---- client_loop.c ---- */

struct client_loop;

/* Starts the thread. */
struct client_loop *client_loop_new(const char *name) __attribute__((returns_nonnull));
/* As http_client_cancel(). */
void client_loop_cancel(struct client_loop *loop);
/* Cancels, where that has not been done. */
void client_loop_free(struct client_loop *loop);
/* Fails as http_client_start(); the call then stays the caller's. */
enum status client_loop_start(struct client_loop *loop, struct client_call *call,
                              struct error *error) AKKOORD_MUST_CHECK;
