/*
 * Sends requests that were made beforehand, each once, over so many kept connections at a time, and says how long it
 * took. A thread a connection; a request is sent when the answer to the one before has come.
 *
 *     replay PORT CONNECTIONS FILE
 *
 * FILE is a sequence of requests, each a line with its length in bytes and then its bytes. Prints one line:
 * "SECONDS ANSWERS_2XX ANSWERS_OTHER". Exit status 1 when a connection broke.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define ANSWER_BYTES    65536

struct request {
    char *bytes;
    size_t length;
};

static struct request *requests;
static size_t requests_count;
static uint16_t port;
static atomic_size_t next_request;
static atomic_size_t answers_2xx;
static atomic_size_t answers_other;
static atomic_bool broken;
static pthread_barrier_t all_connected; /* the clock runs from here */

static bool load_requests(const char *path)
{
    FILE *file = fopen(path, "rb");
    char line[32];
    size_t capacity = 0;
    if (!file)
        return false;
    while (fgets(line, sizeof(line), file)) {
        struct request request = {.length = strtoul(line, NULL, 10)};
        if (requests_count == capacity) {
            capacity = capacity ? 2 * capacity : 1024;
            requests = realloc(requests, capacity * sizeof(*requests));
        }
        request.bytes = malloc(request.length);
        if (!requests || !request.bytes || fread(request.bytes, 1, request.length, file) != request.length)
            return false;
        requests[requests_count++] = request;
    }
    return fclose(file) == 0;
}

static int open_connection(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0 || setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0 ||
        connect(connection, (struct sockaddr *)&address, sizeof(address)) != 0)
        return -1;
    return connection;
}

static bool send_all(int connection, const struct request *request)
{
    for (size_t sent = 0; sent < request->length;) {
        ssize_t count = send(connection, request->bytes + sent, request->length - sent, MSG_NOSIGNAL);
        if (count <= 0)
            return false;
        sent += (size_t)count;
    }
    return true;
}

/* One whole answer with a Content-Length; its status, or 0 when the connection broke. */
static int read_answer(int connection, char *answer)
{
    size_t length = 0;
    for (;;) {
        ssize_t count = recv(connection, answer + length, ANSWER_BYTES - 1 - length, 0);
        if (count <= 0)
            return 0;
        length += (size_t)count;
        answer[length] = '\0';
        char *body = strstr(answer, "\r\n\r\n");
        if (!body)
            continue;
        char *field = strcasestr(answer, "\r\ncontent-length:");
        if (!field || field > body)
            return 0;
        size_t whole = (size_t)(body + 4 - answer) + strtoul(field + strlen("\r\ncontent-length:"), NULL, 10);
        if (length >= whole)
            return (int)strtol(answer + strlen("HTTP/1.1 "), NULL, 10);
    }
}

static void *run_connection(void *unused)
{
    (void)unused;
    char *answer = malloc(ANSWER_BYTES);
    int connection = open_connection();
    (void)pthread_barrier_wait(&all_connected);
    for (;;) {
        size_t index = atomic_fetch_add(&next_request, 1);
        if (index >= requests_count)
            break;
        int status =
            answer && connection >= 0 && send_all(connection, &requests[index]) ? read_answer(connection, answer) : 0;
        if (status == 0) {
            atomic_store(&broken, true);
            break;
        }
        atomic_fetch_add(status / 100 == 2 ? &answers_2xx : &answers_other, 1);
    }
    if (connection >= 0)
        (void)close(connection);
    free(answer);
    return NULL;
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    pthread_t threads[CONNECTIONS_MAX];
    size_t connections = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    if (connections < 1 || connections > CONNECTIONS_MAX || !load_requests(argv[3])) {
        (void)fprintf(stderr, "Usage: replay PORT CONNECTIONS FILE\n");
        return 2;
    }
    port = (uint16_t)strtoul(argv[1], NULL, 10);
    (void)pthread_barrier_init(&all_connected, NULL, (unsigned)connections + 1);
    for (size_t i = 0; i < connections; i++) {
        if (pthread_create(&threads[i], NULL, run_connection, NULL) != 0)
            return 1;
    }
    (void)pthread_barrier_wait(&all_connected);
    double begun = seconds();
    for (size_t i = 0; i < connections; i++)
        (void)pthread_join(threads[i], NULL);
    printf("%.6f %zu %zu\n", seconds() - begun, atomic_load(&answers_2xx), atomic_load(&answers_other));
    return atomic_load(&broken) ? 1 : 0;
}
