/*
 * Owns a session's life: connecting with a deadline, noticing that it was lost, connecting again after a pause. Runs on
 * the thread that the connection belongs to. It never reconnects inside a transaction and never repeats a statement.
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/memory.h"
#include "akkoord/pg/sql.h"
#include "internal.h"

#define US_PER_MS 1000
/* A peer that vanished without a word is noticed after this, in milliseconds (TCP only). */
#define TCP_USER_TIMEOUT_MS "10000"

struct pg_connection *pg_connection_new(const struct pg_options *options)
{
    struct pg_connection *connection = memory_alloc_zero(1, sizeof(*connection));
    connection->url = memory_copy_text(options->url);
    connection->application = memory_copy_text(options->application ? options->application : "akkoord");
    connection->connect_timeout_ms =
        options->connect_timeout_ms > 0 ? options->connect_timeout_ms : PG_CONNECT_TIMEOUT_MS;
    connection->default_call_timeout_ms = options->call_timeout_ms > 0 ? options->call_timeout_ms : PG_CALL_TIMEOUT_MS;
    connection->call_timeout_ms = connection->default_call_timeout_ms;
    connection->lock_timeout_ms = options->lock_timeout_ms;
    connection->role = options->role;
    connection->session_begin = options->session_begin;
    return connection;
}

void pg_connection_free(struct pg_connection *connection)
{
    if (!connection)
        return;
    pg_disconnect(connection);
    memory_free_cleansed(connection->url, strlen(connection->url));
    free(connection->application);
    free(connection->prepared);
    free(connection);
}

void pg_disconnect(struct pg_connection *connection)
{
    if (!connection->session)
        return;
    if (connection->in_transaction)
        connection->transaction_lost = true;
    PQfinish(connection->session);
    connection->session = NULL;
    connection->in_transaction = false;
    connection->prepared_count = 0;
    connection->configured_timeout_ms = 0;
    connection->told_customer_id = (struct uuid){0};
}

bool pg_is_connected(const struct pg_connection *connection)
{
    return connection->session != NULL;
}

void pg_set_customer(struct pg_connection *connection, const struct uuid *customer_id)
{
    assert(!pg_in_transaction(connection));
    connection->customer_id = customer_id ? *customer_id : (struct uuid){0};
}

void pg_set_call_timeout_ms(struct pg_connection *connection, int timeout_ms)
{
    connection->call_timeout_ms = timeout_ms > 0 ? timeout_ms : connection->default_call_timeout_ms;
}

int pg_descriptor(const struct pg_connection *connection)
{
    return connection->session ? PQsocket(connection->session) : -1;
}

int pg_server_version(const struct pg_connection *connection)
{
    return connection->session ? PQserverVersion(connection->session) : 0;
}

const char *pg_last_sqlstate(const struct pg_connection *connection)
{
    return connection->sqlstate;
}

int64_t pg_transaction_serial(const struct pg_connection *connection)
{
    return connection->transactions;
}

bool pg_in_transaction(const struct pg_connection *connection)
{
    return connection->in_transaction || connection->transaction_lost;
}

enum status pg_url_user(const char *url, char user[PG_ROLE_BYTES], struct error *error)
{
    PQconninfoOption *given = PQconninfoParse(url, NULL);
    PQconninfoOption *defaults = NULL;
    const char *found = NULL;
    enum status status = STATUS_OK;
    if (!given)
        return error_set(error, STATUS_INVALID, "malformed", "is not a PostgreSQL connection string");
    for (const PQconninfoOption *option = given; option->keyword; option++) {
        if (strcmp(option->keyword, "user") == 0)
            found = option->val;
    }
    if (!found) {
        defaults = PQconndefaults();
        for (const PQconninfoOption *option = defaults; option && option->keyword; option++) {
            if (strcmp(option->keyword, "user") == 0)
                found = option->val;
        }
    }
    if (!found || strlen(found) >= PG_ROLE_BYTES)
        status = error_set(error, STATUS_INVALID, "malformed", "names no user");
    else
        memcpy(user, found, strlen(found) + 1);
    PQconninfoFree(given);
    PQconninfoFree(defaults);
    return status;
}

bool pg_wait(PGconn *session, bool writing, int64_t deadline_us)
{
    struct pollfd descriptor = {.fd = PQsocket(session), .events = (short)(writing ? POLLIN | POLLOUT : POLLIN)};
    for (;;) {
        int64_t left_us = deadline_us - clock_monotonic_us();
        int ready;
        if (left_us <= 0)
            return false;
        ready = poll(&descriptor, 1, (int)(left_us / US_PER_MS) + 1);
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

/* The server's notices may quote data: they go nowhere. */
static void drop_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

/* The first line of libpq's message about a failed attempt: names host, port, role and database, never a password. */
static void connect_detail(const PGconn *session, char *out, size_t capacity)
{
    const char *message = PQerrorMessage(session);
    size_t length = strcspn(message, "\n");
    if (length >= capacity)
        length = capacity - 1;
    memcpy(out, message, length);
    out[length] = '\0';
}

/* Makes the next attempt wait: twice as long as before, and not at the same moment as the other threads'. */
static void pause_after_failure(struct pg_connection *connection)
{
    uint32_t random;
    int pause_ms = connection->pause_ms * 2;
    if (pause_ms < PG_RECONNECT_PAUSE_MS_MIN)
        pause_ms = PG_RECONNECT_PAUSE_MS_MIN;
    if (pause_ms > PG_RECONNECT_PAUSE_MS_MAX)
        pause_ms = PG_RECONNECT_PAUSE_MS_MAX;
    crypto_random(&random, sizeof(random));
    connection->pause_ms = pause_ms;
    pause_ms = pause_ms / 2 + (int)(random % (uint32_t)(pause_ms / 2 + 1));
    connection->retry_at_us = clock_monotonic_us() + (int64_t)pause_ms * US_PER_MS;
}

static PGconn *start_session(const struct pg_connection *connection)
{
    /* What stands before dbname may be overruled by the connection string, what stands after may not. */
    const char *const keywords[] = {"tcp_user_timeout", "dbname", "client_encoding", "application_name", NULL};
    const char *const values[] = {TCP_USER_TIMEOUT_MS, connection->url, "UTF8", connection->application, NULL};
    return PQconnectStartParams(keywords, values, 1);
}

static enum status open_session(struct pg_connection *connection, struct error *error)
{
    int64_t deadline_us = clock_monotonic_us() + (int64_t)connection->connect_timeout_ms * US_PER_MS;
    char user[PG_ROLE_BYTES];
    char detail[ERROR_DETAIL_BYTES] = "no answer in time";
    PostgresPollingStatusType progress = PGRES_POLLING_WRITING;
    PGconn *session;
    enum status status = pg_url_user(connection->url, user, error);
    /* Checked first, because libpq's own message about a malformed string quotes it. */
    if (status != STATUS_OK)
        return status;
    session = start_session(connection);
    if (!session)
        abort();
    if (PQstatus(session) == CONNECTION_BAD) {
        connect_detail(session, detail, sizeof(detail));
        progress = PGRES_POLLING_FAILED;
    }
    while (progress == PGRES_POLLING_READING || progress == PGRES_POLLING_WRITING) {
        if (!pg_wait(session, progress == PGRES_POLLING_WRITING, deadline_us))
            break;
        progress = PQconnectPoll(session);
        if (progress == PGRES_POLLING_FAILED)
            connect_detail(session, detail, sizeof(detail));
    }
    if (progress != PGRES_POLLING_OK || PQsetnonblocking(session, 1) != 0) {
        PQfinish(session);
        pause_after_failure(connection);
        return error_set(error, STATUS_UNAVAILABLE, "database_unavailable", "%s", detail);
    }
    PQsetNoticeReceiver(session, drop_notice, NULL);
    connection->session = session;
    return STATUS_OK;
}

/* Tells the session its limits. The server's is a little shorter than ours, so that normally the server gives up first
 * and the session stays usable. */
static enum status configure_session(struct pg_connection *connection, struct error *error)
{
    struct arena *arena = arena_new();
    struct pg_params params;
    struct pg_batch_item item = {.statement = &sql_session_configure, .params = &params};
    enum status status;
    pg_params_init(&params, arena);
    pg_params_add_text(&params,
                       arena_format(arena, "%d", connection->call_timeout_ms - connection->call_timeout_ms / 10));
    pg_params_add_text(&params, arena_format(arena, "%d", connection->lock_timeout_ms));
    pg_params_add_text(&params, connection->role ? connection->role : "none");
    status = pg_run(connection, &item, 1, NULL, error);
    pg_batch_release(&item, 1);
    arena_free(arena);
    if (status == STATUS_OK && connection->session_begin) {
        item = (struct pg_batch_item){.statement = connection->session_begin};
        status = pg_run(connection, &item, 1, NULL, error);
        pg_batch_release(&item, 1);
    }
    if (status == STATUS_OK)
        connection->configured_timeout_ms = connection->call_timeout_ms;
    return status;
}

/* Whether the server closed the session while it was idle. */
static bool was_closed(struct pg_connection *connection)
{
    struct pollfd descriptor = {.fd = PQsocket(connection->session), .events = POLLIN};
    if (poll(&descriptor, 1, 0) == 0)
        return false;
    return PQconsumeInput(connection->session) == 0 || PQstatus(connection->session) == CONNECTION_BAD;
}

enum status pg_ready(struct pg_connection *connection, struct error *error)
{
    enum status status = STATUS_OK;
    connection->sqlstate[0] = '\0';
    if (connection->transaction_lost)
        return error_set(error, STATUS_UNAVAILABLE, "database_unavailable", "the transaction ended with its session");
    if (connection->in_transaction)
        return STATUS_OK;
    if (connection->session && was_closed(connection))
        pg_disconnect(connection);
    if (!connection->session) {
        if (clock_monotonic_us() < connection->retry_at_us)
            return error_set(error, STATUS_UNAVAILABLE, "database_unavailable", "the database did not answer just now");
        status = open_session(connection, error);
    }
    if (status == STATUS_OK && connection->configured_timeout_ms != connection->call_timeout_ms) {
        status = configure_session(connection, error);
        if (status != STATUS_OK) {
            pg_disconnect(connection);
            pause_after_failure(connection);
        }
    }
    if (status == STATUS_OK)
        connection->pause_ms = 0;
    return status;
}

enum status pg_connect(struct pg_connection *connection, struct error *error)
{
    int64_t left_us = connection->retry_at_us - clock_monotonic_us();
    if (!connection->session && left_us > 0)
        (void)poll(NULL, 0, (int)(left_us / US_PER_MS) + 1);
    return pg_ready(connection, error);
}

enum status pg_lost(struct pg_connection *connection, const char *detail, struct error *error)
{
    pg_disconnect(connection);
    return error_set(error, STATUS_UNAVAILABLE, "database_unavailable", "%s", detail);
}
