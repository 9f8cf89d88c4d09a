/*
 * The server's side of TLS on OpenSSL: what it offers, the files it reads, ticket keys, and streams.
 *
 * Owns the SSL_CTX in use. A reload makes a new one and swaps; OpenSSL counts who still uses the old one. One lock
 * guards that pointer and the ticket keys; it is held for the making of an SSL and for a copy of a key. Files are read
 * on the thread that starts the server or reloads, never on a loop.
 */
#include "tls.h"

#include <event2/bufferevent_ssl.h>
#include <event2/util.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"
#include "akkoord/base/metrics.h"

/* The intermediate profile of Mozilla's server side TLS guide, without finite-field Diffie-Hellman. */
#define CIPHERS_OF_TLS12                                                                                               \
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"                         \
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
#define CIPHERS_OF_TLS13 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define GROUPS           "X25519:P-256:P-384"
#define SIGNATURES                                                                                                     \
    "ed25519:ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"                     \
    "RSA+SHA256:RSA+SHA384:RSA+SHA512"
#define SECURITY_LEVEL 2 /* 112 bits: RSA keys of 2048 bits and more */

#define TICKET_NAME_BYTES   16
#define TICKET_SECRET_BYTES 32
#define TICKET_KEY_S        3600 /* a key makes tickets for so long, and is known for as long again */

static struct metric handshakes = {
    .kind = METRIC_COUNTER,
    .name = "akkoord_tls_handshakes_total",
    .help = "TLS handshakes, by how they ended",
};

static struct metric certificate_ends = {
    .kind = METRIC_GAUGE,
    .name = "akkoord_tls_certificate_not_after_seconds",
    .help = "When the certificate in use ends, in seconds since 1970",
};

struct ticket_key {
    uint8_t name[TICKET_NAME_BYTES];
    uint8_t cipher_secret[TICKET_SECRET_BYTES];
    uint8_t mac_secret[TICKET_SECRET_BYTES];
    int64_t made_us; /* monotonic; 0: there is none */
};

struct tls {
    char *certificate_file;
    char *key_file;
    pthread_mutex_t lock;
    SSL_CTX *context;
    struct ticket_key newest;
    struct ticket_key former;
};

static enum status fault(struct error *error, const char *field, const char *detail)
{
    return error_set_field(error, STATUS_INVALID, "setting", field, "%s", detail);
}

/* OpenSSL's newest complaint, in its own fixed words. */
static const char *reason_of(unsigned long code)
{
    const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
    return reason != NULL ? reason : "unknown";
}

/* ---- tickets ---- */

/* Under the lock: makes a new key when the newest is old, and forgets what is older still. */
static void turn_ticket_keys(struct tls *tls)
{
    int64_t now_us = clock_monotonic_us();
    int64_t life_us = TICKET_KEY_S * CLOCK_US_PER_SECOND;
    if (tls->newest.made_us != 0 && now_us - tls->newest.made_us < life_us)
        return;
    bool still_known = tls->newest.made_us != 0 && now_us - tls->newest.made_us < 2 * life_us;
    tls->former = still_known ? tls->newest : (struct ticket_key){0};
    crypto_random(&tls->newest, sizeof(tls->newest));
    tls->newest.made_us = now_us != 0 ? now_us : 1;
}

/* The key to make a ticket with, or the one of that name; false when it is not known any more. */
static bool find_ticket_key(struct tls *tls, const uint8_t *name, bool making, struct ticket_key *key)
{
    bool found = true;
    pthread_mutex_lock(&tls->lock);
    turn_ticket_keys(tls);
    if (making || memcmp(name, tls->newest.name, TICKET_NAME_BYTES) == 0)
        *key = tls->newest;
    else if (tls->former.made_us != 0 && memcmp(name, tls->former.name, TICKET_NAME_BYTES) == 0)
        *key = tls->former;
    else
        found = false;
    pthread_mutex_unlock(&tls->lock);
    return found;
}

/* SSL_CTX_set_tlsext_ticket_key_evp_cb(3): 1 go on, 0 a ticket that nobody knows, below 0 an error. */
static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
                     int making)
{
    struct tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    struct ticket_key key;
    char digest[] = "SHA256";
    if (!find_ticket_key(tls, name, making != 0, &key))
        return 0;
    if (making) {
        memcpy(name, key.name, sizeof(key.name));
        crypto_random(iv, (size_t)EVP_CIPHER_get_iv_length(EVP_aes_256_cbc()));
    }
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac_secret, sizeof(key.mac_secret)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    bool good = EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key.cipher_secret, iv, making) == 1 &&
                EVP_MAC_CTX_set_params(mac, parameters) == 1;
    memory_cleanse(&key, sizeof(key));
    return good ? 1 : -1;
}

/* ---- the context ---- */

/* RFC 7301 section 3.2: a client that names protocols, and none of ours, is told so. */
static int on_alpn(SSL *ssl, const unsigned char **chosen, unsigned char *chosen_length, const unsigned char *offered,
                   unsigned int offered_length, void *argument)
{
    static const unsigned char ours[] = "\x08http/1.1";
    (void)ssl;
    (void)argument;
    unsigned char *selected = NULL;
    if (SSL_select_next_proto(&selected, chosen_length, ours, sizeof(ours) - 1, offered, offered_length) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = selected;
    return SSL_TLSEXT_ERR_OK;
}

/* A key with a passphrase is refused instead of asking the terminal for it. */
static int on_passphrase(char *buffer, int bytes, int writing, void *argument) /* NOLINT: OpenSSL's type */
{
    (void)buffer;
    (void)bytes;
    (void)writing;
    (void)argument;
    return 0;
}

static void configure(SSL_CTX *context, struct tls *tls)
{
    SSL_CTX_set_security_level(context, SECURITY_LEVEL);
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context, CIPHERS_OF_TLS12) != 1 ||
        SSL_CTX_set_ciphersuites(context, CIPHERS_OF_TLS13) != 1 || SSL_CTX_set1_groups_list(context, GROUPS) != 1 ||
        SSL_CTX_set1_sigalgs_list(context, SIGNATURES) != 1)
        abort(); /* fixed texts that every OpenSSL 3 knows */
    /* A client that leaves without close_notify is one that has finished: every request carries its own length, so
     * that nothing cut short is ever taken for whole. */
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    /* An idle connection gives its buffers of 34 KB back. */
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context, 2L * TICKET_KEY_S);
    SSL_CTX_set_app_data(context, tls);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, on_ticket);
    SSL_CTX_set_alpn_select_cb(context, on_alpn, NULL);
    SSL_CTX_set_default_passwd_cb(context, on_passphrase);
}

static enum status load_certificate(SSL_CTX *context, const char *path, struct error *error)
{
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(context, path) == 1)
        return STATUS_OK;
    unsigned long code = ERR_peek_last_error();
    if (access(path, R_OK) != 0)
        return fault(error, "tls_cert_file", "the file can't be read");
    if (ERR_GET_LIB(code) == ERR_LIB_SSL)
        return error_set_field(error, STATUS_INVALID, "setting", "tls_cert_file", "can't be used: %s", reason_of(code));
    return fault(error, "tls_cert_file", "the file holds no certificate in PEM form");
}

/* What may be wrong with a file that holds a private key, apart from its content. */
static enum status check_key_file(int file, struct error *error)
{
    struct stat facts;
    if (file < 0 || fstat(file, &facts) != 0)
        return fault(error, "tls_key_file", "the file can't be read");
    if (!S_ISREG(facts.st_mode))
        return fault(error, "tls_key_file", "is not a file");
    if ((facts.st_mode & (S_IRWXO | S_IWGRP)) != 0)
        return fault(error, "tls_key_file", "the file is open to everybody, or to its group's writing: chmod 600 it");
    return STATUS_OK;
}

static enum status load_key(SSL_CTX *context, const char *path, struct error *error)
{
    BIO *bio = NULL;
    EVP_PKEY *key = NULL;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    enum status status = check_key_file(file, error);
    if (status != STATUS_OK)
        goto out;
    bio = BIO_new_fd(file, BIO_NOCLOSE);
    key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, on_passphrase, NULL) : NULL;
    ERR_clear_error();
    if (key == NULL)
        status = fault(error, "tls_key_file", "the file holds no private key in PEM form without a passphrase");
    else if (SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_check_private_key(context) != 1)
        status = fault(error, "tls_key_file", "the key does not belong to the certificate of AKKOORD_TLS_CERT_FILE");
out:
    ERR_clear_error();
    EVP_PKEY_free(key);
    BIO_free(bio);
    if (file >= 0)
        close(file);
    return status;
}

/* An old certificate is served all the same: clients then say why they will not have it. */
static void note_certificate(const SSL_CTX *context)
{
    struct tm end;
    const ASN1_TIME *not_after = X509_get0_notAfter(SSL_CTX_get0_certificate(context));
    if (not_after == NULL || ASN1_TIME_to_tm(not_after, &end) != 1)
        return;
    int64_t days = clock_days_from_date(end.tm_year + 1900, end.tm_mon + 1, end.tm_mday);
    int64_t end_s = ((days * 24 + end.tm_hour) * 60 + end.tm_min) * 60 + end.tm_sec;
    metric_set(&certificate_ends, "", end_s);
    int64_t left_s = end_s - clock_now_us() / CLOCK_US_PER_SECOND;
    log_event(left_s > 0 ? LOG_INFO : LOG_WARNING, left_s > 0 ? "tls.certificate" : "tls.certificate_expired",
              log_int("days_left", left_s / 86400));
}

static enum status load_context(struct tls *tls, SSL_CTX **out, struct error *error)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL)
        return error_set(error, STATUS_UNAVAILABLE, "tls_unavailable", "OpenSSL gives no TLS");
    configure(context, tls);
    enum status status = load_certificate(context, tls->certificate_file, error);
    if (status == STATUS_OK)
        status = load_key(context, tls->key_file, error);
    if (status != STATUS_OK) {
        SSL_CTX_free(context);
        return status;
    }
    note_certificate(context);
    *out = context;
    return STATUS_OK;
}

enum status tls_new(const char *certificate_file, const char *key_file, struct tls **out, struct error *error)
{
    struct tls *tls = memory_alloc_zero(1, sizeof(*tls));
    pthread_mutex_init(&tls->lock, NULL);
    tls->certificate_file = memory_copy_text(certificate_file);
    tls->key_file = memory_copy_text(key_file);
    enum status status = load_context(tls, &tls->context, error);
    if (status != STATUS_OK) {
        tls_free(tls);
        return status;
    }
    *out = tls;
    return STATUS_OK;
}

enum status tls_reload(struct tls *tls, struct error *error)
{
    SSL_CTX *context = NULL;
    enum status status = load_context(tls, &context, error);
    if (status != STATUS_OK)
        return status;
    pthread_mutex_lock(&tls->lock);
    SSL_CTX *former = tls->context;
    tls->context = context;
    pthread_mutex_unlock(&tls->lock);
    SSL_CTX_free(former);
    return STATUS_OK;
}

void tls_free(struct tls *tls)
{
    if (tls == NULL)
        return;
    SSL_CTX_free(tls->context);
    pthread_mutex_destroy(&tls->lock);
    free(tls->certificate_file);
    free(tls->key_file);
    memory_free_cleansed(tls, sizeof(*tls));
}

/* ---- streams ---- */

struct bufferevent *tls_stream_new(struct tls *tls, struct event_base *base, int socket)
{
    pthread_mutex_lock(&tls->lock);
    SSL *ssl = SSL_new(tls->context);
    pthread_mutex_unlock(&tls->lock);
    if (ssl == NULL)
        return NULL;
    struct bufferevent *stream =
        bufferevent_openssl_socket_new(base, socket, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    if (stream == NULL)
        SSL_free(ssl);
    return stream;
}

bool tls_stream_is_untouched(struct bufferevent *stream)
{
    return BIO_number_read(SSL_get_rbio(bufferevent_openssl_get_ssl(stream))) == 0;
}

void tls_record_handshake(struct bufferevent *stream)
{
    bool resumed = SSL_session_reused(bufferevent_openssl_get_ssl(stream)) == 1;
    metric_add(&handshakes, resumed ? "result=\"resumed\"" : "result=\"full\"", 1);
}

void tls_record_failure(struct bufferevent *stream, bool timed_out)
{
    unsigned long code = bufferevent_get_openssl_error(stream);
    const char *reason = code != 0 ? reason_of(code) : "closed by the client";
    metric_add(&handshakes, timed_out ? "result=\"timed_out\"" : "result=\"failed\"", 1);
    log_event(LOG_INFO, "tls.handshake_failed", log_text("reason", timed_out ? "timed out" : reason));
}

/* The record is made in memory, as the socket may take nothing at this moment; the stream then gets its socket back,
 * which it closes when it is freed. */
size_t tls_farewell(struct bufferevent *stream, char out[TLS_FAREWELL_BYTES])
{
    SSL *ssl = bufferevent_openssl_get_ssl(stream);
    BIO *socket = SSL_get_wbio(ssl);
    BIO *memory = BIO_new(BIO_s_mem());
    if (memory == NULL)
        abort(); /* out of memory: see base/memory.h */
    BIO_up_ref(socket);
    BIO_up_ref(memory);
    SSL_set0_wbio(ssl, memory);
    ERR_clear_error();
    (void)SSL_shutdown(ssl); /* 0: the client's own is still to come, and nobody waits for it */
    ERR_clear_error();
    int length = BIO_read(memory, out, TLS_FAREWELL_BYTES);
    SSL_set0_wbio(ssl, socket);
    BIO_free(memory);
    return length > 0 ? (size_t)length : 0;
}
