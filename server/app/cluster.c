/*
 * Owns the files of the embedded cluster: the data folder, initdb, the configuration, the folder of the socket, the
 * log's size and age. Runs under the control lock of embedded.c.
 *
 * Invariant: <data dir>/postgres is a complete cluster or does not exist. It is made under another name and renamed.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"
#include "akkoord/domain/calendar.h"
#include "cluster.h"

#define PRIVATE            (S_IRWXU)
#define UNFINISHED         "postgres.new-" /* and six random characters */
#define SOCKET_DIR_NOTE    "run.path"
#define SOCKET_DIR_MAX     90 /* sun_path takes 107 bytes, and "/.s.PGSQL.5432" follows */
#define CONFIG_BYTES_MAX   16384
#define REMOVE_DESCRIPTORS 16
#define LOG_DAYS           180 /* of each of the two files */
#define LOG_HEAD_BYTES     16384
#define SECONDS_PER_DAY    INT64_C(86400)

static enum status failed(struct error *error, const char *what, const char *path)
{
    return error_set(error, STATUS_INVALID, "data_folder", "%s %s: %s", what, path, strerrordesc_np(errno));
}

char *path_join(const char *folder, const char *name)
{
    size_t bytes = strlen(folder) + strlen(name) + 2;
    char *path = memory_alloc(bytes);
    (void)snprintf(path, bytes, "%s/%s", folder, name);
    return path;
}

/* ---- folders ---- */

static enum status make_parents(const char *path, struct error *error)
{
    char *parent = memory_copy_text(path);
    enum status status = STATUS_OK;
    for (char *slash = strchr(parent + 1, '/'); slash && status == STATUS_OK; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(parent, S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH) != 0 && errno != EEXIST)
            status = failed(error, "can't make", parent);
        *slash = '/';
    }
    free(parent);
    return status;
}

enum status cluster_own_folder(const char *path, struct error *error)
{
    struct stat state;
    enum status status = make_parents(path, error);
    if (status != STATUS_OK)
        return status;
    if (mkdir(path, PRIVATE) != 0 && errno != EEXIST)
        return failed(error, "can't make", path);
    if (stat(path, &state) != 0)
        return failed(error, "can't look at", path);
    if (!S_ISDIR(state.st_mode) || state.st_uid != geteuid())
        return error_set(error, STATUS_INVALID, "data_folder", "%s is not a folder of the user who runs this", path);
    if ((state.st_mode & ALLPERMS) != PRIVATE && chmod(path, PRIVATE) != 0)
        return failed(error, "can't make private", path);
    return STATUS_OK;
}

static int remove_entry(const char *path, const struct stat *state, int type, struct FTW *position)
{
    (void)state;
    (void)type;
    (void)position;
    return remove(path);
}

/* What an initdb that was killed left behind. One that still runs fails by this and harms nothing. */
static void remove_unfinished(const char *data_dir)
{
    DIR *folder = opendir(data_dir);
    if (!folder)
        return;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char *path;
        if (strncmp(entry->d_name, UNFINISHED, sizeof(UNFINISHED) - 1) != 0)
            continue;
        path = path_join(data_dir, entry->d_name);
        (void)nftw(path, remove_entry, REMOVE_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
        free(path);
    }
    (void)closedir(folder);
}

static enum status sync_folder(const char *path, struct error *error)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = folder >= 0 && fsync(folder) == 0;
    enum status status = good ? STATUS_OK : failed(error, "can't sync", path);
    if (folder >= 0)
        (void)close(folder);
    return status;
}

/* Replaces a file in one step, so that a kill leaves the old or the new one. */
static enum status write_file(const char *folder, const char *name, const struct buffer *text, struct error *error)
{
    char *path = path_join(folder, name);
    char *fresh = path_join(folder, "akkoord.new");
    int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    bool good = file >= 0 && !text->overflowed && write(file, text->data, text->length) == (ssize_t)text->length &&
                fsync(file) == 0 && rename(fresh, path) == 0;
    enum status status = good ? STATUS_OK : failed(error, "can't write", path);
    if (file >= 0)
        (void)close(file);
    free(path);
    free(fresh);
    return status == STATUS_OK ? sync_folder(folder, error) : status;
}

/* ---- the folder of the socket ---- */

static bool fits_socket(const char *path)
{
    return strlen(path) <= SOCKET_DIR_MAX && !strpbrk(path, ",'\"\\\n\r");
}

/* A folder of ours alone, reached without following a link at its end. */
static bool is_private(const char *path)
{
    struct stat state;
    return lstat(path, &state) == 0 && S_ISDIR(state.st_mode) && state.st_uid == geteuid() &&
           (state.st_mode & ALLPERMS) == PRIVATE;
}

/* The folder that an earlier start made outside the data folder, if it still stands; new memory. */
static char *read_note(const char *data_dir)
{
    char text[SOCKET_DIR_MAX + 2] = "";
    char *note = path_join(data_dir, SOCKET_DIR_NOTE);
    int file = open(note, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t length = file >= 0 ? read(file, text, sizeof(text) - 1) : -1;
    if (file >= 0)
        (void)close(file);
    free(note);
    if (length <= 0)
        return NULL;
    text[strcspn(text, "\n")] = '\0';
    return text[0] == '/' && fits_socket(text) && is_private(text) ? memory_copy_text(text) : NULL;
}

static enum status make_short_dir(struct cluster *cluster, struct error *error)
{
    char runtime[SOCKET_DIR_MAX];
    char path[SOCKET_DIR_MAX + 24];
    struct buffer note;
    enum status status;
    (void)snprintf(runtime, sizeof(runtime), "/run/user/%u", (unsigned)geteuid());
    (void)snprintf(path, sizeof(path), "%s/akkoord-XXXXXX", is_private(runtime) ? runtime : "/tmp");
    if (!mkdtemp(path))
        return failed(error, "can't make", path);
    buffer_init(&note, CONFIG_BYTES_MAX);
    buffer_append_format(&note, "%s\n", path);
    status = write_file(cluster->data_dir, SOCKET_DIR_NOTE, &note, error);
    buffer_release(&note);
    if (status == STATUS_OK)
        cluster->socket_dir = memory_copy_text(path);
    else
        (void)rmdir(path);
    return status;
}

/* Finds or makes the folder of the socket. */
static enum status find_socket_dir(struct cluster *cluster, struct error *error)
{
    char *own = path_join(cluster->data_dir, "run");
    free(cluster->socket_dir);
    cluster->socket_dir = NULL;
    if (fits_socket(own)) {
        cluster->socket_dir = own;
        return cluster_own_folder(own, error);
    }
    free(own);
    cluster->socket_dir = read_note(cluster->data_dir);
    return cluster->socket_dir ? STATUS_OK : make_short_dir(cluster, error);
}

/* ---- configuration ---- */

/* Durable before all, quiet about data, small. ERROR is not logged, because its text may quote a value; the program
 * logs the SQLSTATE of each failure itself. */
static const char CONFIG[] = "# Written by akkoord at every start; ALTER SYSTEM is left alone.\n"
                             "listen_addresses = ''\n"
                             "port = " CLUSTER_PORT "\n"
                             "unix_socket_permissions = 0700\n"
                             "ssl = off\n"
                             "max_wal_senders = 0\n"
                             "fsync = on\n"
                             "full_page_writes = on\n"
                             "synchronous_commit = on\n"
                             "restart_after_crash = on\n"
                             "shared_buffers = 64MB\n"
                             "huge_pages = off\n"
                             "jit = off\n"
                             "max_parallel_workers_per_gather = 0\n"
                             "max_parallel_maintenance_workers = 0\n"
                             "max_logical_replication_workers = 0\n"
                             "max_wal_size = 512MB\n"
                             "timezone = 'UTC'\n"
                             "logging_collector = off\n"
                             "log_destination = 'stderr'\n"
                             "log_timezone = 'UTC'\n"
                             "log_line_prefix = '%m [%p] '\n"
                             "log_min_messages = log\n"
                             "log_min_error_statement = panic\n"
                             "log_error_verbosity = terse\n"
                             "log_statement = none\n"
                             "log_min_duration_statement = -1\n"
                             "log_duration = off\n"
                             "log_parameter_max_length = 0\n"
                             "log_parameter_max_length_on_error = 0\n"
                             "log_connections = off\n"
                             "log_disconnections = off\n"
                             "log_checkpoints = off\n"
                             "log_autovacuum_min_duration = -1\n"
                             "log_lock_waits = off\n";

static enum status write_text(const struct cluster *cluster, const char *name, const char *text, struct error *error)
{
    struct buffer buffer;
    enum status status;
    buffer_init(&buffer, CONFIG_BYTES_MAX);
    buffer_append_text(&buffer, text);
    status = write_file(cluster->path, name, &buffer, error);
    buffer_release(&buffer);
    return status;
}

static enum status write_config(const struct cluster *cluster, struct error *error)
{
    struct buffer text;
    enum status status;
    buffer_init(&text, CONFIG_BYTES_MAX);
    buffer_append_text(&text, CONFIG);
    buffer_append_format(&text, "max_connections = %d\n", EMBEDDED_MAX_CONNECTIONS);
    /* The setting is a list: the inner quotes keep a name with spaces in one piece. */
    buffer_append_format(&text, "unix_socket_directories = '\"%s\"'\n", cluster->socket_dir);
    status = write_file(cluster->path, "postgresql.conf", &text, error);
    buffer_release(&text);
    return status;
}

static enum status write_identity_map(const struct cluster *cluster, struct error *error)
{
    static const char *const ROLES[] = {"akkoord_admin",        "akkoord_owner",           "akkoord_server_login",
                                        "akkoord_worker_login", "akkoord_retention_login", "akkoord_auditor_login"};
    struct buffer text;
    enum status status;
    buffer_init(&text, CONFIG_BYTES_MAX);
    for (size_t i = 0; i < sizeof(ROLES) / sizeof(ROLES[0]); i++)
        buffer_append_format(&text, "akkoord \"%s\" %s\n", cluster->user, ROLES[i]);
    status = write_file(cluster->path, "pg_ident.conf", &text, error);
    buffer_release(&text);
    return status;
}

enum status cluster_configure(const struct cluster *cluster, struct error *error)
{
    enum status status = write_config(cluster, error);
    if (status == STATUS_OK)
        status = write_text(cluster, "pg_hba.conf", "local all all peer map=akkoord\n", error);
    if (status == STATUS_OK)
        status = write_identity_map(cluster, error);
    return status;
}

/* ---- making ---- */

/* The major version of the cluster; 0 when there is none. */
static int existing_major(const struct cluster *cluster)
{
    char *path = path_join(cluster->path, "PG_VERSION");
    char text[16] = "";
    int file = open(path, O_RDONLY | O_CLOEXEC);
    free(path);
    if (file < 0)
        return 0;
    if (read(file, text, sizeof(text) - 1) < 0)
        text[0] = '\0';
    (void)close(file);
    return (int)strtol(text, NULL, 10);
}

static enum status run_initdb(const struct cluster *cluster, const char *path, struct error *error)
{
    char *initdb = path_join(cluster->programs, "initdb");
    const char *const argv[] = {
        initdb,       "--username=akkoord_admin", "--auth-local=peer", "--auth-host=reject", "--encoding=UTF8",
        "--locale=C", "--data-checksums",         "--no-instructions", "--pgdata",           path,
        NULL,
    };
    int log = open(cluster->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
    struct program program = {.argv = argv, .output = log, .dies_with_us = true};
    pid_t child = program_start(&program);
    int exit_status = child > 0 ? program_wait(child) : 127;
    if (log >= 0)
        (void)close(log);
    free(initdb);
    if (exit_status != 0)
        return error_set(error, STATUS_UNAVAILABLE, "initdb_failed", "initdb failed with status %d; %s says why",
                         exit_status, cluster->log_path);
    return STATUS_OK;
}

static enum status make_cluster(const struct cluster *cluster, struct error *error)
{
    char *fresh = path_join(cluster->data_dir, UNFINISHED "XXXXXX");
    enum status status = STATUS_OK;
    if (!mkdtemp(fresh))
        status = failed(error, "can't make", fresh);
    if (status == STATUS_OK)
        status = run_initdb(cluster, fresh, error);
    if (status == STATUS_OK && rename(fresh, cluster->path) != 0)
        status = failed(error, "can't make", cluster->path);
    if (status == STATUS_OK)
        status = sync_folder(cluster->data_dir, error);
    free(fresh);
    if (status != STATUS_OK)
        remove_unfinished(cluster->data_dir);
    return status;
}

static enum status find_user(struct cluster *cluster, struct error *error)
{
    const struct passwd *entry = getpwuid(geteuid());
    if (!entry || strpbrk(entry->pw_name, "\"\n"))
        return error_set(error, STATUS_INVALID, "user_unknown",
                         "user id %u has no name in the system's list of users, which PostgreSQL needs",
                         (unsigned)geteuid());
    cluster->user = memory_copy_text(entry->pw_name);
    return STATUS_OK;
}

enum status cluster_prepare(struct cluster *cluster, struct error *error)
{
    char *log_dir = path_join(cluster->data_dir, "log");
    int major;
    enum status status = cluster_own_folder(log_dir, error);
    cluster->path = path_join(cluster->data_dir, CLUSTER_NAME);
    cluster->log_path = path_join(log_dir, "postgres.log");
    free(log_dir);
    if (status == STATUS_OK)
        status = find_user(cluster, error);
    major = existing_major(cluster);
    if (status == STATUS_OK)
        status = programs_find(major, &cluster->programs, error);
    if (status == STATUS_OK)
        status = find_socket_dir(cluster, error);
    if (status != STATUS_OK)
        return status;
    remove_unfinished(cluster->data_dir);
    return major == 0 ? make_cluster(cluster, error) : STATUS_OK;
}

/* postgres.log.1; the caller frees it. */
static char *old_log_path(const struct cluster *cluster)
{
    size_t capacity = strlen(cluster->log_path) + sizeof(".1");
    char *path = memory_alloc(capacity);
    (void)snprintf(path, capacity, "%s.1", cluster->log_path);
    return path;
}

/* The newest EMBEDDED_LOG_BYTES_MAX of `log`, which has `bytes`, to postgres.log.1. A log is no more than a help: what
 * goes wrong here is not worth stopping for. */
static void keep_newest(const struct cluster *cluster, int log, off_t bytes)
{
    char *path = old_log_path(cluster);
    off_t from = bytes > EMBEDDED_LOG_BYTES_MAX ? bytes - EMBEDDED_LOG_BYTES_MAX : 0;
    int old;
    old = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    while (old >= 0 && from < bytes && sendfile(old, log, &from, (size_t)(bytes - from)) > 0)
        continue;
    if (old >= 0)
        (void)close(old);
    free(path);
}

/* The day of the first line that begins with a date, as the server's do (in UTC); initdb's, before them, don't. 0 when
 * there is none. */
static int64_t first_log_day(int log)
{
    char text[LOG_HEAD_BYTES + 1];
    const size_t date_length = strlen("2026-11-23");
    ssize_t length = pread(log, text, LOG_HEAD_BYTES, 0);
    int64_t day = 0;
    text[length > 0 ? length : 0] = '\0';
    for (const char *line = text; line != NULL && day == 0; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strlen(line) < date_length || calendar_parse_date(line, date_length, &day) != STATUS_OK)
            day = 0;
    }
    return day;
}

/* What was moved away for its age or size half a year ago. */
static void drop_old_log(const struct cluster *cluster, int64_t today)
{
    struct stat state;
    char *path = old_log_path(cluster);
    if (stat(path, &state) == 0 && today - state.st_mtime / SECONDS_PER_DAY > LOG_DAYS)
        (void)unlink(path);
    free(path);
}

void cluster_bound_log(const struct cluster *cluster)
{
    struct stat state;
    int64_t today = clock_now_us() / CLOCK_US_PER_SECOND / SECONDS_PER_DAY;
    int log = open(cluster->log_path, O_RDWR | O_CLOEXEC);
    drop_old_log(cluster, today);
    if (log < 0)
        return;
    int64_t first_day = first_log_day(log);
    bool is_old = first_day != 0 && today - first_day > LOG_DAYS;
    if (fstat(log, &state) == 0 && (state.st_size >= EMBEDDED_LOG_BYTES_MAX || is_old)) {
        keep_newest(cluster, log, state.st_size);
        /* The postmaster appends, so the file may be emptied while it is open. */
        if (ftruncate(log, 0) != 0)
            log_event(LOG_WARNING, "postgres.log_stuck");
    }
    (void)close(log);
}

void cluster_release(struct cluster *cluster)
{
    free(cluster->data_dir);
    free(cluster->path);
    free(cluster->log_path);
    free(cluster->socket_dir);
    free(cluster->programs);
    free(cluster->user);
    *cluster = (struct cluster){0};
}
