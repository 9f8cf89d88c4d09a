/* Tests of base/arena.h. What a freed block holds can not be seen; what a reset leaves behind can. */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "akkoord/base/arena.h"

static void every_allocation_is_aligned_for_any_type(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    for (size_t bytes = 0; bytes < 600; bytes++) {
        void *memory = arena_alloc(arena, bytes);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
        memset(memory, 0xff, bytes);
    }
    arena_free(arena);
}

static void allocations_do_not_overlap(void **state)
{
    (void)state;
    enum { COUNT = 500 };
    struct arena *arena = arena_new();
    unsigned char *memory[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        memory[i] = arena_alloc(arena, i * 37 % 9000);
        memset(memory[i], (int)(i % 251), i * 37 % 9000);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t byte = 0; byte < i * 37 % 9000; byte++)
            assert_int_equal(memory[i][byte], i % 251);
    }
    arena_free(arena);
}

static void a_reset_arena_reuses_its_block_and_has_overwritten_it(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    char *first = arena_copy_text(arena, "sample secret");
    arena_alloc(arena, 1000000);
    arena_reset(arena);
    static const char zeros[sizeof("sample secret")] = {0};
    char *second = arena_alloc(arena, sizeof(zeros));
    assert_ptr_equal(second, first);
    assert_memory_equal(second, zeros, sizeof(zeros));
    arena_reset(arena);
    arena_reset(arena);
    arena_free(arena);
}

static void zeroed_memory_is_zero_after_a_reset_too(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    static const unsigned char zeros[3000];
    for (int round = 0; round < 5; round++) {
        unsigned char *memory = arena_alloc_zero(arena, 3, 1000);
        assert_memory_equal(memory, zeros, sizeof(zeros));
        memset(memory, 0xff, sizeof(zeros));
        if (round % 2 == 0)
            arena_reset(arena);
    }
    arena_free(arena);
}

static void copies_are_terminated_and_keep_embedded_nuls(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    assert_null(arena_copy_text(arena, NULL));
    assert_string_equal(arena_copy_text(arena, ""), "");
    assert_memory_equal(arena_copy_bytes(arena, "a\0b", 3), "a\0b", 4);
    assert_string_equal(arena_copy_bytes(arena, NULL, 0), "");
    assert_string_equal(arena_format(arena, "%s-%06d", "2026", 1), "2026-000001");
    assert_string_equal(arena_format(arena, "%s", ""), "");
    char *wide = arena_format(arena, "%5000d", 7);
    assert_int_equal(strlen(wide), 5000);
    assert_int_equal(wide[4999], '7');
    arena_free(arena);
}

static char released[8];
static size_t released_count;

static void note_release(void *thing)
{
    released[released_count++] = *(const char *)thing;
}

static void releases_run_once_newest_first_on_free_and_on_reset(void **state)
{
    (void)state;
    static char things[] = {'a', 'b', 'c', 'd'};
    struct arena *arena = arena_new();
    arena_on_free(arena, note_release, &things[0]);
    arena_on_free(arena, note_release, &things[1]);
    arena_alloc(arena, 100000); /* the list of releases now spans blocks */
    arena_on_free(arena, note_release, &things[2]);
    arena_reset(arena);
    assert_int_equal(released_count, 3);
    assert_memory_equal(released, "cba", 3);
    arena_on_free(arena, note_release, &things[3]);
    arena_free(arena);
    assert_int_equal(released_count, 4);
    assert_int_equal(released[3], 'd');
}

static void freeing_nothing_is_allowed(void **state)
{
    (void)state;
    arena_free(NULL);
}

/* True when allocating count * bytes ends the process instead of giving too little memory. */
static bool ends_the_process(size_t count, size_t bytes)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = {0};
        setrlimit(RLIMIT_CORE, &no_core);
        close(STDERR_FILENO);
        struct arena *arena = arena_new();
        if (count == 1)
            arena_alloc(arena, bytes);
        else
            arena_alloc_zero(arena, count, bytes);
        _exit(0);
    }
    int result;
    assert_int_equal(waitpid(child, &result, 0), child);
    return !(WIFEXITED(result) && WEXITSTATUS(result) == 0);
}

static void a_size_that_overflows_ends_the_process(void **state)
{
    (void)state;
    assert_true(ends_the_process(1, SIZE_MAX));
    assert_true(ends_the_process(1, SIZE_MAX - 15));
    assert_true(ends_the_process(1, SIZE_MAX - 31));
    assert_true(ends_the_process(1, SIZE_MAX - 47));
    assert_true(ends_the_process(SIZE_MAX / 2, 3));
    assert_true(ends_the_process(3, SIZE_MAX / 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_is_aligned_for_any_type),
        cmocka_unit_test(allocations_do_not_overlap),
        cmocka_unit_test(a_reset_arena_reuses_its_block_and_has_overwritten_it),
        cmocka_unit_test(zeroed_memory_is_zero_after_a_reset_too),
        cmocka_unit_test(copies_are_terminated_and_keep_embedded_nuls),
        cmocka_unit_test(releases_run_once_newest_first_on_free_and_on_reset),
        cmocka_unit_test(freeing_nothing_is_allowed),
        cmocka_unit_test(a_size_that_overflows_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
