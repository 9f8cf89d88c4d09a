#pragma once
/*
 * What the build makes of the files in sql/. Nothing else in the program holds SQL.
 *
 *     sql/order/place.sql              struct pg_statement sql_order_place          (one statement)
 *     sql/migrations/0001_schema.sql   an element of sql_migrations[]               (a script)
 *
 * The symbols are declared in the generated header "akkoord/pg/sql.h"; a misspelt name does not compile.
 */
#include <stddef.h>

/* `name` is unique ("order.insert"): it names the prepared statement on the server. */
struct pg_statement {
    const char *name;
    const char *sql;
};

struct pg_migration {
    int version;      /* from the file's name, from 1 without gaps */
    const char *name; /* the rest of it, without ".sql" */
    const char *sql;
};
