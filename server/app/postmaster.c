/*
 * Owns telling whether a postmaster of the cluster lives, starting one and stopping it. Runs under the control lock of
 * embedded.c, on the thread that holds it.
 *
 * The truth is postmaster.pid, held against /proc: a pid counts only when that process is alive (a zombie is not) and
 * its working folder is the cluster. PostgreSQL itself would take any live process of ours with that pid, after a
 * reboot say, for its postmaster and refuse to start for ever; then the pid in the file is replaced by one that can't
 * exist. The file itself stays, because it also names the shared memory that orphaned backends may still hold:
 * PostgreSQL checks that. An empty lock file, of a postmaster that was killed between making and filling it, names
 * nothing and keeps PostgreSQL from starting for ever: it is removed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "cluster.h"

#define FAST_STOP_MS      60000
#define IMMEDIATE_STOP_MS 10000
#define PID_FILE_BYTES    4096
/* Above every pid_max that Linux allows (2^22), below INT_MAX. */
#define IMPOSSIBLE_PID "1073741824"

/* Text of a small file, or false. */
static bool read_small(const char *path, char *text, size_t capacity)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t length = file >= 0 ? read(file, text, capacity - 1) : -1;
    if (file >= 0)
        (void)close(file);
    text[length > 0 ? length : 0] = '\0';
    return length > 0;
}

static bool is_zombie(pid_t pid)
{
    char path[64];
    char text[1024];
    const char *after_name;
    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if (!read_small(path, text, sizeof(text)))
        return false;
    /* "pid (name) S ...": the name may hold anything, but no later field holds a bracket. */
    after_name = strrchr(text, ')');
    return after_name && after_name[1] == ' ' && (after_name[2] == 'Z' || after_name[2] == 'X');
}

/* Whether `pid` is a live process that works in the cluster's folder. */
static bool works_here(const struct cluster *cluster, pid_t pid)
{
    char path[64];
    struct stat theirs;
    struct stat ours;
    (void)snprintf(path, sizeof(path), "/proc/%d/cwd", (int)pid);
    return !is_zombie(pid) && stat(path, &theirs) == 0 && stat(cluster->path, &ours) == 0 &&
           theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

static bool is_taken(pid_t pid)
{
    return kill(pid, 0) == 0 || errno == EPERM;
}

/* Puts a pid that can't exist in place of one that belongs to somebody else now. */
static void disown_pid_file(const char *path, const char *text)
{
    char fresh[PID_FILE_BYTES + sizeof(IMPOSSIBLE_PID)];
    const char *rest = text + strcspn(text, "\n");
    int length = snprintf(fresh, sizeof(fresh), IMPOSSIBLE_PID "%s", rest);
    int file = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0 || write(file, fresh, (size_t)length) != length)
        log_event(LOG_WARNING, "postgres.pid_file_stuck");
    if (file >= 0)
        (void)close(file);
}

static void reap(struct cluster *cluster)
{
    if (cluster->child != 0 && waitpid(cluster->child, NULL, WNOHANG) != 0)
        cluster->child = 0;
}

pid_t postmaster_find(struct cluster *cluster)
{
    char *path = path_join(cluster->path, "postmaster.pid");
    char text[PID_FILE_BYTES];
    pid_t pid = 0;
    reap(cluster);
    if (cluster->child != 0) {
        pid = cluster->child;
    } else if (read_small(path, text, sizeof(text))) {
        pid = (pid_t)strtol(text, NULL, 10);
        if (pid <= 1 || !works_here(cluster, pid)) {
            if (pid > 0 && is_taken(pid))
                disown_pid_file(path, text);
            pid = 0;
        }
    }
    free(path);
    return pid;
}

/* PostgreSQL makes such a file only after the one before it was found to be nobody's. */
static void remove_empty(const char *folder, const char *name)
{
    char *path = path_join(folder, name);
    struct stat found;
    if (lstat(path, &found) == 0 && S_ISREG(found.st_mode) && found.st_size == 0)
        (void)unlink(path);
    free(path);
}

enum status postmaster_start(struct cluster *cluster, struct error *error)
{
    remove_empty(cluster->path, "postmaster.pid");
    remove_empty(cluster->socket_dir, ".s.PGSQL." CLUSTER_PORT ".lock");
    char *postgres = path_join(cluster->programs, "postgres");
    const char *const argv[] = {postgres, "-D", cluster->path, NULL};
    int log = open(cluster->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
    struct program program = {.argv = argv, .output = log};
    pid_t child = program_start(&program);
    enum status status = STATUS_OK;
    if (child < 0)
        status = error_set(error, STATUS_UNAVAILABLE, "postgres_failed", "can't start PostgreSQL: %s",
                           strerrordesc_np(errno));
    else
        cluster->child = child;
    if (log >= 0)
        (void)close(log);
    free(postgres);
    return status;
}

static bool wait_for_end(struct cluster *cluster, int pidfd, int timeout_ms)
{
    struct pollfd descriptor = {.fd = pidfd, .events = POLLIN};
    int64_t deadline_us = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    for (;;) {
        int64_t left_us = deadline_us - clock_monotonic_us();
        int ready = left_us > 0 ? poll(&descriptor, 1, (int)(left_us / 1000) + 1) : 0;
        if (ready > 0) {
            reap(cluster);
            return true;
        }
        if (left_us <= 0 || (ready < 0 && errno != EINTR))
            return false;
    }
}

void postmaster_stop(struct cluster *cluster)
{
    pid_t pid = postmaster_find(cluster);
    int pidfd = pid > 0 ? pidfd_open(pid, 0) : -1;
    if (pidfd < 0)
        return;
    /* The pid might have ended, and been given away, before it was pinned. */
    if (postmaster_find(cluster) == pid) {
        (void)pidfd_send_signal(pidfd, SIGINT, NULL, 0);
        if (!wait_for_end(cluster, pidfd, FAST_STOP_MS)) {
            log_event(LOG_WARNING, "postgres.stop_slow");
            (void)pidfd_send_signal(pidfd, SIGQUIT, NULL, 0);
            (void)wait_for_end(cluster, pidfd, IMMEDIATE_STOP_MS);
        }
    }
    (void)close(pidfd);
}
