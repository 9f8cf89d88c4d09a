#pragma once
/*
 * TLS of the listener: the certificate and key that are in use, and streams that speak it. Internal to http; any
 * thread.
 *
 * TLS 1.2 and 1.3, ephemeral key exchange on X25519, P-256 or P-384, authenticated encryption, no renegotiation, no
 * compression, no early data; ALPN http/1.1. Sessions are resumed by tickets, which every thread and every reload
 * understands; their keys are drawn at random and live for at most two hours.
 */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/base/status.h"

/* Room for what tls_farewell() writes. */
#define TLS_FAREWELL_BYTES 256
/* What one record carries, at most. */
#define TLS_RECORD_BYTES 16384

struct tls;

/* Both are PEM files: the certificate first and the chain behind it; a private key without a passphrase, in a file that
 * is not open to everybody. STATUS_INVALID, field "tls_cert_file" or "tls_key_file". */
enum status tls_new(const char *certificate_file, const char *key_file, struct tls **tls,
                    struct error *error) AKKOORD_MUST_CHECK;
/* Reads both files again, for connections from now on. On failure, as in tls_new(), all stays as it was. */
enum status tls_reload(struct tls *tls, struct error *error) AKKOORD_MUST_CHECK;
/* No stream may be left. NULL is accepted. */
void tls_free(struct tls *tls);

/* A stream over an accepted socket, which it takes over, with its handshake still to come. NULL when that can't be: the
 * socket stays the caller's. */
struct bufferevent *tls_stream_new(struct tls *tls, struct event_base *base, int socket);
/* Nothing has come from the client yet. */
bool tls_stream_is_untouched(struct bufferevent *stream);
/* Counts a handshake that is done. */
void tls_record_handshake(struct bufferevent *stream);
/* Counts and logs one that was not; `timed_out`: by our own deadline. */
void tls_record_failure(struct bufferevent *stream, bool timed_out);
/* The record that ends a stream in good order (close_notify), for the caller to send; 0 bytes when there is none to
 * send. Nothing may be written through the stream afterwards. */
size_t tls_farewell(struct bufferevent *stream, char out[TLS_FAREWELL_BYTES]);
