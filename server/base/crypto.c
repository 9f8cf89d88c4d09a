/* Randomness, SHA-256, HMAC and constant-time comparison, on OpenSSL. Any thread. */
#include "akkoord/base/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdatomic.h>
#include <threads.h>

void crypto_random(void *out, size_t bytes)
{
    if (bytes > INT32_MAX || RAND_bytes(out, (int)bytes) != 1)
        abort();
}

/* Random bytes that were drawn ahead, a thread's own: most of what a draw costs does not depend on how many bytes it
 * gives. */
#define AHEAD_BYTES ((size_t)512)

static thread_local struct {
    uint8_t bytes[AHEAD_BYTES];
    size_t left; /* unused, at the end */
    unsigned forks;
} ahead;

/* How often this process is a child of what it was: what a parent drew ahead, its child must not use again. */
static atomic_uint forks;

static void note_fork(void)
{
    atomic_fetch_add_explicit(&forks, 1, memory_order_relaxed);
}

static void watch_forks(void)
{
    if (pthread_atfork(NULL, NULL, note_fork) != 0)
        abort();
}

void crypto_random_shown(void *out, size_t bytes)
{
    static pthread_once_t watched = PTHREAD_ONCE_INIT;
    if (bytes > AHEAD_BYTES) {
        crypto_random(out, bytes);
        return;
    }
    pthread_once(&watched, watch_forks);
    unsigned forks_now = atomic_load_explicit(&forks, memory_order_relaxed);
    if (ahead.left < bytes || ahead.forks != forks_now) {
        crypto_random(ahead.bytes, sizeof(ahead.bytes));
        ahead.left = sizeof(ahead.bytes);
        ahead.forks = forks_now;
    }
    uint8_t *next = ahead.bytes + sizeof(ahead.bytes) - ahead.left;
    memcpy(out, next, bytes);
    OPENSSL_cleanse(next, bytes);
    ahead.left -= bytes;
}

/* Looking it up costs more than a short digest, so it is done once and kept for the life of the process. */
static EVP_MD *sha256_algorithm;

static void sha256_fetch(void)
{
    sha256_algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (sha256_algorithm == NULL)
        abort();
}

static const EVP_MD *sha256(void)
{
    static pthread_once_t fetched = PTHREAD_ONCE_INIT;
    pthread_once(&fetched, sha256_fetch);
    return sha256_algorithm;
}

void crypto_sha256(const void *bytes, size_t length, uint8_t out[SHA256_BYTES])
{
    if (EVP_Digest(bytes, length, out, NULL, sha256(), NULL) != 1)
        abort();
}

void crypto_sha256_two(const void *first, size_t first_length, const void *second, size_t second_length,
                       uint8_t out[SHA256_BYTES])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestInit_ex(context, sha256(), NULL) == 1 &&
                EVP_DigestUpdate(context, first, first_length) == 1 &&
                EVP_DigestUpdate(context, second, second_length) == 1 && EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    if (!good)
        abort(); /* nothing in the input can make this fail */
}

void crypto_hmac_sha256(const void *key, size_t key_length, const void *bytes, size_t length, uint8_t out[SHA256_BYTES])
{
    struct crypto_part part = {.bytes = bytes, .length = length};
    crypto_hmac_sha256_parts(key, key_length, &part, 1, out);
}

static EVP_MAC *hmac_algorithm;

static void hmac_fetch(void)
{
    /* Fetching by name costs more than a short HMAC, so it is done once and kept for the life of the process. */
    hmac_algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (hmac_algorithm == NULL)
        abort();
}

void crypto_hmac_sha256_parts(const void *key, size_t key_length, const struct crypto_part *parts, size_t count,
                              uint8_t out[SHA256_BYTES])
{
    static pthread_once_t fetched = PTHREAD_ONCE_INIT;
    pthread_once(&fetched, hmac_fetch);
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
    /* OpenSSL takes a NULL key to mean "the key set before"; an empty one has to point somewhere. */
    const void *key_bytes = key_length > 0 ? key : "";
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(hmac_algorithm);
    size_t written = 0;
    int good = context != NULL && EVP_MAC_init(context, key_bytes, key_length, parameters);
    for (size_t i = 0; good && i < count; i++)
        good = EVP_MAC_update(context, parts[i].bytes, parts[i].length);
    good = good && EVP_MAC_final(context, out, &written, SHA256_BYTES) && written == SHA256_BYTES;
    EVP_MAC_CTX_free(context);
    if (!good)
        abort(); /* nothing in the input can make this fail */
}

bool crypto_equal(const void *left, size_t left_length, const void *right, size_t right_length)
{
    return left_length == right_length && CRYPTO_memcmp(left, right, left_length) == 0;
}
