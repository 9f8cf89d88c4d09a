/*
 * Makes the process fit to hold keys. Runs once, on the main thread, before there is another. Changes the process for
 * good: nothing here is undone.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "akkoord/vault/vault.h"

/* Room for some 2,000 keys; not more than the least RLIMIT_MEMLOCK that Linux has had as its default (64 KiB). */
#define SECURE_HEAP_BYTES ((size_t)64 << 10)
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

static enum status lock_secure_heap(enum vault_memory memory, struct error *error)
{
    if (CRYPTO_secure_malloc_initialized())
        return STATUS_OK;
    switch (CRYPTO_secure_malloc_init(SECURE_HEAP_BYTES, SECURE_HEAP_ITEM_BYTES)) {
    case 1:
        return STATUS_OK;
    case 2: /* made, but the guard pages or the lock are missing */
        if (memory == VAULT_MEMORY_UNLOCKED)
            return STATUS_OK;
        CRYPTO_secure_malloc_done();
        return error_set(error, STATUS_UNAVAILABLE, "memory_not_locked",
                         "%zu KiB of memory for keys can't be locked: raise RLIMIT_MEMLOCK (ulimit -l, LimitMEMLOCK=)",
                         SECURE_HEAP_BYTES >> 10);
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
