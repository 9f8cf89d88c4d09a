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
#include <stdbool.h>
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

/* In the word before a block, glibc's malloc/malloc.c: the block is a mapping of its own, which is moved without a copy
 * and unmapped when it is freed. Its size alone does not tell: where there is room, a large block too is cut from it.
 */
#define IS_MAPPING ((size_t)2)

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c): these are glibc's names. */
extern void __libc_free(void *memory);
extern void *__libc_realloc(void *memory, size_t bytes);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c) */

static bool is_mapping(const void *memory)
{
    return (((const size_t *)memory)[-1] & IS_MAPPING) != 0;
}

void free(void *memory)
{
    if (memory == NULL)
        return;
    int kept = errno;
    if (!is_mapping(memory))
        explicit_bzero(memory, malloc_usable_size(memory));
    __libc_free(memory);
    errno = kept;
}

void *realloc(void *memory, size_t bytes)
{
    size_t old_bytes = memory != NULL ? malloc_usable_size(memory) : 0;
    if (memory == NULL || bytes == 0 || is_mapping(memory))
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
