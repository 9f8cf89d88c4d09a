/*
 * `akkoord serve`: brings everything up in order, waits for a signal, and takes it down in the opposite order. Main
 * thread; the only place that knows all modules.
 *
 * SIGTERM, SIGINT and SIGHUP are blocked before the first thread starts, so that every thread has them blocked and they
 * are waited for here alone.
 */
#include <arpa/inet.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "akkoord/api/api.h"
#include "akkoord/api/notices.h"
#include "akkoord/api/operations.h"
#include "akkoord/api/return_page.h"
#include "akkoord/api/webhooks.h"
#include "akkoord/app/cli.h"
#include "akkoord/app/embedded.h"
#include "akkoord/app/installation.h"
#include "akkoord/app/migrate.h"
#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"
#include "akkoord/http/server.h"
#include "akkoord/jobs/jobs.h"
#include "akkoord/store/audit_sequence.h"
#include "akkoord/store/order_information.h"
#include "akkoord/webhooks/vies.h"
#include "first_start.h"
#include "supervisor.h"

#define DRAIN_DEADLINE_MS 10000
#define READY_POLL_MS     10
#define DATABASE_WAIT_MS  30000
#define ROUTES_MAX        128
/* Of a call that no customer waits for: less than the hold of a job that makes one. */
#define CALL_TIMEOUT_MS 8000
/* See connections_max(). */
#define OWN_KEYS_BYTES           ((size_t)64 << 10)
#define TLS_CONNECTION_KEY_BYTES 96
#define ALLOCATOR_ARENAS         2
#define ALLOCATOR_MMAP_FROM      (64 * 1024)

struct serve {
    struct settings settings;
    struct command_database database;
    struct keyring *keyring;
    struct erasure_ledger *erasures;
    struct arena *arena; /* of what follows from the settings */
    struct seller seller;
    struct notices notices;
    const char *listen;   /* host and port */
    const char *own_url;  /* of our own listener, for what we send to ourselves */
    char *sandbox_secret; /* NULL without the sandbox */
    struct webhook_receiver receiver;
    struct provider_accounts accounts;
    struct provider_account vies;
    struct http_client *client;     /* to providers */
    struct http_client *own_client; /* to our own listener */
    struct http_client *mail_client;
    struct mail_server mail_server; /* its URL is NULL when there is none */
    struct committer *committer;
    struct jobs *jobs;
    struct api *api;
    struct operations operations;
    struct http_route routes[ROUTES_MAX];
    size_t routes_count;
    struct http_server *server;
};

/* ---- signals ---- */

static sigset_t awaited_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    return set;
}

/* Waits for at most `timeout_ms` (-1: for ever); 0 when nothing came. */
static int next_signal(int timeout_ms)
{
    sigset_t set = awaited_signals();
    const struct timespec timeout = {.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L};
    int number = timeout_ms < 0 ? sigwaitinfo(&set, NULL) : sigtimedwait(&set, NULL, &timeout);
    return number > 0 ? number : 0;
}

static bool asked_to_end(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

/* ---- coming up ---- */

/* Connects for the first time: a database that does not answer is tried for a while. */
static enum status reach_database(struct pg_connection *pg, struct error *error)
{
    int64_t deadline_us = clock_monotonic_us() + DATABASE_WAIT_MS * INT64_C(1000);
    enum status status;
    do
        status = pg_connect(pg, error);
    while (status == STATUS_UNAVAILABLE && clock_monotonic_us() < deadline_us && !asked_to_end());
    return status;
}

/* As the login itself, before anything takes on a role: then what is missing can be said. */
static enum status check_login(const char *url, const char *group, struct error *error)
{
    const struct pg_options options = {.url = url, .application = "akkoord start"};
    struct pg_connection *pg = pg_connection_new(&options);
    enum status status = reach_database(pg, error);
    if (status == STATUS_OK)
        status = migrate_check_server(pg, group, migrate_known(), error);
    pg_connection_free(pg);
    return status;
}

/* What customers are told before they order is written down before any of them orders. */
static enum status keep_information(struct serve *serve, struct store *store, struct error *error)
{
    const struct notice *information = &serve->notices.information;
    const struct notice_facts facts = {.seller = &serve->seller, .asks_vies = serve->settings.vies_url != NULL};
    notices_write(serve->arena, &facts, &serve->notices);
    return store_order_information_keep(store, serve->arena, information->version, information->json[LANGUAGE_NL],
                                        information->json[LANGUAGE_EN], error);
}

/* Of a database that is older than the audit log; at a first start, of what was just prepared. */
static enum status begin_audit(struct store *store, struct error *error)
{
    struct audit_adopted adopted;
    enum status status = store_audit_adopt(store, &adopted, error);
    if (status == STATUS_OK && adopted.rows > 0)
        log_event(adopted.is_in_use ? LOG_WARNING : LOG_INFO, adopted.is_in_use ? "audit.adopted" : "audit.begun",
                  log_int("rows", adopted.rows));
    return status;
}

static enum status prepare_database(struct serve *serve, struct error *error)
{
    struct store *store = store_new(serve->database.worker_url, "akkoord start", serve->keyring);
    enum status status = check_login(serve->database.server_url, STORE_ROLE_SERVER, error);
    if (status == STATUS_OK)
        status = check_login(serve->database.worker_url, STORE_ROLE_WORKER, error);
    if (status == STATUS_OK)
        status = reach_database(store->pg, error);
    if (status == STATUS_OK)
        status = first_start_prepare(&serve->settings, store, error);
    if (status == STATUS_OK)
        status = begin_audit(store, error);
    /* Nobody is answered before what a restored backup has brought back is gone again. */
    if (status == STATUS_OK)
        status = installation_erasures_open(&serve->settings, store, &serve->erasures, error);
    if (status == STATUS_OK)
        status = keep_information(serve, store, error);
    store_free(store);
    return status;
}

static void format_addresses(struct serve *serve)
{
    const struct settings *settings = &serve->settings;
    bool is_v6 = strchr(settings->listen_host, ':') != NULL;
    serve->listen =
        arena_format(serve->arena, is_v6 ? "[%s]:%u" : "%s:%u", settings->listen_host, (unsigned)settings->listen_port);
    serve->own_url =
        arena_format(serve->arena, settings->tls_cert_file != NULL ? "https://%s" : "http://%s", serve->listen);
}

/* The networks of the settings as the listener takes them. */
static const char *format_proxies(struct arena *arena, const struct settings *settings)
{
    const char *list = "";
    for (size_t i = 0; i < settings->trusted_proxies_count; i++) {
        const struct settings_cidr *cidr = &settings->trusted_proxies[i];
        char address[INET6_ADDRSTRLEN];
        if (inet_ntop(cidr->family, cidr->address, address, sizeof(address)) == NULL)
            continue;
        list = arena_format(arena, "%s%s%s/%u", list, list[0] != '\0' ? "," : "", address, cidr->prefix_bits);
    }
    return list;
}

static enum status add_webhook_sources(struct serve *serve, struct error *error)
{
    const struct settings *settings = &serve->settings;
    enum status status = STATUS_OK;
    if (settings->sandbox)
        status = first_start_sandbox_secret(settings, &serve->sandbox_secret, error);
    if (status == STATUS_OK)
        status = webhook_receiver_add(&serve->receiver, "sandbox", serve->sandbox_secret, error);
    if (status == STATUS_OK)
        status = webhook_receiver_add(&serve->receiver, "standard", settings->standard_webhook_secret, error);
    if (status == STATUS_OK)
        status = webhook_receiver_add(&serve->receiver, "stripe", settings->stripe_webhook_secret, error);
    if (status == STATUS_OK && (settings->mollie_api_key != NULL || settings->mollie_webhook_secret != NULL))
        status = webhook_receiver_add_pinged(&serve->receiver, "mollie", settings->mollie_webhook_secret, error);
    if (settings->rate_limits)
        serve->receiver.pings = rate_limit_new(WEBHOOK_PINGS_MAX, WEBHOOK_PINGS_PERIOD_S);
    return status;
}

/* The setting that a fault of the listener is about. */
static const char *setting_of(const struct error *fault)
{
    static const char *const settings[][2] = {
        {"trusted_proxies", "AKKOORD_TRUSTED_PROXIES"},
        {"tls_cert_file", "AKKOORD_TLS_CERT_FILE"},
        {"tls_key_file", "AKKOORD_TLS_KEY_FILE"},
    };
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (strcmp(fault->field, settings[i][0]) == 0)
            return settings[i][1];
    return "AKKOORD_LISTEN";
}

static enum status check_tls(const struct settings *settings, struct error *error)
{
    struct error fault;
    if (settings->tls_cert_file == NULL)
        return STATUS_OK;
    enum status status = http_server_check_tls(settings->tls_cert_file, settings->tls_key_file, &fault);
    if (status != STATUS_OK)
        return error_set_field(error, status, fault.code, setting_of(&fault), "%s", fault.detail);
    return STATUS_OK;
}

/* What can be wrong with the installation is found here, before any thread starts. */
static enum status prepare(struct serve *serve, struct error *error)
{
    enum status status = command_settings(&serve->settings, SETTINGS_FOR_INSTALLATION, error);
    if (status != STATUS_OK)
        return status;
    format_addresses(serve);
    status = vault_harden_process(VAULT_MEMORY_LOCKED, error);
    if (status == STATUS_OK)
        status = check_tls(&serve->settings, error);
    if (status == STATUS_OK)
        status = first_start_seller(&serve->settings, serve->arena, &serve->seller, error);
    if (status == STATUS_OK)
        status = command_database_open(&serve->settings, &serve->database, error);
    if (status == STATUS_OK)
        status = installation_keyring_open(&serve->settings, &serve->database, &serve->keyring, error);
    if (status == STATUS_OK)
        status = prepare_database(serve, error);
    if (status == STATUS_OK)
        status = add_webhook_sources(serve, error);
    return status;
}

static void wake_jobs(void *jobs)
{
    jobs_wake(jobs);
}

static void refresh_metrics(void *api)
{
    api_refresh_metrics(api);
}

static void add_accounts(struct serve *serve)
{
    const struct settings *settings = &serve->settings;
    provider_accounts_add(&serve->accounts, "stripe", settings->stripe_api_url, settings->stripe_secret_key);
    provider_accounts_add(&serve->accounts, "mollie", settings->mollie_api_url, settings->mollie_api_key);
}

/* VIES asks for no key. */
static void add_vies(struct serve *serve)
{
    if (serve->settings.vies_url != NULL)
        serve->vies = (struct provider_account){.api_url = serve->settings.vies_url, .timeout_ms = VIES_TIMEOUT_MS};
}

static void start_clients(struct serve *serve)
{
    const struct http_client_options outside = {.name = "calls-out", .timeout_ms = CALL_TIMEOUT_MS};
    const struct http_client_options own = {.name = "calls-own",
                                            .direct = true,
                                            .certificate_file = serve->settings.tls_cert_file,
                                            .timeout_ms = CALL_TIMEOUT_MS};
    serve->client = http_client_new(&outside);
    serve->own_client = http_client_new(&own);
    const struct http_client_options mail = {.name = "calls-mail"};
    serve->mail_client = http_client_new(&mail);
}

/* Without a mail server mail is written to a folder, and that is said. */
static struct mail_transport prepare_mail(struct serve *serve)
{
    const struct settings *settings = &serve->settings;
    serve->mail_server = (struct mail_server){
        .url = settings->smtp_url,
        .user = settings->smtp_user,
        .password = settings->smtp_password,
        .certificate_file = settings->smtp_ca_file,
        .requires_tls = settings->smtp_requires_tls,
    };
    const struct mail_transport mail = {
        .server = settings->smtp_url != NULL ? &serve->mail_server : NULL,
        .client = serve->mail_client,
        .folder = arena_format(serve->arena, "%s/mail", settings->data_dir),
        .from = settings->mail_from != NULL ? settings->mail_from : serve->seller.email,
    };
    if (mail.server == NULL)
        log_event(LOG_WARNING, "mail.to_folder", log_text("folder", mail.folder));
    return mail;
}

static void start_jobs(struct serve *serve)
{
    struct jobs_options options = {
        .database_url = serve->database.worker_url,
        .retention_url = serve->database.retention_url,
        .clock_offset_us = serve->settings.clock_offset_s * CLOCK_US_PER_SECOND,
        .keyring = serve->keyring,
        .committer = serve->committer,
        .accounts = &serve->accounts,
        .vies = serve->settings.vies_url != NULL ? &serve->vies : NULL,
        .client = serve->client,
        .own_url = serve->own_url,
        .own_client = serve->own_client,
        .mail = prepare_mail(serve),
        .seller = &serve->seller,
        .public_url = serve->settings.public_url,
    };
    /* The sandbox is the receiver's first source; of several secrets the first signs. */
    if (serve->sandbox_secret != NULL)
        options.sandbox_secret = &serve->receiver.sources[0].secrets.items[0];
    serve->jobs = jobs_start(&options);
}

static void start_workers(struct serve *serve)
{
    const struct settings *settings = &serve->settings;
    if (serve->database.embedded != NULL)
        embedded_supervise(serve->database.embedded);
    const struct committer_options committer = {
        .database_url = serve->database.worker_url,
        .keyring = serve->keyring,
        .installation_live = settings->mode == MODE_LIVE,
        .series = settings->series,
    };
    serve->committer = committer_start(&committer);
    add_accounts(serve);
    add_vies(serve);
    start_clients(serve);
    start_jobs(serve);
    const struct api_options api = {
        .server_url = serve->database.server_url,
        .worker_url = serve->database.worker_url,
        .keyring = serve->keyring,
        .committer = serve->committer,
        .erasures = serve->erasures,
        .seller = &serve->seller,
        .exchange_rates_file = settings->exchange_rates_file,
        .notices = &serve->notices,
        .public_url = settings->public_url,
        .accounts = &serve->accounts,
        .asks_vies = serve->settings.vies_url != NULL,
        .client = serve->client,
        .order_expires_s = settings->order_expires_s,
        .installation_live = settings->mode == MODE_LIVE,
        .rate_limits = settings->rate_limits,
        .review_strict = settings->review_strict,
        .review_four_eyes_minor = settings->review_four_eyes_minor,
        .sandbox = settings->sandbox,
        .wake_jobs = wake_jobs,
        .jobs = serve->jobs,
    };
    serve->api = api_start(&api);
    serve->receiver.committer = serve->committer;
    serve->operations.committer = serve->committer;
    serve->operations.started_us = clock_monotonic_us();
    serve->operations.refresh_metrics = refresh_metrics;
    serve->operations.context = serve->api;
}

static void add_routes(struct serve *serve, const struct http_route *routes, size_t count)
{
    if (count > ROUTES_MAX - serve->routes_count)
        abort(); /* more routes than there is room for */
    memcpy(serve->routes + serve->routes_count, routes, count * sizeof(*routes));
    serve->routes_count += count;
}

/* Each open TLS connection takes from the memory for keys, of which half, or what two thousand keys need, is for ours.
 * 0: as many as usual. */
static size_t connections_max(const struct settings *settings)
{
    size_t bytes = vault_key_memory_bytes();
    size_t ours = bytes / 2 < OWN_KEYS_BYTES ? bytes / 2 : OWN_KEYS_BYTES;
    size_t count = (bytes - ours) / TLS_CONNECTION_KEY_BYTES;
    return settings->tls_cert_file != NULL && count < HTTP_CONNECTIONS_MAX ? count : 0;
}

static enum status start_server(struct serve *serve, struct error *error)
{
    size_t count;
    const struct http_route *routes = api_routes(serve->api, &count);
    add_routes(serve, routes, count);
    struct http_route operations[OPERATIONS_ROUTES];
    operations_routes(&serve->operations, operations);
    add_routes(serve, operations, OPERATIONS_ROUTES);
    const struct http_route webhooks = webhook_receiver_route(&serve->receiver);
    add_routes(serve, &webhooks, 1);
    const struct http_route return_page = return_page_route();
    add_routes(serve, &return_page, 1);
    const struct http_server_options options = {
        .listen = serve->listen,
        .threads = serve->settings.threads,
        .connections_max = connections_max(&serve->settings),
        .trusted_proxies = format_proxies(serve->arena, &serve->settings),
        .tls_cert_file = serve->settings.tls_cert_file,
        .tls_key_file = serve->settings.tls_key_file,
        .routes = serve->routes,
        .route_count = serve->routes_count,
    };
    struct error fault;
    enum status status = http_server_start(&options, &serve->server, &fault);
    if (status == STATUS_OK)
        return STATUS_OK;
    return error_set_field(error, status, fault.code, setting_of(&fault), "(%s): %s", serve->listen, fault.detail);
}

/* ---- serving ---- */

static void reload(struct serve *serve)
{
    struct error error;
    if (keyring_reload(serve->keyring, &error) == STATUS_OK)
        log_event(LOG_INFO, "keyring.reloaded");
    else
        log_event(LOG_ERROR, "keyring.not_reloaded", log_text("code", error.code), log_text("detail", error.detail));
    if (serve->settings.tls_cert_file == NULL)
        return;
    if (http_server_reload_tls(serve->server, &error) == STATUS_OK)
        log_event(LOG_INFO, "tls.reloaded");
    else
        log_event(LOG_ERROR, "tls.not_reloaded", log_text("setting", setting_of(&error)),
                  log_text("detail", error.detail));
}

/* Until SIGTERM or SIGINT; says so once requests may be sent. */
static void wait_for_end(struct serve *serve)
{
    bool announced = false;
    for (;;) {
        int number = next_signal(announced ? -1 : READY_POLL_MS);
        if (number == SIGTERM || number == SIGINT)
            return;
        if (number == SIGHUP) {
            supervisor_reloading();
            reload(serve);
            if (announced)
                supervisor_ready();
        }
        if (!announced && operations_is_ready(&serve->operations)) {
            (void)printf("akkoord ready %s\n", serve->settings.public_url);
            (void)fflush(stdout);
            supervisor_ready();
            announced = true;
        }
    }
}

/* ---- going down ---- */

/* Requests first, then whoever works on them, then whom those rely on; each part may be missing. */
static void take_down(struct serve *serve)
{
    atomic_store(&serve->operations.draining, true);
    if (serve->server != NULL)
        http_server_drain(serve->server, DRAIN_DEADLINE_MS);
    /* Whoever still waits for others is told that it was in vain, and so answers, or tries again when we are back. */
    if (serve->client != NULL) {
        http_client_cancel(serve->client);
        http_client_cancel(serve->own_client);
        http_client_cancel(serve->mail_client);
    }
    api_stop(serve->api);
    jobs_stop(serve->jobs);
    http_client_free(serve->client);
    http_client_free(serve->own_client);
    http_client_free(serve->mail_client);
    committer_stop(serve->committer);
    http_server_free(serve->server);
    webhook_receiver_release(&serve->receiver);
    if (serve->sandbox_secret != NULL)
        memory_free_cleansed(serve->sandbox_secret, strlen(serve->sandbox_secret));
    erasure_ledger_free(serve->erasures);
    keyring_free(serve->keyring);
    command_database_close(&serve->database);
    arena_free(serve->arena);
    settings_release(&serve->settings);
}

/* Few arenas, and a fixed bound above which memory goes back to the system when it is freed: many threads of which each
 * now and then needs much (a PDF, a password) would otherwise keep it all. */
static void bound_allocator(void)
{
    (void)mallopt(M_ARENA_MAX, ALLOCATOR_ARENAS);
    (void)mallopt(M_MMAP_THRESHOLD, ALLOCATOR_MMAP_FROM);
    (void)mallopt(M_TRIM_THRESHOLD, ALLOCATOR_MMAP_FROM);
}

static int run(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        return command_misused(&command_serve);
    struct serve serve = {.arena = arena_new()};
    struct error error;
    sigset_t signals = awaited_signals();
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    bound_allocator();
    int exit_status = EXIT_DONE;
    enum status status = prepare(&serve, &error);
    if (status == STATUS_OK) {
        start_workers(&serve);
        status = start_server(&serve, &error);
    }
    if (status == STATUS_OK) {
        log_event(LOG_INFO, "serve.started", log_text("mode", installation_mode_name(serve.settings.mode)));
        wait_for_end(&serve);
        supervisor_stopping();
        log_event(LOG_INFO, "serve.draining");
    } else if (!asked_to_end()) {
        exit_status = command_fail(&error);
    }
    take_down(&serve);
    if (status == STATUS_OK)
        log_event(LOG_INFO, "serve.ended");
    return exit_status;
}

const struct subcommand command_serve = {
    .name = "serve",
    .summary = "serve HTTP until SIGTERM",
    .usage =
        "Usage: akkoord serve\n"
        "\n"
        "Serves the API, webhooks and the jobs behind them, and prints \"akkoord ready URL\" when requests may be\n"
        "sent. SIGTERM or SIGINT: ends what is under way and exits 0. SIGHUP: reads the keyring and\n"
        "the TLS certificate again.\n",
    .run = run,
};
