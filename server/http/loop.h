#pragma once
/*
 * The inside of the server: loops, connections, exchanges. Internal to http.
 *
 * A loop and everything on it belongs to its thread alone; nothing here has a lock. Two things cross threads: messages
 * in the loop's mailbox (an answered exchange, a command of the server), and the server's counter of connections.
 */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "akkoord/base/mailbox.h"
#include "akkoord/http/exchange.h"
#include "akkoord/http/parser.h"
#include "akkoord/http/server.h"
#include "client_address.h"
#include "tls.h"

/* What waits unread behind a request that is being handled, at most; a head must fit. */
#define HTTP_INPUT_BYTES_MAX HTTP_HEAD_BYTES_MAX
/* With more than this waiting for a client to take, its next request has to wait too. */
#define HTTP_OUTPUT_BYTES_MAX 65536
/* After the last answer: how long, and how much, a client may go on sending before it reads that answer. */
#define HTTP_LINGER_MS        3000
#define HTTP_LINGER_DRAIN_MS  300
#define HTTP_LINGER_BYTES_MAX UINT64_C(16777216)
/* Out of descriptors: when to try again. */
#define HTTP_ACCEPT_PAUSE_US 100000

enum loop_message_kind { LOOP_MESSAGE_ANSWERED, LOOP_MESSAGE_DRAIN, LOOP_MESSAGE_STOP };

struct loop_message {
    enum loop_message_kind kind;
};

/* Where a connection stands; connection_enter() is the only one that changes it.
 *
 *   GREETING -> IDLE                             over TLS
 *   IDLE -> READING -> HANDLING -> IDLE          one request
 *                      HANDLING -> WRITING -> IDLE     the client is slow to take the answer
 *                      HANDLING -> WRITING -> LINGERING -> gone      the last answer
 *   any -> gone                                  the client left; CLOSED while a handler still works
 */
enum connection_state {
    CONNECTION_GREETING,  /* in the TLS handshake; in the loop's list of idle ones too, as it has asked nothing yet */
    CONNECTION_IDLE,      /* between requests; in the loop's list of idle ones */
    CONNECTION_READING,   /* a part of a request has come */
    CONNECTION_HANDLING,  /* an exchange is with its handler */
    CONNECTION_WRITING,   /* nothing goes on until the client has taken what is written */
    CONNECTION_LINGERING, /* all is said and our side is shut; what still comes is thrown away */
    CONNECTION_CLOSED,    /* the socket is gone, an exchange is still out */
};

struct loop;
struct http_exchange;

struct connection {
    TAILQ_ENTRY(connection) all;
    TAILQ_ENTRY(connection) idle;
    struct loop *loop;
    struct bufferevent *stream;
    struct event deadline;
    enum connection_state state;
    bool is_secure;                 /* `stream` speaks TLS */
    bool closing;                   /* no request is read any more; goodbye once the answer is out */
    bool peer_finished;             /* the client will send nothing more, but may still read */
    bool advancing;                 /* connection_advance() is on the stack and will see what changed */
    struct http_head *head;         /* of the request that is being read; NULL when none has begun */
    struct http_exchange *exchange; /* its body is being read, or its answer is awaited */
    uint64_t body_length;           /* of that exchange */
    int64_t since_us;               /* when the state was entered; of READING: the request's first byte */
    size_t unwritten_bytes;         /* of WRITING: when its deadline was set */
    uint64_t lingered_bytes;
    char peer_address[HTTP_ADDRESS_BYTES];
};

TAILQ_HEAD(connection_list, connection);

struct http_exchange {
    struct loop_message message;
    struct connection *connection;
    struct arena *arena;
    const struct http_route *route; /* NULL when none matched */
    struct http_request request;
    struct http_answer answer;
    atomic_bool answered;
};

struct loop {
    struct http_server *server;
    pthread_t thread;
    struct event_base *base;
    struct evconnlistener *listener; /* NULL once draining */
    struct event *accept_again;
    struct event *mail;
    struct mailbox *mailbox;
    struct connection_list connections;
    struct connection_list idle; /* the one idle for longest first */
    bool draining;
    bool drained; /* told the server so */
    struct loop_message drain_message;
    struct loop_message stop_message;
};

struct http_server {
    struct http_server_options options;
    struct trusted_proxies proxies;
    struct tls *tls; /* NULL: plain */
    struct loop *loops;
    size_t loop_count;
    size_t threads_started;
    int port;
    bool drain_asked;
    atomic_size_t connections;
    pthread_mutex_t lock; /* guards loops_drained */
    pthread_cond_t drained;
    size_t loops_drained;
};

/* loop.c */

/* The loop whose thread this is; NULL on others. */
struct loop *loop_current(void);
/* `listener`: a listening socket, which the loop takes over. */
void loop_init(struct loop *loop, struct http_server *server, int listener);
void *loop_run(void *loop);
/* After its thread has ended. */
void loop_release(struct loop *loop);
/* A connection has ended: perhaps the last one. */
void loop_connection_ended(struct loop *loop);

/* connection.c */

/* Takes over `socket`; the slot in server->connections is taken already. */
void connection_open(struct loop *loop, int socket, const char *peer_address);
/* Ends it now, whatever it is doing; only memory may remain, until its exchange is answered. */
void connection_abort(struct connection *connection);
/* Ends an idle connection in an orderly way; others end after their request. */
void connection_drain(struct connection *connection);
/* On the loop's thread: `exchange->answer` is set. */
void connection_deliver(struct http_exchange *exchange);

/* exchange.c */

struct http_exchange *exchange_new(struct connection *connection, int64_t started_us);
void exchange_free(struct http_exchange *exchange);
/* Finds the route. */
void exchange_route(struct http_exchange *exchange);
/* Calls the handler, or answers in its place. */
void exchange_handle(struct http_exchange *exchange);
/* Counts and logs an answered exchange. */
void exchange_record(const struct http_exchange *exchange);
