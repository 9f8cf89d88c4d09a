/*
 * Owns what every subcommand begins with: the settings of this process, the right user, the database. Runs on the main
 * thread before any other thread.
 */
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akkoord/app/cli.h"
#include "akkoord/app/embedded.h"
#include "akkoord/app/migrate.h"
#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"

#define PATH_BYTES 4096
/* Where server/start, run by root, keeps the data when the service's user can't reach the checkout. */
#define SERVICE_DIR "/var/lib/akkoord"

int command_fail(const struct error *error)
{
    if (error->field[0])
        (void)fprintf(stderr, "akkoord: %s %s\n", error->field, error->detail);
    else
        (void)fprintf(stderr, "akkoord: %s\n", error->detail);
    return EXIT_FAILED;
}

int command_misused(const struct subcommand *command)
{
    (void)fprintf(stderr, "%s", command->usage);
    return EXIT_USAGE;
}

/* ---- where the data folder is ---- */

static bool exists_in(const char *folder, const char *name)
{
    char path[PATH_BYTES + 32];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

/* The folder above the one that the program stands in; "" when that is not known. */
static void checkout_of_program(char folder[PATH_BYTES])
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_BYTES - 1);
    folder[length > 0 ? length : 0] = '\0';
    for (int up = 0; up < 2; up++) {
        char *slash = strrchr(folder, '/');
        if (slash)
            *slash = '\0';
    }
}

/* var/ under the checkout whose build/ the program stands in; SERVICE_DIR where server/start put the data there; else
 * var/ in the working folder. */
static void default_data_dir(char path[PATH_BYTES])
{
    char checkout[PATH_BYTES];
    checkout_of_program(checkout);
    if (exists_in(checkout, "server/start") && (exists_in(checkout, "var") || !exists_in(SERVICE_DIR, "postgres")))
        (void)snprintf(path, PATH_BYTES, "%.*s/var", PATH_BYTES - (int)sizeof("/var"), checkout);
    else
        (void)snprintf(path, PATH_BYTES, exists_in(SERVICE_DIR, "postgres") ? SERVICE_DIR : "var");
}

/* Follows links now: as another user the way to the folder may not be open. */
static void resolve_data_dir(struct settings *settings)
{
    char *resolved = realpath(settings->data_dir, NULL);
    if (!resolved)
        return;
    free(settings->data_dir);
    settings->data_dir = resolved;
}

/* Root would leave files behind that the server can't read, and PostgreSQL refuses root. */
static enum status become_owner(const char *data_dir, struct error *error)
{
    struct stat state;
    const struct passwd *owner;
    if (geteuid() != 0 || stat(data_dir, &state) != 0 || state.st_uid == 0)
        return STATUS_OK;
    owner = getpwuid(state.st_uid);
    if (!owner || initgroups(owner->pw_name, owner->pw_gid) != 0 || setgid(owner->pw_gid) != 0 ||
        setuid(owner->pw_uid) != 0)
        return error_set(error, STATUS_FORBIDDEN, "user", "can't become the owner of %s: %s", data_dir,
                         owner ? strerrordesc_np(errno) : "unknown user");
    return STATUS_OK;
}

enum status command_settings(struct settings *settings, enum settings_use use, struct error *error)
{
    char otherwise[PATH_BYTES];
    enum status status;
    default_data_dir(otherwise);
    status = settings_read(settings, (const char *const *)environ, otherwise, use, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < settings->unknown_count; i++)
        log_event(LOG_WARNING, "settings.unknown", log_text("name", settings->unknown[i]));
    resolve_data_dir(settings);
    if (settings->embedded)
        status = become_owner(settings->data_dir, error);
    if (status != STATUS_OK) {
        settings_release(settings);
        return status;
    }
    if (settings->clock_offset_s != 0)
        clock_set_offset_us(settings->clock_offset_s * CLOCK_US_PER_SECOND);
    return STATUS_OK;
}

/* ---- the database ---- */

enum status command_connect(const char *url, struct pg_connection **connection, struct error *error)
{
    struct pg_options options = {.url = url};
    int64_t deadline_us = clock_monotonic_us() + COMMAND_DATABASE_WAIT_MS * INT64_C(1000);
    enum status status;
    *connection = pg_connection_new(&options);
    do
        status = pg_connect(*connection, error);
    while (status == STATUS_UNAVAILABLE && clock_monotonic_us() < deadline_us);
    if (status != STATUS_OK) {
        pg_connection_free(*connection);
        *connection = NULL;
    }
    return status;
}

static enum status migrate_embedded(const struct embedded *embedded, struct error *error)
{
    struct pg_connection *connection;
    enum status status = command_connect(embedded_url(embedded, EMBEDDED_OWNER), &connection, error);
    if (status == STATUS_OK)
        status = migrate_run(connection, migrate_known(), NULL, error);
    pg_connection_free(connection);
    return status;
}

enum status command_database_open(const struct settings *settings, struct command_database *database,
                                  struct error *error)
{
    enum status status;
    *database = (struct command_database){
        .owner_url = settings->database_owner_url,
        .server_url = settings->database_url,
        .worker_url = settings->database_worker_url != NULL ? settings->database_worker_url : settings->database_url,
        .retention_url = settings->database_retention_url};
    if (!settings->embedded)
        return STATUS_OK;
    status = embedded_open(settings->data_dir, &database->embedded, error);
    if (status != STATUS_OK)
        return status;
    database->owner_url = embedded_url(database->embedded, EMBEDDED_OWNER);
    database->server_url = embedded_url(database->embedded, EMBEDDED_SERVER);
    database->worker_url = embedded_url(database->embedded, EMBEDDED_WORKER);
    database->retention_url = embedded_url(database->embedded, EMBEDDED_RETENTION);
    status = migrate_embedded(database->embedded, error);
    if (status != STATUS_OK)
        command_database_close(database);
    return status;
}

void command_database_close(struct command_database *database)
{
    embedded_close(database->embedded);
    *database = (struct command_database){0};
}
