#pragma once
/*
 * A connection to PostgreSQL for straight-line code: every call returns when the server has answered or the call's time
 * is up, whatever the server or the network does. Underneath libpq runs without blocking (except for the look-up of a
 * host name, which the resolver bounds).
 *
 * A connection belongs to one thread at a time. It connects by itself when it is first used, and again when it was
 * lost, but never inside a transaction; after a failed attempt it fails at once for a short, growing and jittered
 * while, so that a database that is away costs nobody a timeout. A statement is never repeated by itself: whether a
 * write whose answer was lost took place is for the caller's idempotency key to find out.
 *
 * How a failure is reported:
 *     STATUS_UNAVAILABLE  the server does not answer, or SQLSTATE class 08, 40, 53, 57, 58, XX, 25006 or 55P03: the
 * same may succeed later; code "database_unavailable" ("serialization_failure" for class 40) STATUS_CONFLICT     23505,
 * 23503, 23P01; code "unique_violation", "foreign_key_violation", "exclusion_violation"; `field` is the constraint's
 * name STATUS_INVALID      the rest of class 23, and class 22: the data breaks a rule; `field` as above STATUS_INTERNAL
 * anything else: our statement is wrong, or the role may not `detail` has the SQLSTATE and never a parameter or a row;
 * pg_last_sqlstate() has it for code.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/pg/statement.h"

#define PG_CONNECT_TIMEOUT_MS     5000
#define PG_CALL_TIMEOUT_MS        5000
#define PG_RECONNECT_PAUSE_MS_MIN 50
#define PG_RECONNECT_PAUSE_MS_MAX 2000
#define PG_PARAMS_MAX             48
#define PG_BATCH_MAX              64
#define PG_SQLSTATE_BYTES         6
#define PG_ROLE_BYTES             64

/* ---- connection ---- */

struct pg_connection;

struct pg_options {
    const char *url;         /* URI or keyword=value; copied */
    const char *application; /* application_name; NULL: "akkoord" */
    int connect_timeout_ms;  /* 0: PG_CONNECT_TIMEOUT_MS */
    int call_timeout_ms;     /* of one call, and the session's statement_timeout; 0: PG_CALL_TIMEOUT_MS */
    int lock_timeout_ms;     /* the session's; 0: none but the statement's */
    /* Every session takes on this role (SET ROLE), of which the login must be a member; NULL: it stays the login.
     * Static. */
    const char *role;
    /* Run first on every session, without parameters; NULL: nothing. Static. */
    const struct pg_statement *session_begin;
};

/* Does not connect yet. */
struct pg_connection *pg_connection_new(const struct pg_options *options) __attribute__((returns_nonnull));
/* Ends the session; an open transaction is rolled back by the server. NULL is accepted. */
void pg_connection_free(struct pg_connection *connection);

/* Connects now unless connected, so that a start can say what is wrong; waits for the pause after a failed attempt. */
enum status pg_connect(struct pg_connection *connection, struct error *error) AKKOORD_MUST_CHECK;
/* Drops the session; the next call makes a new one. */
void pg_disconnect(struct pg_connection *connection);
/* Whether a session stands as far as is known without asking the server. */
bool pg_is_connected(const struct pg_connection *connection);
/* Whose rows the next calls are about: the session's setting `akkoord.customer_id`, which the policies of row-level
 * security read (sql/migrations). NULL, and a new connection: nobody's. Not inside a transaction.
 *
 * Nothing is sent by this. The next call sends it ahead of its own statements, in the same round trip, unless the
 * session was told so before; so no statement ever runs with a setting that is not the one asked for last, whatever
 * failed or was rolled back in between. A script (pg_execute_script()) has none. */
void pg_set_customer(struct pg_connection *connection, const struct uuid *customer_id);
/* A longer time for a long call (a migration); 0 is the one of the options. */
void pg_set_call_timeout_ms(struct pg_connection *connection, int timeout_ms);
/* For an event loop that waits for notifications; changes with every reconnection, -1 when not connected. */
int pg_descriptor(const struct pg_connection *connection);

/* 150004 for 15.4; 0 when not connected. */
int pg_server_version(const struct pg_connection *connection);
/* SQLSTATE of the last failed call, "" when it did not come from the server. */
const char *pg_last_sqlstate(const struct pg_connection *connection);

/* The user a connection string names, or libpq's default for it. STATUS_INVALID when the string is malformed; the error
 * does not quote it, as it may hold a password. */
enum status pg_url_user(const char *url, char user[PG_ROLE_BYTES], struct error *error) AKKOORD_MUST_CHECK;

/* ---- parameters ---- */

enum pg_type {
    PG_TEXT, /* the server infers the type: text, an enumeration, jsonb, numeric, ... */
    PG_UUID,
    PG_INT64,
    PG_BOOL,
    PG_BYTES,
    PG_TIME, /* timestamptz */
    PG_DATE,
    PG_TEXT_ARRAY, /* text[]; cast it in SQL to anything else */
    PG_UUID_ARRAY,
    PG_INT64_ARRAY,
    PG_BOOL_ARRAY,
    PG_BYTES_ARRAY,
    PG_TIME_ARRAY,
    PG_DATE_ARRAY,
};

/* The parameters $1, $2, ... of one statement, in that order. A statement gets the same types at every call (an
 * assertion holds to that). Text and bytes are not copied: they, and the arena, must live until the call returns. */
struct pg_params {
    struct arena *arena;
    size_t count;
    enum pg_type types[PG_PARAMS_MAX];
    const char *values[PG_PARAMS_MAX];
    int lengths[PG_PARAMS_MAX];
};

void pg_params_init(struct pg_params *params, struct arena *arena);
void pg_params_add_null(struct pg_params *params, enum pg_type type);
/* In each of these three a NULL pointer is an SQL null. */
void pg_params_add_text(struct pg_params *params, const char *text);
void pg_params_add_uuid(struct pg_params *params, const struct uuid *uuid);
void pg_params_add_bytes(struct pg_params *params, const void *bytes, size_t length);
void pg_params_add_int64(struct pg_params *params, int64_t number);
void pg_params_add_bool(struct pg_params *params, bool value);
/* UTC microseconds since 1970; 0 is an SQL null. */
void pg_params_add_time(struct pg_params *params, int64_t time_us);
/* Days since 1970-01-01. */
void pg_params_add_date(struct pg_params *params, int64_t days);

/* An array for unnest(): begin, then add its elements one by one, then end. Elements are copied. A NULL pointer, and a
 * time of 0, is a null element. */
struct pg_array;
struct pg_array *pg_array_begin(struct pg_params *params, enum pg_type array_type) __attribute__((returns_nonnull));
void pg_array_add_null(struct pg_array *array);
void pg_array_add_text(struct pg_array *array, const char *text);
void pg_array_add_uuid(struct pg_array *array, const struct uuid *uuid);
void pg_array_add_bytes(struct pg_array *array, const void *bytes, size_t length);
void pg_array_add_int64(struct pg_array *array, int64_t number);
void pg_array_add_bool(struct pg_array *array, bool value);
void pg_array_add_time(struct pg_array *array, int64_t time_us);
void pg_array_add_date(struct pg_array *array, int64_t days);
/* Becomes the next parameter. Several arrays may be under way at once; each takes its place when it ends. */
void pg_array_end(struct pg_array *array);

/* ---- calls ---- */

struct pg_result;

/* One statement, prepared at its first use on this session. `params` may be NULL for none, `result` for none wanted;
 * the caller frees the result. Outside a transaction it is a transaction of its own. */
enum status pg_execute(struct pg_connection *connection, const struct pg_statement *statement,
                       const struct pg_params *params, struct pg_result **result,
                       struct error *error) AKKOORD_MUST_CHECK;

/* Several statements in one round trip. Outside a transaction they are one: all or nothing. The first failure skips the
 * rest; `failed` (may be NULL) then has its index, `count` when the connection failed. Results of the calls that went
 * well are freed with pg_batch_release(), also after a failure. */
struct pg_batch_item {
    const struct pg_statement *statement;
    const struct pg_params *params; /* may be NULL */
    struct pg_result *result;       /* filled */
};
enum status pg_execute_batch(struct pg_connection *connection, struct pg_batch_item *items, size_t count,
                             size_t *failed, struct error *error) AKKOORD_MUST_CHECK;
void pg_batch_release(struct pg_batch_item *items, size_t count);
/* May stand first and last in a batch, to open a transaction with it or to commit one. */
extern const struct pg_statement pg_statement_begin;
extern const struct pg_statement pg_statement_commit;

/* A script of several statements without parameters: one transaction unless one is open. */
enum status pg_execute_script(struct pg_connection *connection, const char *sql,
                              struct error *error) AKKOORD_MUST_CHECK;

/* A transaction, READ COMMITTED. pg_commit() that returns STATUS_UNAVAILABLE may or may not have committed. */
enum status pg_begin(struct pg_connection *connection, struct error *error) AKKOORD_MUST_CHECK;
/* A transaction that only reads, REPEATABLE READ: all its statements see the same moment. End it with pg_rollback(). */
enum status pg_begin_snapshot(struct pg_connection *connection, struct error *error) AKKOORD_MUST_CHECK;
enum status pg_commit(struct pg_connection *connection, struct error *error) AKKOORD_MUST_CHECK;
/* Leaves the connection usable, or dropped if that fails; does nothing when no transaction is open. */
void pg_rollback(struct pg_connection *connection);
bool pg_in_transaction(const struct pg_connection *connection);
/* Which of this connection's transactions runs, or ran last: what is kept of another one is out of date. */
int64_t pg_transaction_serial(const struct pg_connection *connection);

/* ---- results ---- */

/* NULL is accepted. */
void pg_result_free(struct pg_result *result);
size_t pg_result_rows(const struct pg_result *result);
/* How many rows an INSERT, UPDATE or DELETE touched. */
int64_t pg_result_affected(const struct pg_result *result);

/* Row and column from 0. The column's type must fit, and only text, bytes and optional getters take a null: both are
 * asserted. Text and bytes live as long as the result. */
bool pg_is_null(const struct pg_result *result, size_t row, int column);
/* smallint, integer or bigint */
int64_t pg_get_int64(const struct pg_result *result, size_t row, int column);
bool pg_get_bool(const struct pg_result *result, size_t row, int column);
struct uuid pg_get_uuid(const struct pg_result *result, size_t row, int column);
/* text and its like, an enumeration, json and jsonb, name, char(n), varchar; NULL for a null */
const char *pg_get_text(const struct pg_result *result, size_t row, int column);
/* bytea; NULL for a null */
const uint8_t *pg_get_bytes(const struct pg_result *result, size_t row, int column, size_t *length);
/* timestamptz as UTC microseconds since 1970; 0 for a null */
int64_t pg_get_time(const struct pg_result *result, size_t row, int column);
/* date as days since 1970-01-01 */
int64_t pg_get_date(const struct pg_result *result, size_t row, int column);
/* The nil UUID for a null. */
struct uuid pg_get_optional_uuid(const struct pg_result *result, size_t row, int column);
