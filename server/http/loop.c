/*
 * One thread's event loop: accepts connections, takes answers and commands out of its mailbox, drains and stops.
 *
 * Owns its event base, its listening socket and every connection on it. All of it runs on the loop's own thread, apart
 * from loop_init() and loop_release(), which run before it starts and after it has ended.
 */
#include "loop.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"
#include "event_base.h"

#define MESSAGES_AT_ONCE 64
#define LISTEN_BACKLOG   1024

static struct metric connections_refused = {
    .kind = METRIC_COUNTER,
    .name = "akkoord_http_connections_refused_total",
    .help = "Connections closed to stay under the limit, by whether a new or an idle one was closed",
};

static _Thread_local struct loop *this_thread_loop;

struct loop *loop_current(void)
{
    return this_thread_loop;
}

static void format_peer(const struct sockaddr *address, char out[HTTP_ADDRESS_BYTES])
{
    out[0] = '\0';
    if (address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, out, HTTP_ADDRESS_BYTES);
    else if (address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, out, HTTP_ADDRESS_BYTES);
}

/* One attempt to say why, without waiting and without keeping anything; none over TLS, where it would cost a handshake.
 */
static void turn_away(const struct loop *loop, int socket)
{
    static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\n"
                                 "Connection: close\r\n\r\n";
    metric_add(&connections_refused, "closed=\"new\"", 1);
    if (loop->server->tls == NULL) {
        ssize_t sent = send(socket, answer, sizeof(answer) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        (void)sent;
    }
    shutdown(socket, SHUT_WR);
    close(socket);
}

static void loop_take_socket(struct loop *loop, int socket, const struct sockaddr *address)
{
    struct http_server *server = loop->server;
    size_t before = atomic_fetch_add_explicit(&server->connections, 1, memory_order_relaxed);
    if (before >= server->options.connections_max) {
        struct connection *oldest = TAILQ_FIRST(&loop->idle);
        if (oldest == NULL) {
            atomic_fetch_sub_explicit(&server->connections, 1, memory_order_relaxed);
            turn_away(loop, socket);
            return;
        }
        metric_add(&connections_refused, "closed=\"idle\"", 1);
        connection_abort(oldest);
    }
    char peer[HTTP_ADDRESS_BYTES];
    format_peer(address, peer);
    connection_open(loop, socket, peer);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t socket, struct sockaddr *address, int length,
                      void *argument)
{
    (void)listener;
    (void)length;
    loop_take_socket(argument, socket, address);
}

/* Out of descriptors or memory for sockets: the connection stays in the kernel's queue, and asking again at once would
 * only spin. */
static void on_accept_error(struct evconnlistener *listener, void *argument)
{
    struct loop *loop = argument;
    log_event(LOG_WARNING, "http.accept_paused", log_int("errno", errno));
    evconnlistener_disable(listener);
    const struct timeval pause = {.tv_usec = HTTP_ACCEPT_PAUSE_US};
    event_add(loop->accept_again, &pause);
}

static void on_accept_again(evutil_socket_t socket, short what, void *argument)
{
    (void)socket;
    (void)what;
    struct loop *loop = argument;
    if (loop->listener != NULL)
        evconnlistener_enable(loop->listener);
}

/* Whoever the kernel has already told "connected" would get a reset when the listener closes. */
static void accept_waiting(struct loop *loop)
{
    int listener = evconnlistener_get_fd(loop->listener);
    for (;;) {
        struct sockaddr_storage address = {0};
        socklen_t length = sizeof(address);
        int socket = accept4(listener, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0)
            return;
        loop_take_socket(loop, socket, (const struct sockaddr *)&address);
    }
}

static void loop_tell_if_drained(struct loop *loop)
{
    if (!loop->draining || loop->drained || !TAILQ_EMPTY(&loop->connections))
        return;
    struct http_server *server = loop->server;
    loop->drained = true;
    pthread_mutex_lock(&server->lock);
    server->loops_drained++;
    pthread_cond_signal(&server->drained);
    pthread_mutex_unlock(&server->lock);
}

void loop_connection_ended(struct loop *loop)
{
    loop_tell_if_drained(loop);
}

static void loop_drain(struct loop *loop)
{
    if (loop->draining)
        return;
    accept_waiting(loop);
    evconnlistener_free(loop->listener);
    loop->listener = NULL;
    loop->draining = true;
    for (struct connection *connection = TAILQ_FIRST(&loop->idle), *next; connection != NULL; connection = next) {
        next = TAILQ_NEXT(connection, idle);
        connection_drain(connection);
    }
    loop_tell_if_drained(loop);
}

static void loop_stop(struct loop *loop)
{
    for (struct connection *connection = TAILQ_FIRST(&loop->connections), *next; connection != NULL;
         connection = next) {
        next = TAILQ_NEXT(connection, all);
        connection_abort(connection);
    }
    /* What is left has an exchange that nobody will answer any more: a bug of the caller. */
    assert(TAILQ_EMPTY(&loop->connections));
    event_base_loopbreak(loop->base);
}

static void on_mail(evutil_socket_t socket, short what, void *argument)
{
    (void)socket;
    (void)what;
    struct loop *loop = argument;
    void *messages[MESSAGES_AT_ONCE];
    size_t count = mailbox_take(loop->mailbox, messages, MESSAGES_AT_ONCE);
    for (size_t i = 0; i < count; i++) {
        struct loop_message *message = messages[i];
        switch (message->kind) {
        case LOOP_MESSAGE_ANSWERED: /* the message is an exchange's first member */
            connection_deliver((struct http_exchange *)message);
            break;
        case LOOP_MESSAGE_DRAIN:
            loop_drain(loop);
            break;
        case LOOP_MESSAGE_STOP:
            loop_stop(loop);
            break;
        }
    }
}

void loop_init(struct loop *loop, struct http_server *server, int listener)
{
    *loop = (struct loop){
        .server = server,
        .drain_message = {LOOP_MESSAGE_DRAIN},
        .stop_message = {LOOP_MESSAGE_STOP},
    };
    TAILQ_INIT(&loop->connections);
    TAILQ_INIT(&loop->idle);
    loop->base = event_base_new_unlocked();
    /* An answer an exchange, an exchange a connection, and the two commands. */
    loop->mailbox = mailbox_new(server->options.connections_max + 2);
    loop->mail = event_new(loop->base, mailbox_descriptor(loop->mailbox), EV_READ | EV_PERSIST, on_mail, loop);
    loop->accept_again = event_new(loop->base, -1, 0, on_accept_again, loop);
    loop->listener = evconnlistener_new(loop->base, on_accept, loop, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
                                        LISTEN_BACKLOG, listener);
    if (loop->mail == NULL || loop->accept_again == NULL || loop->listener == NULL)
        abort();
    evconnlistener_set_error_cb(loop->listener, on_accept_error);
    event_add(loop->mail, NULL);
}

void *loop_run(void *argument)
{
    struct loop *loop = argument;
    this_thread_loop = loop;
    event_base_dispatch(loop->base);
    return NULL;
}

void loop_release(struct loop *loop)
{
    if (loop->listener != NULL)
        evconnlistener_free(loop->listener);
    event_free(loop->accept_again);
    event_free(loop->mail);
    event_base_free(loop->base);
    mailbox_free(loop->mailbox);
}
