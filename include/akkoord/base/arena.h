#pragma once
/*
 * An arena owns everything allocated from it and frees it all at once: a request, a batch and a job have one each.
 * One thread at a time uses an arena. Freed blocks are overwritten, because requests carry personal data.
 */
#include <stdarg.h>
#include <stddef.h>

#include "akkoord/base/status.h"

struct arena;

struct arena *arena_new(void) __attribute__((returns_nonnull));
/* Frees and cleanses all that was allocated. NULL is accepted. */
void arena_free(struct arena *arena);
/* Keeps one block for reuse, cleanses and frees the rest. */
void arena_reset(struct arena *arena);

/* Aligned for any type, not zeroed, never NULL. */
void *arena_alloc(struct arena *arena, size_t bytes) __attribute__((returns_nonnull));
/* Zeroed; aborts when count * bytes overflows. */
void *arena_alloc_zero(struct arena *arena, size_t count, size_t bytes) __attribute__((returns_nonnull));
/* A copy with a terminating NUL; `text` of arena_copy_text may be NULL, which gives NULL. */
char *arena_copy_text(struct arena *arena, const char *text);
char *arena_copy_bytes(struct arena *arena, const void *bytes, size_t length) __attribute__((returns_nonnull));
char *arena_format(struct arena *arena, const char *format, ...) AKKOORD_PRINTF(2, 3) __attribute__((returns_nonnull));
/* Runs `release(thing)` when the arena is freed or reset, newest first: for what a library allocated. */
void arena_on_free(struct arena *arena, void (*release)(void *thing), void *thing);

#define ARENA_NEW(arena, type)          ((type *)arena_alloc_zero((arena), 1, sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc_zero((arena), (size_t)(count), sizeof(type)))
