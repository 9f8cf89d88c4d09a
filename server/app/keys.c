/* `akkoord keys`: list and verify; rotate stands in keys_rotate.c. Main thread. Shows ids and states, never a key. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "akkoord/app/cli.h"
#include "akkoord/app/installation.h"
#include "akkoord/base/arena.h"
#include "akkoord/base/clock.h"
#include "akkoord/store/keys.h"
#include "akkoord/store/rotation.h"
#include "keys_rotate.h"

/* ---- list ---- */

#define COUNT_TEXT_BYTES 24

/* Without a database it is not known what a key wraps. */
static void print_keys(const struct rotation_key *keys, size_t count, bool has_counts)
{
    bool table = isatty(STDOUT_FILENO);
    if (table)
        (void)printf("%-36s  %-8s  %5s  %-9s  %-20s  %s\n", "ID", "PURPOSE", "EPOCH", "STATE", "CREATED", "DATA KEYS");
    for (size_t i = 0; i < count; i++) {
        const struct keyring_entry *entry = &keys[i].entry;
        char id[UUID_TEXT_BYTES], created[CLOCK_RFC3339_BYTES], data_keys[COUNT_TEXT_BYTES] = "?";
        clock_format_rfc3339(entry->created_us, created);
        uuid_format(&entry->id, id);
        if (has_counts)
            (void)snprintf(data_keys, sizeof(data_keys), "%lld", (long long)keys[i].data_keys);
        (void)printf(table ? "%-36s  %-8s  %5lld  %-9s  %-20s  %s\n"
                           : "id=%s purpose=%s epoch=%lld state=%s created=%s data_keys=%s\n",
                     id, key_purpose_name(entry->purpose), (long long)entry->epoch, key_state_name(entry->state),
                     created, data_keys);
    }
}

static void print_keyring_alone(struct keyring *keyring, struct arena *arena)
{
    const struct keyring_entry *entries;
    size_t count = keyring_list(keyring, arena, &entries);
    struct rotation_key *keys = ARENA_ARRAY(arena, struct rotation_key, count);
    for (size_t i = 0; i < count; i++)
        keys[i].entry = entries[i];
    print_keys(keys, count, false);
}

/* The keyring is shown also when the database is away. */
static enum status list_keys(struct error *error)
{
    struct settings settings = {0};
    struct keyring *keyring = NULL;
    struct command_database database = {0};
    struct store *store = NULL;
    struct arena *arena = arena_new();
    struct rotation_key *keys;
    size_t count;
    enum status status = command_settings(&settings, SETTINGS_FOR_INSTALLATION, error);
    if (status == STATUS_OK)
        status = installation_keyring_load(&settings, &keyring, error);
    if (status != STATUS_OK)
        goto out;
    struct error fault;
    enum status looked = command_database_open(&settings, &database, &fault);
    if (looked == STATUS_OK) {
        store = store_new(database.worker_url, "akkoord command", keyring);
        looked = store_rotation_look(store, arena, &keys, &count, &fault);
    }
    if (looked == STATUS_OK) {
        print_keys(keys, count, true);
    } else {
        print_keyring_alone(keyring, arena);
        (void)fprintf(stderr, "akkoord: what the keys wrap is not known: %s\n", fault.detail);
    }
out:
    store_free(store);
    command_database_close(&database);
    arena_free(arena);
    keyring_free(keyring);
    settings_release(&settings);
    return status;
}

/* ---- verify ---- */

static void print_fault(void *context, const char *text)
{
    (void)context;
    (void)fprintf(stderr, "akkoord: %s\n", text);
}

static enum status verify_keys(struct keys_report *report, struct error *error)
{
    struct installation installation;
    enum status status = installation_open(&installation, error);
    if (status == STATUS_OK)
        status = store_keys_verify(installation.store, print_fault, NULL, report, error);
    installation_close(&installation);
    return status;
}

static int run_verify(void)
{
    struct keys_report report;
    struct error error;
    if (verify_keys(&report, &error) != STATUS_OK)
        return command_fail(&error);
    (void)printf("key_encryption_keys=%zu data_keys=%lld faults=%lld\n", report.key_encryption_keys,
                 (long long)report.data_keys, (long long)report.faults);
    return report.faults == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* ---- which ---- */

static int run_rotate(int argc, char **argv)
{
    struct rotate_options options = {0};
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--due") == 0)
            options.due_only = true;
        else if (strcmp(argv[i], "--destroy-now") == 0)
            options.destroy_now = true;
        else
            return command_misused(&command_keys);
    }
    return keys_rotate(&options);
}

static int run(int argc, char **argv)
{
    struct error error;
    if (argc >= 2 && strcmp(argv[1], "rotate") == 0)
        return run_rotate(argc, argv);
    if (argc == 2 && strcmp(argv[1], "verify") == 0)
        return run_verify();
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list_keys(&error) == STATUS_OK ? EXIT_DONE : command_fail(&error);
    return command_misused(&command_keys);
}

const struct subcommand command_keys = {
    .name = "keys",
    .summary = "list, rotate and verify the key-encryption keys",
    .usage = "Usage: akkoord keys list\n"
             "       akkoord keys rotate [--due] [--destroy-now]\n"
             "       akkoord keys verify\n"
             "\n"
             "list    shows the keys of the keyring: id, purpose, epoch, state, created, and how many data keys each\n"
             "        wraps: of a retired one, what is left to wrap anew\n"
             "rotate  begins an epoch: new keys are written to the keyring file, the old ones are retired, and every\n"
             "        data key is wrapped anew, while servers run. Run again after it was killed, it goes on. Retired\n"
             "        keys that wrap nothing are destroyed once they are AKKOORD_KEY_EPOCH_DAYS old: backups from\n"
             "        before their retirement can't be read from then on.\n"
             "        --due          begins no epoch before the last one is that old: for a timer\n"
             "        --destroy-now  destroys them however young, for whoever needs no backup of before\n"
             "verify  checks that the keyring is the one that the database was written with: every key that a row\n"
             "        needs is there, its fingerprint fits, and every data key unwraps. Exit status 1 when not.\n",
    .run = run,
};
