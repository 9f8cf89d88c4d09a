#pragma once
/*
 * The settings of one installation: environment variables named AKKOORD_*, each secret also as AKKOORD_<NAME>_FILE.
 * Read once at the start, checked completely, and never changed after; CONTRACT section 2 lists them for users.
 *
 * The first wrong or missing setting gives STATUS_INVALID with its name in `field` and one sentence in `detail`. A
 * value that is a secret never appears in either. An empty variable is one that is not set.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"
#include "akkoord/store/series.h"

#define SETTINGS_SECRET_BYTES_MAX   65536
#define SETTINGS_PROXIES_MAX        64
#define SETTINGS_UNKNOWN_MAX        16
#define SETTINGS_THREADS_MAX        256
#define SETTINGS_ORDER_EXPIRES_MAX  31536000 /* seconds: a year */
#define SETTINGS_HOST_BYTES         64
#define SETTINGS_KEY_EPOCH_DAYS_MAX 3650
#define SETTINGS_PKCS11_LABEL_MAX   32

enum installation_mode { MODE_TEST, MODE_LIVE };

/* What the settings are read for: a migration and a retention run need only to know where the database is. */
enum settings_use { SETTINGS_FOR_MIGRATION, SETTINGS_FOR_RETENTION, SETTINGS_FOR_INSTALLATION };

/* An address prefix; IPv4 stands in the first four bytes. */
struct settings_cidr {
    int family; /* AF_INET or AF_INET6 */
    uint8_t address[16];
    unsigned prefix_bits;
};

struct settings {
    /* AKKOORD_LISTEN: a numeric address without brackets, and a port from 1. */
    char listen_host[SETTINGS_HOST_BYTES];
    uint16_t listen_port;
    bool listen_is_loopback;
    char *public_url; /* no slash at the end */
    unsigned threads;
    char *tls_cert_file; /* both or neither (NULL) */
    char *tls_key_file;

    char *data_dir; /* absolute; may not exist yet */
    char *database_url;
    char *database_owner_url;
    char *database_worker_url; /* NULL: the one of database_url works too */
    char *database_retention_url;

    enum installation_mode mode;
    bool sandbox;
    bool embedded; /* no database URL is set */

    /* NULL when not set: an embedded installation makes its own keyring and uses samples in test mode. */
    char *keyring_file;
    int64_t key_epoch_days; /* of a key-encryption key, and from its retirement to its end */
    /* A token that wraps the keys of the keyring file: all set, or all NULL. */
    char *pkcs11_module;
    char *pkcs11_token;
    char *pkcs11_key;
    char *pkcs11_pin;
    char *erasure_ledger_file; /* NULL: the one in the data folder */
    char *seller_file;
    char *exchange_rates_file; /* NULL: no orders with VAT in foreign currencies */
    char *services_file;

    /* One or more, separated by commas, as the provider's parser takes them; NULL when not set. */
    char *standard_webhook_secret;
    char *stripe_webhook_secret;
    char *mollie_webhook_secret;
    char *sandbox_webhook_secret; /* NULL: the random one in the data folder */

    char *stripe_secret_key; /* NULL: no outgoing calls */
    char *stripe_api_url;    /* always set; no slash at the end */
    char *mollie_api_key;
    char *mollie_api_url;
    char *vies_url; /* NULL: VIES is not asked; no slash at the end */

    /* NULL: no mail server. */
    char *smtp_url;  /* no slash at the end */
    char *smtp_user; /* both or neither (NULL) */
    char *smtp_password;
    char *smtp_ca_file; /* NULL: whom the system trusts */
    char *mail_from;    /* an address; NULL: the seller's */

    int64_t order_expires_s;
    bool rate_limits;
    bool review_strict;
    bool smtp_requires_tls;
    int64_t review_four_eyes_minor; /* 0: off */
    struct document_series series;
    struct settings_cidr trusted_proxies[SETTINGS_PROXIES_MAX];
    size_t trusted_proxies_count;
    int64_t clock_offset_s; /* AKKOORD_CLOCK_OFFSET, test mode only: 0 otherwise */

    /* Names that begin with AKKOORD_ and mean nothing: misspelt, most likely. */
    char *unknown[SETTINGS_UNKNOWN_MAX];
    size_t unknown_count;
};

/* `environment` is a NULL-terminated list of "NAME=value". `default_data_dir` is used when AKKOORD_DATA_DIR is not set.
 * On failure *settings is empty and needs no release. */
enum status settings_read(struct settings *settings, const char *const *environment, const char *default_data_dir,
                          enum settings_use use, struct error *error) AKKOORD_MUST_CHECK;
/* Cleanses and frees every value. */
void settings_release(struct settings *settings);

/* "test" or "live", as it is stamped in the database. */
const char *installation_mode_name(enum installation_mode mode);
