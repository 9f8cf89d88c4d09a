/*
 * Bump allocation from a chain of blocks. Owns its blocks; used by one thread at a time. A block is overwritten before
 * it is given back, as far as it was used, because requests carry personal data.
 */
#include "akkoord/base/arena.h"

#include <stdalign.h>
#include <stdint.h>

#include "akkoord/base/memory.h"

/* A block with its header fits a 4 KiB allocation: what a request without a large body needs. */
#define ARENA_BLOCK_BYTES (4096 - 64)

struct arena_block {
    struct arena_block *previous;
    size_t capacity;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena_release {
    struct arena_release *previous;
    void (*release)(void *thing);
    void *thing;
};

struct arena {
    struct arena_block *newest;
    struct arena_release *releases;
};

static struct arena_block *block_new(size_t capacity, struct arena_block *previous)
{
    size_t bytes;
    if (__builtin_add_overflow(sizeof(struct arena_block), capacity, &bytes))
        bytes = SIZE_MAX; /* can't be had: memory_alloc ends the process */
    struct arena_block *block = memory_alloc(bytes);
    block->previous = previous;
    block->capacity = capacity;
    block->used = 0;
    return block;
}

static void block_free(struct arena_block *block)
{
    memory_cleanse(block->bytes, block->used);
    free(block);
}

struct arena *arena_new(void)
{
    struct arena *arena = memory_alloc_zero(1, sizeof(*arena));
    arena->newest = block_new(ARENA_BLOCK_BYTES, NULL);
    return arena;
}

static void run_releases(struct arena *arena)
{
    /* The list itself lies in the arena, so it is walked before any block goes. */
    for (struct arena_release *entry = arena->releases; entry != NULL; entry = entry->previous)
        entry->release(entry->thing);
    arena->releases = NULL;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    run_releases(arena);
    while (arena->newest != NULL) {
        struct arena_block *previous = arena->newest->previous;
        block_free(arena->newest);
        arena->newest = previous;
    }
    free(arena);
}

void arena_reset(struct arena *arena)
{
    run_releases(arena);
    while (arena->newest->previous != NULL) {
        struct arena_block *previous = arena->newest->previous;
        block_free(arena->newest);
        arena->newest = previous;
    }
    memory_cleanse(arena->newest->bytes, arena->newest->used);
    arena->newest->used = 0;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    const size_t alignment = alignof(max_align_t);
    size_t rounded;
    if (__builtin_add_overflow(bytes, alignment - 1, &rounded))
        rounded = SIZE_MAX - alignment; /* can't be had: memory_alloc ends the process */
    rounded &= ~(alignment - 1);
    struct arena_block *block = arena->newest;
    if (block->capacity - block->used < rounded) {
        size_t capacity = rounded > ARENA_BLOCK_BYTES ? rounded : ARENA_BLOCK_BYTES;
        block = arena->newest = block_new(capacity, arena->newest);
    }
    void *memory = block->bytes + block->used;
    block->used += rounded;
    return memory;
}

void *arena_alloc_zero(struct arena *arena, size_t count, size_t bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total))
        total = SIZE_MAX; /* can't be had: ends the process */
    return memset(arena_alloc(arena, total), 0, total);
}

char *arena_copy_bytes(struct arena *arena, const void *bytes, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

char *arena_copy_text(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_copy_bytes(arena, text, strlen(text));
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    /* Asked for the length alone, glibc prints into a piece of the stack that stays as it is: a token would lie there.
     */
    char scratch[FORMAT_SCRATCH_BYTES];
    int length = vsnprintf(scratch, sizeof(scratch), format, arguments);
    va_end(arguments);
    if (length < 0)
        abort(); /* a format that can't be printed is a bug */
    char *text = arena_alloc(arena, (size_t)length + 1);
    if ((size_t)length < sizeof(scratch))
        memcpy(text, scratch, (size_t)length + 1);
    else
        vsnprintf(text, (size_t)length + 1, format, again);
    memory_cleanse(scratch, (size_t)length < sizeof(scratch) ? (size_t)length : sizeof(scratch));
    va_end(again);
    return text;
}

void arena_on_free(struct arena *arena, void (*release)(void *thing), void *thing)
{
    struct arena_release *entry = arena_alloc(arena, sizeof(*entry));
    *entry = (struct arena_release){.previous = arena->releases, .release = release, .thing = thing};
    arena->releases = entry;
}
