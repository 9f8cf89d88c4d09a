#pragma once
/*
 * The subcommands of `akkoord`. Each stands in a file of its own in server/app/ and in the table in main.c.
 */
#include "akkoord/app/settings.h"
#include "akkoord/base/status.h"
#include "akkoord/pg/connection.h"

/* Exit statuses, CONTRACT section 1. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct subcommand {
    const char *name;    /* "staff" */
    const char *summary; /* one line for the list of commands */
    const char *usage;   /* all that `akkoord NAME --help` prints */
    /* argv[0] is the command's name. Returns the exit status. --help never gets here. */
    int (*run)(int argc, char **argv);
};

extern const struct subcommand command_serve;
extern const struct subcommand command_demo;
extern const struct subcommand command_migrate;
extern const struct subcommand command_staff;
extern const struct subcommand command_services;
extern const struct subcommand command_invoices;
extern const struct subcommand command_keys;
extern const struct subcommand command_decisions;
extern const struct subcommand command_retention;
extern const struct subcommand command_privacy;
extern const struct subcommand command_audit;
extern const struct subcommand command_doctor;

/* Prints "akkoord: MESSAGE" as one line to standard error and returns EXIT_FAILED; the setting's name stands in front
 * of its fault. */
int command_fail(const struct error *error);
/* Prints the command's usage to standard error and returns EXIT_USAGE. */
int command_misused(const struct subcommand *command);

/* The settings of this process' environment; warns about unknown ones, and shifts the clock when AKKOORD_CLOCK_OFFSET
 * says so. Run by root on an embedded installation, the process first becomes the user who owns the data folder. */
enum status command_settings(struct settings *settings, enum settings_use use, struct error *error) AKKOORD_MUST_CHECK;

/* Where the database of this installation is: the URLs of the settings, or those of the embedded cluster, which is
 * started for the while when it does not run. */
struct embedded;
struct command_database {
    struct embedded *embedded; /* NULL for an external database */
    const char *owner_url;     /* may be NULL for an external one */
    const char *server_url;    /* customers' calls */
    const char *worker_url;    /* all else that serves; an external one may share the server's */
    const char *retention_url; /* may be NULL for an external one */
};
/* Opens the database and, when it is embedded, migrates it. `settings` must outlive it. Exclusive use is not needed: a
 * server may run. */
enum status command_database_open(const struct settings *settings, struct command_database *database,
                                  struct error *error) AKKOORD_MUST_CHECK;
/* Close all connections first. */
void command_database_close(struct command_database *database);

#define COMMAND_DATABASE_WAIT_MS 30000
/* A session on one of those URLs; a database that does not answer is tried for COMMAND_DATABASE_WAIT_MS. */
enum status command_connect(const char *url, struct pg_connection **connection, struct error *error) AKKOORD_MUST_CHECK;
