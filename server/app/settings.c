/*
 * Owns the reading and checking of settings: a table of names, a text for each, and one function that turns each text
 * into its value. Runs once, on the main thread, before any other thread. It reads files only where a variable names
 * one that holds a secret, and it never quotes a value that may be one.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akkoord/app/settings.h"
#include "akkoord/base/memory.h"
#include "akkoord/pg/connection.h"
#include "akkoord/vault/blind_index.h"
#include "settings_values.h"

#define DEFAULT_LISTEN          "127.0.0.1:8080"
#define DEFAULT_STRIPE_API_URL  "https://api.stripe.com"
#define DEFAULT_MOLLIE_API_URL  "https://api.mollie.com"
#define DEFAULT_ORDER_EXPIRES_S 1209600
#define DEFAULT_KEY_EPOCH_DAYS  30
#define DEFAULT_PKCS11_KEY      "akkoord"
#define CLOCK_OFFSET_S_MAX      INT64_C(3155760000) /* a hundred years */
#define PREFIX                  "AKKOORD_"
#define FILE_SUFFIX             "_FILE"

enum setting {
    LISTEN,
    PUBLIC_URL,
    THREADS,
    TLS_CERT_FILE,
    TLS_KEY_FILE,
    DATA_DIR,
    DATABASE_URL,
    DATABASE_OWNER_URL,
    DATABASE_WORKER_URL,
    DATABASE_RETENTION_URL,
    MODE,
    SANDBOX,
    KEYRING_FILE,
    KEY_EPOCH_DAYS,
    PKCS11_MODULE,
    PKCS11_TOKEN,
    PKCS11_KEY,
    PKCS11_PIN,
    ERASURE_LEDGER_FILE,
    SELLER_FILE,
    SERVICES_FILE,
    EXCHANGE_RATES_FILE,
    STANDARD_WEBHOOK_SECRET,
    STRIPE_WEBHOOK_SECRET,
    MOLLIE_WEBHOOK_SECRET,
    SANDBOX_WEBHOOK_SECRET,
    STRIPE_SECRET_KEY,
    STRIPE_API_URL,
    MOLLIE_API_KEY,
    MOLLIE_API_URL,
    VIES_URL,
    ORDER_EXPIRES,
    RATE_LIMITS,
    REVIEW_STRICT,
    REVIEW_FOUR_EYES_AMOUNT,
    TRUSTED_PROXIES,
    CLOCK_OFFSET,
    SERIES,
    INVOICE_PREFIX,
    CREDIT_NOTE_PREFIX,
    NUMBER_DIGITS,
    SMTP_URL,
    SMTP_USER,
    SMTP_PASSWORD,
    SMTP_CA_FILE,
    MAIL_FROM,
    SKIP_INSTALL, /* read by server/start, listed so that it is known */
    SETTINGS_COUNT,
};

static const struct {
    const char *name;
    bool secret; /* may stand in the file that <name>_FILE names */
} TABLE[SETTINGS_COUNT] = {
    [LISTEN] = {"AKKOORD_LISTEN", false},
    [PUBLIC_URL] = {"AKKOORD_PUBLIC_URL", false},
    [THREADS] = {"AKKOORD_THREADS", false},
    [TLS_CERT_FILE] = {"AKKOORD_TLS_CERT_FILE", false},
    [TLS_KEY_FILE] = {"AKKOORD_TLS_KEY_FILE", false},
    [DATA_DIR] = {"AKKOORD_DATA_DIR", false},
    [DATABASE_URL] = {"AKKOORD_DATABASE_URL", true},
    [DATABASE_OWNER_URL] = {"AKKOORD_DATABASE_OWNER_URL", true},
    [DATABASE_WORKER_URL] = {"AKKOORD_DATABASE_WORKER_URL", true},
    [DATABASE_RETENTION_URL] = {"AKKOORD_DATABASE_RETENTION_URL", true},
    [MODE] = {"AKKOORD_MODE", false},
    [SANDBOX] = {"AKKOORD_SANDBOX", false},
    [KEYRING_FILE] = {"AKKOORD_KEYRING_FILE", false},
    [KEY_EPOCH_DAYS] = {"AKKOORD_KEY_EPOCH_DAYS", false},
    [PKCS11_MODULE] = {"AKKOORD_PKCS11_MODULE", false},
    [PKCS11_TOKEN] = {"AKKOORD_PKCS11_TOKEN", false},
    [PKCS11_KEY] = {"AKKOORD_PKCS11_KEY", false},
    [PKCS11_PIN] = {"AKKOORD_PKCS11_PIN", true},
    [ERASURE_LEDGER_FILE] = {"AKKOORD_ERASURE_LEDGER_FILE", false},
    [SELLER_FILE] = {"AKKOORD_SELLER_FILE", false},
    [SERVICES_FILE] = {"AKKOORD_SERVICES_FILE", false},
    [EXCHANGE_RATES_FILE] = {"AKKOORD_EXCHANGE_RATES_FILE", false},
    [STANDARD_WEBHOOK_SECRET] = {"AKKOORD_STANDARD_WEBHOOK_SECRET", true},
    [STRIPE_WEBHOOK_SECRET] = {"AKKOORD_STRIPE_WEBHOOK_SECRET", true},
    [MOLLIE_WEBHOOK_SECRET] = {"AKKOORD_MOLLIE_WEBHOOK_SECRET", true},
    [SANDBOX_WEBHOOK_SECRET] = {"AKKOORD_SANDBOX_WEBHOOK_SECRET", true},
    [STRIPE_SECRET_KEY] = {"AKKOORD_STRIPE_SECRET_KEY", true},
    [STRIPE_API_URL] = {"AKKOORD_STRIPE_API_URL", false},
    [MOLLIE_API_KEY] = {"AKKOORD_MOLLIE_API_KEY", true},
    [MOLLIE_API_URL] = {"AKKOORD_MOLLIE_API_URL", false},
    [VIES_URL] = {"AKKOORD_VIES_URL", false},
    [ORDER_EXPIRES] = {"AKKOORD_ORDER_EXPIRES", false},
    [RATE_LIMITS] = {"AKKOORD_RATE_LIMITS", false},
    [REVIEW_STRICT] = {"AKKOORD_REVIEW_STRICT", false},
    [REVIEW_FOUR_EYES_AMOUNT] = {"AKKOORD_REVIEW_FOUR_EYES_AMOUNT", false},
    [TRUSTED_PROXIES] = {"AKKOORD_TRUSTED_PROXIES", false},
    [CLOCK_OFFSET] = {"AKKOORD_CLOCK_OFFSET", false},
    [SERIES] = {"AKKOORD_SERIES", false},
    [INVOICE_PREFIX] = {"AKKOORD_INVOICE_PREFIX", false},
    [CREDIT_NOTE_PREFIX] = {"AKKOORD_CREDIT_NOTE_PREFIX", false},
    [NUMBER_DIGITS] = {"AKKOORD_NUMBER_DIGITS", false},
    [SMTP_URL] = {"AKKOORD_SMTP_URL", false},
    [SMTP_USER] = {"AKKOORD_SMTP_USER", false},
    [SMTP_PASSWORD] = {"AKKOORD_SMTP_PASSWORD", true},
    [SMTP_CA_FILE] = {"AKKOORD_SMTP_CA_FILE", false},
    [MAIL_FROM] = {"AKKOORD_MAIL_FROM", false},
    [SKIP_INSTALL] = {"AKKOORD_SKIP_INSTALL", false},
};

/* What the environment says, before it is understood. */
struct texts {
    char *items[SETTINGS_COUNT]; /* NULL: not set */
    bool from_file[SETTINGS_COUNT];
};

static enum status wrong(struct error *error, enum setting setting, const char *detail)
{
    return error_set_field(error, STATUS_INVALID, "setting", TABLE[setting].name, "%s", detail);
}

static enum status missing(struct error *error, enum setting setting, const char *detail)
{
    return error_set_field(error, STATUS_INVALID, "setting_missing", TABLE[setting].name, "%s", detail);
}

/* ---- collecting the texts ---- */

/* The setting that NAME or NAME_FILE is; SETTINGS_COUNT when there is none. */
static enum setting find_setting(const char *name, size_t length, bool *from_file)
{
    const size_t suffix = sizeof(FILE_SUFFIX) - 1;
    for (int i = 0; i < SETTINGS_COUNT; i++) {
        size_t known = strlen(TABLE[i].name);
        *from_file = false;
        if (length == known && memcmp(name, TABLE[i].name, known) == 0)
            return (enum setting)i;
        *from_file = true;
        if (TABLE[i].secret && length == known + suffix && memcmp(name, TABLE[i].name, known) == 0 &&
            memcmp(name + known, FILE_SUFFIX, suffix) == 0)
            return (enum setting)i;
    }
    return SETTINGS_COUNT;
}

/* The file's text without the line ends at its end; in *text, which the caller frees with cleansing. */
static enum status read_secret_file(enum setting setting, const char *path, char **text, struct error *error)
{
    enum status status = STATUS_OK;
    char *buffer = memory_alloc_zero(1, SETTINGS_SECRET_BYTES_MAX + 2);
    size_t length = 0;
    ssize_t got;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (file < 0) {
        status = error_set_field(error, STATUS_INVALID, "setting", TABLE[setting].name, "its file can't be read: %s",
                                 strerrordesc_np(errno));
        goto out;
    }
    while (length <= SETTINGS_SECRET_BYTES_MAX) {
        got = read(file, buffer + length, SETTINGS_SECRET_BYTES_MAX + 1 - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            status = error_set_field(error, STATUS_INVALID, "setting", TABLE[setting].name,
                                     "its file can't be read: %s", strerrordesc_np(errno));
            goto out;
        }
        if (got == 0)
            break;
        length += (size_t)got;
    }
    if (length > SETTINGS_SECRET_BYTES_MAX || strlen(buffer) != length) {
        status = wrong(error, setting, "its file is too large or holds a NUL");
        goto out;
    }
    while (length > 0 && (buffer[length - 1] == '\n' || buffer[length - 1] == '\r'))
        buffer[--length] = '\0';
    if (length == 0)
        status = wrong(error, setting, "its file is empty");
    else
        *text = memory_copy_text(buffer);
out:
    if (file >= 0)
        (void)close(file);
    memory_free_cleansed(buffer, SETTINGS_SECRET_BYTES_MAX + 2);
    return status;
}

static enum status collect_one(struct settings *settings, struct texts *texts, const char *variable,
                               struct error *error)
{
    size_t length = strcspn(variable, "=");
    const char *value = variable[length] ? variable + length + 1 : "";
    bool from_file;
    enum setting setting;
    if (strncmp(variable, PREFIX, sizeof(PREFIX) - 1) != 0 || !*value)
        return STATUS_OK;
    setting = find_setting(variable, length, &from_file);
    if (setting == SETTINGS_COUNT) {
        if (settings->unknown_count < SETTINGS_UNKNOWN_MAX)
            settings->unknown[settings->unknown_count++] = strndup(variable, length);
        return STATUS_OK;
    }
    if (texts->items[setting])
        return wrong(error, setting,
                     texts->from_file[setting] != from_file ? "is set twice, by value and by file" : "is set twice");
    texts->from_file[setting] = from_file;
    if (from_file)
        return read_secret_file(setting, value, &texts->items[setting], error);
    texts->items[setting] = memory_copy_text(value);
    return STATUS_OK;
}

/* ---- what they mean ---- */

static char *take(struct texts *texts, enum setting setting)
{
    char *text = texts->items[setting];
    texts->items[setting] = NULL;
    return text;
}

static enum status read_listener(struct settings *settings, struct texts *texts, struct error *error)
{
    const char *listen = texts->items[LISTEN] ? texts->items[LISTEN] : DEFAULT_LISTEN;
    struct value_url url;
    char *public_url = texts->items[PUBLIC_URL];
    int64_t threads;
    if (!value_listen(listen, settings->listen_host, &settings->listen_port, &settings->listen_is_loopback))
        return wrong(error, LISTEN, "must be ADDRESS:PORT, as in 127.0.0.1:8080 or [::1]:8080");
    settings->tls_cert_file = take(texts, TLS_CERT_FILE);
    settings->tls_key_file = take(texts, TLS_KEY_FILE);
    if (settings->tls_cert_file && !settings->tls_key_file)
        return missing(error, TLS_KEY_FILE, "must be set, because AKKOORD_TLS_CERT_FILE is");
    if (settings->tls_key_file && !settings->tls_cert_file)
        return missing(error, TLS_CERT_FILE, "must be set, because AKKOORD_TLS_KEY_FILE is");
    if (public_url) {
        if (!value_url(public_url, &url) || url.has_path)
            return wrong(error, PUBLIC_URL, "must be http:// or https://, a host and perhaps a port, without a path");
        settings->public_url = take(texts, PUBLIC_URL);
        value_strip_slash(settings->public_url);
    } else {
        settings->public_url =
            value_format_url(settings->tls_cert_file ? "https" : "http", settings->listen_host, settings->listen_port);
    }
    if (texts->items[THREADS]) {
        if (!value_integer(texts->items[THREADS], 1, SETTINGS_THREADS_MAX, &threads))
            return wrong(error, THREADS, "must be a number from 1 to 256");
        settings->threads = (unsigned)threads;
    } else {
        cpu_set_t cores;
        settings->threads = sched_getaffinity(0, sizeof(cores), &cores) == 0 ? (unsigned)CPU_COUNT(&cores) : 1;
        if (settings->threads > SETTINGS_THREADS_MAX)
            settings->threads = SETTINGS_THREADS_MAX;
    }
    return STATUS_OK;
}

static enum status check_database_url(const char *url, enum setting setting, struct error *error)
{
    char user[PG_ROLE_BYTES];
    if (url && pg_url_user(url, user, NULL) != STATUS_OK)
        return wrong(error, setting, "is not a PostgreSQL connection string with a user");
    return STATUS_OK;
}

/* An external database has a URL for each role; which of them is needed depends on what is done. */
static enum status check_database_urls(const struct settings *settings, enum settings_use use, struct error *error)
{
    enum status status = check_database_url(settings->database_url, DATABASE_URL, error);
    if (status == STATUS_OK)
        status = check_database_url(settings->database_owner_url, DATABASE_OWNER_URL, error);
    if (status == STATUS_OK)
        status = check_database_url(settings->database_worker_url, DATABASE_WORKER_URL, error);
    if (status == STATUS_OK)
        status = check_database_url(settings->database_retention_url, DATABASE_RETENTION_URL, error);
    if (status != STATUS_OK || settings->embedded)
        return status;
    if (use == SETTINGS_FOR_INSTALLATION && !settings->database_url)
        return missing(error, DATABASE_URL, "must be set, because another URL of the database is");
    if (use == SETTINGS_FOR_MIGRATION && !settings->database_owner_url)
        return missing(error, DATABASE_OWNER_URL, "must be set to migrate the database of AKKOORD_DATABASE_URL");
    if (use == SETTINGS_FOR_RETENTION && !settings->database_retention_url)
        return missing(error, DATABASE_RETENTION_URL,
                       "must be set to delete from an external database: the URL of a role in akkoord_retention");
    return STATUS_OK;
}

static enum status read_database(struct settings *settings, struct texts *texts, const char *default_data_dir,
                                 enum settings_use use, struct error *error)
{
    settings->data_dir = take(texts, DATA_DIR);
    if (!settings->data_dir)
        settings->data_dir = memory_copy_text(default_data_dir);
    if (settings->data_dir[0] != '/') {
        char *absolute = value_absolute_path(settings->data_dir);
        free(settings->data_dir);
        settings->data_dir = absolute;
        if (!absolute)
            return wrong(error, DATA_DIR, "is a relative path, and the working folder is not known");
    }
    settings->database_url = take(texts, DATABASE_URL);
    settings->database_owner_url = take(texts, DATABASE_OWNER_URL);
    settings->database_worker_url = take(texts, DATABASE_WORKER_URL);
    settings->database_retention_url = take(texts, DATABASE_RETENTION_URL);
    settings->embedded = !settings->database_url && !settings->database_owner_url && !settings->database_worker_url &&
                         !settings->database_retention_url;
    return check_database_urls(settings, use, error);
}

static enum status read_mode(struct settings *settings, const struct texts *texts, enum settings_use use,
                             struct error *error)
{
    const char *mode = texts->items[MODE];
    const char *offset = texts->items[CLOCK_OFFSET];
    if (mode && strcmp(mode, "test") != 0 && strcmp(mode, "live") != 0)
        return wrong(error, MODE, "must be test or live");
    if (!mode && !settings->embedded && use == SETTINGS_FOR_INSTALLATION)
        return missing(error, MODE, "must be set to test or live for the database of AKKOORD_DATABASE_URL");
    settings->mode = mode && strcmp(mode, "live") == 0 ? MODE_LIVE : MODE_TEST;
    if (offset && !value_integer(offset, -CLOCK_OFFSET_S_MAX, CLOCK_OFFSET_S_MAX, &settings->clock_offset_s))
        return wrong(error, CLOCK_OFFSET, "must be a number of seconds, at most a hundred years either way");
    if (offset && settings->mode == MODE_LIVE)
        return wrong(error, CLOCK_OFFSET, "is only for test mode");
    return STATUS_OK;
}

static enum status read_api_url(const struct settings *settings, struct texts *texts, enum setting setting,
                                const char *otherwise, char **api_url, struct error *error)
{
    struct value_url url;
    *api_url = take(texts, setting);
    if (!*api_url) {
        *api_url = memory_copy_text(otherwise);
        return STATUS_OK;
    }
    if (!value_url(*api_url, &url))
        return wrong(error, setting, "must be http:// or https:// and a host");
    value_strip_slash(*api_url);
    if (value_ends_with(*api_url, "/v1") || value_ends_with(*api_url, "/v2"))
        return wrong(error, setting, "is given without /v1 or /v2");
    if (settings->mode == MODE_LIVE && !url.is_secure && !url.is_loopback)
        return wrong(error, setting, "must be https:// in live mode: the secret key would travel in the clear");
    return STATUS_OK;
}

/* Never over a wire in the clear, in test mode neither: the number may be a person's. */
static enum status read_vies_url(struct settings *settings, struct texts *texts, struct error *error)
{
    struct value_url url;
    settings->vies_url = take(texts, VIES_URL);
    if (!settings->vies_url)
        return STATUS_OK;
    if (!value_url(settings->vies_url, &url))
        return wrong(error, VIES_URL, "must be http:// or https:// and a host");
    value_strip_slash(settings->vies_url);
    if (value_ends_with(settings->vies_url, "/check-vat-number"))
        return wrong(error, VIES_URL, "is given without /check-vat-number");
    if (!url.is_secure && !url.is_loopback)
        return wrong(error, VIES_URL,
                     "must be https:// unless it is on this machine: VAT numbers would travel in the clear");
    return STATUS_OK;
}

static enum status read_providers(struct settings *settings, struct texts *texts, struct error *error)
{
    enum status status;
    settings->standard_webhook_secret = take(texts, STANDARD_WEBHOOK_SECRET);
    settings->stripe_webhook_secret = take(texts, STRIPE_WEBHOOK_SECRET);
    settings->mollie_webhook_secret = take(texts, MOLLIE_WEBHOOK_SECRET);
    settings->sandbox_webhook_secret = take(texts, SANDBOX_WEBHOOK_SECRET);
    settings->stripe_secret_key = take(texts, STRIPE_SECRET_KEY);
    settings->mollie_api_key = take(texts, MOLLIE_API_KEY);
    /* They go into a header field: a line break in one would end it. */
    if (settings->stripe_secret_key && !value_is_printable(settings->stripe_secret_key))
        return wrong(error, STRIPE_SECRET_KEY, "holds a space or a control character");
    if (settings->mollie_api_key && !value_is_printable(settings->mollie_api_key))
        return wrong(error, MOLLIE_API_KEY, "holds a space or a control character");
    status = read_api_url(settings, texts, STRIPE_API_URL, DEFAULT_STRIPE_API_URL, &settings->stripe_api_url, error);
    if (status != STATUS_OK)
        return status;
    status = read_api_url(settings, texts, MOLLIE_API_URL, DEFAULT_MOLLIE_API_URL, &settings->mollie_api_url, error);
    return status == STATUS_OK ? read_vies_url(settings, texts, error) : status;
}

static bool has_live_key(const struct settings *settings)
{
    return (settings->stripe_secret_key && (strncmp(settings->stripe_secret_key, "sk_live_", 8) == 0 ||
                                            strncmp(settings->stripe_secret_key, "rk_live_", 8) == 0)) ||
           (settings->mollie_api_key && strncmp(settings->mollie_api_key, "live_", 5) == 0);
}

/* The sandbox lets whoever reaches it pay with nothing. */
static enum status read_sandbox(struct settings *settings, const struct texts *texts, struct error *error)
{
    const char *text = texts->items[SANDBOX];
    if (text && strcmp(text, "0") != 0 && strcmp(text, "1") != 0)
        return wrong(error, SANDBOX, "must be 0 or 1");
    settings->sandbox = text ? strcmp(text, "1") == 0 : settings->embedded && settings->mode == MODE_TEST;
    if (!settings->sandbox)
        return STATUS_OK;
    if (settings->mode == MODE_LIVE)
        return wrong(error, SANDBOX, "is not allowed in live mode: set it to 0");
    if (has_live_key(settings))
        return wrong(error, SANDBOX, "is not allowed beside a provider's live key: set it to 0");
    if (!settings->listen_is_loopback)
        return wrong(error, SANDBOX, "is not allowed on a listener that is not loopback: set it to 0");
    return STATUS_OK;
}

static enum status read_rules(struct settings *settings, const struct texts *texts, struct error *error)
{
    const char *expires = texts->items[ORDER_EXPIRES];
    const char *limits = texts->items[RATE_LIMITS];
    const char *proxies = texts->items[TRUSTED_PROXIES];
    settings->order_expires_s = DEFAULT_ORDER_EXPIRES_S;
    if (expires && !value_integer(expires, 1, SETTINGS_ORDER_EXPIRES_MAX, &settings->order_expires_s))
        return wrong(error, ORDER_EXPIRES, "must be a number of seconds from 1 to 31536000");
    if (limits && strcmp(limits, "on") != 0 && strcmp(limits, "off") != 0)
        return wrong(error, RATE_LIMITS, "must be on or off");
    settings->rate_limits = !limits || strcmp(limits, "on") == 0;
    if (!settings->rate_limits && settings->mode == MODE_LIVE)
        return wrong(error, RATE_LIMITS, "may be off only in test mode");
    if (proxies && !value_cidrs(proxies, settings->trusted_proxies, &settings->trusted_proxies_count))
        return wrong(error, TRUSTED_PROXIES, "must be networks such as 10.0.0.0/8 or fd00::/8, separated by commas");
    return STATUS_OK;
}

/* All of it or nothing: which token, which key on it, and what opens it. */
static enum status read_pkcs11(struct settings *settings, struct texts *texts, struct error *error)
{
    settings->pkcs11_module = take(texts, PKCS11_MODULE);
    settings->pkcs11_token = take(texts, PKCS11_TOKEN);
    settings->pkcs11_key = take(texts, PKCS11_KEY);
    settings->pkcs11_pin = take(texts, PKCS11_PIN);
    if (!settings->pkcs11_module && (settings->pkcs11_token || settings->pkcs11_key || settings->pkcs11_pin))
        return missing(error, PKCS11_MODULE, "must be set, because another AKKOORD_PKCS11_ setting is");
    if (!settings->pkcs11_module)
        return STATUS_OK;
    if (!settings->pkcs11_token)
        return missing(error, PKCS11_TOKEN, "must be set, because AKKOORD_PKCS11_MODULE is");
    if (!settings->pkcs11_pin)
        return missing(error, PKCS11_PIN, "must be set, because AKKOORD_PKCS11_MODULE is");
    if (strlen(settings->pkcs11_token) > SETTINGS_PKCS11_LABEL_MAX)
        return wrong(error, PKCS11_TOKEN, "is longer than a token's label can be: 32 bytes");
    if (!settings->pkcs11_key)
        settings->pkcs11_key = memory_copy_text(DEFAULT_PKCS11_KEY);
    if (strlen(settings->pkcs11_key) > SETTINGS_PKCS11_LABEL_MAX)
        return wrong(error, PKCS11_KEY, "is longer than 32 bytes");
    return STATUS_OK;
}

static enum status read_review_rules(struct settings *settings, const struct texts *texts, struct error *error)
{
    const char *strict = texts->items[REVIEW_STRICT];
    const char *amount = texts->items[REVIEW_FOUR_EYES_AMOUNT];
    if (strict && strcmp(strict, "0") != 0 && strcmp(strict, "1") != 0)
        return wrong(error, REVIEW_STRICT, "must be 0 or 1");
    settings->review_strict = strict ? strict[0] == '1' : settings->mode == MODE_LIVE;
    if (amount && !value_integer(amount, 0, INT64_MAX, &settings->review_four_eyes_minor))
        return wrong(error, REVIEW_FOUR_EYES_AMOUNT, "must be an amount in minor units, or 0");
    return STATUS_OK;
}

static enum status read_series_text(const struct texts *texts, enum setting setting, char *text, size_t length_max,
                                    struct error *error)
{
    const char *value = texts->items[setting];
    if (!value)
        return STATUS_OK;
    if (!series_text_is_valid(value, length_max))
        return error_set_field(error, STATUS_INVALID, "setting", TABLE[setting].name,
                               "must be at most %zu of A to Z, 0 to 9 and -", length_max);
    snprintf(text, length_max + 1, "%s", value);
    return STATUS_OK;
}

static enum status read_series(struct settings *settings, const struct texts *texts, struct error *error)
{
    struct document_series *series = &settings->series;
    const char *digits = texts->items[NUMBER_DIGITS];
    series_init(series);
    enum status status = read_series_text(texts, SERIES, series->name, SERIES_NAME_LENGTH_MAX, error);
    if (status == STATUS_OK)
        status = read_series_text(texts, INVOICE_PREFIX, series->invoice_prefix, SERIES_PREFIX_LENGTH_MAX, error);
    if (status == STATUS_OK)
        status =
            read_series_text(texts, CREDIT_NOTE_PREFIX, series->credit_note_prefix, SERIES_PREFIX_LENGTH_MAX, error);
    if (status != STATUS_OK)
        return status;
    if (strcmp(series->invoice_prefix, series->credit_note_prefix) == 0)
        return wrong(error, CREDIT_NOTE_PREFIX,
                     "must differ from AKKOORD_INVOICE_PREFIX: the numbers would be the same");
    if (digits && !value_integer(digits, SERIES_DIGITS_MIN, SERIES_DIGITS_MAX, &series->digits))
        return wrong(error, NUMBER_DIGITS, "must be a number from 6 to 12");
    return STATUS_OK;
}

/* A password in the clear never leaves this machine: smtp:// to another one goes on only over TLS. */
static enum status read_mail_server(struct settings *settings, struct texts *texts, struct error *error)
{
    struct value_url url;
    if (!texts->items[SMTP_URL] &&
        (texts->items[SMTP_USER] || texts->items[SMTP_PASSWORD] || texts->items[SMTP_CA_FILE]))
        return missing(error, SMTP_URL, "must be set, because a user, a password or certificates for it are");
    if (!texts->items[SMTP_USER] != !texts->items[SMTP_PASSWORD])
        return missing(error, texts->items[SMTP_USER] ? SMTP_PASSWORD : SMTP_USER, "must be set, because the other is");
    settings->smtp_url = take(texts, SMTP_URL);
    settings->smtp_user = take(texts, SMTP_USER);
    settings->smtp_password = take(texts, SMTP_PASSWORD);
    settings->smtp_ca_file = take(texts, SMTP_CA_FILE);
    if (!settings->smtp_url)
        return STATUS_OK;
    if (settings->smtp_ca_file && access(settings->smtp_ca_file, R_OK) != 0)
        return wrong(error, SMTP_CA_FILE, "names a file that can't be read");
    if (!value_mail_url(settings->smtp_url, &url) || url.has_path)
        return wrong(error, SMTP_URL, "must be smtp:// or smtps://, a host and perhaps a port, without a path");
    value_strip_slash(settings->smtp_url);
    settings->smtp_requires_tls = !url.is_loopback || url.is_secure || settings->smtp_ca_file != NULL;
    return STATUS_OK;
}

static enum status read_mail(struct settings *settings, struct texts *texts, struct error *error)
{
    char normalised[EMAIL_BYTES];
    const char *from = texts->items[MAIL_FROM];
    if (from && email_normalise(from, strlen(from), normalised, NULL) != STATUS_OK)
        return wrong(error, MAIL_FROM, "must be an e-mail address");
    settings->mail_from = take(texts, MAIL_FROM);
    return read_mail_server(settings, texts, error);
}

static enum status read_files(struct settings *settings, struct texts *texts, struct error *error)
{
    const char *epoch_days = texts->items[KEY_EPOCH_DAYS];
    settings->keyring_file = take(texts, KEYRING_FILE);
    settings->erasure_ledger_file = take(texts, ERASURE_LEDGER_FILE);
    settings->seller_file = take(texts, SELLER_FILE);
    settings->services_file = take(texts, SERVICES_FILE);
    settings->exchange_rates_file = take(texts, EXCHANGE_RATES_FILE);
    settings->key_epoch_days = DEFAULT_KEY_EPOCH_DAYS;
    if (epoch_days && !value_integer(epoch_days, 1, SETTINGS_KEY_EPOCH_DAYS_MAX, &settings->key_epoch_days))
        return wrong(error, KEY_EPOCH_DAYS, "must be a number of days from 1 to 3650");
    if (!settings->keyring_file && !settings->embedded)
        return missing(error, KEYRING_FILE, "must be set for the database of AKKOORD_DATABASE_URL");
    if (!settings->seller_file && settings->mode == MODE_LIVE)
        return missing(error, SELLER_FILE, "must be set in live mode: an invoice names its seller");
    return STATUS_OK;
}

static enum status understand(struct settings *settings, struct texts *texts, const char *default_data_dir,
                              enum settings_use use, struct error *error)
{
    enum status status = read_database(settings, texts, default_data_dir, use, error);
    if (status == STATUS_OK)
        status = read_mode(settings, texts, use, error);
    /* What is deleted is noted in the audit log, under a key of the keyring. */
    if (status == STATUS_OK && use == SETTINGS_FOR_RETENTION) {
        settings->keyring_file = take(texts, KEYRING_FILE);
        return read_pkcs11(settings, texts, error);
    }
    if (status != STATUS_OK || use != SETTINGS_FOR_INSTALLATION)
        return status;
    status = read_listener(settings, texts, error);
    if (status == STATUS_OK)
        status = read_providers(settings, texts, error);
    if (status == STATUS_OK)
        status = read_sandbox(settings, texts, error);
    if (status == STATUS_OK)
        status = read_rules(settings, texts, error);
    if (status == STATUS_OK)
        status = read_review_rules(settings, texts, error);
    if (status == STATUS_OK)
        status = read_series(settings, texts, error);
    if (status == STATUS_OK)
        status = read_mail(settings, texts, error);
    if (status == STATUS_OK)
        status = read_files(settings, texts, error);
    if (status == STATUS_OK)
        status = read_pkcs11(settings, texts, error);
    return status;
}

enum status settings_read(struct settings *settings, const char *const *environment, const char *default_data_dir,
                          enum settings_use use, struct error *error)
{
    struct texts texts = {0};
    enum status status = STATUS_OK;
    *settings = (struct settings){0};
    for (; *environment && status == STATUS_OK; environment++)
        status = collect_one(settings, &texts, *environment, error);
    if (status == STATUS_OK)
        status = understand(settings, &texts, default_data_dir, use, error);
    for (int i = 0; i < SETTINGS_COUNT; i++)
        value_release(&texts.items[i]);
    if (status != STATUS_OK)
        settings_release(settings);
    return status;
}

void settings_release(struct settings *settings)
{
    char **const values[] = {
        &settings->public_url,
        &settings->tls_cert_file,
        &settings->tls_key_file,
        &settings->data_dir,
        &settings->database_url,
        &settings->database_owner_url,
        &settings->database_worker_url,
        &settings->database_retention_url,
        &settings->keyring_file,
        &settings->erasure_ledger_file,
        &settings->pkcs11_module,
        &settings->pkcs11_token,
        &settings->pkcs11_key,
        &settings->pkcs11_pin,
        &settings->seller_file,
        &settings->services_file,
        &settings->exchange_rates_file,
        &settings->standard_webhook_secret,
        &settings->stripe_webhook_secret,
        &settings->mollie_webhook_secret,
        &settings->sandbox_webhook_secret,
        &settings->stripe_secret_key,
        &settings->stripe_api_url,
        &settings->mollie_api_key,
        &settings->mollie_api_url,
        &settings->vies_url,
        &settings->smtp_url,
        &settings->smtp_user,
        &settings->smtp_password,
        &settings->smtp_ca_file,
        &settings->mail_from,
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        value_release(values[i]);
    for (size_t i = 0; i < settings->unknown_count; i++)
        free(settings->unknown[i]);
    *settings = (struct settings){0};
}

const char *installation_mode_name(enum installation_mode mode)
{
    return mode == MODE_LIVE ? "live" : "test";
}
