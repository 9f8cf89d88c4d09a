/* `akkoord keys list` and `akkoord keys verify`. Main thread. Shows ids and states of keys, never a key. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "akkoord/app/cli.h"
#include "akkoord/app/installation.h"
#include "akkoord/base/arena.h"
#include "akkoord/base/clock.h"
#include "akkoord/store/keys.h"

/* ---- list ---- */

static void print_keys(const struct keyring_entry *entries, size_t count)
{
    bool table = isatty(STDOUT_FILENO);
    if (table)
        (void)printf("%-36s  %-8s  %5s  %-9s  %s\n", "ID", "PURPOSE", "EPOCH", "STATE", "CREATED");
    for (size_t i = 0; i < count; i++) {
        char id[UUID_TEXT_BYTES], created[CLOCK_RFC3339_BYTES];
        clock_format_rfc3339(entries[i].created_us, created);
        uuid_format(&entries[i].id, id);
        const char *purpose = key_purpose_name(entries[i].purpose);
        const char *state = key_state_name(entries[i].state);
        if (table)
            (void)printf("%-36s  %-8s  %5lld  %-9s  %s\n", id, purpose, (long long)entries[i].epoch, state, created);
        else
            (void)printf("id=%s purpose=%s epoch=%lld state=%s created=%s\n", id, purpose, (long long)entries[i].epoch,
                         state, created);
    }
}

/* Needs no database. */
static enum status list_keys(struct error *error)
{
    struct settings settings;
    struct keyring *keyring = NULL;
    enum status status = command_settings(&settings, SETTINGS_FOR_INSTALLATION, error);
    if (status != STATUS_OK)
        return status;
    status = installation_keyring_load(&settings, &keyring, error);
    if (status == STATUS_OK) {
        const struct keyring_entry *entries;
        struct arena *arena = arena_new();
        size_t count = keyring_list(keyring, arena, &entries);
        print_keys(entries, count);
        arena_free(arena);
    }
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

static int run(int argc, char **argv)
{
    struct error error;
    if (argc == 2 && strcmp(argv[1], "verify") == 0)
        return run_verify();
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list_keys(&error) == STATUS_OK ? EXIT_DONE : command_fail(&error);
    return command_misused(&command_keys);
}

const struct subcommand command_keys = {
    .name = "keys",
    .summary = "list and verify the key-encryption keys",
    .usage = "Usage: akkoord keys list\n"
             "       akkoord keys verify\n"
             "\n"
             "list    shows the keys of the keyring: id, purpose, epoch, state, created\n"
             "verify  checks that the keyring is the one that the database was written with: every key that a row\n"
             "        needs is there, its fingerprint fits, and every data key unwraps. Exit status 1 when not.\n",
    .run = run,
};
