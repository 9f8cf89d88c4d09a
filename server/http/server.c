/*
 * Starting and ending the server: addresses, listening sockets, threads.
 *
 * Runs on the thread that starts it. Owns the loops; what happens on them is loop.c and connection.c.
 */
#include "akkoord/http/server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"
#include "loop.h"
#include "tls.h"

/* Listeners, loops, mailboxes, database connections, files. */
#define DESCRIPTORS_BESIDE_CONNECTIONS 256

struct listen_address {
    struct sockaddr_storage storage;
    socklen_t length;
};

static enum status address_error(struct error *error)
{
    return error_set_field(error, STATUS_INVALID, "malformed", "listen",
                           "not an address with a port, as 127.0.0.1:8080 or [::1]:8080");
}

/* Digits only, up to 65535; -1 otherwise. */
static int parse_port(const char *text)
{
    int port = 0;
    size_t length = strlen(text);
    if (length == 0 || length > 5 || strspn(text, "0123456789") != length)
        return -1;
    for (size_t i = 0; i < length; i++)
        port = port * 10 + (text[i] - '0');
    return port <= UINT16_MAX ? port : -1;
}

static enum status parse_address(const char *text, struct listen_address *address, struct error *error)
{
    *address = (struct listen_address){0};
    const char *colon = text != NULL ? strrchr(text, ':') : NULL;
    int port = colon != NULL ? parse_port(colon + 1) : -1;
    if (port < 0)
        return address_error(error);
    bool bracketed = text[0] == '[' && colon > text + 1 && colon[-1] == ']';
    char host[HTTP_ADDRESS_BYTES];
    size_t length = (size_t)(colon - text) - (bracketed ? 2 : 0);
    if (length >= sizeof(host))
        return address_error(error);
    memcpy(host, text + (bracketed ? 1 : 0), length);
    host[length] = '\0';

    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)(void *)&address->storage;
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)(void *)&address->storage;
    if (bracketed && inet_pton(AF_INET6, host, &ipv6->sin6_addr) == 1) {
        ipv6->sin6_family = AF_INET6;
        ipv6->sin6_port = htons((uint16_t)port);
        address->length = sizeof(*ipv6);
    } else if (!bracketed && inet_pton(AF_INET, host, &ipv4->sin_addr) == 1) {
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons((uint16_t)port);
        address->length = sizeof(*ipv4);
    } else {
        return address_error(error);
    }
    return STATUS_OK;
}

static int port_of(const struct listen_address *address)
{
    if (address->storage.ss_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)(const void *)&address->storage)->sin6_port);
    return ntohs(((const struct sockaddr_in *)(const void *)&address->storage)->sin_port);
}

static enum status bind_error(int cause, struct error *error)
{
    if (cause == EADDRINUSE)
        return error_set_field(error, STATUS_CONFLICT, "address_in_use", "listen", "another program listens there");
    char text[128];
    return error_set_field(error, STATUS_UNAVAILABLE, "cannot_listen", "listen", "%s",
                           strerror_r(cause, text, sizeof(text)));
}

/* A bound socket; -1 and errno on failure. */
static int bind_socket(const struct listen_address *address, bool share_port)
{
    const int on = 1;
    int made = socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0)
        return -1;
    setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (share_port)
        setsockopt(made, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    if (bind(made, (const struct sockaddr *)&address->storage, address->length) != 0) {
        int cause = errno;
        close(made);
        errno = cause;
        return -1;
    }
    return made;
}

/* SO_REUSEPORT would let a second server of the same user take half of the connections of the first without a word, so
 * whether the address is free is asked without it. */
static enum status check_free(const struct listen_address *address, struct error *error)
{
    int probe = bind_socket(address, false);
    if (probe < 0)
        return bind_error(errno, error);
    close(probe);
    return STATUS_OK;
}

static enum status open_listener(struct http_server *server, struct listen_address *address, struct error *error)
{
    int listener = bind_socket(address, true);
    if (listener < 0)
        return bind_error(errno, error);
    socklen_t length = sizeof(address->storage);
    if (getsockname(listener, (struct sockaddr *)&address->storage, &length) != 0) {
        int cause = errno;
        close(listener);
        return bind_error(cause, error);
    }
    /* From the second on, all take the port that the first was given. */
    server->port = port_of(address);
    loop_init(&server->loops[server->loop_count++], server, listener);
    return STATUS_OK;
}

static enum status start_threads(struct http_server *server, struct error *error)
{
    /* Signals are the business of whoever started us. */
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < server->loop_count && status == STATUS_OK; i++) {
        if (pthread_create(&server->loops[i].thread, NULL, loop_run, &server->loops[i]) != 0) {
            status = error_set(error, STATUS_UNAVAILABLE, "no_thread", "the system gives no thread");
            break;
        }
        char name[16];
        snprintf(name, sizeof(name), "http-%u", (unsigned)(i % 1000));
        pthread_setname_np(server->loops[i].thread, name);
        server->threads_started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

static void apply_defaults(struct http_server_options *options)
{
    if (options->threads == 0)
        options->threads = 1;
    if (options->connections_max == 0)
        options->connections_max = HTTP_CONNECTIONS_MAX;
    if (options->body_bytes_max == 0)
        options->body_bytes_max = HTTP_BODY_BYTES_MAX;
    if (options->request_deadline_ms == 0)
        options->request_deadline_ms = HTTP_REQUEST_DEADLINE_MS;
    if (options->idle_deadline_ms == 0)
        options->idle_deadline_ms = HTTP_IDLE_DEADLINE_MS;
    if (options->write_deadline_ms == 0)
        options->write_deadline_ms = HTTP_WRITE_DEADLINE_MS;
}

static struct http_server *server_new(const struct http_server_options *options)
{
    struct http_server *server = memory_alloc_zero(1, sizeof(*server));
    server->options = *options;
    apply_defaults(&server->options);
    server->loops = memory_alloc_zero(server->options.threads, sizeof(*server->loops));
    pthread_mutex_init(&server->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&server->drained, &attributes);
    pthread_condattr_destroy(&attributes);
    return server;
}

/* The usual soft limit of 1,024 descriptors is less than the connections we offer. */
static void raise_descriptor_limit(const struct http_server_options *options)
{
    struct rlimit limit;
    const rlim_t wanted = options->connections_max + DESCRIPTORS_BESIDE_CONNECTIONS;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        log_event(LOG_WARNING, "http.few_descriptors", log_int("wanted", (int64_t)wanted),
                  log_int("allowed", (int64_t)limit.rlim_cur));
}

enum status http_server_start(const struct http_server_options *options, struct http_server **out, struct error *error)
{
    struct http_server *server = server_new(options);
    struct listen_address address;
    enum status status = trusted_proxies_parse(options->trusted_proxies, &server->proxies, error);
    if (status != STATUS_OK)
        goto out;
    status = parse_address(options->listen, &address, error);
    if (status != STATUS_OK)
        goto out;
    if (options->tls_cert_file != NULL)
        status = tls_new(options->tls_cert_file, options->tls_key_file, &server->tls, error);
    if (status != STATUS_OK)
        goto out;
    status = check_free(&address, error);
    if (status != STATUS_OK)
        goto out;
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit(&server->options);
    for (size_t i = 0; i < server->options.threads && status == STATUS_OK; i++)
        status = open_listener(server, &address, error);
    if (status == STATUS_OK)
        status = start_threads(server, error);
out:
    if (status != STATUS_OK) {
        http_server_free(server);
        return status;
    }
    log_event(LOG_INFO, "http.listening", log_int("port", server->port),
              log_int("threads", (int64_t)server->loop_count));
    *out = server;
    return STATUS_OK;
}

int http_server_port(const struct http_server *server)
{
    return server->port;
}

enum status http_server_check_tls(const char *certificate_file, const char *key_file, struct error *error)
{
    struct tls *tls = NULL;
    enum status status = tls_new(certificate_file, key_file, &tls, error);
    if (status == STATUS_OK)
        tls_free(tls);
    return status;
}

enum status http_server_reload_tls(struct http_server *server, struct error *error)
{
    return server->tls != NULL ? tls_reload(server->tls, error) : STATUS_OK;
}

static void post_to_all(struct http_server *server, enum loop_message_kind kind)
{
    for (size_t i = 0; i < server->threads_started; i++) {
        struct loop *loop = &server->loops[i];
        enum status status =
            mailbox_post(loop->mailbox, kind == LOOP_MESSAGE_DRAIN ? &loop->drain_message : &loop->stop_message);
        assert(status == STATUS_OK); /* a mailbox keeps two places for these */
        (void)status;
    }
}

void http_server_drain(struct http_server *server, int64_t deadline_ms)
{
    assert(!server->drain_asked);
    server->drain_asked = true;
    post_to_all(server, LOOP_MESSAGE_DRAIN);

    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += deadline_ms / 1000;
    until.tv_nsec += deadline_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&server->lock);
    int waited = 0;
    while (server->loops_drained < server->threads_started && waited == 0)
        waited = pthread_cond_timedwait(&server->drained, &server->lock, &until);
    pthread_mutex_unlock(&server->lock);
    log_event(LOG_INFO, "http.drained", log_int("connections_left", (int64_t)atomic_load(&server->connections)));
}

void http_server_free(struct http_server *server)
{
    if (server == NULL)
        return;
    post_to_all(server, LOOP_MESSAGE_STOP);
    for (size_t i = 0; i < server->threads_started; i++)
        pthread_join(server->loops[i].thread, NULL);
    for (size_t i = 0; i < server->loop_count; i++)
        loop_release(&server->loops[i]);
    pthread_cond_destroy(&server->drained);
    pthread_mutex_destroy(&server->lock);
    tls_free(server->tls);
    free(server->loops);
    free(server);
}
