/*
 * Owns finding and running PostgreSQL's own programs. Runs on the thread that asks. A child gets nothing of ours: not
 * the environment (it holds secrets), not descriptors (all are close-on-exec), not the terminal's signals.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "akkoord/base/memory.h"
#include "cluster.h"

#define DEBIAN_FOLDER "/usr/lib/postgresql"
#define OUTPUT_BYTES  4096
#define SIGNALS_COUNT 32

/* Between fork and exec: nothing but system calls here, as other threads may hold locks. */
static _Noreturn void become(const struct program *program, pid_t parent)
{
    static const char *const ENVIRONMENT[] = {"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", NULL};
    struct rlimit none = {0, 0};
    sigset_t signals;
    int null = open("/dev/null", O_RDWR);
    int output = program->output >= 0 ? program->output : null;
    for (int number = 1; number < SIGNALS_COUNT; number++)
        (void)signal(number, SIG_DFL);
    (void)sigemptyset(&signals);
    (void)sigprocmask(SIG_SETMASK, &signals, NULL);
    (void)setsid();
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)umask(S_IRWXG | S_IRWXO);
    if (program->dies_with_us && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent))
        _exit(127);
    if (dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
        _exit(127);
    (void)execve(program->argv[0], (char *const *)program->argv, (char *const *)ENVIRONMENT);
    _exit(127);
}

pid_t program_start(const struct program *program)
{
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0)
        become(program, parent);
    return child;
}

int program_wait(pid_t child)
{
    int state;
    while (waitpid(child, &state, 0) < 0) {
        if (errno != EINTR)
            return 127;
    }
    return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

/* The first line that a program prints, or false. */
static bool first_line(const char *const *argv, char line[OUTPUT_BYTES])
{
    int ends[2];
    struct program program = {.argv = argv, .dies_with_us = true};
    size_t length = 0;
    ssize_t got = 0;
    pid_t child;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    program.output = ends[1];
    child = program_start(&program);
    (void)close(ends[1]);
    while (child > 0 && length < OUTPUT_BYTES - 1) {
        got = read(ends[0], line + length, OUTPUT_BYTES - 1 - length);
        if (got <= 0 && !(got < 0 && errno == EINTR))
            break;
        length += got > 0 ? (size_t)got : 0;
    }
    (void)close(ends[0]);
    line[length] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return child > 0 && program_wait(child) == 0;
}

/* The major version of the server program in `folder`, 0 when it is not a complete installation. */
static int version_of(const char *folder)
{
    char *postgres = path_join(folder, "postgres");
    char *initdb = path_join(folder, "initdb");
    const char *const argv[] = {postgres, "-V", NULL};
    char line[OUTPUT_BYTES];
    const char *digits;
    int major = 0;
    /* "postgres (PostgreSQL) 15.4 (Debian 15.4-1)" */
    if (access(postgres, X_OK) == 0 && access(initdb, X_OK) == 0 && first_line(argv, line)) {
        digits = strstr(line, "(PostgreSQL) ");
        if (digits)
            major = (int)strtol(digits + strlen("(PostgreSQL) "), NULL, 10);
    }
    free(postgres);
    free(initdb);
    return major;
}

struct search {
    int major; /* wanted; 0: the newest */
    int found;
    char *folder;
};

static void consider(struct search *search, const char *folder)
{
    int version = version_of(folder);
    if (version < EMBEDDED_MAJOR_MIN || version <= search->found || (search->major != 0 && version != search->major))
        return;
    free(search->folder);
    search->folder = memory_copy_text(folder);
    search->found = version;
}

static void consider_debian(struct search *search)
{
    for (int major = CLUSTER_MAJOR_MAX; major >= EMBEDDED_MAJOR_MIN && !search->folder; major--) {
        char folder[64];
        (void)snprintf(folder, sizeof(folder), DEBIAN_FOLDER "/%d/bin", major);
        if (access(folder, X_OK) == 0)
            consider(search, folder);
    }
}

/* Every folder of PATH, and the one that a pg_config there names. */
static void consider_path(struct search *search)
{
    const char *path = getenv("PATH");
    char line[OUTPUT_BYTES];
    while (path && *path) {
        size_t length = strcspn(path, ":");
        char *folder = strndup(path, length);
        char *config = path_join(folder ? folder : "", "pg_config");
        const char *const argv[] = {config, "--bindir", NULL};
        if (folder && folder[0] == '/') {
            consider(search, folder);
            if (access(config, X_OK) == 0 && first_line(argv, line) && line[0] == '/')
                consider(search, line);
        }
        free(config);
        free(folder);
        path += length + (path[length] == ':');
    }
}

enum status programs_find(int major, char **folder, struct error *error)
{
    struct search search = {.major = major};
    consider_debian(&search);
    if (!search.folder)
        consider_path(&search);
    *folder = search.folder;
    if (search.folder)
        return STATUS_OK;
    if (major != 0)
        return error_set(error, STATUS_INVALID, "postgres_missing",
                         "the database in the data folder is of PostgreSQL %d, which is not installed "
                         "(Debian's package postgresql-%d)",
                         major, major);
    return error_set(error, STATUS_INVALID, "postgres_missing",
                     "PostgreSQL %d or newer is not installed (Debian's package postgresql), and no "
                     "AKKOORD_DATABASE_URL is set",
                     EMBEDDED_MAJOR_MIN);
}
