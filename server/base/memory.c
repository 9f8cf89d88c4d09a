/* Allocation that ends the process when there is no memory left; see memory.h for why. Any thread. */
#include "akkoord/base/memory.h"

#include <openssl/crypto.h>
#include <unistd.h>

static _Noreturn void memory_exhausted(void)
{
    static const char message[] = "akkoord: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
    (void)ignored;
    abort();
}

void *memory_alloc(size_t bytes)
{
    void *memory = malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL)
        memory_exhausted();
    return memory;
}

void *memory_alloc_zero(size_t count, size_t bytes)
{
    void *memory = calloc(count > 0 ? count : 1, bytes > 0 ? bytes : 1);
    if (memory == NULL)
        memory_exhausted();
    return memory;
}

void *memory_resize(void *memory, size_t count, size_t bytes)
{
    size_t total;
    if (__builtin_mul_overflow(count, bytes, &total))
        memory_exhausted();
    void *resized = realloc(memory, total > 0 ? total : 1);
    if (resized == NULL)
        memory_exhausted();
    return resized;
}

char *memory_copy_text(const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(memory_alloc(bytes), text, bytes);
}

void memory_free_cleansed(void *memory, size_t bytes)
{
    if (memory == NULL)
        return;
    OPENSSL_cleanse(memory, bytes);
    free(memory);
}

void memory_cleanse(void *memory, size_t bytes)
{
    OPENSSL_cleanse(memory, bytes);
}
