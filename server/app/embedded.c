/*
 * Owns the use of the embedded cluster: the two locks, bringing it up, its roles and database, the connection strings,
 * and the thread that supervises it. Opened and closed on the main thread; `cluster` belongs to whoever holds the
 * control lock, which is the main thread until embedded_supervise(), then the supervisor until it is joined.
 *
 * Invariants: nothing starts or stops a postmaster without the control lock; nobody stops one while another process
 * holds the users' lock. Both locks end with the process, however it ends.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"
#include "akkoord/pg/connection.h"
#include "akkoord/pg/sql.h"
#include "cluster.h"

/* Crash recovery after a kill under load takes seconds; a start waits for another process' initdb too. */
#define START_TIMEOUT_MS     120000
#define START_STEP_MS        50
#define START_RETRY_PAUSE_MS 200
#define START_FAILURES_MAX   100
#define LOCK_STEP_MS         50
#define HEALTH_PERIOD_MS     10000
#define RESTART_PAUSE_MS_MIN 100
#define RESTART_PAUSE_MS_MAX 2000
#define HEALTHY_AFTER_US     CLOCK_US_PER_SECOND /* one that lived so long is not in a crash loop */
#define URL_BYTES            (128 + PG_ROLE_BYTES)

struct embedded {
    struct cluster cluster;
    int control_lock;
    int users_lock;
    char admin_url[URL_BYTES];
    char urls[EMBEDDED_ROLES][URL_BYTES];
    bool supervised;
    pthread_t supervisor;
    int wake; /* eventfd: the supervisor has to end */
};

static void pause_ms(int milliseconds)
{
    (void)poll(NULL, 0, milliseconds);
}

/* ---- locks ---- */

static enum status open_lock(const char *data_dir, const char *name, int *lock, struct error *error)
{
    char *path = path_join(data_dir, name);
    *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    free(path);
    if (*lock < 0)
        return error_set(error, STATUS_INVALID, "data_folder", "can't open %s in the data folder: %s", name,
                         strerrordesc_np(errno));
    return STATUS_OK;
}

/* Waits for the control lock until the deadline, or until the supervisor has to end. */
static enum status take_control(const struct embedded *embedded, int64_t deadline_us, struct error *error)
{
    struct pollfd wake = {.fd = embedded->wake, .events = POLLIN};
    while (flock(embedded->control_lock, LOCK_EX | LOCK_NB) != 0) {
        if (clock_monotonic_us() > deadline_us || poll(&wake, 1, LOCK_STEP_MS) > 0)
            return error_set(error, STATUS_UNAVAILABLE, "postgres_busy",
                             "another process is starting or stopping the database of this data folder");
    }
    return STATUS_OK;
}

static void give_control(const struct embedded *embedded)
{
    (void)flock(embedded->control_lock, LOCK_UN);
}

/* ---- coming up ---- */

static enum status connect_once(const struct embedded *embedded, struct pg_connection **connection, struct error *error)
{
    struct pg_options options = {.url = embedded->admin_url, .application = "akkoord admin"};
    enum status status;
    *connection = pg_connection_new(&options);
    status = pg_connect(*connection, error);
    if (status != STATUS_OK) {
        pg_connection_free(*connection);
        *connection = NULL;
    }
    return status;
}

/* One that can't be reached, because the folder of its socket was cleaned away, is of no use. */
static void stop_unreachable(struct embedded *embedded)
{
    char *socket = path_join(embedded->cluster.socket_dir, ".s.PGSQL." CLUSTER_PORT);
    char *lock = path_join(embedded->cluster.socket_dir, ".s.PGSQL." CLUSTER_PORT ".lock");
    if (access(socket, F_OK) != 0 && access(lock, F_OK) != 0 && embedded->cluster.child == 0 &&
        postmaster_find(&embedded->cluster) != 0) {
        log_event(LOG_WARNING, "postgres.unreachable");
        postmaster_stop(&embedded->cluster);
    }
    free(socket);
    free(lock);
}

/* Starts a postmaster unless one lives, as often as needed, until it takes a connection. One that is starting,
 * recovering or shutting down is waited for; one that ends at once (orphaned backends hold the shared memory) is tried
 * again. */
static enum status bring_up(struct embedded *embedded, struct pg_connection **connection, struct error *error)
{
    int64_t deadline_us = clock_monotonic_us() + START_TIMEOUT_MS * INT64_C(1000);
    int starts = 0;
    bool configured = false;
    enum status status;
    stop_unreachable(embedded);
    for (;;) {
        if (postmaster_find(&embedded->cluster) == 0) {
            status = configured ? STATUS_OK : cluster_configure(&embedded->cluster, error);
            if (status != STATUS_OK)
                return status;
            configured = true;
            if (starts > 0)
                pause_ms(START_RETRY_PAUSE_MS);
            if (starts++ == START_FAILURES_MAX)
                break;
            cluster_bound_log(&embedded->cluster);
            status = postmaster_start(&embedded->cluster, error);
            if (status != STATUS_OK)
                return status;
        }
        if (connect_once(embedded, connection, error) == STATUS_OK)
            return STATUS_OK;
        if (clock_monotonic_us() > deadline_us)
            break;
        pause_ms(START_STEP_MS);
    }
    return error_set(error, STATUS_UNAVAILABLE, "postgres_failed", "PostgreSQL does not come up; %s says why",
                     embedded->cluster.log_path);
}

/* The roles and the database, whatever of them is missing. */
static enum status bootstrap(struct pg_connection *connection, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute_script(connection, sql_embedded_roles.sql, error);
    bool exists = false;
    if (status == STATUS_OK)
        status = pg_execute(connection, &sql_embedded_database_exists, NULL, &result, error);
    if (status == STATUS_OK)
        exists = pg_get_bool(result, 0, 0);
    pg_result_free(result);
    if (status == STATUS_OK && !exists)
        status = pg_execute_script(connection, sql_embedded_create_database.sql, error);
    if (status == STATUS_OK)
        status = pg_execute_script(connection, sql_embedded_database_rights.sql, error);
    return status;
}

static enum status start_and_bootstrap(struct embedded *embedded, struct error *error)
{
    struct pg_connection *connection = NULL;
    enum status status = bring_up(embedded, &connection, error);
    if (status == STATUS_OK) {
        pg_set_call_timeout_ms(connection, START_TIMEOUT_MS);
        status = bootstrap(connection, error);
    }
    pg_connection_free(connection);
    return status;
}

/* ---- open and close ---- */

static void format_urls(struct embedded *embedded)
{
    static const char *const ROLES[EMBEDDED_ROLES] = {
        [EMBEDDED_OWNER] = "akkoord_owner",           [EMBEDDED_SERVER] = "akkoord_server_login",
        [EMBEDDED_WORKER] = "akkoord_worker_login",   [EMBEDDED_RETENTION] = "akkoord_retention_login",
        [EMBEDDED_AUDITOR] = "akkoord_auditor_login",
    };
    const char *host = embedded->cluster.socket_dir;
    (void)snprintf(embedded->admin_url, URL_BYTES, "host='%s' port=" CLUSTER_PORT " user=akkoord_admin dbname=postgres",
                   host);
    for (size_t i = 0; i < EMBEDDED_ROLES; i++)
        (void)snprintf(embedded->urls[i], URL_BYTES, "host='%s' port=" CLUSTER_PORT " user=%s dbname=akkoord", host,
                       ROLES[i]);
}

static void release(struct embedded *embedded)
{
    if (embedded->users_lock >= 0)
        (void)close(embedded->users_lock);
    if (embedded->control_lock >= 0)
        (void)close(embedded->control_lock);
    if (embedded->wake >= 0)
        (void)close(embedded->wake);
    cluster_release(&embedded->cluster);
    free(embedded);
}

static enum status open_locks(struct embedded *embedded, const char *data_dir, struct error *error)
{
    struct error fault;
    enum status status = cluster_own_folder(data_dir, &fault);
    if (status != STATUS_OK)
        return error_set_field(error, status, fault.code, "AKKOORD_DATA_DIR", "%s", fault.detail);
    status = open_lock(data_dir, "postgres.control", &embedded->control_lock, error);
    if (status == STATUS_OK)
        status = open_lock(data_dir, "postgres.users", &embedded->users_lock, error);
    if (status == STATUS_OK)
        status = take_control(embedded, clock_monotonic_us() + START_TIMEOUT_MS * INT64_C(1000), error);
    return status;
}

/* Under the control lock: leaves the cluster to whoever else uses it, else stops it. */
static void leave(struct embedded *embedded)
{
    (void)flock(embedded->users_lock, LOCK_UN);
    if (embedded->cluster.path && flock(embedded->users_lock, LOCK_EX | LOCK_NB) == 0)
        postmaster_stop(&embedded->cluster);
    give_control(embedded);
}

enum status embedded_open(const char *data_dir, struct embedded **opened, struct error *error)
{
    struct embedded *embedded;
    enum status status;
    *opened = NULL;
    assert(data_dir[0] == '/');
    if (geteuid() == 0)
        return error_set(error, STATUS_INVALID, "root",
                         "PostgreSQL does not run as root: start this as an ordinary user, or with server/start");
    embedded = memory_alloc_zero(1, sizeof(*embedded));
    embedded->control_lock = -1;
    embedded->users_lock = -1;
    embedded->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    embedded->cluster.data_dir = memory_copy_text(data_dir);
    status = open_locks(embedded, data_dir, error);
    if (status != STATUS_OK) {
        release(embedded);
        return status;
    }
    /* Cannot block: it is taken exclusively only under the control lock, and for a moment. */
    (void)flock(embedded->users_lock, LOCK_SH);
    status = cluster_prepare(&embedded->cluster, error);
    if (status == STATUS_OK) {
        format_urls(embedded);
        status = start_and_bootstrap(embedded, error);
    }
    if (status != STATUS_OK) {
        leave(embedded);
        release(embedded);
        return status;
    }
    give_control(embedded);
    *opened = embedded;
    return STATUS_OK;
}

const char *embedded_url(const struct embedded *embedded, enum embedded_role role)
{
    return embedded->urls[role];
}

/* ---- supervision ---- */

/* Waits until the postmaster ends (true), the period is over, or the supervisor has to end. */
static bool postmaster_ended(struct embedded *embedded, bool *stopping)
{
    pid_t pid = postmaster_find(&embedded->cluster);
    int pidfd = pid > 0 ? pidfd_open(pid, 0) : -1;
    struct pollfd descriptors[] = {{.fd = embedded->wake, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
    bool ended = pidfd < 0;
    if (!ended && poll(descriptors, 2, HEALTH_PERIOD_MS) > 0)
        ended = (descriptors[1].revents & POLLIN) != 0;
    *stopping = (descriptors[0].revents & POLLIN) != 0;
    if (pidfd >= 0)
        (void)close(pidfd);
    return ended;
}

static void restart(struct embedded *embedded)
{
    struct pg_connection *connection = NULL;
    struct error error;
    enum status status = take_control(embedded, clock_monotonic_us() + START_TIMEOUT_MS * INT64_C(1000), &error);
    if (status == STATUS_OK) {
        status = bring_up(embedded, &connection, &error);
        give_control(embedded);
    }
    pg_connection_free(connection);
    if (status == STATUS_OK)
        log_event(LOG_INFO, "postgres.restarted");
    else
        log_event(LOG_ERROR, "postgres.restart_failed", log_text("code", error.code));
}

static void *supervise(void *context)
{
    struct embedded *embedded = context;
    struct pollfd wake = {.fd = embedded->wake, .events = POLLIN};
    int wait_ms = RESTART_PAUSE_MS_MIN;
    int64_t since_us = clock_monotonic_us();
    for (;;) {
        bool stopping = false;
        if (!postmaster_ended(embedded, &stopping)) {
            if (stopping)
                break;
            cluster_bound_log(&embedded->cluster);
            continue;
        }
        if (stopping)
            break;
        if (clock_monotonic_us() - since_us > HEALTHY_AFTER_US)
            wait_ms = RESTART_PAUSE_MS_MIN;
        log_event(LOG_WARNING, "postgres.ended", log_int("restart_in_ms", wait_ms));
        if (poll(&wake, 1, wait_ms) > 0)
            break;
        restart(embedded);
        since_us = clock_monotonic_us();
        wait_ms = wait_ms * 2 < RESTART_PAUSE_MS_MAX ? wait_ms * 2 : RESTART_PAUSE_MS_MAX;
    }
    return NULL;
}

void embedded_supervise(struct embedded *embedded)
{
    sigset_t all;
    sigset_t before;
    assert(!embedded->supervised);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&embedded->supervisor, NULL, supervise, embedded) != 0)
        abort();
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_setname_np(embedded->supervisor, "postgres");
    embedded->supervised = true;
}

void embedded_close(struct embedded *embedded)
{
    struct error error;
    if (!embedded)
        return;
    if (embedded->supervised) {
        (void)eventfd_write(embedded->wake, 1);
        (void)pthread_join(embedded->supervisor, NULL);
        (void)eventfd_read(embedded->wake, &(eventfd_t){0});
    }
    if (take_control(embedded, clock_monotonic_us() + START_TIMEOUT_MS * INT64_C(1000), &error) == STATUS_OK)
        leave(embedded);
    release(embedded);
}
