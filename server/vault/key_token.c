/*
 * Wrapping key-encryption keys by a PKCS#11 token (format in key_token.h). Owns a copy of the options, with the PIN in
 * the secure heap, and between a first use and the disconnecting the module's session. Invariant: one connection at a
 * time in the process, as a module has one state; the module itself stays loaded, since not all survive unloading.
 */
#include "key_token.h"

#include <assert.h>
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <stdlib.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/memory.h"
#include "primitives.h"

#define WRAP_LABEL      "akkoord/v1/token-wrapped"
#define PLACE_BYTES     17 /* id and purpose */
#define TOKEN_SLOTS_MAX 64
#define AES_WRAPPED     (1 + GCM_NONCE_BYTES + KEK_BYTES + GCM_TAG_BYTES)
#define RSA_BYTES_MAX   (TOKEN_WRAPPED_BYTES_MAX - 1)
#define BITS            8

enum { WRAPPED_BY_AES = 1, WRAPPED_BY_RSA = 2 };

struct key_token {
    char *module;
    char *label;
    char *key;
    char *pin; /* in the secure heap */
    char uri[TOKEN_URI_BYTES];
    CK_FUNCTION_LIST_PTR functions; /* NULL while not connected */
    CK_SESSION_HANDLE session;
};

/* Held while connected. */
static pthread_mutex_t connection = PTHREAD_MUTEX_INITIALIZER;

/* ---- options ---- */

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

static void append_encoded(struct buffer *uri, const char *text)
{
    for (; *text != '\0'; text++) {
        if (is_unreserved(*text))
            buffer_append(uri, text, 1);
        else
            buffer_append_format(uri, "%%%02X", (unsigned char)*text);
    }
}

static void write_uri(struct key_token *token)
{
    struct buffer uri;
    buffer_init(&uri, TOKEN_URI_BYTES - 1);
    buffer_append_text(&uri, "pkcs11:token=");
    append_encoded(&uri, token->label);
    buffer_append_text(&uri, ";object=");
    append_encoded(&uri, token->key);
    (void)snprintf(token->uri, sizeof(token->uri), "%s", buffer_text(&uri));
    buffer_release(&uri);
}

struct key_token *key_token_new(const struct keyring_token *options)
{
    struct key_token *token = memory_alloc_zero(1, sizeof(*token));
    token->module = memory_copy_text(options->module);
    token->label = memory_copy_text(options->label);
    token->key = memory_copy_text(options->key);
    token->pin = OPENSSL_secure_malloc(strlen(options->pin) + 1);
    if (token->pin == NULL)
        abort(); /* as for any memory: see memory.h */
    memcpy(token->pin, options->pin, strlen(options->pin) + 1);
    write_uri(token);
    return token;
}

void key_token_free(struct key_token *token)
{
    if (token == NULL)
        return;
    key_token_disconnect(token);
    OPENSSL_secure_clear_free(token->pin, strlen(token->pin) + 1);
    free(token->module);
    free(token->label);
    free(token->key);
    free(token);
}

const char *key_token_uri(const struct key_token *token)
{
    return token->uri;
}

/* ---- connecting ---- */

static enum status token_fault(const struct key_token *token, const char *what, CK_RV result, struct error *error)
{
    return error_set(error, STATUS_UNAVAILABLE, "key_token", "the token of %s: %s (PKCS#11 error 0x%lx)", token->uri,
                     what, (unsigned long)result);
}

static enum status load_module(struct key_token *token, CK_FUNCTION_LIST_PTR *functions, struct error *error)
{
    void *module = dlopen(token->module, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (module == NULL)
        return error_set(error, STATUS_UNAVAILABLE, "key_token", "the PKCS#11 module %s can't be loaded",
                         token->module);
    CK_C_GetFunctionList get_functions;
    /* ISO C has no cast from an object's to a function's address. */
    void *symbol = dlsym(module, "C_GetFunctionList");
    _Static_assert(sizeof(get_functions) == sizeof(symbol), "as POSIX has it");
    memcpy(&get_functions, &symbol, sizeof(get_functions));
    CK_RV result = symbol != NULL ? get_functions(functions) : CKR_FUNCTION_NOT_SUPPORTED;
    (void)dlclose(module);
    bool is_module = result == CKR_OK && *functions != NULL;
    return is_module ? STATUS_OK : token_fault(token, "the module is none", result, error);
}

/* Labels are padded with spaces. */
static bool label_is(const CK_UTF8CHAR *label, size_t bytes, const char *expected)
{
    size_t length = strlen(expected);
    if (length > bytes || memcmp(label, expected, length) != 0)
        return false;
    while (length < bytes && label[length] == ' ')
        length++;
    return length == bytes;
}

static enum status find_slot(const struct key_token *token, CK_FUNCTION_LIST_PTR functions, CK_SLOT_ID *slot,
                             struct error *error)
{
    CK_SLOT_ID slots[TOKEN_SLOTS_MAX];
    CK_ULONG count = TOKEN_SLOTS_MAX;
    CK_RV result = functions->C_GetSlotList(CK_TRUE, slots, &count);
    for (CK_ULONG i = 0; result == CKR_OK && i < count; i++) {
        CK_TOKEN_INFO info;
        if (functions->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
            label_is(info.label, sizeof(info.label), token->label)) {
            *slot = slots[i];
            return STATUS_OK;
        }
    }
    return token_fault(token, "there is no token of this label", result, error);
}

static enum status log_in(struct key_token *token, CK_FUNCTION_LIST_PTR functions, struct error *error)
{
    CK_SLOT_ID slot = 0;
    enum status status = find_slot(token, functions, &slot, error);
    if (status != STATUS_OK)
        return status;
    CK_RV result = functions->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &token->session);
    if (result == CKR_OK) {
        result = functions->C_Login(token->session, CKU_USER, (CK_UTF8CHAR_PTR)token->pin, strlen(token->pin));
        if (result == CKR_USER_ALREADY_LOGGED_IN)
            result = CKR_OK;
    }
    return result == CKR_OK ? STATUS_OK : token_fault(token, "it can't be logged in to", result, error);
}

static enum status connect_token(struct key_token *token, struct error *error)
{
    if (token->functions != NULL)
        return STATUS_OK;
    CK_FUNCTION_LIST_PTR functions = NULL;
    pthread_mutex_lock(&connection);
    enum status status = load_module(token, &functions, error);
    if (status == STATUS_OK) {
        assert(functions != NULL);
        CK_C_INITIALIZE_ARGS arguments = {.flags = CKF_OS_LOCKING_OK};
        CK_RV result = functions->C_Initialize(&arguments);
        if (result != CKR_OK && result != CKR_CRYPTOKI_ALREADY_INITIALIZED)
            status = token_fault(token, "the module can't be started", result, error);
        else
            status = log_in(token, functions, error);
        if (status != STATUS_OK)
            (void)functions->C_Finalize(NULL);
    }
    if (status == STATUS_OK)
        token->functions = functions;
    else
        pthread_mutex_unlock(&connection);
    return status;
}

void key_token_disconnect(struct key_token *token)
{
    if (token->functions == NULL)
        return;
    (void)token->functions->C_Logout(token->session);
    (void)token->functions->C_CloseSession(token->session);
    (void)token->functions->C_Finalize(NULL);
    token->functions = NULL;
    pthread_mutex_unlock(&connection);
}

/* ---- the key on the token ---- */

/* CK_INVALID_HANDLE in *key when there is none. */
static enum status find_key(const struct key_token *token, CK_OBJECT_CLASS class, CK_KEY_TYPE type,
                            CK_OBJECT_HANDLE *key, struct error *error)
{
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &class, sizeof(class)},
        {CKA_KEY_TYPE, &type, sizeof(type)},
        {CKA_LABEL, token->key, strlen(token->key)},
    };
    CK_ULONG count = 0;
    *key = CK_INVALID_HANDLE;
    CK_RV result =
        token->functions->C_FindObjectsInit(token->session, template, sizeof(template) / sizeof(template[0]));
    if (result == CKR_OK) {
        result = token->functions->C_FindObjects(token->session, key, 1, &count);
        (void)token->functions->C_FindObjectsFinal(token->session);
    }
    if (count == 0)
        *key = CK_INVALID_HANDLE;
    return result == CKR_OK ? STATUS_OK : token_fault(token, "its keys can't be looked at", result, error);
}

static enum status need_key(const struct key_token *token, CK_OBJECT_CLASS class, CK_KEY_TYPE type,
                            CK_OBJECT_HANDLE *key, struct error *error)
{
    enum status status = find_key(token, class, type, key, error);
    if (status == STATUS_OK && *key == CK_INVALID_HANDLE)
        status = error_set(error, STATUS_UNAVAILABLE, "key_token",
                           "the token of %s has no AES or RSA key of that label", token->uri);
    return status;
}

static void write_place(const struct uuid *id, enum key_purpose purpose, uint8_t place[PLACE_BYTES])
{
    memcpy(place, id->bytes, sizeof(id->bytes));
    place[PLACE_BYTES - 1] = (uint8_t)purpose;
}

/* What a mechanism points into. */
struct aes_mechanism {
    uint8_t associated[sizeof(WRAP_LABEL) - 1 + PLACE_BYTES];
    uint8_t nonce[GCM_NONCE_BYTES];
    CK_GCM_PARAMS parameters;
    CK_MECHANISM mechanism;
};

static void aes_mechanism_make(struct aes_mechanism *aes, const struct uuid *id, enum key_purpose purpose,
                               const uint8_t nonce[GCM_NONCE_BYTES])
{
    memcpy(aes->nonce, nonce, GCM_NONCE_BYTES);
    memcpy(aes->associated, WRAP_LABEL, sizeof(WRAP_LABEL) - 1);
    write_place(id, purpose, aes->associated + sizeof(WRAP_LABEL) - 1);
    aes->parameters = (CK_GCM_PARAMS){.pIv = aes->nonce,
                                      .ulIvLen = GCM_NONCE_BYTES,
                                      .ulIvBits = (CK_ULONG)GCM_NONCE_BYTES * BITS,
                                      .pAAD = aes->associated,
                                      .ulAADLen = sizeof(aes->associated),
                                      .ulTagBits = (CK_ULONG)GCM_TAG_BYTES * BITS};
    aes->mechanism = (CK_MECHANISM){CKM_AES_GCM, &aes->parameters, sizeof(aes->parameters)};
}

static CK_RSA_PKCS_OAEP_PARAMS oaep = {.hashAlg = CKM_SHA_1, .mgf = CKG_MGF1_SHA1, .source = CKZ_DATA_SPECIFIED};
static CK_MECHANISM rsa_mechanism = {CKM_RSA_PKCS_OAEP, &oaep, sizeof(oaep)};

/* ---- wrapping ---- */

static enum status wrap_by_aes(struct key_token *token, CK_OBJECT_HANDLE key, const struct uuid *id,
                               enum key_purpose purpose, const uint8_t *kek, uint8_t *wrapped, size_t *length,
                               struct error *error)
{
    struct aes_mechanism aes;
    CK_ULONG written = KEK_BYTES + GCM_TAG_BYTES;
    uint8_t nonce[GCM_NONCE_BYTES];
    crypto_random(nonce, sizeof(nonce));
    aes_mechanism_make(&aes, id, purpose, nonce);
    CK_RV result = token->functions->C_EncryptInit(token->session, &aes.mechanism, key);
    if (result == CKR_OK)
        result = token->functions->C_Encrypt(token->session, (CK_BYTE_PTR)kek, KEK_BYTES, wrapped + 1 + GCM_NONCE_BYTES,
                                             &written);
    if (result != CKR_OK || written != KEK_BYTES + GCM_TAG_BYTES)
        return token_fault(token, "its AES key does not encrypt by AES-GCM", result, error);
    wrapped[0] = WRAPPED_BY_AES;
    memcpy(wrapped + 1, aes.nonce, GCM_NONCE_BYTES); /* some tokens choose it themselves */
    *length = AES_WRAPPED;
    return STATUS_OK;
}

static enum status wrap_by_rsa(struct key_token *token, const struct uuid *id, enum key_purpose purpose,
                               const uint8_t *kek, uint8_t *wrapped, size_t *length, struct error *error)
{
    CK_OBJECT_HANDLE key;
    uint8_t plaintext[PLACE_BYTES + KEK_BYTES];
    CK_ULONG written = RSA_BYTES_MAX;
    enum status status = need_key(token, CKO_PUBLIC_KEY, CKK_RSA, &key, error);
    if (status != STATUS_OK)
        return status;
    write_place(id, purpose, plaintext);
    memcpy(plaintext + PLACE_BYTES, kek, KEK_BYTES);
    CK_RV result = token->functions->C_EncryptInit(token->session, &rsa_mechanism, key);
    if (result == CKR_OK)
        result = token->functions->C_Encrypt(token->session, plaintext, sizeof(plaintext), wrapped + 1, &written);
    memory_cleanse(plaintext, sizeof(plaintext));
    if (result != CKR_OK)
        return token_fault(token, "its RSA key does not encrypt by OAEP", result, error);
    wrapped[0] = WRAPPED_BY_RSA;
    *length = 1 + written;
    return STATUS_OK;
}

enum status key_token_wrap(struct key_token *token, const struct uuid *id, enum key_purpose purpose,
                           const uint8_t kek[KEK_BYTES], uint8_t wrapped[TOKEN_WRAPPED_BYTES_MAX], size_t *length,
                           struct error *error)
{
    CK_OBJECT_HANDLE key;
    enum status status = connect_token(token, error);
    if (status == STATUS_OK)
        status = find_key(token, CKO_SECRET_KEY, CKK_AES, &key, error);
    if (status != STATUS_OK)
        return status;
    return key != CK_INVALID_HANDLE ? wrap_by_aes(token, key, id, purpose, kek, wrapped, length, error)
                                    : wrap_by_rsa(token, id, purpose, kek, wrapped, length, error);
}

/* ---- unwrapping ---- */

static enum status rejected(const struct key_token *token, struct error *error)
{
    return error_set(error, STATUS_INVALID, "key_token_rejected",
                     "the token of %s does not open it: another key wrapped it, or it was altered", token->uri);
}

static enum status unwrap_by_aes(struct key_token *token, const struct uuid *id, enum key_purpose purpose,
                                 const uint8_t *wrapped, uint8_t *kek, struct error *error)
{
    CK_OBJECT_HANDLE key;
    struct aes_mechanism aes;
    uint8_t copy[AES_WRAPPED]; /* the module takes no const */
    uint8_t plaintext[KEK_BYTES + GCM_TAG_BYTES];
    CK_ULONG written = sizeof(plaintext);
    enum status status = need_key(token, CKO_SECRET_KEY, CKK_AES, &key, error);
    if (status != STATUS_OK)
        return status;
    memcpy(copy, wrapped, sizeof(copy));
    aes_mechanism_make(&aes, id, purpose, copy + 1);
    CK_RV result = token->functions->C_DecryptInit(token->session, &aes.mechanism, key);
    if (result != CKR_OK)
        return token_fault(token, "its AES key does not decrypt by AES-GCM", result, error);
    result = token->functions->C_Decrypt(token->session, copy + 1 + GCM_NONCE_BYTES, KEK_BYTES + GCM_TAG_BYTES,
                                         plaintext, &written);
    bool genuine = result == CKR_OK && written == KEK_BYTES;
    if (genuine)
        memcpy(kek, plaintext, KEK_BYTES);
    memory_cleanse(plaintext, sizeof(plaintext));
    return genuine ? STATUS_OK : rejected(token, error);
}

static enum status unwrap_by_rsa(struct key_token *token, const struct uuid *id, enum key_purpose purpose,
                                 const uint8_t *wrapped, size_t length, uint8_t *kek, struct error *error)
{
    CK_OBJECT_HANDLE key;
    uint8_t copy[RSA_BYTES_MAX], plaintext[RSA_BYTES_MAX], place[PLACE_BYTES];
    CK_ULONG written = sizeof(plaintext);
    enum status status = need_key(token, CKO_PRIVATE_KEY, CKK_RSA, &key, error);
    if (status != STATUS_OK)
        return status;
    memcpy(copy, wrapped + 1, length - 1);
    write_place(id, purpose, place);
    CK_RV result = token->functions->C_DecryptInit(token->session, &rsa_mechanism, key);
    if (result != CKR_OK)
        return token_fault(token, "its RSA key does not decrypt by OAEP", result, error);
    result = token->functions->C_Decrypt(token->session, copy, length - 1, plaintext, &written);
    bool genuine = result == CKR_OK && written == PLACE_BYTES + KEK_BYTES && memcmp(plaintext, place, PLACE_BYTES) == 0;
    if (genuine)
        memcpy(kek, plaintext + PLACE_BYTES, KEK_BYTES);
    memory_cleanse(plaintext, sizeof(plaintext));
    return genuine ? STATUS_OK : rejected(token, error);
}

enum status key_token_unwrap(struct key_token *token, const struct uuid *id, enum key_purpose purpose,
                             const uint8_t *wrapped, size_t length, uint8_t kek[KEK_BYTES], struct error *error)
{
    enum status status = connect_token(token, error);
    if (status != STATUS_OK)
        return status;
    if (length == AES_WRAPPED && wrapped[0] == WRAPPED_BY_AES)
        return unwrap_by_aes(token, id, purpose, wrapped, kek, error);
    if (length > 1 && length <= TOKEN_WRAPPED_BYTES_MAX && wrapped[0] == WRAPPED_BY_RSA)
        return unwrap_by_rsa(token, id, purpose, wrapped, length, kek, error);
    return rejected(token, error);
}
