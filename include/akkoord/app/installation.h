#pragma once
/*
 * What a subcommand needs to work on an installation's data: settings, keyring, database and a store on it. Works
 * beside a server that runs. Main thread.
 */
#include "akkoord/app/cli.h"
#include "akkoord/app/settings.h"
#include "akkoord/base/status.h"
#include "akkoord/store/store.h"
#include "akkoord/vault/erasure_ledger.h"
#include "akkoord/vault/keyring.h"

/* Inside the data folder of an embedded installation whose AKKOORD_KEYRING_FILE is not set. */
#define INSTALLATION_KEYRING_NAME "keyring.json"
/* Inside the data folder, unless AKKOORD_ERASURE_LEDGER_FILE is set. */
#define INSTALLATION_LEDGER_NAME "erasures.jsonl"

/* Hardens the process (vault_harden_process) and loads the keyring: AKKOORD_KEYRING_FILE or, embedded, the one in the
 * data folder. STATUS_NOT_FOUND `keyring_missing`. */
enum status installation_keyring_load(const struct settings *settings, struct keyring **keyring,
                                      struct error *error) AKKOORD_MUST_CHECK;
/* The same, and adds the audit key to a file that has none. An embedded installation without
 * AKKOORD_KEYRING_FILE makes a file in its data folder, unless the database has noted keys before: then the file was
 * lost, and a new one would only hide that. A database that was written with another keyring is noticed by
 * store_keys_register(). */
enum status installation_keyring_open(const struct settings *settings, const struct command_database *database,
                                      struct keyring **keyring, struct error *error) AKKOORD_MUST_CHECK;

/* Opens the erasure ledger, makes it at the first start, and does its erasures again on this database, which may be a
 * restored one. Logs what came of it. */
enum status installation_erasures_open(const struct settings *settings, struct store *store,
                                       struct erasure_ledger **ledger, struct error *error) AKKOORD_MUST_CHECK;

/* Checks every line of the ledger and counts its entries. STATUS_NOT_FOUND `erasure_ledger_missing`. */
enum status installation_erasures_check(const struct settings *settings, int64_t *entries,
                                        struct error *error) AKKOORD_MUST_CHECK;

struct installation {
    struct settings settings;
    struct command_database database;
    struct keyring *keyring;
    struct store *store; /* sees all rows */
};

/* All of it, with the keyring opened as above; the caller closes it also after a failure. */
enum status installation_open(struct installation *installation, struct error *error) AKKOORD_MUST_CHECK;
void installation_close(struct installation *installation);
