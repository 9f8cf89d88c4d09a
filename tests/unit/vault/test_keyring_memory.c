/*
 * What reading a keyring leaves behind: all writable memory of this process is searched for the keys. Own program, so
 * that no other test puts them there.
 */
#include <fcntl.h>
#include <unistd.h>

#include "fixture.h"
#include "sanitized.h"

#define WINDOW_BYTES ((size_t)1 << 20)
#define HALF_BYTES   8

/* What to look for, in two pieces, so that this program itself does not hold the whole. */
struct needle {
    char first[HALF_BYTES];
    char gap;
    char second[HALF_BYTES];
};

static size_t count_in(const char *memory, size_t length, const struct needle *needle)
{
    size_t count = 0;
    const char *end = memory + length;
    for (const char *at = memory; at < end; at++) {
        at = memmem(at, (size_t)(end - at), needle->first, HALF_BYTES);
        if (at == NULL)
            break;
        if ((size_t)(end - at) >= (size_t)2 * HALF_BYTES && memcmp(at + HALF_BYTES, needle->second, HALF_BYTES) == 0)
            count++;
    }
    return count;
}

static size_t count_in_mapping(int memory, unsigned long from, unsigned long to, const struct needle *needle,
                               char *window)
{
    size_t count = 0;
    for (unsigned long at = from; at < to; at += WINDOW_BYTES) {
        size_t length = to - at < WINDOW_BYTES ? to - at : WINDOW_BYTES;
        ssize_t taken = pread(memory, window, length, (off_t)at);
        if (taken > 0)
            count += count_in(window, (size_t)taken, needle);
        memset(window, 0, WINDOW_BYTES); /* it is searched too */
    }
    return count;
}

static size_t count_in_process(const struct needle *needle)
{
    static char window[WINDOW_BYTES];
    FILE *maps = fopen("/proc/self/maps", "re");
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    assert_non_null(maps);
    assert_true(memory >= 0);
    char line[512];
    size_t count = 0;
    while (fgets(line, sizeof(line), maps) != NULL) {
        /* "7f0000000000-7f0000001000 rw-p ..." */
        char *rest;
        unsigned long from = strtoul(line, &rest, 16), to = strtoul(rest + 1, &rest, 16);
        if (strncmp(rest, " rw", 3) == 0)
            count += count_in_mapping(memory, from, to, needle, window);
    }
    close(memory);
    fclose(maps);
    return count;
}

/* From the middle of the billing key's base64, and from the middle of the key. */
static const struct needle text_needle = {"LC0uLzAx", '-', "MjM0NTY3"};
static const struct needle key_needle = {"\x28\x29\x2a\x2b\x2c\x2d\x2e\x2f", '-', "\x30\x31\x32\x33\x34\x35\x36\x37"};

static void the_search_finds_what_is_there(void **state)
{
    (void)state;
    if (SANITIZED)
        skip(); /* shadow memory is terabytes */
    char *copy = test_malloc(64);
    memcpy(copy, text_needle.first, HALF_BYTES);
    memcpy(copy + HALF_BYTES, text_needle.second, HALF_BYTES);
    assert_int_equal(count_in_process(&text_needle), 1);
    memset(copy, 0, 64);
    test_free(copy);
    assert_int_equal(count_in_process(&text_needle), 0);
}

static void a_keyring_that_was_read_leaves_no_key_behind(void **state)
{
    (void)state;
    if (SANITIZED)
        skip();
    assert_non_null(strstr(KNOWN_KEY_2, "LC0uLzAx"
                                        "MjM0NTY3"));
    struct keyring *keyring = keyring_of(KNOWN_KEYRING);
    keyring_becomes(keyring, KNOWN_KEYRING);
    assert_int_equal(count_in_process(&text_needle), 0);
    assert_int_equal(count_in_process(&key_needle), 0); /* what stays is derived from it */
    keyring_free(keyring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("the search finds what is there", the_search_finds_what_is_there),
        RULE("a keyring that was read leaves no key behind", a_keyring_that_was_read_leaves_no_key_behind),
    };
    return cmocka_run_group_tests_name("vault/keyring_memory", tests, folder_make, folder_remove);
}
