/*
 * `akkoord retention run`: deletes what has reached its term, or says what it would. Main thread. Works as the
 * retention role; the keyring authenticates what the audit log says of it, and opens nothing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "akkoord/app/cli.h"
#include "akkoord/app/installation.h"
#include "akkoord/app/migrate.h"
#include "akkoord/base/clock.h"
#include "akkoord/store/retention.h"
#include "progress.h"

#define CALL_TIMEOUT_MS 600000
#define LOCK_TIMEOUT_MS 500

struct retention_command {
    struct settings settings;
    struct command_database database;
    struct keyring *keyring;
    struct store *store;
    bool dry_run;
    bool is_terminal;
    int64_t now_us;
    struct progress progress;
};

/* ---- what is shown ---- */

static int64_t sum(const struct retention_counts *counts)
{
    int64_t rows = 0;
    for (int i = 0; i < RETENTION_CATEGORIES; i++)
        rows += counts->rows[i];
    return rows;
}

static void show_progress(void *context, const struct retention_counts *counts)
{
    struct retention_command *command = context;
    progress_add(&command->progress, sum(counts) - command->progress.done);
}

static void print_row(const struct retention_command *command, enum retention_category category, int64_t rows)
{
    char before[CLOCK_RFC3339_BYTES];
    const char *name = retention_rule_of(category)->name;
    clock_format_rfc3339(retention_cutoff_us(category, false, command->now_us), before);
    if (command->is_terminal)
        (void)printf("%-16s  %-27s  %12" PRId64 "\n", name, before, rows);
    else
        (void)printf("category=%s before=%s rows=%" PRId64 "\n", name, before, rows);
}

static void print_counts(const struct retention_command *command, const struct retention_counts *counts)
{
    if (command->is_terminal)
        (void)printf("%-16s  %-27s  %12s\n", "CATEGORY", "BEFORE", command->dry_run ? "DUE" : "DELETED");
    for (int i = 0; i < RETENTION_CATEGORIES; i++) {
        enum retention_category category = (enum retention_category)i;
        /* Logs are files, which others clear. */
        if (retention_has_term(category) && category != RETENTION_LOG)
            print_row(command, category, counts->rows[i]);
    }
    (void)printf("policy=%s dry_run=%s total=%" PRId64 "\n", retention_version, command->dry_run ? "true" : "false",
                 sum(counts));
}

/* ---- running ---- */

static enum status run_retention(struct retention_command *command, bool dry_run, struct retention_counts *counts,
                                 struct error *error)
{
    const struct retention_run run = {
        .origin = "command",
        .dry_run = dry_run,
        .now_us = command->now_us,
        .clock_offset_us = command->settings.clock_offset_s * CLOCK_US_PER_SECOND,
        .progress = dry_run ? NULL : show_progress,
        .context = command,
    };
    return store_retention_run(command->store, &run, counts, error);
}

/* It is counted first, so that it is known how far the deletion is. */
static enum status run_shown(struct retention_command *command, struct error *error)
{
    struct retention_counts counts;
    enum status status = run_retention(command, true, &counts, error);
    if (status == STATUS_OK && !command->dry_run) {
        progress_begin(&command->progress, "retention", "deleting", sum(&counts));
        status = run_retention(command, false, &counts, error);
        progress_end(&command->progress);
    }
    if (status == STATUS_OK)
        print_counts(command, &counts);
    return status;
}

static enum status open_and_run(struct retention_command *command, struct error *error)
{
    enum status status = command_settings(&command->settings, SETTINGS_FOR_RETENTION, error);
    if (status == STATUS_OK)
        status = command_database_open(&command->settings, &command->database, error);
    if (status == STATUS_OK)
        status = installation_keyring_load(&command->settings, &command->keyring, error);
    /* Missed where it is needed: after what else may be wrong. */
    if (status == STATUS_NOT_FOUND)
        status = STATUS_OK;
    if (status != STATUS_OK)
        return status;
    const struct pg_options options = {.url = command->database.retention_url,
                                       .application = "akkoord retention",
                                       .call_timeout_ms = CALL_TIMEOUT_MS,
                                       .lock_timeout_ms = LOCK_TIMEOUT_MS};
    command->store = store_new_with_options(&options, command->keyring);
    status = pg_connect(command->store->pg, error);
    if (status == STATUS_OK)
        status = migrate_check_retention(command->store->pg, options.url, migrate_known(), error);
    if (status == STATUS_OK) {
        command->now_us = clock_now_us();
        status = run_shown(command, error);
    }
    return status;
}

static int run(int argc, char **argv)
{
    struct retention_command command = {.is_terminal = isatty(STDOUT_FILENO) != 0};
    struct error error;
    if (argc < 2 || argc > 3 || strcmp(argv[1], "run") != 0 || (argc == 3 && strcmp(argv[2], "--dry-run") != 0))
        return command_misused(&command_retention);
    command.dry_run = argc == 3;
    enum status status = open_and_run(&command, &error);
    store_free(command.store);
    keyring_free(command.keyring);
    command_database_close(&command.database);
    settings_release(&command.settings);
    return status == STATUS_OK ? EXIT_DONE : command_fail(&error);
}

const struct subcommand command_retention = {
    .name = "retention",
    .summary = "delete what has reached its term",
    .usage =
        "Usage: akkoord retention run [--dry-run]\n"
        "\n"
        "Deletes every category of data that has reached the term of the retention catalogue (`akkoord privacy\n"
        "register` shows it), in short transactions, and prints how many rows of each. What a legal hold stops is\n"
        "passed over. Killed at any point it is simply run again. `serve` does the same once a day by itself.\n"
        "\n"
        "  --dry-run  prints the same table of what is due, and changes nothing\n"
        "\n"
        "With an external database it uses AKKOORD_DATABASE_RETENTION_URL, whose role is in akkoord_retention. What "
        "is\n"
        "deleted is noted in the audit log, for which the keyring is needed.\n",
    .run = run,
};
