/* HKDF and GCM on OpenSSL's EVP. Owns the two fetched algorithms, kept for the life of the process. Any thread. */
#include "primitives.h"

#include <assert.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <pthread.h>

#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"

#define INFO_BYTES_MAX 64

static pthread_once_t fetched = PTHREAD_ONCE_INIT;
static EVP_KDF *hkdf;
static EVP_CIPHER *aes256_gcm;

static _Noreturn void cryptography_broken(const char *what)
{
    log_event(LOG_ERROR, "vault.cryptography_broken", log_text("what", what));
    abort();
}

static void fetch_algorithms(void)
{
    hkdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    aes256_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    if (hkdf == NULL || aes256_gcm == NULL)
        cryptography_broken("fetch");
}

void hkdf_sha512(const void *key, size_t key_length, const void *salt, size_t salt_length, const char *info_prefix,
                 const char *info_suffix, void *out, size_t out_length)
{
    pthread_once(&fetched, fetch_algorithms);
    char info[INFO_BYTES_MAX];
    int info_length = snprintf(info, sizeof(info), "%s%s", info_prefix, info_suffix);
    assert(info_length > 0 && (size_t)info_length < sizeof(info));
    /* OpenSSL's parameters are not const, though it only reads them. */
    char digest[] = "SHA512";
    OSSL_PARAM parameters[5];
    OSSL_PARAM *next = parameters;
    *next++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
    *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_length);
    if (salt_length > 0)
        *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_length);
    *next++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, (size_t)info_length);
    *next = OSSL_PARAM_construct_end();
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(hkdf);
    if (context == NULL || EVP_KDF_derive(context, out, out_length, parameters) != 1)
        cryptography_broken("hkdf");
    EVP_KDF_CTX_free(context);
}

/* Key, nonce and associated data: the same for both directions. Frees nothing; the caller owns the context. */
static EVP_CIPHER_CTX *gcm_begin(bool encrypt, const uint8_t key[AES256_KEY_BYTES],
                                 const uint8_t nonce[GCM_NONCE_BYTES], const struct crypto_part *associated,
                                 size_t associated_count)
{
    pthread_once(&fetched, fetch_algorithms);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL || EVP_CipherInit_ex2(context, aes256_gcm, key, nonce, encrypt, NULL) != 1)
        cryptography_broken("gcm_init");
    for (size_t i = 0; i < associated_count; i++) {
        int written;
        assert(associated[i].length <= INT_MAX);
        if (EVP_CipherUpdate(context, NULL, &written, associated[i].bytes, (int)associated[i].length) != 1)
            cryptography_broken("gcm_associated");
    }
    return context;
}

void gcm_encrypt(const uint8_t key[AES256_KEY_BYTES], const uint8_t nonce[GCM_NONCE_BYTES],
                 const struct crypto_part *associated, size_t associated_count, uint8_t *bytes, size_t length,
                 uint8_t tag[GCM_TAG_BYTES])
{
    assert(length <= INT_MAX);
    EVP_CIPHER_CTX *context = gcm_begin(true, key, nonce, associated, associated_count);
    int written = 0, last = 0;
    if (EVP_CipherUpdate(context, bytes, &written, bytes, (int)length) != 1 ||
        EVP_CipherFinal_ex(context, bytes + written, &last) != 1 || (size_t)written + (size_t)last != length ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_BYTES, tag) != 1)
        cryptography_broken("gcm_encrypt");
    EVP_CIPHER_CTX_free(context); /* overwrites the key schedule */
}

bool gcm_decrypt(const uint8_t key[AES256_KEY_BYTES], const uint8_t nonce[GCM_NONCE_BYTES],
                 const struct crypto_part *associated, size_t associated_count, const uint8_t *bytes, size_t length,
                 const uint8_t tag[GCM_TAG_BYTES], uint8_t *out)
{
    assert(length <= INT_MAX);
    EVP_CIPHER_CTX *context = gcm_begin(false, key, nonce, associated, associated_count);
    uint8_t expected_tag[GCM_TAG_BYTES];
    memcpy(expected_tag, tag, GCM_TAG_BYTES);
    int written = 0, last = 0;
    bool genuine = EVP_CipherUpdate(context, out, &written, bytes, (int)length) == 1 &&
                   EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_BYTES, expected_tag) == 1 &&
                   EVP_CipherFinal_ex(context, out + written, &last) == 1 && (size_t)written + (size_t)last == length;
    EVP_CIPHER_CTX_free(context);
    if (!genuine)
        memory_cleanse(out, length);
    return genuine;
}
