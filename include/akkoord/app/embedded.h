#pragma once
/*
 * The PostgreSQL cluster that Akkoord keeps in its own data folder when no database URL is set.
 *
 *     <data dir>/postgres/     the cluster, mode 0700, made by initdb in a folder beside it and renamed when complete
 *     <data dir>/log/          postgres.log and postgres.log.1, at most EMBEDDED_LOG_BYTES_MAX each, no personal data,
 * and no line older than a year <data dir>/postgres.control, postgres.users      lock files, see below
 *
 * Only the operating-system user who owns the data folder can connect (unix socket in a 0700 folder, peer
 * authentication); there is no TCP listener and no password. fsync, full_page_writes and synchronous_commit are on.
 *
 * Any number of processes of that user may open the same data folder at once. Each holds a shared lock on
 * postgres.users while it uses the cluster; starting and stopping happen under an exclusive lock on postgres.control.
 * Whoever opens it first starts it, whoever closes it last stops it. A postmaster that a killed process left behind is
 * adopted; one that is shutting down, or whose orphaned backends still hold the shared memory, is waited for. A process
 * killed at any point, during initdb too, leaves nothing that the next embedded_open() can't mend.
 *
 * Roles: `akkoord_admin` is the superuser and used by nothing but this file. `akkoord_owner` owns the database
 * `akkoord` and runs migrations. `akkoord_server_login`, `akkoord_worker_login`, `akkoord_retention_login` and
 * `akkoord_auditor_login` are
 * members of the group roles that migrate.h makes and have no rights of their own.
 */
#include "akkoord/base/status.h"

#define EMBEDDED_LOG_BYTES_MAX   8388608
#define EMBEDDED_MAJOR_MIN       15
#define EMBEDDED_MAX_CONNECTIONS 100

struct embedded;

enum embedded_role {
    EMBEDDED_OWNER,
    EMBEDDED_SERVER,
    EMBEDDED_WORKER,
    EMBEDDED_RETENTION,
    EMBEDDED_AUDITOR,
};
#define EMBEDDED_ROLES 5

/* Makes the cluster when there is none, starts it when it does not run, and returns when it takes connections; blocks
 * for up to a minute. `data_dir` is absolute and is made (0700) when missing. STATUS_INVALID as root or without
 * PostgreSQL's programs, STATUS_UNAVAILABLE when it does not come up. */
enum status embedded_open(const char *data_dir, struct embedded **embedded, struct error *error) AKKOORD_MUST_CHECK;

/* Starts a thread that starts the postmaster again, with growing pauses, whenever it dies, and keeps its log bounded.
 * For a process that serves; a short command does without. */
void embedded_supervise(struct embedded *embedded);

/* Ends the supervision, and stops the cluster (fast shutdown, waits for it) unless another process uses it. NULL is
 * accepted. All connections must be closed before. */
void embedded_close(struct embedded *embedded);

/* A libpq connection string for that role; lives as long as `embedded`. */
const char *embedded_url(const struct embedded *embedded, enum embedded_role role);
