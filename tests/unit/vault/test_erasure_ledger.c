/* The erasure ledger: what is appended stays, in order, whoever appends; what is altered, cut or swapped is found. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akkoord/vault/erasure_ledger.h"
#include "fixture.h"

#define LEDGER     "erasures.jsonl"
#define WRITERS    4
#define WRITES     25
#define TEXT_BYTES 65536

static struct erasure_ledger *ledger_open(void)
{
    struct erasure_ledger *ledger;
    struct error error = {.detail = ""};
    bool made;
    enum status status = erasure_ledger_open(folder_path(LEDGER), &ledger, &made, &error);
    assert_string_equal(error.detail, "");
    assert_int_equal(status, STATUS_OK);
    return ledger;
}

static struct erasure_mark record(struct erasure_ledger *ledger, size_t keys)
{
    struct uuid ids[ERASURE_KEYS_MAX];
    struct erasure_mark mark;
    struct error error = {.detail = ""};
    for (size_t i = 0; i < keys; i++)
        ids[i] = uuid_new();
    const struct erasure erasure = {.subject_id = uuid_new(), .key_ids = ids, .keys_count = keys, .at_us = 1000000};
    enum status status = erasure_ledger_append(ledger, &erasure, &mark, &error);
    assert_string_equal(error.detail, "");
    assert_int_equal(status, STATUS_OK);
    return mark;
}

static size_t text_read(char text[TEXT_BYTES])
{
    FILE *file = fopen(folder_path(LEDGER), "re");
    assert_non_null(file);
    size_t length = fread(text, 1, TEXT_BYTES - 1, file);
    (void)fclose(file);
    text[length] = '\0';
    return length;
}

static void expect_damaged(const char *text)
{
    struct erasure_ledger *ledger = NULL;
    struct error error;
    bool made;
    file_write(folder_path(LEDGER), text);
    if (erasure_ledger_open(folder_path(LEDGER), &ledger, &made, &error) == STATUS_OK)
        fail_msg("accepted: %s", text);
    assert_string_equal(error.code, "erasure_ledger_damaged");
    assert_null(ledger);
    char after[TEXT_BYTES];
    text_read(after);
    assert_string_equal(after, text); /* nothing is mended that is not known to be a crash */
}

struct seen {
    int64_t entries;
    size_t keys;
    struct erasure_mark mark;
};

static enum status see(void *context, const struct erasure *erasure, const struct erasure_mark *mark,
                       struct error *error)
{
    (void)error;
    struct seen *seen = context;
    seen->mark = *mark;
    if (erasure == NULL) {
        assert_int_equal(mark->entries, 0);
        return STATUS_OK;
    }
    assert_int_equal(erasure->at_us, 1000000);
    assert_int_equal(mark->entries, ++seen->entries);
    seen->keys += erasure->keys_count;
    return STATUS_OK;
}

static void what_is_appended_is_read_again(void **state)
{
    (void)state;
    struct error error;
    struct seen seen = {0};
    unlink(folder_path(LEDGER));
    struct erasure_ledger *ledger = ledger_open();
    record(ledger, 0);
    record(ledger, 3);
    struct erasure_mark last = record(ledger, ERASURE_KEYS_MAX);
    assert_int_equal(last.entries, 3);
    erasure_ledger_free(ledger);
    ledger = ledger_open();
    assert_int_equal(erasure_ledger_read(ledger, see, &seen, &error), STATUS_OK);
    assert_int_equal(seen.entries, 3);
    assert_int_equal(seen.keys, 3 + ERASURE_KEYS_MAX);
    assert_memory_equal(&seen.mark, &last, sizeof(last));
    struct stat found;
    assert_int_equal(stat(folder_path(LEDGER), &found), 0);
    assert_int_equal(found.st_mode & 07777, 0600);
    const struct erasure too_many = {.keys_count = ERASURE_KEYS_MAX + 1};
    assert_int_equal(erasure_ledger_append(ledger, &too_many, &last, &error), STATUS_TOO_LARGE);
    erasure_ledger_free(ledger);
}

static void every_altered_byte_is_found(void **state)
{
    (void)state;
    static char text[TEXT_BYTES];
    unlink(folder_path(LEDGER));
    struct erasure_ledger *ledger = ledger_open();
    record(ledger, 1);
    record(ledger, 0);
    erasure_ledger_free(ledger);
    size_t length = text_read(text);
    for (size_t i = 0; i + 1 < length; i++) {
        char good = text[i];
        text[i] = (char)(good ^ 1);
        expect_damaged(text);
        text[i] = good;
    }
}

static void lines_removed_swapped_or_repeated_are_found(void **state)
{
    (void)state;
    static char text[TEXT_BYTES], changed[TEXT_BYTES];
    char *lines[5];
    unlink(folder_path(LEDGER));
    struct erasure_ledger *ledger = ledger_open();
    for (int i = 0; i < 3; i++)
        record(ledger, 1);
    erasure_ledger_free(ledger);
    text_read(text);
    char *rest = text;
    for (int i = 0; i < 4; i++)
        lines[i] = strsep(&rest, "\n");
    static const int orders[][5] = {{1, 2, 3, -1},    {0, 2, 3, -1},    {0, 1, 3, -1},
                                    {0, 2, 1, 3, -1}, {0, 1, 1, 2, -1}, {0, 0, 1, -1}};
    for (size_t order = 0; order < sizeof(orders) / sizeof(orders[0]); order++) {
        size_t length = 0;
        for (int i = 0; orders[order][i] >= 0; i++)
            length += (size_t)snprintf(changed + length, sizeof(changed) - length, "%s\n", lines[orders[order][i]]);
        expect_damaged(changed);
    }
}

static void an_entry_that_a_crash_cut_is_taken_away(void **state)
{
    (void)state;
    static char text[TEXT_BYTES];
    struct error error;
    unlink(folder_path(LEDGER));
    struct erasure_ledger *ledger = ledger_open();
    struct erasure_mark first = record(ledger, 1);
    size_t whole = text_read(text);
    record(ledger, 1);
    size_t length = text_read(text);
    erasure_ledger_free(ledger);
    for (size_t cut = whole + 1; cut < length; cut++) {
        struct seen seen = {0};
        assert_int_equal(truncate(folder_path(LEDGER), (off_t)cut), 0);
        ledger = ledger_open();
        assert_int_equal(erasure_ledger_read(ledger, see, &seen, &error), STATUS_OK);
        assert_memory_equal(&seen.mark, &first, sizeof(first));
        assert_int_equal(record(ledger, 1).entries, 2); /* and what comes next follows it */
        erasure_ledger_free(ledger);
        if (text_read(text) != length)
            fail_msg("cut at %zu", cut);
    }
}

static void *write_often(void *unused)
{
    (void)unused;
    struct erasure_ledger *ledger = ledger_open();
    for (int i = 0; i < WRITES; i++)
        record(ledger, 2);
    erasure_ledger_free(ledger);
    return NULL;
}

static void several_who_write_at_once_make_one_chain(void **state)
{
    (void)state;
    struct error error;
    struct seen seen = {0};
    pthread_t writers[WRITERS];
    unlink(folder_path(LEDGER));
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&writers[i], NULL, write_often, NULL), 0);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i], NULL);
    struct erasure_ledger *ledger = ledger_open();
    assert_int_equal(erasure_ledger_read(ledger, see, &seen, &error), STATUS_OK);
    assert_int_equal(seen.entries, (int64_t)WRITERS * WRITES);
    erasure_ledger_free(ledger);
}

static void a_file_that_is_damaged_meanwhile_is_not_appended_to(void **state)
{
    (void)state;
    static char text[TEXT_BYTES];
    struct error error;
    struct erasure_mark mark;
    unlink(folder_path(LEDGER));
    struct erasure_ledger *ledger = ledger_open();
    record(ledger, 1);
    text_read(text);
    text[5] ^= 1;
    file_write(folder_path(LEDGER), text);
    const struct erasure erasure = {.subject_id = uuid_new()};
    assert_int_equal(erasure_ledger_append(ledger, &erasure, &mark, &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "erasure_ledger_damaged");
    erasure_ledger_free(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("what is appended is read again, in order", what_is_appended_is_read_again),
        RULE("every altered byte is found", every_altered_byte_is_found),
        RULE("lines that are removed, swapped or repeated are found", lines_removed_swapped_or_repeated_are_found),
        RULE("an entry that a crash cut is taken away", an_entry_that_a_crash_cut_is_taken_away),
        RULE("several who write at once make one chain", several_who_write_at_once_make_one_chain),
        RULE("a file that is damaged meanwhile is not appended to",
             a_file_that_is_damaged_meanwhile_is_not_appended_to),
    };
    return cmocka_run_group_tests_name("vault/erasure_ledger", tests, folder_make, folder_remove);
}
