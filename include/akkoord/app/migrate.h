#pragma once
/*
 * The schema of the database: which version it has, and bringing it to the one this program knows.
 *
 * Migrations are the numbered scripts sql/migrations/NNNN_name.sql. Each is applied once, in order, in a transaction of
 * its own, under an advisory lock, and recorded with its checksum in akkoord.schema_migration. A database that is newer
 * than the program, or that got another text under the same number, is refused.
 *
 * Roles: the group roles akkoord_server, akkoord_worker, akkoord_retention and akkoord_auditor (NOLOGIN) are made when
 * missing; what they may do stands in the migrations.
 */
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/base/status.h"
#include "akkoord/pg/connection.h"

#define MIGRATE_CALL_TIMEOUT_MS 600000

struct migration_set {
    const struct pg_migration *migrations;
    size_t count;
};

/* Those in sql/migrations/. */
struct migration_set migrate_known(void);

/* Applies what is missing; `applied` (may be NULL) is how many that were. `connection` is the owner's. STATUS_CONFLICT
 * when the database is newer ("schema_newer") or a checksum differs ("migration_changed"); STATUS_FORBIDDEN with the
 * statements that an administrator has to run when roles are missing and can't be made ("roles_missing"). */
enum status migrate_run(struct pg_connection *connection, struct migration_set set, size_t *applied,
                        struct error *error) AKKOORD_MUST_CHECK;

/* Makes `login` a member of the group role `group`, if it is not yet. STATUS_FORBIDDEN with the statement that an
 * administrator has to run when this connection may not. */
enum status migrate_grant_membership(struct pg_connection *connection, const char *group, const char *login,
                                     struct error *error) AKKOORD_MUST_CHECK;

/* What `serve` asks before it listens: PostgreSQL is new enough, the connection's role is neither the schema's owner
 * nor a superuser (STATUS_FORBIDDEN, "role_too_mighty") and is a member of `group`, akkoord_server or akkoord_worker
 * ("role_missing"), and the schema is exactly the one of `set` (STATUS_CONFLICT, "schema_older", "schema_newer" or
 * "migration_changed"). */
enum status migrate_check_server(struct pg_connection *connection, const char *group, struct migration_set set,
                                 struct error *error) AKKOORD_MUST_CHECK;

/* What a retention run asks before it deletes: `url`, which `connection` is to, names a member of akkoord_retention
 * (STATUS_FORBIDDEN, "role_missing"), and the schema is exactly the one of `set` (as above). */
enum status migrate_check_retention(struct pg_connection *connection, const char *url, struct migration_set set,
                                    struct error *error) AKKOORD_MUST_CHECK;
