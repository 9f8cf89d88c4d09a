/* Opens an installation for a subcommand. Main thread, before any other. */
#include "akkoord/app/installation.h"

#include <unistd.h>

#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"
#include "akkoord/base/metrics.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/erasures.h"
#include "akkoord/vault/vault.h"
#include "files.h"

/* What the setting says, or that name in the data folder; the caller frees it. */
static char *path_of(const struct settings *settings, const char *setting, const char *name)
{
    if (setting != NULL)
        return memory_copy_text(setting);
    size_t bytes = strlen(settings->data_dir) + 1 + strlen(name) + 1;
    char *path = memory_alloc(bytes);
    (void)snprintf(path, bytes, "%s/%s", settings->data_dir, name);
    return path;
}

/* An external installation always names its file: the settings see to that. */
static char *keyring_path(const struct settings *settings)
{
    return path_of(settings, settings->keyring_file, INSTALLATION_KEYRING_NAME);
}

/* NULL without one; lives as long as the settings and *token. */
static const struct keyring_token *token_of(const struct settings *settings, struct keyring_token *token)
{
    *token = (struct keyring_token){.module = settings->pkcs11_module,
                                    .label = settings->pkcs11_token,
                                    .key = settings->pkcs11_key,
                                    .pin = settings->pkcs11_pin};
    return settings->pkcs11_module != NULL ? token : NULL;
}

enum status installation_keyring_load(const struct settings *settings, struct keyring **keyring, struct error *error)
{
    enum status status = vault_harden_process(VAULT_MEMORY_LOCKED, error);
    if (status != STATUS_OK)
        return status;
    char *path = keyring_path(settings);
    struct error fault;
    struct keyring_token token;
    status = keyring_load_with_token(path, token_of(settings, &token), keyring, &fault);
    free(path);
    if (status != STATUS_OK && strcmp(fault.code, "key_token") == 0)
        return error_set_field(error, status, fault.code, "AKKOORD_PKCS11_MODULE", "%s", fault.detail);
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
    enum status status = command_connect(database->worker_url, &connection, error);
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

static enum status open_keyring(const struct settings *settings, const struct command_database *database,
                                struct keyring **keyring, struct error *error)
{
    enum status status = installation_keyring_load(settings, keyring, error);
    if (status != STATUS_NOT_FOUND || !settings->embedded || settings->keyring_file != NULL)
        return status;
    status = check_is_new(database, error);
    if (status != STATUS_OK)
        return status;
    char *path = keyring_path(settings);
    struct keyring_token token;
    status = keyring_create_with_token(path, token_of(settings, &token), error);
    free(path);
    /* Of several processes that start at once one makes it, and all use that one. */
    if (status != STATUS_OK && status != STATUS_CONFLICT)
        return status;
    return installation_keyring_load(settings, keyring, error);
}

enum status installation_keyring_open(const struct settings *settings, const struct command_database *database,
                                      struct keyring **keyring, struct error *error)
{
    struct error fault;
    enum status status = open_keyring(settings, database, keyring, error);
    if (status != STATUS_OK || keyring_add_audit_key(*keyring, &fault) == STATUS_OK)
        return status;
    return error_set_field(error, fault.status, fault.code,
                           settings->keyring_file != NULL ? "AKKOORD_KEYRING_FILE" : "",
                           "has no audit key, and none can be added: %s", fault.detail);
}

/* ---- the erasure ledger ---- */

static struct metric replayed = {.kind = METRIC_COUNTER,
                                 .name = "akkoord_erasures_replayed_total",
                                 .help = "Persons and data keys that a restored backup had brought back."};

static void tell_of_erasures(const struct erasures_report *report, bool made)
{
    if (made && report->others > 0)
        log_event(LOG_WARNING, "erasure.ledger_begun", log_int("other_ledgers", report->others));
    if (report->customers > 0 || report->data_keys > 0)
        log_event(LOG_WARNING, "erasure.replayed", log_int("customers", report->customers),
                  log_int("data_keys", report->data_keys));
    metric_add(&replayed, "what=\"customer\"", report->customers);
    metric_add(&replayed, "what=\"data_key\"", report->data_keys);
}

static char *ledger_path(const struct settings *settings)
{
    return path_of(settings, settings->erasure_ledger_file, INSTALLATION_LEDGER_NAME);
}

enum status installation_erasures_open(const struct settings *settings, struct store *store,
                                       struct erasure_ledger **ledger, struct error *error)
{
    struct erasures_report report;
    struct error fault;
    bool made = false;
    char *path = ledger_path(settings);
    enum status status = folder_make(settings->data_dir, &fault);
    if (status == STATUS_OK)
        status = erasure_ledger_open(path, ledger, &made, &fault);
    if (status == STATUS_OK)
        status = store_erasures_replay(store, *ledger, &report, &fault);
    free(path);
    if (status != STATUS_OK)
        return error_set_field(error, status, fault.code,
                               settings->erasure_ledger_file != NULL ? "AKKOORD_ERASURE_LEDGER_FILE" : "", "%s",
                               fault.detail);
    tell_of_erasures(&report, made);
    return STATUS_OK;
}

static enum status count_entries(void *context, const struct erasure *erasure, const struct erasure_mark *mark,
                                 struct error *error)
{
    (void)erasure;
    (void)error;
    *(int64_t *)context = mark->entries;
    return STATUS_OK;
}

enum status installation_erasures_check(const struct settings *settings, int64_t *entries, struct error *error)
{
    struct erasure_ledger *ledger = NULL;
    bool made;
    char *path = ledger_path(settings);
    enum status status = STATUS_OK;
    /* Opening it would make it. */
    if (access(path, F_OK) != 0)
        status = error_set(error, STATUS_NOT_FOUND, "erasure_ledger_missing", "there is no %s", path);
    if (status == STATUS_OK)
        status = erasure_ledger_open(path, &ledger, &made, error);
    if (status == STATUS_OK)
        status = erasure_ledger_read(ledger, count_entries, entries, error);
    erasure_ledger_free(ledger);
    free(path);
    return status;
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
    installation->store = store_new(installation->database.worker_url, "akkoord command", installation->keyring);
    return STATUS_OK;
}

void installation_close(struct installation *installation)
{
    store_free(installation->store);
    keyring_free(installation->keyring);
    command_database_close(&installation->database);
    settings_release(&installation->settings);
}
