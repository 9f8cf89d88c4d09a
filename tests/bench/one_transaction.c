/*
 * What Akkoord is compared with: the usual way, one transaction an event, at its best. No HTTP, no signature, no JSON
 * stand in its way: a thread a connection takes the next order and does in PostgreSQL, with prepared statements, what
 * one accepted payment needs in Akkoord's own tables, in Akkoord's order, the invoice counter last.
 *
 *     one_transaction CONNINFO CONNECTIONS FILE
 *
 * FILE has a line an order: its id and the id of its open payment. Prints one line: "SECONDS DONE FAILED".
 */
#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECTIONS_MAX 1024
#define ORDERS_MAX      1000000
#define UUID_BYTES      37
#define ID_BYTES        64

struct order {
    char id[UUID_BYTES];
    char payment_id[UUID_BYTES];
};

struct statement {
    const char *name;
    const char *text;
    int parameters; /* of: $1 order, $2 payment, $3 event id */
};

static const struct statement statements[] = {
    {"event_key",
     "INSERT INTO akkoord.event_key (provider, event_id, body_sha256, received_at)"
     " VALUES ('standard', $3, sha256($1::text::bytea || $2::text::bytea), now()) ON CONFLICT DO NOTHING"
     " RETURNING event_id",
     3},
    {"order",
     "SELECT status, total_minor, currency, expires_at, decisions_count FROM akkoord.customer_order"
     " WHERE id = $1::text::uuid FOR NO KEY UPDATE",
     1},
    {"payments", "SELECT * FROM akkoord.payment WHERE order_id = $1::text::uuid", 1},
    {"payment",
     "UPDATE akkoord.payment SET status = 'paid', provider_payment_id = $3 WHERE order_id = $1::text::uuid"
     " AND id = $2::text::uuid",
     3},
    {"event",
     "INSERT INTO akkoord.event (id, provider, event_id, kind, payment_id, order_id, amount_minor, currency, live,"
     " occurred_at, received_at, body_sha256, outcome) SELECT gen_random_uuid(), 'standard', $3, 'approved', $3, id,"
     " total_minor, currency, true, now(), now(), sha256($2::text::bytea), 'applied' FROM akkoord.customer_order"
     " WHERE id = $1::text::uuid",
     3},
    {"decision",
     "INSERT INTO akkoord.decision (id, order_id, outcome, reasons, inputs, policy_name, policy_version, policy_hash,"
     " legal_basis, made_by, made_at, ordinal) VALUES ($2::text::uuid, $1::text::uuid, 'accepted',"
     " '{payment_approved}', '{\"order_status\": \"awaiting_payment\", \"payment_live\": true}', 'bench', '1', 'none',"
     " 'contract', 'policy', now(), 1)",
     2},
    {"history",
     "INSERT INTO akkoord.history (id, order_id, step, actor, at) VALUES"
     " (gen_random_uuid(), $1::text::uuid, 'accepted', 'policy', now()),"
     " (gen_random_uuid(), $1::text::uuid, 'invoice_issued', 'policy', now())",
     1},
    {"order_accepted",
     "UPDATE akkoord.customer_order SET status = 'accepted', decision_id = $2::text::uuid, decisions_count = 1,"
     " invoice_id = $2::text::uuid WHERE id = $1::text::uuid",
     2},
    {"document",
     "WITH c AS (INSERT INTO akkoord.document_counter AS c (kind, year, last_number, last_date)"
     " VALUES ('invoice', extract(year FROM now())::bigint, 1, now()::date) ON CONFLICT (series, kind, year) DO UPDATE"
     " SET last_number = c.last_number + 1 RETURNING year, last_number, last_date)"
     " INSERT INTO akkoord.document (id, kind, year, sequence, number, issue_date, order_id, decision_id, total_minor,"
     " currency, prepaid_minor, content_version, issued_at) SELECT $2::text::uuid, 'invoice', year, last_number,"
     " year || '-' || lpad(last_number::text, 6, '0'), last_date, $1::text::uuid, $2::text::uuid, 1, 'EUR', 1, 1, now()"
     " FROM c",
     2},
};

static struct order *orders;
static size_t orders_count;
static const char *conninfo;
static atomic_size_t next_order;
static atomic_size_t done;
static atomic_size_t failed;
static pthread_barrier_t all_connected; /* the clock runs from here */

static bool load_orders(const char *path)
{
    FILE *file = fopen(path, "r");
    orders = calloc(ORDERS_MAX, sizeof(*orders));
    if (!file || !orders)
        return false;
    while (orders_count < ORDERS_MAX &&
           fscanf(file, "%36s %36s", orders[orders_count].id, orders[orders_count].payment_id) == 2)
        orders_count++;
    return fclose(file) == 0;
}

static bool execute(PGconn *connection, const char *text)
{
    PGresult *result = PQexec(connection, text);
    bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    return ok;
}

static PGconn *open_connection(void)
{
    PGconn *connection = PQconnectdb(conninfo);
    if (PQstatus(connection) != CONNECTION_OK)
        (void)fprintf(stderr, "%s", PQerrorMessage(connection));
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
        PQclear(PQprepare(connection, statements[i].name, statements[i].text, 0, NULL));
    return connection;
}

static bool accept_one(PGconn *connection, const struct order *order)
{
    char event_id[ID_BYTES];
    (void)snprintf(event_id, sizeof(event_id), "one_%s", order->id);
    const char *values[] = {order->id, order->payment_id, event_id};
    bool ok = execute(connection, "BEGIN");
    for (size_t i = 0; ok && i < sizeof(statements) / sizeof(statements[0]); i++) {
        PGresult *result =
            PQexecPrepared(connection, statements[i].name, statements[i].parameters, values, NULL, NULL, 0);
        ExecStatusType status = PQresultStatus(result);
        ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
        if (!ok)
            (void)fprintf(stderr, "%s: %s", statements[i].name, PQerrorMessage(connection));
        PQclear(result);
    }
    return execute(connection, ok ? "COMMIT" : "ROLLBACK") && ok;
}

static void *run_connection(void *unused)
{
    (void)unused;
    PGconn *connection = open_connection();
    (void)pthread_barrier_wait(&all_connected);
    for (;;) {
        size_t index = atomic_fetch_add(&next_order, 1);
        if (index >= orders_count)
            break;
        atomic_fetch_add(accept_one(connection, &orders[index]) ? &done : &failed, 1);
    }
    PQfinish(connection);
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
    if (connections < 1 || connections > CONNECTIONS_MAX || !load_orders(argv[3])) {
        (void)fprintf(stderr, "Usage: one_transaction CONNINFO CONNECTIONS FILE\n");
        return 2;
    }
    conninfo = argv[1];
    (void)pthread_barrier_init(&all_connected, NULL, (unsigned)connections + 1);
    for (size_t i = 0; i < connections; i++) {
        if (pthread_create(&threads[i], NULL, run_connection, NULL) != 0)
            return 1;
    }
    (void)pthread_barrier_wait(&all_connected);
    double begun = seconds();
    for (size_t i = 0; i < connections; i++)
        (void)pthread_join(threads[i], NULL);
    printf("%.6f %zu %zu\n", seconds() - begun, atomic_load(&done), atomic_load(&failed));
    return atomic_load(&failed) == 0 ? 0 : 1;
}
