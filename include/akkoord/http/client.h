#pragma once
/*
 * Calls to others over HTTP: providers, the sandbox's own webhooks, the demo. One thread with an event loop carries all
 * calls of a client at once, so that what is slow to answer keeps nobody else waiting; a call is started from any
 * thread and its callback comes on the client's, or a thread that is no event loop blocks in http_client_send().
 *
 * http and https only, certificates are checked, redirects are not followed (an answer of a status 3xx is an answer),
 * credentials in URLs are refused, and what comes back is bounded. A client keeps connections open between calls.
 * Nothing of a call is logged here: URLs and bodies may be personal.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/http/exchange.h"

#define HTTP_CLIENT_TIMEOUT_MS         15000
#define HTTP_CLIENT_CONNECT_TIMEOUT_MS 5000
#define HTTP_CLIENT_BODY_BYTES_MAX     ((size_t)8 << 20)
#define HTTP_CLIENT_CALLS_MAX          512 /* under way at once */
#define HTTP_CLIENT_RETRY_AFTER_S_MAX  86400

struct http_client;

struct http_client_options {
    const char *name; /* of the thread, at most 15 characters; NULL: "http-client" */
    bool direct;      /* past any proxy that the environment names: for what is on this machine */
    /* NULL: whom the system trusts, by name. Else this PEM certificate, which must outlive the client, and nobody else,
     * whatever name it bears: for our own listener, which is called by its address. */
    const char *certificate_file;
    long timeout_ms;       /* of a whole call; 0: HTTP_CLIENT_TIMEOUT_MS */
    size_t body_bytes_max; /* of an answer; 0: HTTP_CLIENT_BODY_BYTES_MAX */
};

/* Starts the thread. */
struct http_client *http_client_new(const struct http_client_options *options) __attribute__((returns_nonnull));
/* The calls under way end with `cancelled` at once, and so does every later one. When it returns, every callback has
 * been called and none will be. From one thread at a time, but not the client's. */
void http_client_cancel(struct http_client *client);
/* Cancels first, where that has not been done. NULL is accepted. */
void http_client_free(struct http_client *client);

/* Texts and headers must outlive the call. */
struct http_client_request {
    enum http_method method; /* any but HTTP_METHOD_OTHER */
    const char *url;
    const struct http_header *headers; /* Content-Type among them */
    size_t header_count;
    const char *body; /* NULL: none */
    size_t body_length;
    long timeout_ms; /* of this call; 0: the client's */
    long delay_ms;   /* begins no sooner than that from now; not a part of its time */
};

struct http_client_response {
    int status;
    const char *content_type; /* "" when absent */
    const char *body;         /* in the arena, followed by a NUL that is not counted */
    size_t body_length;
    /* Retry-After (RFC 9110, 10.2.3), whether seconds or a date; 0 when absent, no more than a day. */
    int64_t retry_after_s;
};

/* `response` on STATUS_OK, `error` on all else; both, but not what the response points to, end with the callback. */
typedef void http_client_callback(void *context, enum status status, const struct http_client_response *response,
                                  const struct error *error);

/*
 * Starts a call. On STATUS_OK the callback will be called exactly once, on the client's thread, where it must not
 * block; that may be before this function has returned, so whoever starts a call has handed over the arena and all that
 * the callback works with. STATUS_BUSY `too_many_calls` and STATUS_UNAVAILABLE `cancelled`: nothing was started.
 *
 * What the callback is told: STATUS_OK for an answer of any status. STATUS_UNAVAILABLE: `connect_failed`, `timed_out`,
 * `cancelled`, `tls_failed`, `no_answer` (broken off, or not HTTP): whether the request was acted upon is not known
 * unless it is the first. STATUS_TOO_LARGE `answer_too_large`. STATUS_INVALID `url`.
 */
enum status http_client_start(struct http_client *client, struct arena *arena,
                              const struct http_client_request *request, http_client_callback *callback, void *context,
                              struct error *error) AKKOORD_MUST_CHECK;

/* The same, waited for; not on an event loop. Fails as http_client_start(), or with what a callback would be told. */
enum status http_client_send(struct http_client *client, struct arena *arena, const struct http_client_request *request,
                             struct http_client_response *response, struct error *error) AKKOORD_MUST_CHECK;
