/*
 * The hardened process. Each test is a child of its own, since hardening is for good; what the child finds comes back
 * as its exit status.
 */
#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "akkoord/vault/vault.h"
#include "rule.h"
#include "sanitized.h"

#define GOOD            0
#define KEYS_IN_512_KIB 16384

static int run_in_child(int (*body)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(body());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Root may lock any amount; nobody else past the limit. */
static bool forbid_locking(void)
{
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    return setrlimit(RLIMIT_MEMLOCK, &none) == 0 && (geteuid() != 0 || setuid(65534) == 0);
}

static int harden_and_look(void)
{
    struct error error;
    if (vault_harden_process(VAULT_MEMORY_LOCKED, &error) != STATUS_OK)
        return 1;
    struct rlimit core;
    if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0)
        return 2;
    if (!SANITIZED && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return 3;
    if (!CRYPTO_secure_malloc_initialized())
        return 4;
    void *key = OPENSSL_secure_malloc(DATA_KEY_BYTES);
    if (key == NULL || !CRYPTO_secure_allocated(key))
        return 5;
    OPENSSL_secure_clear_free(key, DATA_KEY_BYTES);
    return vault_harden_process(VAULT_MEMORY_LOCKED, &error) == STATUS_OK ? GOOD : 6;
}

static int harden_without_lock(void)
{
    struct error error;
    if (!forbid_locking())
        return 1;
    if (vault_harden_process(VAULT_MEMORY_LOCKED, &error) != STATUS_UNAVAILABLE ||
        strcmp(error.code, "memory_not_locked") != 0 || strstr(error.detail, "RLIMIT_MEMLOCK") == NULL)
        return 2;
    if (CRYPTO_secure_malloc_initialized())
        return 3;
    return vault_harden_process(VAULT_MEMORY_UNLOCKED, &error) == STATUS_OK ? GOOD : 4;
}

/* What Linux allowed everybody before 5.16. */
static int harden_with_little_lock(void)
{
    struct error error;
    const struct rlimit little = {.rlim_cur = 64 << 10, .rlim_max = 64 << 10};
    if (setrlimit(RLIMIT_MEMLOCK, &little) != 0 || (geteuid() == 0 && setuid(65534) != 0))
        return 1;
    if (vault_harden_process(VAULT_MEMORY_LOCKED, &error) != STATUS_OK)
        return 2;
    return vault_key_memory_bytes() == 64 << 10 ? GOOD : 3;
}

static int fill_the_heap(void)
{
    char folder[] = "/tmp/akkoord-harden-XXXXXX", path[64];
    static struct data_key keys[KEYS_IN_512_KIB + 1];
    struct wrapped_key wrapped;
    struct error error;
    struct keyring *keyring;
    if (vault_harden_process(VAULT_MEMORY_LOCKED, &error) != STATUS_OK || mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof(path), "%s/keyring.json", folder);
    bool made = keyring_create(path, &error) == STATUS_OK && keyring_load(path, &keyring, &error) == STATUS_OK;
    unlink(path);
    rmdir(folder);
    if (!made)
        return 2;
    /* The first key makes OpenSSL set up its generators, which stay on this heap. */
    if (vault_data_key_new(keyring, KEY_PURPOSE_BILLING, &keys[0], &wrapped, &error) != STATUS_OK)
        return 3;
    vault_data_key_release(&keys[0]);
    size_t used_before = CRYPTO_secure_used(), held = 0;
    while (held <= KEYS_IN_512_KIB &&
           vault_data_key_new(keyring, KEY_PURPOSE_BILLING, &keys[held], &wrapped, &error) == STATUS_OK)
        held++;
    if (held < KEYS_IN_512_KIB / 2 || held > KEYS_IN_512_KIB || strcmp(error.code, "secure_heap_full") != 0)
        return 4;
    /* A released key makes room for another. */
    vault_data_key_release(&keys[0]);
    if (vault_data_key_new(keyring, KEY_PURPOSE_BILLING, &keys[0], &wrapped, &error) != STATUS_OK)
        return 5;
    for (size_t i = 0; i < held; i++)
        vault_data_key_release(&keys[i]);
    bool given_back = CRYPTO_secure_used() == used_before;
    keyring_free(keyring);
    return given_back && CRYPTO_secure_used() < used_before ? GOOD : 6;
}

static void a_hardened_process_locks_its_keys_and_leaves_no_core(void **state)
{
    (void)state;
    assert_int_equal(run_in_child(harden_and_look), GOOD);
}

static void a_process_that_cannot_lock_memory_is_refused(void **state)
{
    (void)state;
    if (SANITIZED)
        skip();
    assert_int_equal(run_in_child(harden_without_lock), GOOD);
}

static void where_little_may_be_locked_there_is_less_room_for_keys(void **state)
{
    (void)state;
    assert_int_equal(run_in_child(harden_with_little_lock), GOOD);
}

static void a_full_heap_is_an_answer_and_not_an_end(void **state)
{
    (void)state;
    assert_int_equal(run_in_child(fill_the_heap), GOOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("a hardened process locks its keys and leaves no core",
             a_hardened_process_locks_its_keys_and_leaves_no_core),
        RULE("a process that can't lock memory is refused", a_process_that_cannot_lock_memory_is_refused),
        RULE("where little may be locked there is less room for keys",
             where_little_may_be_locked_there_is_less_room_for_keys),
        RULE("a full heap of keys is an answer and not an end, and keys leave nothing behind",
             a_full_heap_is_an_answer_and_not_an_end),
    };
    return cmocka_run_group_tests_name("vault/harden", tests, NULL, NULL);
}
