/* Opens an installation for a subcommand. Main thread, before any other. */
#include "akkoord/app/installation.h"

#include "akkoord/base/memory.h"
#include "akkoord/pg/sql.h"
#include "akkoord/vault/vault.h"

/* The caller frees it. An external installation always names its file: the settings see to that. */
static char *keyring_path(const struct settings *settings)
{
    if (settings->keyring_file != NULL)
        return memory_copy_text(settings->keyring_file);
    size_t bytes = strlen(settings->data_dir) + sizeof("/" INSTALLATION_KEYRING_NAME);
    char *path = memory_alloc(bytes);
    (void)snprintf(path, bytes, "%s/%s", settings->data_dir, INSTALLATION_KEYRING_NAME);
    return path;
}

enum status installation_keyring_load(const struct settings *settings, struct keyring **keyring, struct error *error)
{
    enum status status = vault_harden_process(VAULT_MEMORY_LOCKED, error);
    if (status != STATUS_OK)
        return status;
    char *path = keyring_path(settings);
    struct error fault;
    status = keyring_load(path, keyring, &fault);
    free(path);
    if (status != STATUS_OK)
        return error_set_field(error, status, fault.code, settings->keyring_file != NULL ? "AKKOORD_KEYRING_FILE" : "",
                               "%s", fault.detail);
    return STATUS_OK;
}

/* Nothing was ever sealed in this database. */
static enum status check_is_new(const struct command_database *database, struct error *error)
{
    struct pg_connection *connection;
    struct pg_result *result = NULL;
    enum status status = command_connect(database->server_url, &connection, error);
    if (status == STATUS_OK)
        status = pg_execute(connection, &sql_key_registered, NULL, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) > 0)
        status = error_set(error, STATUS_NOT_FOUND, "keyring_lost",
                           "the keyring is gone, and the database was written with it: put " INSTALLATION_KEYRING_NAME
                           " back into the data folder");
    pg_result_free(result);
    pg_connection_free(connection);
    return status;
}

enum status installation_keyring_open(const struct settings *settings, const struct command_database *database,
                                      struct keyring **keyring, struct error *error)
{
    enum status status = installation_keyring_load(settings, keyring, error);
    if (status != STATUS_NOT_FOUND || !settings->embedded || settings->keyring_file != NULL)
        return status;
    status = check_is_new(database, error);
    if (status != STATUS_OK)
        return status;
    char *path = keyring_path(settings);
    status = keyring_create(path, error);
    free(path);
    /* Of several processes that start at once one makes it, and all use that one. */
    if (status != STATUS_OK && status != STATUS_CONFLICT)
        return status;
    return installation_keyring_load(settings, keyring, error);
}

enum status installation_open(struct installation *installation, struct error *error)
{
    *installation = (struct installation){0};
    enum status status = command_settings(&installation->settings, SETTINGS_FOR_INSTALLATION, error);
    /* The database first: it makes the data folder. */
    if (status == STATUS_OK)
        status = command_database_open(&installation->settings, &installation->database, error);
    if (status == STATUS_OK)
        status =
            installation_keyring_open(&installation->settings, &installation->database, &installation->keyring, error);
    if (status != STATUS_OK)
        return status;
    installation->store = store_new(installation->database.server_url, "akkoord command", installation->keyring);
    return STATUS_OK;
}

void installation_close(struct installation *installation)
{
    store_free(installation->store);
    keyring_free(installation->keyring);
    command_database_close(&installation->database);
    settings_release(&installation->settings);
}
