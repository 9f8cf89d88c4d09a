/* `akkoord migrate`: brings the database to the schema that this program knows. Runs on the main thread. */
#include <stdio.h>

#include "akkoord/app/cli.h"
#include "akkoord/app/migrate.h"

/* The role of a URL (may be NULL) gets the rights of its group; a refusal is told, and does not undo the migration. */
static enum status admit(struct pg_connection *connection, const char *group, const char *url, struct error *error)
{
    char login[PG_ROLE_BYTES];
    if (url == NULL)
        return STATUS_OK;
    enum status status = pg_url_user(url, login, error);
    if (status == STATUS_OK)
        status = migrate_grant_membership(connection, group, login, error);
    return status;
}

static enum status migrate_external(const struct settings *settings, struct error *error)
{
    struct pg_connection *connection;
    size_t applied = 0;
    enum status status = command_connect(settings->database_owner_url, &connection, error);
    if (status == STATUS_OK)
        status = migrate_run(connection, migrate_known(), &applied, error);
    if (status == STATUS_OK) {
        (void)printf("schema=%zu applied=%zu\n", migrate_known().count, applied);
        (void)fflush(stdout);
        status = admit(connection, "akkoord_server", settings->database_url, error);
    }
    const char *worker_url =
        settings->database_worker_url != NULL ? settings->database_worker_url : settings->database_url;
    if (status == STATUS_OK)
        status = admit(connection, "akkoord_worker", worker_url, error);
    if (status == STATUS_OK)
        status = admit(connection, "akkoord_retention", settings->database_retention_url, error);
    pg_connection_free(connection);
    return status;
}

static enum status migrate_embedded(const struct settings *settings, struct error *error)
{
    struct command_database database;
    enum status status = command_database_open(settings, &database, error);
    if (status == STATUS_OK)
        (void)printf("schema=%zu\n", migrate_known().count);
    command_database_close(&database);
    return status;
}

static int run(int argc, char **argv)
{
    struct settings settings;
    struct error error;
    enum status status;
    (void)argv;
    if (argc != 1)
        return command_misused(&command_migrate);
    status = command_settings(&settings, SETTINGS_FOR_MIGRATION, &error);
    if (status != STATUS_OK)
        return command_fail(&error);
    status = settings.embedded ? migrate_embedded(&settings, &error) : migrate_external(&settings, &error);
    settings_release(&settings);
    return status == STATUS_OK ? EXIT_DONE : command_fail(&error);
}

const struct subcommand command_migrate = {
    .name = "migrate",
    .summary = "bring the database to the schema of this program",
    .usage =
        "Usage: akkoord migrate\n"
        "\n"
        "Applies the migrations that the database does not have yet, each once and under a lock, and makes the\n"
        "group roles. Uses AKKOORD_DATABASE_OWNER_URL. When they are set too, the user of AKKOORD_DATABASE_URL "
        "becomes\n"
        "a member of akkoord_server, that of AKKOORD_DATABASE_WORKER_URL of akkoord_worker (without it, the same user "
        "as\n"
        "before) and that of AKKOORD_DATABASE_RETENTION_URL of akkoord_retention. Without any URL it is the embedded\n"
        "database, which `serve` migrates by itself.\n",
    .run = run,
};
