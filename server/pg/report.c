/*
 * Owns what becomes of an SQLSTATE: the classes that connection.h promises. Pure but for remembering the code. Nothing
 * of the server's texts is passed on, because they quote values, except where they can only quote our own SQL.
 */
#include <stdio.h>
#include <string.h>

#include "internal.h"

static bool is_class(const char *sqlstate, const char *class)
{
    return strncmp(sqlstate, class, 2) == 0;
}

static bool is_transient(const char *sqlstate)
{
    static const char *const CLASSES[] = {"08", "53", "57", "58", "XX"};
    for (size_t i = 0; i < sizeof(CLASSES) / sizeof(CLASSES[0]); i++) {
        if (is_class(sqlstate, CLASSES[i]))
            return true;
    }
    /* A server that became a standby; a lock that was not granted in time. */
    return strcmp(sqlstate, "25006") == 0 || strcmp(sqlstate, "55P03") == 0;
}

static enum status report_constraint(const char *sqlstate, const char *constraint, struct error *error)
{
    static const struct {
        const char *sqlstate;
        enum status status;
        const char *code;
    } CODES[] = {
        {"23505", STATUS_CONFLICT, "unique_violation"},    {"23503", STATUS_CONFLICT, "foreign_key_violation"},
        {"23P01", STATUS_CONFLICT, "exclusion_violation"}, {"23514", STATUS_INVALID, "check_violation"},
        {"23502", STATUS_INVALID, "not_null_violation"},
    };
    for (size_t i = 0; i < sizeof(CODES) / sizeof(CODES[0]); i++) {
        if (strcmp(sqlstate, CODES[i].sqlstate) == 0)
            return error_set_field(error, CODES[i].status, CODES[i].code, constraint, "SQLSTATE %s", sqlstate);
    }
    return error_set_field(error, STATUS_INVALID, "data_exception", constraint, "SQLSTATE %s", sqlstate);
}

enum status pg_report(struct pg_connection *connection, const PGresult *raw, struct error *error)
{
    const char *sqlstate = PQresultErrorField(raw, PG_DIAG_SQLSTATE);
    const char *constraint = PQresultErrorField(raw, PG_DIAG_CONSTRAINT_NAME);
    const char *message = PQresultErrorField(raw, PG_DIAG_MESSAGE_PRIMARY);
    if (!sqlstate)
        return error_set(error, STATUS_UNAVAILABLE, "database_unavailable", "the session ended during the call");
    (void)snprintf(connection->sqlstate, sizeof(connection->sqlstate), "%s", sqlstate);
    if (is_class(sqlstate, "40"))
        return error_set(error, STATUS_UNAVAILABLE, "serialization_failure", "SQLSTATE %s", sqlstate);
    if (is_transient(sqlstate))
        return error_set(error, STATUS_UNAVAILABLE, "database_unavailable", "SQLSTATE %s", sqlstate);
    if (is_class(sqlstate, "22") || is_class(sqlstate, "23"))
        return report_constraint(sqlstate, constraint ? constraint : "", error);
    /* Class 42 is about the statement: its text names our own tables, columns and roles. */
    if (is_class(sqlstate, "42"))
        return error_set(error, STATUS_INTERNAL, "statement_refused", "SQLSTATE %s: %s", sqlstate,
                         message ? message : "");
    return error_set(error, STATUS_INTERNAL, "statement_failed", "SQLSTATE %s", sqlstate);
}
