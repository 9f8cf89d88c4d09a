#pragma once
/*
 * Calls to others over HTTP: providers, the sandbox's own webhooks, the demo. Blocks the calling thread until the
 * answer is there or the time is up; so never on an event loop.
 *
 * http and https only, certificates are checked, redirects are not followed (an answer of a status 3xx is an answer),
 * credentials in URLs are refused, and what comes back is bounded. A client keeps connections open between calls.
 * Nothing of a call is logged here: URLs and bodies may be personal.
 */
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/http/exchange.h"

#define HTTP_CLIENT_TIMEOUT_MS         15000
#define HTTP_CLIENT_CONNECT_TIMEOUT_MS 5000
#define HTTP_CLIENT_BODY_BYTES_MAX     ((size_t)8 << 20)

struct http_client;

struct http_client_options {
    bool direct; /* past any proxy that the environment names: for what is on this machine */
    /* NULL: whom the system trusts, by name. Else this PEM certificate, which must outlive the client, and nobody else,
     * whatever name it bears: for our own listener, which is called by its address. */
    const char *certificate_file;
    long timeout_ms;       /* of a whole call; 0: HTTP_CLIENT_TIMEOUT_MS */
    size_t body_bytes_max; /* of an answer; 0: HTTP_CLIENT_BODY_BYTES_MAX */
};

/* One thread at a time uses a client. */
struct http_client *http_client_new(const struct http_client_options *options) __attribute__((returns_nonnull));
/* NULL is accepted. */
void http_client_free(struct http_client *client);
/* From any thread: the call under way ends with `cancelled` within a second, and so does every later one. */
void http_client_cancel(struct http_client *client);

struct http_client_request {
    enum http_method method; /* any but HTTP_METHOD_OTHER */
    const char *url;
    const struct http_header *headers; /* Content-Type among them */
    size_t header_count;
    const char *body; /* NULL: none */
    size_t body_length;
    long timeout_ms; /* of this call; 0: the client's */
};

struct http_client_response {
    int status;
    const char *content_type; /* "" when absent */
    const char *body;         /* in the arena, followed by a NUL that is not counted */
    size_t body_length;
};

/* STATUS_OK for an answer of any status. STATUS_UNAVAILABLE: `connect_failed`, `timed_out`, `cancelled`, `tls_failed`,
 * `no_answer` (broken off, or not HTTP): whether the request was acted upon is not known unless it is the first.
 * STATUS_TOO_LARGE `answer_too_large`. STATUS_INVALID `url`. */
enum status http_client_send(struct http_client *client, struct arena *arena, const struct http_client_request *request,
                             struct http_client_response *response, struct error *error) AKKOORD_MUST_CHECK;
