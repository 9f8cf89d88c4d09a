#pragma once
/*
 * What the files behind embedded.h share: cluster.c makes a cluster and its configuration, postmaster.c finds, starts
 * and stops its postmaster, programs.c finds and runs PostgreSQL's programs, embedded.c does the rest.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "akkoord/app/embedded.h"

#define CLUSTER_NAME      "postgres"
#define CLUSTER_PORT      "5432"
#define CLUSTER_MAJOR_MAX 99

struct cluster {
    char *data_dir;
    char *path;       /* <data dir>/postgres */
    char *log_path;   /* <data dir>/log/postgres.log */
    char *socket_dir; /* no comma, quote or backslash in it, and short enough for a socket's path */
    char *programs;   /* the folder of PostgreSQL's programs */
    char *user;       /* ours, as the operating system calls it */
    pid_t child;      /* a postmaster that this process started and has not yet seen end; 0: none */
};

/* ---- programs.c ---- */

/* The folder with the newest PostgreSQL that is at least EMBEDDED_MAJOR_MIN, or exactly `major` when that is not 0; the
 * caller frees it. STATUS_INVALID when there is none. */
enum status programs_find(int major, char **folder, struct error *error) AKKOORD_MUST_CHECK;

struct program {
    const char *const *argv; /* argv[0] is the whole path */
    int output;              /* standard output and error; -1: thrown away */
    bool dies_with_us;       /* killed when the calling thread ends */
};
/* In a session of its own, with an empty environment but for a C locale, no core dumps and default signals. Returns the
 * child's pid, -1 with errno when it could not be started. */
pid_t program_start(const struct program *program);
/* The exit status, 128 + signal when killed by one. */
int program_wait(pid_t child);

/* ---- cluster.c ---- */

/* "<folder>/<name>", in new memory. */
char *path_join(const char *folder, const char *name) __attribute__((returns_nonnull, malloc));
/* Fills in everything, makes the data folder and, when there is none, the cluster. The control lock is held. */
enum status cluster_prepare(struct cluster *cluster, struct error *error) AKKOORD_MUST_CHECK;
/* Makes the data folder or checks that it is ours, and gives it mode 0700. */
enum status cluster_own_folder(const char *path, struct error *error) AKKOORD_MUST_CHECK;
/* Writes postgresql.conf, pg_hba.conf and pg_ident.conf, each replaced in one step. */
enum status cluster_configure(const struct cluster *cluster, struct error *error) AKKOORD_MUST_CHECK;
/* Keeps the log file within EMBEDDED_LOG_BYTES_MAX, and within half a year: what it held goes to postgres.log.1, which
 * is deleted after another half. So no line is older than a year. */
void cluster_bound_log(const struct cluster *cluster);
void cluster_release(struct cluster *cluster);

/* ---- postmaster.c; the control lock is held ---- */

/* The pid of the live postmaster of this cluster, 0 when there is none. */
pid_t postmaster_find(struct cluster *cluster);
/* Starts one in the background. Whether it comes up is seen by connecting. */
enum status postmaster_start(struct cluster *cluster, struct error *error) AKKOORD_MUST_CHECK;
/* Fast shutdown, and an immediate one when that takes too long; returns when the postmaster is gone. */
void postmaster_stop(struct cluster *cluster);
