#pragma once
/*
 * Allocation. Running out of memory ends the process at once: nothing that matters lives only in memory (every answer
 * is sent after its commit), the supervisor starts it again, and no code path has to be written, or tested, for a
 * half-built object. So none of these returns NULL.
 */
#include <stddef.h>

void *memory_alloc(size_t bytes) __attribute__((returns_nonnull, malloc));
/* Zeroed; aborts when count * bytes overflows. */
void *memory_alloc_zero(size_t count, size_t bytes) __attribute__((returns_nonnull, malloc));
/* Grows or shrinks; aborts when count * bytes overflows. */
void *memory_resize(void *memory, size_t count, size_t bytes) __attribute__((returns_nonnull));
char *memory_copy_text(const char *text) __attribute__((returns_nonnull, malloc));
/* Overwrites before freeing; for whatever held personal data or a secret outside the secure heap. NULL is accepted. */
void memory_free_cleansed(void *memory, size_t bytes);
/* Overwrites, and is not optimised away. */
void memory_cleanse(void *memory, size_t bytes);

/* What is formatted is printed into so much of the stack first, which is overwritten after: most of it fits. */
#define FORMAT_SCRATCH_BYTES 1024
