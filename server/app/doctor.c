/*
 * `akkoord doctor`: looks at everything an installation stands on, and says what is wrong and how to mend it. Main
 * thread. It changes nothing and makes nothing; an embedded cluster that does not run is started for the while.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#include "akkoord/api/exchange_rates.h"
#include "akkoord/app/cli.h"
#include "akkoord/app/installation.h"
#include "akkoord/app/migrate.h"
#include "akkoord/base/arena.h"
#include "akkoord/base/clock.h"
#include "akkoord/documents/pdf.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/domain/vat_area.h"
#include "akkoord/http/client.h"
#include "akkoord/store/installation_mode.h"
#include "akkoord/store/jobs.h"
#include "akkoord/store/keys.h"
#include "akkoord/store/retention.h"
#include "akkoord/webhooks/provider.h"
#include "first_start.h"

/* Signatures are refused from WEBHOOK_TOLERANCE_S on; a tenth of that is worth a word. */
#define CLOCK_WARNING_US  (WEBHOOK_TOLERANCE_S / 10 * CLOCK_US_PER_SECOND)
#define CLOCK_PROBLEM_US  (WEBHOOK_TOLERANCE_S * CLOCK_US_PER_SECOND)
#define SERVER_WAIT_MS    3000
#define DAY_US            (INT64_C(86400) * CLOCK_US_PER_SECOND)
#define RETENTION_LATE_US (2 * DAY_US)

enum finding { FINE, WARNING, PROBLEM };

struct doctor {
    struct settings settings;
    struct command_database database;
    struct keyring *keyring;
    struct store *store;
    struct arena *arena;
    bool found_problem;
};

/* "problem  database  connection refused: start it" */
static void AKKOORD_PRINTF(4, 5)
    tell(struct doctor *doctor, enum finding finding, const char *what, const char *format, ...)
{
    static const char *const words[] = {[FINE] = "ok", [WARNING] = "warning", [PROBLEM] = "problem"};
    va_list arguments;
    (void)printf("%-8s %-9s ", words[finding], what);
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)printf("\n");
    doctor->found_problem |= finding == PROBLEM;
}

static void tell_error(struct doctor *doctor, const char *what, const struct error *error, const char *mend)
{
    tell(doctor, PROBLEM, what, "%s%s%s; %s", error->field, error->field[0] != '\0' ? " " : "", error->detail, mend);
}

/* ---- settings and files ---- */

static bool check_settings(struct doctor *doctor)
{
    struct error error;
    if (command_settings(&doctor->settings, SETTINGS_FOR_INSTALLATION, &error) != STATUS_OK) {
        tell_error(doctor, "settings", &error, "set it in the environment and start again");
        return false;
    }
    for (size_t i = 0; i < doctor->settings.unknown_count; i++)
        tell(doctor, WARNING, "settings", "%s means nothing; README.md lists the settings",
             doctor->settings.unknown[i]);
    tell(doctor, FINE, "settings", "mode %s, %s database, data in %s", installation_mode_name(doctor->settings.mode),
         doctor->settings.embedded ? "embedded" : "external", doctor->settings.data_dir);
    return true;
}

/* A price list may have rates that are none at home: the law may have changed before this program. */
static void check_services(struct doctor *doctor)
{
    struct error error;
    struct price_list list;
    int64_t today = calendar_amsterdam_day(clock_now_us());
    if (first_start_check_services(&doctor->settings, doctor->arena, &list, &error) != STATUS_OK) {
        tell_error(doctor, "services", &error, "correct the file");
        return;
    }
    tell(doctor, FINE, "services", "the file lists %zu", list.services_count);
    for (size_t i = 0; i < list.services_count; i++) {
        char rate[VAT_RATE_TEXT_BYTES];
        vat_rate_format(list.services[i].vat_rate_basis_points, rate);
        if (!vat_is_dutch_rate(list.services[i].vat_rate_basis_points, today))
            tell(doctor, WARNING, "services", "%s has a VAT rate of %s, which is none of the Netherlands today",
                 list.services[i].sku, rate);
    }
}

/* Euros are not in it, so a file that can be read says that these are missing. */
static void check_exchange_rates(struct doctor *doctor)
{
    struct error error;
    struct exchange exchange;
    char date[CALENDAR_DATE_BYTES];
    if (doctor->settings.exchange_rates_file == NULL)
        return;
    if (exchange_rates_find(doctor->arena, doctor->settings.exchange_rates_file, "EUR", &exchange, &error) !=
        STATUS_NOT_FOUND) {
        tell_error(doctor, "exchange rates", &error, "correct the file");
        return;
    }
    calendar_format_date(exchange.day, date);
    tell(doctor, FINE, "exchange rates", "the file holds those of %s", date);
}

static void check_files(struct doctor *doctor)
{
    struct error error;
    struct seller seller;
    if (first_start_seller(&doctor->settings, doctor->arena, &seller, &error) != STATUS_OK)
        tell_error(doctor, "seller", &error, "correct the file");
    else if (doctor->settings.seller_file == NULL)
        tell(doctor, WARNING, "seller", "invoices are drawn up for a sample; name yours in AKKOORD_SELLER_FILE");
    else
        tell(doctor, FINE, "seller", "the file can be read");
    check_exchange_rates(doctor);
    if (doctor->settings.services_file != NULL)
        check_services(doctor);
}

static void check_fonts(struct doctor *doctor)
{
    struct error error;
    if (document_check_fonts(&error) == STATUS_OK)
        tell(doctor, FINE, "fonts", "the typefaces of the documents are installed");
    else
        tell(doctor, WARNING, "fonts",
             "%s; apt-get install fonts-inter fonts-dejavu-core fonts-droid-fallback fonts-wqy-microhei "
             "fonts-freefont-ttf",
             error.detail);
}

/* ---- the server ---- */

static void check_server(struct doctor *doctor)
{
    const struct http_client_options options = {
        .direct = true, .timeout_ms = SERVER_WAIT_MS, .certificate_file = doctor->settings.tls_cert_file};
    const struct http_client_request request = {
        .method = HTTP_GET, .url = arena_format(doctor->arena, "%s/readyz", doctor->settings.public_url)};
    struct http_client *client = http_client_new(&options);
    struct http_client_response response;
    struct error error;
    enum status status = http_client_send(client, doctor->arena, &request, &response, &error);
    http_client_free(client);
    if (status != STATUS_OK)
        tell(doctor, WARNING, "server", "%s does not answer (%s); bash server/start starts it",
             doctor->settings.public_url, error.detail);
    else if (response.status != 200)
        tell(doctor, PROBLEM, "server", "/readyz answers %d; the database or its log says why", response.status);
    else
        tell(doctor, FINE, "server", "%s is ready", doctor->settings.public_url);
}

/* ---- the database ---- */

static bool has_cluster(const struct doctor *doctor)
{
    return access(arena_format(doctor->arena, "%s/postgres", doctor->settings.data_dir), F_OK) == 0;
}

/* As the login itself; false: said what is wrong with it. */
static bool check_login(struct doctor *doctor, const char *url, const char *group)
{
    const struct pg_options options = {.url = url, .application = "akkoord doctor"};
    struct pg_connection *pg = pg_connection_new(&options);
    struct error error;
    enum status status = pg_connect(pg, &error);
    if (status != STATUS_OK) {
        tell_error(doctor, "database", &error,
                   doctor->settings.embedded ? "its log is in the folder log of the data folder"
                                             : "start it, or correct its URL in the settings");
    } else {
        status = migrate_check_server(pg, group, migrate_known(), &error);
        if (status != STATUS_OK)
            tell_error(doctor, "schema", &error,
                       "run `akkoord migrate` with the owner's URL, as this program's version");
    }
    pg_connection_free(pg);
    return status == STATUS_OK;
}

/* Customers' calls are kept from others' rows by a role; that of their login should be able to take on no wider one. */
static void check_wall(struct doctor *doctor)
{
    const struct pg_options options = {.url = doctor->database.server_url, .application = "akkoord doctor"};
    struct pg_connection *pg = pg_connection_new(&options);
    struct error error;
    if (migrate_check_server(pg, STORE_ROLE_WORKER, migrate_known(), &error) != STATUS_OK)
        tell(doctor, FINE, "roles", "customers' calls have a login that can see no rows but theirs");
    else if (doctor->settings.database_worker_url == NULL)
        tell(doctor, WARNING, "roles",
             "one login serves for everything; a second one in AKKOORD_DATABASE_WORKER_URL keeps customers' calls from "
             "what is not theirs even if they could run any SQL");
    else
        tell(doctor, WARNING, "roles",
             "the login of AKKOORD_DATABASE_URL is in akkoord_worker too: REVOKE akkoord_worker FROM it");
    pg_connection_free(pg);
}

static bool check_database(struct doctor *doctor)
{
    struct error error;
    if (doctor->settings.embedded && !has_cluster(doctor)) {
        tell(doctor, WARNING, "database", "there is none yet; the first `akkoord serve` makes it");
        return false;
    }
    enum status status = command_database_open(&doctor->settings, &doctor->database, &error);
    if (status != STATUS_OK) {
        tell_error(doctor, "database", &error, "its log is in the folder log of the data folder");
        return false;
    }
    if (!check_login(doctor, doctor->database.server_url, STORE_ROLE_SERVER) ||
        !check_login(doctor, doctor->database.worker_url, STORE_ROLE_WORKER))
        return false;
    doctor->store = store_new(doctor->database.worker_url, "akkoord doctor", doctor->keyring);
    if (pg_connect(doctor->store->pg, &error) != STATUS_OK) {
        tell_error(doctor, "database", &error, "run doctor again");
        return false;
    }
    int version = pg_server_version(doctor->store->pg);
    tell(doctor, FINE, "database", "PostgreSQL %d.%d answers", version / 10000, version % 10000);
    tell(doctor, FINE, "schema", "version %zu, and a role with no more rights than it needs", migrate_known().count);
    return true;
}

static void check_mode(struct doctor *doctor)
{
    const char *mode;
    struct error error;
    if (store_installation_mode_find(doctor->store, doctor->arena, &mode, &error) != STATUS_OK)
        tell_error(doctor, "mode", &error, "see the database's log");
    else if (mode == NULL)
        tell(doctor, WARNING, "mode", "not stamped yet; the first `akkoord serve` does that");
    else if (strcmp(mode, installation_mode_name(doctor->settings.mode)) != 0)
        tell(doctor, PROBLEM, "mode", "the database was made for %s; set AKKOORD_MODE so, or use another database",
             mode);
    else
        tell(doctor, FINE, "mode", "%s, as stamped", mode);
}

static void check_series(struct doctor *doctor)
{
    const struct document_series *series = &doctor->settings.series;
    struct error error;
    if (store_series_check(doctor->store, doctor->arena, series, &error) != STATUS_OK)
        tell_error(doctor, "series", &error, "set another prefix, or AKKOORD_SERIES to the series that has it");
    else
        tell(doctor, FINE, "series", "invoices %sYEAR-%0*d, credit notes %sYEAR-%0*d", series->invoice_prefix,
             (int)series->digits, 1, series->credit_note_prefix, (int)series->digits, 1);
}

static void check_jobs(struct doctor *doctor)
{
    struct jobs_count count;
    struct error error;
    if (store_jobs_count(doctor->store, &count, &error) != STATUS_OK)
        tell_error(doctor, "jobs", &error, "see the database's log");
    else if (count.dead > 0)
        tell(doctor, WARNING, "jobs", "%" PRId64 " were given up; akkoord.job.last_error says why", count.dead);
    else
        tell(doctor, FINE, "jobs", "%" PRId64 " waiting, none given up", count.waiting);
}

/* A server runs it daily: two days without are one too many. */
static void check_retention(struct doctor *doctor)
{
    int64_t last_us;
    int64_t now_us = clock_now_us();
    struct error error;
    if (doctor->database.retention_url == NULL)
        tell(doctor, WARNING, "retention",
             "the server deletes nothing by itself; set AKKOORD_DATABASE_RETENTION_URL, or run `akkoord retention run` "
             "daily");
    if (store_retention_last_run(doctor->store, doctor->arena, now_us, &last_us, &error) != STATUS_OK)
        tell_error(doctor, "retention", &error, "see the database's log");
    else if (last_us == 0)
        tell(doctor, WARNING, "retention", "never ran yet; `akkoord serve` begins with it");
    else if (now_us - last_us > RETENTION_LATE_US)
        tell(doctor, WARNING, "retention", "last ran %" PRId64 " days ago; run `akkoord retention run`",
             (now_us - last_us) / DAY_US);
    else
        tell(doctor, FINE, "retention", "ran within the last two days");
}

/* ---- the clock ---- */

static void check_clock(struct doctor *doctor)
{
    struct timex state = {.modes = 0};
    struct error error;
    int64_t theirs_us;
    if (doctor->settings.clock_offset_s != 0)
        tell(doctor, WARNING, "clock", "AKKOORD_CLOCK_OFFSET shifts it by %" PRId64 " s; unset it when done",
             doctor->settings.clock_offset_s);
    if (adjtimex(&state) < 0 || (state.status & STA_UNSYNC) != 0)
        tell(doctor, WARNING, "clock", "nobody keeps this machine's clock right; run an NTP client");
    if (doctor->store == NULL || store_database_clock(doctor->store, &theirs_us, &error) != STATUS_OK)
        return;
    int64_t ours_us = clock_now_us() - doctor->settings.clock_offset_s * CLOCK_US_PER_SECOND;
    int64_t apart_us = ours_us > theirs_us ? ours_us - theirs_us : theirs_us - ours_us;
    enum finding finding = apart_us >= CLOCK_PROBLEM_US ? PROBLEM : apart_us >= CLOCK_WARNING_US ? WARNING : FINE;
    tell(doctor, finding, "clock", "%" PRId64 " ms from the database's%s", apart_us / 1000,
         finding != FINE ? "; run an NTP client on both machines" : "");
}

/* ---- keys ---- */

static bool check_keyring(struct doctor *doctor)
{
    struct error error;
    enum status status = installation_keyring_load(&doctor->settings, &doctor->keyring, &error);
    if (status == STATUS_NOT_FOUND && doctor->settings.embedded && !has_cluster(doctor)) {
        tell(doctor, WARNING, "keyring", "there is none yet; the first `akkoord serve` makes it");
        return false;
    }
    if (status != STATUS_OK) {
        tell_error(doctor, "keyring", &error, "put the keyring of this database in its place, mode 0600");
        return false;
    }
    const struct keyring_entry *entries;
    tell(doctor, FINE, "keyring", "%zu keys", keyring_list(doctor->keyring, doctor->arena, &entries));
    return true;
}

static void tell_key_fault(void *context, const char *text)
{
    tell(context, PROBLEM, "keys", "%s; restore the keyring that this database was written with", text);
}

static void check_keys(struct doctor *doctor)
{
    struct keys_report report;
    struct error error;
    if (store_keys_verify(doctor->store, tell_key_fault, doctor, &report, &error) != STATUS_OK)
        tell_error(doctor, "keys", &error, "see the database's log");
    else if (report.faults == 0)
        tell(doctor, FINE, "keys", "%" PRId64 " data keys open", report.data_keys);
}

/* ---- erasures ---- */

static void check_erasures(struct doctor *doctor)
{
    int64_t entries;
    struct error error;
    enum status status = installation_erasures_check(&doctor->settings, &entries, &error);
    if (status == STATUS_NOT_FOUND)
        tell(doctor, WARNING, "erasures", "there is no ledger yet; the next `akkoord serve` makes it");
    else if (status != STATUS_OK)
        tell_error(doctor, "erasures", &error, "without it a restored backup brings erased people back");
    else
        tell(doctor, FINE, "erasures", "%" PRId64 " in the ledger", entries);
}

/* ---- all of it ---- */

static void examine(struct doctor *doctor)
{
    if (!check_settings(doctor))
        return;
    check_files(doctor);
    check_fonts(doctor);
    check_server(doctor);
    bool has_keyring = check_keyring(doctor);
    if (check_database(doctor)) {
        check_wall(doctor);
        check_mode(doctor);
        check_series(doctor);
        check_jobs(doctor);
        check_retention(doctor);
        if (has_keyring)
            check_keys(doctor);
    }
    check_erasures(doctor);
    check_clock(doctor);
}

static int run(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        return command_misused(&command_doctor);
    struct doctor doctor = {.arena = arena_new()};
    examine(&doctor);
    store_free(doctor.store);
    keyring_free(doctor.keyring);
    command_database_close(&doctor.database);
    settings_release(&doctor.settings);
    arena_free(doctor.arena);
    return doctor.found_problem ? EXIT_FAILED : EXIT_DONE;
}

const struct subcommand command_doctor = {
    .name = "doctor",
    .summary = "say what is wrong with this installation, and how to mend it",
    .usage =
        "Usage: akkoord doctor\n"
        "\n"
        "Looks at settings, files, fonts, server, keyring, database, schema, jobs, retention, keys, erasures and "
        "clock.\n"
        "Prints a line for each: ok, warning or problem; what it is about; what was found and how to mend it. Exit\n"
        "status 1 when there is a problem.\n",
    .run = run,
};
