/*
 * The life of one connection: it reads a request, hands it over, writes the answer, and starts again.
 *
 * Runs on its loop's thread only. Owns the socket, the head being parsed, and the exchange except while its handler has
 * it. Invariants: one exchange at a time, so answers leave in order; a connection that was refused anything is never
 * read as a request again; its memory outlives the socket for as long as an exchange is out. It knows nothing of routes
 * or of what an answer means.
 */
#include <assert.h>
#include <event2/buffer.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"
#include "akkoord/base/metrics.h"
#include "answer.h"
#include "loop.h"
#include "request.h"
#include "tls.h"

#define WRITE_BYTES_PER_SECOND_MIN 16384

static struct metric connections_open = {
    .kind = METRIC_GAUGE,
    .name = "akkoord_http_connections",
    .help = "Connections that are open",
};

static void connection_advance(struct connection *connection);
static void connection_written(struct connection *connection);
static void connection_attach(struct connection *connection, struct bufferevent *stream);

static struct evbuffer *input_of(struct connection *connection)
{
    return bufferevent_get_input(connection->stream);
}

static size_t output_bytes(struct connection *connection)
{
    return evbuffer_get_length(bufferevent_get_output(connection->stream));
}

static void set_deadline(struct connection *connection, int64_t timeout_ms)
{
    const struct timeval timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    event_add(&connection->deadline, &timeout);
}

/* Gives the client one write deadline's time to take what is written, or a fair part of it. */
static void wait_for_writing(struct connection *connection)
{
    connection->unwritten_bytes = output_bytes(connection);
    set_deadline(connection, connection->loop->server->options.write_deadline_ms);
}

/* The one place where a state changes: keeps the idle list and the deadline in step with it. */
static void connection_enter(struct connection *connection, enum connection_state state)
{
    struct loop *loop = connection->loop;
    const struct http_server_options *options = &loop->server->options;
    if (connection->state == CONNECTION_IDLE || connection->state == CONNECTION_GREETING)
        TAILQ_REMOVE(&loop->idle, connection, idle);
    connection->state = state;
    connection->since_us = clock_monotonic_us();
    switch (state) {
    case CONNECTION_GREETING:
        TAILQ_INSERT_TAIL(&loop->idle, connection, idle);
        set_deadline(connection, options->request_deadline_ms);
        break;
    case CONNECTION_IDLE:
        TAILQ_INSERT_TAIL(&loop->idle, connection, idle);
        /* The earlier of two when an answer is still on its way: connection_idle_for_long() looks which one it was. */
        set_deadline(connection, output_bytes(connection) > 0 && options->write_deadline_ms < options->idle_deadline_ms
                                     ? options->write_deadline_ms
                                     : options->idle_deadline_ms);
        break;
    case CONNECTION_READING: /* its deadline is set when the first look did not find the whole request */
    case CONNECTION_HANDLING:
        break;
    case CONNECTION_WRITING:
        wait_for_writing(connection);
        break;
    case CONNECTION_LINGERING:
        set_deadline(connection, loop->draining ? HTTP_LINGER_DRAIN_MS : HTTP_LINGER_MS);
        break;
    case CONNECTION_CLOSED:
        event_del(&connection->deadline);
        break;
    }
}

static void connection_free(struct connection *connection)
{
    struct loop *loop = connection->loop;
    TAILQ_REMOVE(&loop->connections, connection, all);
    free(connection);
    atomic_fetch_sub_explicit(&loop->server->connections, 1, memory_order_relaxed);
    metric_add(&connections_open, "", -1);
    loop_connection_ended(loop);
}

void connection_abort(struct connection *connection)
{
    if (connection->state == CONNECTION_CLOSED)
        return;
    bool exchange_is_out = connection->state == CONNECTION_HANDLING;
    connection_enter(connection, CONNECTION_CLOSED);
    bufferevent_free(connection->stream);
    connection->stream = NULL;
    free(connection->head);
    connection->head = NULL;
    if (exchange_is_out)
        return;
    if (connection->exchange != NULL)
        exchange_free(connection->exchange);
    connection_free(connection);
}

/* Each piece of memory becomes a record, a system call and a packet: what fits into one record is made one piece. */
static void connection_send_secure(struct connection *connection, const char *head, size_t head_length,
                                   const char *body, size_t body_length)
{
    char record[TLS_RECORD_BYTES];
    if (body_length > 0 && body_length <= sizeof(record) - head_length) {
        memcpy(record, head, head_length);
        memcpy(record + head_length, body, body_length);
        bufferevent_write(connection->stream, record, head_length + body_length);
        return;
    }
    bufferevent_write(connection->stream, head, head_length);
    if (body_length > 0)
        bufferevent_write(connection->stream, body, body_length);
}

/* Nearly every answer fits the socket's buffer: sent at once, it saves the loop a turn and libevent four system calls.
 * What does not fit, and every error, is left to the bufferevent, so that nobody is called back from in here. */
static void connection_send(struct connection *connection, const char *head, size_t head_length, const char *body,
                            size_t body_length)
{
    size_t sent = 0;
    if (connection->is_secure) {
        connection_send_secure(connection, head, head_length, body, body_length);
        return;
    }
    if (output_bytes(connection) == 0) {
        struct iovec parts[] = {{(void *)head, head_length}, {(void *)body, body_length}};
        const struct msghdr message = {.msg_iov = parts, .msg_iovlen = body_length > 0 ? 2 : 1};
        ssize_t result = sendmsg(bufferevent_getfd(connection->stream), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (result > 0)
            sent = (size_t)result;
    }
    if (sent < head_length) {
        bufferevent_write(connection->stream, head + sent, head_length - sent);
        sent = head_length;
    }
    size_t body_sent = sent - head_length;
    if (body_sent < body_length)
        bufferevent_write(connection->stream, body + body_sent, body_length - body_sent);
}

/* Goes on without TLS: for the farewell, and for throwing away what still comes, the socket itself is enough. False
 * when the connection had to be given up. */
static bool connection_leave_tls(struct connection *connection)
{
    struct bufferevent *secure = connection->stream;
    /* The stream closes its socket, at a time of its own. */
    int socket = fcntl(bufferevent_getfd(secure), F_DUPFD_CLOEXEC, 0);
    struct bufferevent *plain =
        socket >= 0 ? bufferevent_socket_new(connection->loop->base, socket, BEV_OPT_CLOSE_ON_FREE) : NULL;
    if (plain == NULL) {
        connection_abort(connection);
        return false;
    }
    bufferevent_free(secure);
    connection->is_secure = false;
    connection_attach(connection, plain);
    return true;
}

/* All is written. Our side is shut first and the socket closed only after the client's, as closing it over unread bytes
 * would send a reset, which may overtake the answer (RFC 9112 section 9.6). Over TLS, close_notify goes out before. */
static void connection_say_goodbye(struct connection *connection)
{
    if (connection->is_secure) {
        char farewell[TLS_FAREWELL_BYTES];
        size_t length = connection->state == CONNECTION_GREETING ? 0 : tls_farewell(connection->stream, farewell);
        if (!connection_leave_tls(connection))
            return;
        connection->closing = true;
        connection_send(connection, farewell, length, NULL, 0);
        if (output_bytes(connection) > 0) {
            connection_enter(connection, CONNECTION_WRITING);
            return;
        }
    }
    if (connection->peer_finished) {
        connection_abort(connection);
        return;
    }
    struct evbuffer *input = input_of(connection);
    connection->lingered_bytes = evbuffer_get_length(input);
    evbuffer_drain(input, connection->lingered_bytes);
    shutdown(bufferevent_getfd(connection->stream), SHUT_WR);
    connection_enter(connection, CONNECTION_LINGERING);
}

static void connection_write(struct connection *connection, struct http_exchange *exchange)
{
    struct buffer head;
    buffer_init(&head, ANSWER_HEAD_BYTES_MAX);
    answer_write_head(&head, &exchange->answer, &exchange->request, connection->closing, connection->is_secure,
                      clock_now_us());
    bool has_body = answer_has_body(&exchange->answer, &exchange->request);
    connection_send(connection, head.data, head.length, exchange->answer.body,
                    has_body ? exchange->answer.body_length : 0);
    buffer_release(&head);
}

void connection_deliver(struct http_exchange *exchange)
{
    struct connection *connection = exchange->connection;
    exchange_record(exchange);
    connection->exchange = NULL;
    if (connection->state == CONNECTION_CLOSED) {
        exchange_free(exchange);
        connection_free(connection);
        return;
    }
    if (connection->loop->draining)
        connection->closing = true;
    connection_write(connection, exchange);
    exchange_free(exchange);
    bool must_wait = connection->closing || output_bytes(connection) > HTTP_OUTPUT_BYTES_MAX;
    connection_enter(connection, must_wait ? CONNECTION_WRITING : CONNECTION_IDLE);
    connection_advance(connection);
}

/* Answers a problem and ends the connection after it: where the next request would start is not known. */
static void connection_refuse(struct connection *connection, int status, const char *code, const char *reason)
{
    struct http_exchange *exchange = connection->exchange;
    if (exchange == NULL) {
        exchange = exchange_new(connection, connection->since_us);
        if (connection->head != NULL)
            exchange->request.method = connection->head->method;
        connection->exchange = exchange;
    }
    free(connection->head);
    connection->head = NULL;
    connection->closing = true;
    connection_enter(connection, CONNECTION_HANDLING);
    http_exchange_answer_problem(exchange, status, code, reason);
}

static uint64_t body_bytes_max(const struct http_exchange *exchange)
{
    if (exchange->route != NULL && exchange->route->body_bytes_max > 0)
        return exchange->route->body_bytes_max;
    return exchange->connection->loop->server->options.body_bytes_max;
}

/* The head is complete: makes the exchange, and decides whether its body is welcome. False when that ended in an
 * answer. */
static bool connection_begin_exchange(struct connection *connection)
{
    struct http_head *head = connection->head;
    struct evbuffer *input = input_of(connection);
    struct http_exchange *exchange = exchange_new(connection, connection->since_us);
    request_read_head(&exchange->request, exchange->arena, head,
                      (const char *)evbuffer_pullup(input, (ev_ssize_t)head->head_bytes));
    evbuffer_drain(input, head->head_bytes);
    client_address_find(&connection->loop->server->proxies, connection->peer_address, &exchange->request,
                        exchange->request.client_address);
    connection->exchange = exchange;
    connection->body_length = head->content_length;
    connection->closing = head->close;
    bool expects_continue = head->expect_continue && head->content_length > 0;
    free(connection->head);
    connection->head = NULL;

    exchange_route(exchange);
    if (connection->body_length > body_bytes_max(exchange)) {
        connection_refuse(connection, 413, "content_too_large", "the body is larger than this path takes");
        return false;
    }
    if (connection->body_length > HTTP_INPUT_BYTES_MAX)
        bufferevent_setwatermark(connection->stream, EV_READ, 0, connection->body_length);
    if (!expects_continue || evbuffer_get_length(input) > 0)
        return true;
    if (exchange->route == NULL) {
        /* Whether the client sends a body that nobody asked it for can't be known. */
        connection->closing = true;
        connection_enter(connection, CONNECTION_HANDLING);
        exchange_handle(exchange);
        return false;
    }
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    bufferevent_write(connection->stream, go_on, sizeof(go_on) - 1);
    return true;
}

/* The body is complete: hands the exchange over. */
static void connection_hand_over(struct connection *connection)
{
    struct http_exchange *exchange = connection->exchange;
    size_t length = (size_t)connection->body_length;
    if (length > 0) {
        char *body = arena_alloc(exchange->arena, length + 1);
        evbuffer_remove(input_of(connection), body, length);
        body[length] = '\0';
        exchange->request.body = body;
        exchange->request.body_length = length;
        if (length > HTTP_INPUT_BYTES_MAX)
            bufferevent_setwatermark(connection->stream, EV_READ, 0, HTTP_INPUT_BYTES_MAX);
    }
    connection_enter(connection, CONNECTION_HANDLING);
    exchange_handle(exchange);
}

/* Looks at what has come while READING. True when the state may have changed, false when more must come. */
static bool connection_read_request(struct connection *connection)
{
    struct evbuffer *input = input_of(connection);
    if (connection->exchange == NULL) {
        size_t length = evbuffer_get_length(input);
        if (length > HTTP_HEAD_BYTES_MAX)
            length = HTTP_HEAD_BYTES_MAX;
        const char *bytes = (const char *)evbuffer_pullup(input, (ev_ssize_t)length);
        switch (http_parse_head(connection->head, bytes, length)) {
        case HTTP_PARSE_MORE:
            return false;
        case HTTP_PARSE_REFUSED:
            connection_refuse(connection, connection->head->refused_status, connection->head->refused_code,
                              connection->head->refused_reason);
            return true;
        case HTTP_PARSE_COMPLETE:
            break;
        }
        if (!connection_begin_exchange(connection))
            return true;
    }
    if (evbuffer_get_length(input) < connection->body_length)
        return false;
    connection_hand_over(connection);
    return true;
}

static void connection_start_request(struct connection *connection)
{
    connection->head = memory_alloc(sizeof(*connection->head));
    http_head_init(connection->head);
    connection_enter(connection, CONNECTION_READING);
}

/* Serves request after request from what has come, until one is with its handler, one is not whole, or the client has
 * to take its answers first. An answer given on the spot comes back here through connection_deliver(); the flag turns
 * that recursion into one more turn. The connection may be gone afterwards. */
static void connection_advance(struct connection *connection)
{
    if (connection->advancing)
        return;
    connection->advancing = true;
    bool first_look = connection->state == CONNECTION_IDLE;
    bool turning = true;
    while (turning) {
        if (connection->state == CONNECTION_IDLE && evbuffer_get_length(input_of(connection)) > 0) {
            connection_start_request(connection);
            first_look = true;
        }
        turning = connection->state == CONNECTION_READING && connection_read_request(connection);
    }
    connection->advancing = false;

    if (connection->state == CONNECTION_READING && connection->peer_finished)
        connection_refuse(connection, 400, "incomplete_request", "the request ended before it was whole");
    else if (connection->state == CONNECTION_READING && first_look)
        set_deadline(connection, connection->loop->server->options.request_deadline_ms);
    else if (connection->state == CONNECTION_IDLE && (connection->peer_finished || connection->loop->draining))
        connection_drain(connection);
    else if (connection->state == CONNECTION_WRITING && output_bytes(connection) == 0)
        connection_written(connection);
}

/* The client has taken all that WRITING waited for. */
static void connection_written(struct connection *connection)
{
    if (connection->closing) {
        connection_say_goodbye(connection);
        return;
    }
    connection_enter(connection, CONNECTION_IDLE);
    connection_advance(connection);
}

void connection_drain(struct connection *connection)
{
    if (connection->state != CONNECTION_IDLE && connection->state != CONNECTION_GREETING)
        return;
    int unread = 0;
    if (!connection->peer_finished && ioctl(bufferevent_getfd(connection->stream), FIONREAD, &unread) == 0 &&
        unread > 0)
        return; /* a request is at the door: it is read, and answered with Connection: close */
    if (connection->state == CONNECTION_GREETING) {
        if (tls_stream_is_untouched(connection->stream))
            connection_say_goodbye(connection);
        return; /* one that has begun comes here again when it is done */
    }
    connection->closing = true;
    if (output_bytes(connection) > 0)
        connection_enter(connection, CONNECTION_WRITING);
    else
        connection_say_goodbye(connection);
}

static void on_read(struct bufferevent *stream, void *argument)
{
    struct connection *connection = argument;
    if (connection->state != CONNECTION_LINGERING) {
        connection_advance(connection);
        return;
    }
    struct evbuffer *input = bufferevent_get_input(stream);
    connection->lingered_bytes += evbuffer_get_length(input);
    evbuffer_drain(input, evbuffer_get_length(input));
    if (connection->lingered_bytes > HTTP_LINGER_BYTES_MAX)
        connection_abort(connection);
}

static void on_written(struct bufferevent *stream, void *argument)
{
    (void)stream;
    struct connection *connection = argument;
    if (connection->state == CONNECTION_WRITING && output_bytes(connection) == 0)
        connection_written(connection);
}

/* The handshake is done, or will never be. */
static void connection_greeted(struct connection *connection, short what)
{
    if ((what & BEV_EVENT_CONNECTED) == 0) {
        tls_record_failure(connection->stream, false);
        connection_say_goodbye(connection);
        return;
    }
    tls_record_handshake(connection->stream);
    connection_enter(connection, CONNECTION_IDLE);
    if (connection->loop->draining)
        connection_drain(connection);
}

static void on_event(struct bufferevent *stream, short what, void *argument)
{
    struct connection *connection = argument;
    if (connection->state == CONNECTION_GREETING) {
        connection_greeted(connection, what);
        return;
    }
    bool finished = (what & BEV_EVENT_EOF) != 0 && (what & BEV_EVENT_READING) != 0;
    if (!finished || connection->state == CONNECTION_LINGERING) {
        connection_abort(connection);
        return;
    }
    /* Half closed: what was asked before is still answered. (libevent's TLS stops writing too.) */
    connection->peer_finished = true;
    if (connection->is_secure) {
        bufferevent_disable(stream, EV_READ);
        bufferevent_enable(stream, EV_WRITE);
    }
    connection_advance(connection);
}

static void connection_idle_for_long(struct connection *connection)
{
    int64_t idle_ms = (clock_monotonic_us() - connection->since_us) / 1000;
    int64_t left_ms = connection->loop->server->options.idle_deadline_ms - idle_ms;
    if (output_bytes(connection) > 0)
        connection_abort(connection);
    else if (left_ms > 0)
        set_deadline(connection, left_ms);
    else
        connection_say_goodbye(connection);
}

/* A slow client is borne as long as it keeps to a rate; one that stands still is not. */
static void connection_writing_for_long(struct connection *connection)
{
    size_t taken_bytes = connection->unwritten_bytes - output_bytes(connection);
    int64_t wanted_bytes = connection->loop->server->options.write_deadline_ms * WRITE_BYTES_PER_SECOND_MIN / 1000;
    if ((int64_t)taken_bytes < wanted_bytes)
        connection_abort(connection);
    else
        wait_for_writing(connection);
}

static void on_deadline(evutil_socket_t socket, short what, void *argument)
{
    (void)socket;
    (void)what;
    struct connection *connection = argument;
    switch (connection->state) {
    case CONNECTION_GREETING:
        tls_record_failure(connection->stream, true);
        connection_abort(connection);
        break;
    case CONNECTION_IDLE:
        connection_idle_for_long(connection);
        break;
    case CONNECTION_READING:
        connection_refuse(connection, 408, "request_timeout", "the request did not come in time");
        break;
    case CONNECTION_WRITING:
        connection_writing_for_long(connection);
        break;
    case CONNECTION_LINGERING:
        connection_abort(connection);
        break;
    case CONNECTION_HANDLING: /* left over from the request's reading: the handler has its own limits */
    case CONNECTION_CLOSED:
        break;
    }
}

/* The connection goes on over `stream`. */
static void connection_attach(struct connection *connection, struct bufferevent *stream)
{
    connection->stream = stream;
    bufferevent_setcb(stream, on_read, on_written, on_event, connection);
    bufferevent_setwatermark(stream, EV_READ, 0, HTTP_INPUT_BYTES_MAX);
    bufferevent_enable(stream, EV_READ | EV_WRITE);
}

void connection_open(struct loop *loop, int socket, const char *peer_address)
{
    const int on = 1;
    struct tls *tls = loop->server->tls;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    struct connection *connection = memory_alloc_zero(1, sizeof(*connection));
    connection->loop = loop;
    connection->is_secure = tls != NULL;
    snprintf(connection->peer_address, sizeof(connection->peer_address), "%s", peer_address);
    struct bufferevent *stream = tls != NULL ? tls_stream_new(tls, loop->base, socket)
                                             : bufferevent_socket_new(loop->base, socket, BEV_OPT_CLOSE_ON_FREE);
    if (stream == NULL)
        abort(); /* out of memory: see base/memory.h */
    connection->stream = stream;
    event_assign(&connection->deadline, loop->base, -1, 0, on_deadline, connection);
    TAILQ_INSERT_TAIL(&loop->connections, connection, all);
    metric_add(&connections_open, "", 1);
    connection->state = CONNECTION_READING; /* in no list yet */
    connection_enter(connection, tls != NULL ? CONNECTION_GREETING : CONNECTION_IDLE);
    connection_attach(connection, stream);
}
