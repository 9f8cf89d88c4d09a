#pragma once
/* What the files of this module share: the session behind struct pg_connection, and where libpq may be seen. */
#include <libpq-fe.h>

#include "akkoord/pg/connection.h"

/* The type OIDs of PostgreSQL's pg_type.dat, which never change. */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_JSON = 114,
    OID_BOOL_ARRAY = 1000,
    OID_BYTEA_ARRAY = 1001,
    OID_TEXT_ARRAY = 1009,
    OID_INT8_ARRAY = 1016,
    OID_DATE = 1082,
    OID_TIMESTAMPTZ = 1184,
    OID_DATE_ARRAY = 1182,
    OID_TIMESTAMPTZ_ARRAY = 1185,
    OID_UUID = 2950,
    OID_UUID_ARRAY = 2951,
    OID_JSONB = 3802,
};

/* 2000-01-01, where PostgreSQL counts from, in days and microseconds since 1970-01-01. */
#define PG_EPOCH_DAYS INT64_C(10957)
#define PG_EPOCH_US   (PG_EPOCH_DAYS * 86400 * 1000000)

/* A statement that this session has prepared, and with which types. */
struct prepared {
    const struct pg_statement *statement;
    uint8_t params_count;
    uint8_t types[PG_PARAMS_MAX];
};

struct pg_connection {
    char *url;
    char *application;
    int connect_timeout_ms;
    int default_call_timeout_ms;
    int lock_timeout_ms;
    const char *role;                         /* or NULL */
    const struct pg_statement *session_begin; /* or NULL */
    int call_timeout_ms;                      /* in force; may differ from the default */
    int configured_timeout_ms;                /* what the session was told */

    PGconn *session;              /* NULL when not connected */
    struct uuid customer_id;      /* whose rows the calls are about; nil: nobody's */
    struct uuid told_customer_id; /* what the session was told of that */
    bool in_transaction;          /* as of the last answer */
    int64_t transactions;         /* that this connection has seen open */
    bool transaction_lost;        /* the session ended inside a transaction; until pg_rollback() */
    int64_t retry_at_us;          /* monotonic: no attempt to connect before */
    int pause_ms;                 /* after the last failed attempt; 0 after a good one */
    char sqlstate[PG_SQLSTATE_BYTES];
    struct prepared *prepared;
    size_t prepared_count;
    size_t prepared_capacity;
};

/* params.c: the OID sent for a parameter (0 lets the server infer it), and whether it goes in binary. */
unsigned pg_type_oid(enum pg_type type);
int pg_type_format(enum pg_type type);

/* result.c: takes `raw` over. */
struct pg_result *pg_result_wrap(PGresult *raw) __attribute__((returns_nonnull));

/* connection.c: connects unless connected, and tells the session its time limits. */
enum status pg_ready(struct pg_connection *connection, struct error *error) AKKOORD_MUST_CHECK;
/* Waits until libpq may read (or also write, if `writing`); false when the time is up. */
bool pg_wait(PGconn *session, bool writing, int64_t deadline_us);
/* The session is of no use any more: drops it and says so. */
enum status pg_lost(struct pg_connection *connection, const char *detail, struct error *error);

/* report.c: fills `error` from a failed result and remembers its SQLSTATE. */
enum status pg_report(struct pg_connection *connection, const PGresult *raw, struct error *error);

/* call.c: pg_execute_batch() on a session that stands. */
enum status pg_run(struct pg_connection *connection, struct pg_batch_item *items, size_t count, size_t *failed,
                   struct error *error) AKKOORD_MUST_CHECK;
