/*
 * Owns one exchange with the server: preparing what is not prepared yet, sending, reading all answers, each before the
 * call's deadline. Runs on the thread that the connection belongs to.
 *
 * Invariant: between calls the session is idle (or idle in a transaction) with nothing unread; a session that can't be
 * brought there is dropped.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/memory.h"
#include "akkoord/pg/sql.h"
#include "internal.h"

#define BINARY 1

const struct pg_statement pg_statement_begin = {"transaction.begin", "BEGIN"};
const struct pg_statement pg_statement_commit = {"transaction.commit", "COMMIT"};
static const struct pg_statement begin_snapshot = {"transaction.begin_snapshot",
                                                   "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};

/* ---- reading answers ---- */

enum answer { ANSWER_RESULT, ANSWER_NONE, ANSWER_LATE, ANSWER_BROKEN };

/* Sends what waits to be sent and takes the next answer; ANSWER_NONE is the end of one statement's answers. */
static enum answer next_answer(PGconn *session, int64_t deadline_us, PGresult **raw)
{
    for (;;) {
        int unsent = PQflush(session);
        if (unsent < 0)
            return ANSWER_BROKEN;
        if (!PQisBusy(session))
            break;
        if (!pg_wait(session, unsent > 0, deadline_us))
            return ANSWER_LATE;
        if (!PQconsumeInput(session))
            return ANSWER_BROKEN;
    }
    *raw = PQgetResult(session);
    return *raw ? ANSWER_RESULT : ANSWER_NONE;
}

static bool is_failure(ExecStatusType type)
{
    return type == PGRES_FATAL_ERROR || type == PGRES_BAD_RESPONSE || type == PGRES_NONFATAL_ERROR;
}

static enum status broken(struct pg_connection *connection, enum answer answer, struct error *error)
{
    return pg_lost(connection, answer == ANSWER_LATE ? "no answer in time" : "the session ended during the call",
                   error);
}

static void note_transaction(struct pg_connection *connection)
{
    PGTransactionStatusType state = PQtransactionStatus(connection->session);
    bool is_open = state == PQTRANS_INTRANS || state == PQTRANS_INERROR;
    if (is_open && !connection->in_transaction)
        connection->transactions++;
    connection->in_transaction = is_open;
}

static int64_t call_deadline_us(const struct pg_connection *connection)
{
    return clock_monotonic_us() + (int64_t)connection->call_timeout_ms * 1000;
}

/* ---- prepared statements ---- */

static bool types_equal(const struct prepared *prepared, const struct pg_params *params)
{
    size_t count = params ? params->count : 0;
    if (prepared->params_count != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (prepared->types[i] != params->types[i])
            return false;
    }
    return true;
}

static bool is_prepared(const struct pg_connection *connection, const struct pg_batch_item *item)
{
    for (size_t i = 0; i < connection->prepared_count; i++) {
        if (connection->prepared[i].statement == item->statement) {
            assert(types_equal(&connection->prepared[i], item->params));
            return true;
        }
    }
    return false;
}

static void remember_prepared(struct pg_connection *connection, const struct pg_batch_item *item)
{
    struct prepared *prepared;
    if (connection->prepared_count == connection->prepared_capacity) {
        connection->prepared_capacity = connection->prepared_capacity ? connection->prepared_capacity * 2 : 16;
        connection->prepared =
            memory_resize(connection->prepared, connection->prepared_capacity, sizeof(*connection->prepared));
    }
    prepared = &connection->prepared[connection->prepared_count++];
    prepared->statement = item->statement;
    prepared->params_count = item->params ? (uint8_t)item->params->count : 0;
    for (size_t i = 0; i < prepared->params_count; i++)
        prepared->types[i] = (uint8_t)item->params->types[i];
}

static enum status prepare(struct pg_connection *connection, const struct pg_batch_item *item, int64_t deadline_us,
                           struct error *error)
{
    Oid types[PG_PARAMS_MAX];
    size_t count = item->params ? item->params->count : 0;
    enum status status = STATUS_OK;
    enum answer answer;
    PGresult *raw;
    for (size_t i = 0; i < count; i++)
        types[i] = pg_type_oid(item->params->types[i]);
    if (!PQsendPrepare(connection->session, item->statement->name, item->statement->sql, (int)count, types))
        return broken(connection, ANSWER_BROKEN, error);
    while ((answer = next_answer(connection->session, deadline_us, &raw)) == ANSWER_RESULT) {
        if (is_failure(PQresultStatus(raw)))
            status = pg_report(connection, raw, error);
        PQclear(raw);
    }
    if (answer != ANSWER_NONE || PQstatus(connection->session) == CONNECTION_BAD)
        return broken(connection, answer, error);
    note_transaction(connection);
    if (status == STATUS_OK)
        remember_prepared(connection, item);
    return status;
}

/* ---- a batch ---- */

static bool send_item(PGconn *session, const struct pg_batch_item *item)
{
    int formats[PG_PARAMS_MAX];
    size_t count = item->params ? item->params->count : 0;
    for (size_t i = 0; i < count; i++)
        formats[i] = pg_type_format(item->params->types[i]);
    return PQsendQueryPrepared(session, item->statement->name, (int)count, count ? item->params->values : NULL,
                               count ? item->params->lengths : NULL, count ? formats : NULL, BINARY) != 0;
}

/* Reads the answers of item `index`: keeps the last result, or notes the failure in *status. */
static enum answer read_item(struct pg_connection *connection, struct pg_batch_item *item, int64_t deadline_us,
                             enum status *status, struct error *error)
{
    enum answer answer;
    PGresult *raw;
    while ((answer = next_answer(connection->session, deadline_us, &raw)) == ANSWER_RESULT) {
        ExecStatusType type = PQresultStatus(raw);
        if (type == PGRES_TUPLES_OK || type == PGRES_COMMAND_OK) {
            pg_result_free(item->result);
            item->result = pg_result_wrap(raw);
            continue;
        }
        /* PGRES_PIPELINE_ABORTED: an earlier item failed and has been noted. */
        if (is_failure(type) && *status == STATUS_OK)
            *status = pg_report(connection, raw, error);
        PQclear(raw);
    }
    return answer;
}

/* Reads up to and including the answer to the sync, which is followed by no "none". */
static enum answer read_sync(PGconn *session, int64_t deadline_us)
{
    PGresult *raw;
    enum answer answer = next_answer(session, deadline_us, &raw);
    ExecStatusType type;
    if (answer != ANSWER_RESULT)
        return answer == ANSWER_NONE ? ANSWER_BROKEN : answer;
    type = PQresultStatus(raw);
    PQclear(raw);
    return type == PGRES_PIPELINE_SYNC ? ANSWER_RESULT : ANSWER_BROKEN;
}

/* ---- whose rows ---- */

/* Whether the session was told something else than what now holds. */
static bool is_customer_due(const struct pg_connection *connection)
{
    return !uuid_equal(&connection->customer_id, &connection->told_customer_id);
}

/* Fills the statement that tells it; `text` has to live until it is sent. */
static void customer_item(const struct pg_connection *connection, char text[UUID_TEXT_BYTES], struct pg_params *params,
                          struct pg_batch_item *item)
{
    text[0] = '\0';
    if (!uuid_is_nil(&connection->customer_id))
        (void)uuid_format(&connection->customer_id, text);
    pg_params_init(params, NULL);
    pg_params_add_text(params, text);
    *item = (struct pg_batch_item){.statement = &sql_session_set_customer, .params = params};
}

/* Whether the setting needs a transaction of its own: what opens one may be rolled back later, and would undo the
 * setting unnoticed. Other batches are a transaction, and their failure is noticed here. */
static bool customer_stands_alone(const struct pg_batch_item *items)
{
    return items[0].statement == &pg_statement_begin || items[0].statement == &begin_snapshot;
}

static bool send_customer(struct pg_connection *connection, bool alone)
{
    char text[UUID_TEXT_BYTES];
    struct pg_params params;
    struct pg_batch_item item;
    customer_item(connection, text, &params, &item);
    return send_item(connection->session, &item) && (!alone || PQpipelineSync(connection->session) != 0);
}

/* ANSWER_NONE when the session has taken it, as far as what follows lets it. */
static enum answer read_customer(struct pg_connection *connection, bool alone, int64_t deadline_us)
{
    struct pg_batch_item item = {.result = NULL};
    struct error ignored;
    enum status status = STATUS_OK;
    enum answer answer = read_item(connection, &item, deadline_us, &status, &ignored);
    pg_batch_release(&item, 1);
    if (answer == ANSWER_NONE && status != STATUS_OK)
        return ANSWER_BROKEN;
    if (answer != ANSWER_NONE || !alone)
        return answer;
    answer = read_sync(connection->session, deadline_us);
    if (answer != ANSWER_RESULT)
        return answer;
    connection->told_customer_id = connection->customer_id;
    return ANSWER_NONE;
}

static enum status prepare_customer(struct pg_connection *connection, int64_t deadline_us, struct error *error)
{
    char text[UUID_TEXT_BYTES];
    struct pg_params params;
    struct pg_batch_item item;
    customer_item(connection, text, &params, &item);
    return is_prepared(connection, &item) ? STATUS_OK : prepare(connection, &item, deadline_us, error);
}

/* ---- running ---- */

static enum status run_pipeline(struct pg_connection *connection, struct pg_batch_item *items, size_t count,
                                size_t *failed, int64_t deadline_us, struct error *error)
{
    PGconn *session = connection->session;
    enum status status = STATUS_OK;
    enum answer answer = ANSWER_NONE;
    bool telling = is_customer_due(connection);
    bool alone = telling && customer_stands_alone(items);
    if (!PQenterPipelineMode(session) || (telling && !send_customer(connection, alone)))
        return broken(connection, ANSWER_BROKEN, error);
    for (size_t i = 0; i < count; i++) {
        if (!send_item(session, &items[i]))
            return broken(connection, ANSWER_BROKEN, error);
    }
    if (!PQpipelineSync(session))
        return broken(connection, ANSWER_BROKEN, error);
    if (telling && (answer = read_customer(connection, alone, deadline_us)) != ANSWER_NONE)
        return broken(connection, answer, error);
    for (size_t i = 0; i < count; i++) {
        answer = read_item(connection, &items[i], deadline_us, &status, error);
        if (status != STATUS_OK && *failed == count)
            *failed = i;
        if (answer != ANSWER_NONE)
            break;
    }
    if (answer == ANSWER_NONE)
        answer = read_sync(session, deadline_us);
    if (answer != ANSWER_RESULT || !PQexitPipelineMode(session) || PQstatus(session) == CONNECTION_BAD) {
        *failed = count;
        return broken(connection, answer, error);
    }
    /* A failed batch was rolled back, and the setting with it. */
    if (telling && status == STATUS_OK)
        connection->told_customer_id = connection->customer_id;
    return status;
}

static enum status run_single(struct pg_connection *connection, struct pg_batch_item *item, size_t *failed,
                              int64_t deadline_us, struct error *error)
{
    enum status status = STATUS_OK;
    enum answer answer;
    if (!send_item(connection->session, item))
        return broken(connection, ANSWER_BROKEN, error);
    answer = read_item(connection, item, deadline_us, &status, error);
    if (answer != ANSWER_NONE || PQstatus(connection->session) == CONNECTION_BAD)
        return broken(connection, answer, error);
    if (status != STATUS_OK)
        *failed = 0;
    return status;
}

enum status pg_run(struct pg_connection *connection, struct pg_batch_item *items, size_t count, size_t *failed,
                   struct error *error)
{
    int64_t deadline_us = call_deadline_us(connection);
    size_t unused;
    enum status status = STATUS_OK;
    assert(count > 0 && count <= PG_BATCH_MAX);
    failed = failed ? failed : &unused;
    *failed = count;
    for (size_t i = 0; i < count; i++)
        items[i].result = NULL;
    for (size_t i = 0; i < count; i++) {
        if (is_prepared(connection, &items[i]))
            continue;
        status = prepare(connection, &items[i], deadline_us, error);
        if (status != STATUS_OK) {
            if (connection->session)
                *failed = i;
            return status;
        }
    }
    /* A rollback would undo it unnoticed: nothing runs rather than with another's rows. */
    if (is_customer_due(connection) && connection->in_transaction)
        return error_set(error, STATUS_INTERNAL, "customer_in_transaction", "the customer changed in a transaction");
    if (is_customer_due(connection))
        status = prepare_customer(connection, deadline_us, error);
    if (status != STATUS_OK)
        return status;
    status = count == 1 && !is_customer_due(connection)
                 ? run_single(connection, items, failed, deadline_us, error)
                 : run_pipeline(connection, items, count, failed, deadline_us, error);
    if (connection->session)
        note_transaction(connection);
    return status;
}

/* ---- what others call ---- */

enum status pg_execute_batch(struct pg_connection *connection, struct pg_batch_item *items, size_t count,
                             size_t *failed, struct error *error)
{
    enum status status;
    for (size_t i = 0; i < count; i++)
        items[i].result = NULL;
    if (failed)
        *failed = count;
    status = pg_ready(connection, error);
    if (status != STATUS_OK)
        return status;
    return pg_run(connection, items, count, failed, error);
}

void pg_batch_release(struct pg_batch_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pg_result_free(items[i].result);
        items[i].result = NULL;
    }
}

enum status pg_execute(struct pg_connection *connection, const struct pg_statement *statement,
                       const struct pg_params *params, struct pg_result **result, struct error *error)
{
    struct pg_batch_item item = {.statement = statement, .params = params};
    enum status status = pg_execute_batch(connection, &item, 1, NULL, error);
    if (result)
        *result = NULL;
    if (status == STATUS_OK && result)
        *result = item.result;
    else
        pg_batch_release(&item, 1);
    return status;
}

/* By the simple protocol, on a session that stands. */
static enum status run_script(struct pg_connection *connection, const char *sql, struct error *error)
{
    int64_t deadline_us = call_deadline_us(connection);
    enum status status = STATUS_OK;
    enum answer answer;
    PGresult *raw;
    if (!PQsendQuery(connection->session, sql))
        return broken(connection, ANSWER_BROKEN, error);
    while ((answer = next_answer(connection->session, deadline_us, &raw)) == ANSWER_RESULT) {
        if (is_failure(PQresultStatus(raw)) && status == STATUS_OK)
            status = pg_report(connection, raw, error);
        PQclear(raw);
    }
    if (answer != ANSWER_NONE || PQstatus(connection->session) == CONNECTION_BAD)
        return broken(connection, answer, error);
    note_transaction(connection);
    return status;
}

enum status pg_execute_script(struct pg_connection *connection, const char *sql, struct error *error)
{
    enum status status = pg_ready(connection, error);
    if (status == STATUS_OK && (!uuid_is_nil(&connection->customer_id) || is_customer_due(connection)))
        return error_set(error, STATUS_INTERNAL, "script_of_customer", "a script runs for no customer");
    return status == STATUS_OK ? run_script(connection, sql, error) : status;
}

enum status pg_begin(struct pg_connection *connection, struct error *error)
{
    assert(!pg_in_transaction(connection));
    return pg_execute(connection, &pg_statement_begin, NULL, NULL, error);
}

enum status pg_begin_snapshot(struct pg_connection *connection, struct error *error)
{
    assert(!pg_in_transaction(connection));
    return pg_execute(connection, &begin_snapshot, NULL, NULL, error);
}

enum status pg_commit(struct pg_connection *connection, struct error *error)
{
    enum status status;
    PGTransactionStatusType state = connection->session ? PQtransactionStatus(connection->session) : PQTRANS_UNKNOWN;
    assert(pg_in_transaction(connection));
    /* COMMIT of a failed transaction "succeeds" as a rollback: that must not look like a commit. */
    if (state == PQTRANS_INERROR)
        status = error_set(error, STATUS_INTERNAL, "transaction_failed", "a statement of the transaction had failed");
    else
        status = pg_execute(connection, &pg_statement_commit, NULL, NULL, error);
    pg_rollback(connection);
    return status;
}

void pg_rollback(struct pg_connection *connection)
{
    struct error ignored;
    if (connection->in_transaction && run_script(connection, "ROLLBACK", &ignored) != STATUS_OK)
        pg_disconnect(connection);
    connection->transaction_lost = false;
}
