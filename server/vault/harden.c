/*
 * Makes the process fit to hold keys. Runs once, on the main thread, before there is another. Changes the process for
 * good: nothing here is undone.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "akkoord/vault/vault.h"

/* OpenSSL keeps the ephemeral private key of every TLS connection here too, up to 64 bytes for as long as it is open: a
 * heap that they fill has no room for ours. The lesser one is the least RLIMIT_MEMLOCK that Linux has had as default.
 */
#define SECURE_HEAP_BYTES       ((size_t)512 << 10)
#define SECURE_HEAP_BYTES_LEAST ((size_t)64 << 10)
/* The least allocation that the heap hands out: a key. */
#define SECURE_HEAP_ITEM_BYTES 32

#if defined(__SANITIZE_ADDRESS__)
#define STAYS_DUMPABLE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STAYS_DUMPABLE 1
#endif
#endif
#ifndef STAYS_DUMPABLE
#define STAYS_DUMPABLE 0
#endif

static size_t secure_heap_bytes;

size_t vault_key_memory_bytes(void)
{
    return secure_heap_bytes;
}

/* As CRYPTO_secure_malloc_init(): 2 when it was made, but the guard pages or the lock are missing. */
static int make_secure_heap(size_t bytes)
{
    secure_heap_bytes = bytes;
    return CRYPTO_secure_malloc_init(bytes, SECURE_HEAP_ITEM_BYTES);
}

static enum status lock_secure_heap(enum vault_memory memory, struct error *error)
{
    if (CRYPTO_secure_malloc_initialized())
        return STATUS_OK;
    int result = make_secure_heap(SECURE_HEAP_BYTES);
    if (result == 2) {
        CRYPTO_secure_malloc_done();
        result = make_secure_heap(SECURE_HEAP_BYTES_LEAST);
    }
    switch (result) {
    case 1:
        return STATUS_OK;
    case 2:
        if (memory == VAULT_MEMORY_UNLOCKED)
            return STATUS_OK;
        CRYPTO_secure_malloc_done();
        return error_set(error, STATUS_UNAVAILABLE, "memory_not_locked",
                         "%zu KiB of memory for keys can't be locked: raise RLIMIT_MEMLOCK (ulimit -l, LimitMEMLOCK=)",
                         SECURE_HEAP_BYTES_LEAST >> 10);
    default:
        return error_set(error, STATUS_UNAVAILABLE, "hardening_failed", "there is no memory for keys");
    }
}

enum status vault_harden_process(enum vault_memory memory, struct error *error)
{
    const struct rlimit no_core = {.rlim_cur = 0, .rlim_max = 0};
    if (setrlimit(RLIMIT_CORE, &no_core) != 0)
        return error_set(error, STATUS_UNAVAILABLE, "hardening_failed", "core dumps can't be turned off: %s",
                         strerrordesc_np(errno));
    if (!STAYS_DUMPABLE && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return error_set(error, STATUS_UNAVAILABLE, "hardening_failed",
                         "the process can't be shut against other processes: %s", strerrordesc_np(errno));
    return lock_secure_heap(memory, error);
}
