/*
 * Takes the place of free() and realloc() in the whole program, the libraries' too: what is given back is overwritten
 * first. Requests, rendered pages and SQL results pass through buffers of libevent, pango, cairo, libpq and others that
 * know nothing of personal data, and would lie in freed memory until something else happened to need it. Any thread.
 *
 * The allocator stays glibc's, which exports its own under these names for programs that wrap it. Sanitizers bring an
 * allocator of their own: then this is left out.
 */
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ALLOCATOR_IS_FOREIGN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ALLOCATOR_IS_FOREIGN 1
#endif
#endif

#ifndef ALLOCATOR_IS_FOREIGN

/* From this size on blocks are mappings of their own (serve.c sets it): they are moved without a copy, and unmapped
 * when they are freed. */
#define MAPPED_FROM ((size_t)128 << 10)

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c): these are glibc's names. */
extern void __libc_free(void *memory);
extern void *__libc_realloc(void *memory, size_t bytes);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c) */

void free(void *memory)
{
    if (memory == NULL)
        return;
    int kept = errno;
    size_t bytes = malloc_usable_size(memory);
    if (bytes < MAPPED_FROM)
        explicit_bzero(memory, bytes);
    __libc_free(memory);
    errno = kept;
}

void *realloc(void *memory, size_t bytes)
{
    size_t old_bytes = memory != NULL ? malloc_usable_size(memory) : 0;
    if (memory == NULL || bytes == 0 || old_bytes >= MAPPED_FROM)
        return __libc_realloc(memory, bytes);
    /* Shrinking in place would give back a rest that nobody overwrites. */
    if (bytes <= old_bytes && bytes >= old_bytes / 2)
        return memory;
    void *moved = malloc(bytes);
    if (moved == NULL)
        return NULL;
    memcpy(moved, memory, bytes < old_bytes ? bytes : old_bytes);
    free(memory);
    return moved;
}

#endif
