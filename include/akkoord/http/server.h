#pragma once
/*
 * The listener: threads with one event loop and one SO_REUSEPORT socket each, and on them every connection's life.
 *
 * A connection serves one request at a time, so that answers leave in the order the requests came; what is pipelined
 * behind waits unread. Requests need a Content-Length; a refused one is answered, and the connection then closed with a
 * linger, so that the client can read why. The router's 404, 405 and OPTIONS are answered here too.
 *
 * At the connection cap the connection that has been idle longest on that loop makes room; when none is idle, the new
 * one is told 503 and closed (over TLS: closed). A TLS handshake counts as idle there, and has the deadline of a
 * request. Out of descriptors, accepting pauses for a moment instead of spinning.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"
#include "akkoord/http/router.h"

#define HTTP_BODY_BYTES_MAX      262144
#define HTTP_CONNECTIONS_MAX     4096
#define HTTP_REQUEST_DEADLINE_MS 10000
#define HTTP_IDLE_DEADLINE_MS    75000
#define HTTP_WRITE_DEADLINE_MS   30000

/* Zero means the default above. */
struct http_server_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:8080"; port 0: any free one */
    size_t threads;     /* 0: one */
    size_t connections_max;
    size_t body_bytes_max;
    int64_t request_deadline_ms; /* from a request's first byte to its last */
    int64_t idle_deadline_ms;    /* without a byte of a next request */
    int64_t write_deadline_ms;   /* in which the client must take the answer, or 16 KiB of it for each second */
    const char *trusted_proxies; /* CIDRs, separated by commas, whose X-Forwarded-For is believed; NULL or "": none */
    const char *tls_cert_file;   /* PEM: the certificate, then its chain; NULL: plain HTTP */
    const char *tls_key_file;    /* PEM, without a passphrase, closed to everybody else; set with the above */
    const struct http_route *routes; /* must outlive the server */
    size_t route_count;
};

struct http_server;

/* Listens and starts its threads. Sets SIGPIPE to be ignored, as a client that leaves is no reason to end, and
 * raises the soft limit on descriptors as far as connections_max needs and the hard limit lets it. On failure
 * (STATUS_INVALID: an address, CIDR, certificate or key that can't be read or used, field "listen",
 * "trusted_proxies", "tls_cert_file" or "tls_key_file"; STATUS_CONFLICT: the
 * address is in use; STATUS_UNAVAILABLE: the system refuses) *server is left alone. */
enum status http_server_start(const struct http_server_options *options, struct http_server **server,
                              struct error *error) AKKOORD_MUST_CHECK;
/* Whether the listener could use these files; errors as above. */
enum status http_server_check_tls(const char *certificate_file, const char *key_file,
                                  struct error *error) AKKOORD_MUST_CHECK;
/* Reads certificate and key again, for connections from now on; errors as above, and then all stays as it was. Any
 * thread. STATUS_OK without TLS. */
enum status http_server_reload_tls(struct http_server *server, struct error *error) AKKOORD_MUST_CHECK;
/* The port that it listens on. */
int http_server_port(const struct http_server *server);
/* Once, from the thread that started it: stops listening (what the kernel has already accepted is still served), closes
 * idle connections, lets requests under way end with `Connection: close`, and returns when no connection is left or
 * `deadline_ms` has passed. Exchanges can still be answered afterwards, until http_server_free(). */
void http_server_drain(struct http_server *server, int64_t deadline_ms);
/* Drains without waiting if that was not done, closes what is left, ends the threads. No exchange may be unanswered any
 * more: whoever works on them must have ended. NULL is accepted. */
void http_server_free(struct http_server *server);
