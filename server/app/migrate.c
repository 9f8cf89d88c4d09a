/*
 * Owns the schema's version: applying migrations, making the group roles, and the checks that `serve` makes before it
 * listens. Runs on the main thread, before anything else uses the database. It knows nothing of what the migrations do.
 */
#include <stdio.h>
#include <string.h>

#include "akkoord/app/migrate.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/log.h"
#include "akkoord/pg/sql.h"

#define SERVER_VERSION_MIN 150000

struct migration_set migrate_known(void)
{
    return (struct migration_set){.migrations = sql_migrations, .count = sql_migrations_count};
}

/* ---- what was applied ---- */

static enum status check_applied_row(const struct pg_result *result, size_t row, struct migration_set set,
                                     struct error *error)
{
    int64_t version = pg_get_int64(result, row, 0);
    uint8_t expected[SHA256_BYTES];
    const uint8_t *found;
    size_t length;
    if (version > (int64_t)set.count)
        return error_set(error, STATUS_CONFLICT, "schema_newer",
                         "the database has schema %lld and this program knows %zu: use a newer program",
                         (long long)version, set.count);
    if (version != (int64_t)row + 1)
        return error_set(error, STATUS_CONFLICT, "migration_changed",
                         "the database lacks migration %zu but has %lld: it was changed by hand", row + 1,
                         (long long)version);
    crypto_sha256(set.migrations[row].sql, strlen(set.migrations[row].sql), expected);
    found = pg_get_bytes(result, row, 1, &length);
    if (!crypto_equal(found, length, expected, sizeof(expected)))
        return error_set(error, STATUS_CONFLICT, "migration_changed",
                         "migration %04lld was applied with another text than this program has", (long long)version);
    return STATUS_OK;
}

/* How many migrations of `set` the database has; each must be the same as ours. */
static enum status read_applied(struct pg_connection *connection, struct migration_set set, size_t *count,
                                struct error *error)
{
    struct pg_result *result;
    enum status status = pg_execute(connection, &sql_migrate_applied, NULL, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    /* The newest first: that it is too new says more than that an older one differs. */
    for (size_t row = *count; row > 0 && status == STATUS_OK; row--)
        status = check_applied_row(result, row - 1, set, error);
    pg_result_free(result);
    return status;
}

/* ---- roles ---- */

static enum status are_roles_missing(struct pg_connection *connection, bool *missing, struct error *error)
{
    struct pg_result *result;
    enum status status = pg_execute(connection, &sql_migrate_missing_roles, NULL, &result, error);
    if (status == STATUS_OK)
        *missing = pg_result_rows(result) > 0;
    pg_result_free(result);
    return status;
}

static enum status make_roles(struct pg_connection *connection, struct error *error)
{
    bool missing = false;
    enum status status = are_roles_missing(connection, &missing, error);
    if (status != STATUS_OK || !missing)
        return status;
    status = pg_execute_script(connection, sql_migrate_create_roles.sql, error);
    if (strcmp(pg_last_sqlstate(connection), "42501") == 0)
        return error_set(
            error, STATUS_FORBIDDEN, "roles_missing",
            "the owner may not make roles; an administrator has to run: CREATE ROLE akkoord_server NOLOGIN; "
            "CREATE ROLE akkoord_worker NOLOGIN; CREATE ROLE akkoord_retention NOLOGIN; CREATE ROLE akkoord_auditor "
            "NOLOGIN;");
    return status;
}

static enum status read_membership(struct pg_connection *connection, const struct pg_params *params, bool *is_member,
                                   struct error *error)
{
    struct pg_result *result;
    enum status status = pg_execute(connection, &sql_migrate_is_member, params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) != 1)
        status = error_set(error, STATUS_NOT_FOUND, "role_missing", "the database has no such role");
    else if (status == STATUS_OK)
        *is_member = pg_get_bool(result, 0, 0);
    pg_result_free(result);
    return status;
}

static enum status grant(struct pg_connection *connection, const struct pg_params *params, struct error *error)
{
    enum status status = pg_begin(connection, error);
    if (status == STATUS_OK)
        status = pg_execute(connection, &sql_migrate_name_membership, params, NULL, error);
    if (status == STATUS_OK)
        status = pg_execute_script(connection, sql_migrate_grant_membership.sql, error);
    if (status == STATUS_OK)
        return pg_commit(connection, error);
    pg_rollback(connection);
    return status;
}

enum status migrate_grant_membership(struct pg_connection *connection, const char *group, const char *login,
                                     struct error *error)
{
    struct arena *arena = arena_new();
    struct pg_params params;
    bool is_member = false;
    enum status status;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, group);
    pg_params_add_text(&params, login);
    status = read_membership(connection, &params, &is_member, error);
    if (status == STATUS_OK && !is_member) {
        status = grant(connection, &params, error);
        if (strcmp(pg_last_sqlstate(connection), "42501") == 0)
            status = error_set(error, STATUS_FORBIDDEN, "role_missing",
                               "the owner may not grant roles; an administrator has to run: GRANT %s TO \"%s\";", group,
                               login);
    }
    arena_free(arena);
    return status;
}

/* ---- applying ---- */

static enum status record(struct pg_connection *connection, const struct pg_migration *migration, struct error *error)
{
    struct arena *arena = arena_new();
    struct pg_params params;
    uint8_t digest[SHA256_BYTES];
    enum status status;
    crypto_sha256(migration->sql, strlen(migration->sql), digest);
    pg_params_init(&params, arena);
    pg_params_add_int64(&params, migration->version);
    pg_params_add_text(&params, migration->name);
    pg_params_add_bytes(&params, digest, sizeof(digest));
    status = pg_execute(connection, &sql_migrate_record, &params, NULL, error);
    arena_free(arena);
    return status;
}

static enum status apply(struct pg_connection *connection, const struct pg_migration *migration, struct error *error)
{
    struct error cause;
    enum status status = pg_begin(connection, &cause);
    if (status == STATUS_OK)
        status = pg_execute_script(connection, migration->sql, &cause);
    if (status == STATUS_OK && !pg_in_transaction(connection))
        status = error_set(&cause, STATUS_INTERNAL, "migration_ends_transaction", "it ends its own transaction");
    if (status == STATUS_OK)
        status = record(connection, migration, &cause);
    if (status == STATUS_OK)
        status = pg_commit(connection, &cause);
    else
        pg_rollback(connection);
    if (status != STATUS_OK)
        return error_set(error, status, cause.code, "migration %04d_%s: %s", migration->version, migration->name,
                         cause.detail);
    log_event(LOG_INFO, "migration.applied", log_int("version", migration->version), log_text("name", migration->name));
    return STATUS_OK;
}

static enum status check_server_version(struct pg_connection *connection, struct error *error)
{
    int version = pg_server_version(connection);
    if (version < SERVER_VERSION_MIN)
        return error_set(error, STATUS_INVALID, "postgres_old", "the database is PostgreSQL %d; 15 or newer is needed",
                         version / 10000);
    return STATUS_OK;
}

/* Under the advisory lock. */
static enum status run_locked(struct pg_connection *connection, struct migration_set set, size_t *applied,
                              struct error *error)
{
    size_t count = 0;
    enum status status = make_roles(connection, error);
    if (status == STATUS_OK)
        status = pg_execute_script(connection, sql_migrate_prepare.sql, error);
    if (status == STATUS_OK)
        status = read_applied(connection, set, &count, error);
    for (size_t i = count; i < set.count && status == STATUS_OK; i++) {
        status = apply(connection, &set.migrations[i], error);
        if (status == STATUS_OK)
            ++*applied;
    }
    return status;
}

enum status migrate_run(struct pg_connection *connection, struct migration_set set, size_t *applied,
                        struct error *error)
{
    size_t unused;
    struct error ignored;
    enum status status;
    applied = applied ? applied : &unused;
    *applied = 0;
    pg_set_call_timeout_ms(connection, MIGRATE_CALL_TIMEOUT_MS);
    status = pg_connect(connection, error);
    if (status == STATUS_OK)
        status = check_server_version(connection, error);
    if (status == STATUS_OK)
        status = pg_execute(connection, &sql_migrate_lock, NULL, NULL, error);
    if (status == STATUS_OK) {
        status = run_locked(connection, set, applied, error);
        /* The lock ends with the session too. */
        if (pg_execute(connection, &sql_migrate_unlock, NULL, NULL, &ignored) != STATUS_OK)
            pg_disconnect(connection);
    }
    pg_set_call_timeout_ms(connection, 0);
    return status;
}

/* ---- what serve asks ---- */

struct session_role {
    int64_t server_version;
    bool is_superuser;
    bool may_act_as_owner;
    bool is_member; /* of the group role that was asked for */
};

static enum status read_session_role(struct pg_connection *connection, const char *group, struct session_role *role,
                                     struct error *error)
{
    struct pg_params params;
    struct pg_result *result;
    pg_params_init(&params, NULL);
    pg_params_add_text(&params, group);
    enum status status = pg_execute(connection, &sql_migrate_session_role, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    role->server_version = pg_get_int64(result, 0, 0);
    role->is_superuser = pg_get_bool(result, 0, 1);
    role->may_act_as_owner = pg_get_bool(result, 0, 2);
    role->is_member = pg_get_bool(result, 0, 3);
    pg_result_free(result);
    return STATUS_OK;
}

static enum status check_might(const struct session_role *role, struct error *error)
{
    if (role->server_version < SERVER_VERSION_MIN)
        return error_set(error, STATUS_INVALID, "postgres_old", "the database is older than PostgreSQL 15");
    if (role->is_superuser)
        return error_set(
            error, STATUS_FORBIDDEN, "role_too_mighty",
            "the server's database role is a superuser: give it one that is in no role but akkoord_server and "
            "akkoord_worker");
    if (role->may_act_as_owner)
        return error_set(error, STATUS_FORBIDDEN, "role_too_mighty",
                         "the server's database role owns the database or its schema: give it one that is in no "
                         "role but akkoord_server and akkoord_worker");
    return STATUS_OK;
}

static enum status is_prepared(struct pg_connection *connection, bool *prepared, struct error *error)
{
    struct pg_result *result;
    enum status status = pg_execute(connection, &sql_migrate_is_prepared, NULL, &result, error);
    if (status == STATUS_OK)
        *prepared = pg_get_bool(result, 0, 0);
    pg_result_free(result);
    return status;
}

/* `prepared`: there is a list of migrations. */
static enum status check_schema(struct pg_connection *connection, bool prepared, struct migration_set set,
                                struct error *error)
{
    size_t count = 0;
    enum status status = prepared ? read_applied(connection, set, &count, error) : STATUS_OK;
    if (status == STATUS_OK && count < set.count)
        status = error_set(error, STATUS_CONFLICT, "schema_older",
                           "the database has schema %zu and this program needs %zu: run `akkoord migrate`", count,
                           set.count);
    return status;
}

enum status migrate_check_server(struct pg_connection *connection, const char *group, struct migration_set set,
                                 struct error *error)
{
    struct session_role role;
    bool prepared = false;
    enum status status = read_session_role(connection, group, &role, error);
    if (status == STATUS_OK)
        status = check_might(&role, error);
    if (status == STATUS_OK)
        status = is_prepared(connection, &prepared, error);
    if (status == STATUS_OK && prepared && !role.is_member)
        return error_set(error, STATUS_FORBIDDEN, "role_missing",
                         "the server's database role is not in %s: run `akkoord migrate` with all database URLs set, "
                         "or GRANT %s to it",
                         group, group);
    return status == STATUS_OK ? check_schema(connection, prepared, set, error) : status;
}

enum status migrate_check_retention(struct pg_connection *connection, const char *url, struct migration_set set,
                                    struct error *error)
{
    char login[PG_ROLE_BYTES];
    struct pg_params params;
    bool prepared = false, is_member = false;
    struct arena *arena = arena_new();
    enum status status = pg_url_user(url, login, error);
    if (status == STATUS_OK)
        status = is_prepared(connection, &prepared, error);
    pg_params_init(&params, arena);
    pg_params_add_text(&params, "akkoord_retention");
    pg_params_add_text(&params, login);
    if (status == STATUS_OK && prepared)
        status = read_membership(connection, &params, &is_member, error);
    if (status == STATUS_OK && prepared && !is_member)
        status = error_set_field(error, STATUS_FORBIDDEN, "role_missing", "AKKOORD_DATABASE_RETENTION_URL",
                                 "names a role that is not in akkoord_retention: run `akkoord migrate` with it set, or "
                                 "GRANT akkoord_retention to that role");
    arena_free(arena);
    return status == STATUS_OK ? check_schema(connection, prepared, set, error) : status;
}
