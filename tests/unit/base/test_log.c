/* Tests of base/log.h, reading what was written from a pipe. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"

static int read_end, write_end;
static char lines[65536];

static int open_pipe(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    read_end = ends[0];
    write_end = ends[1];
    log_set_descriptor(write_end);
    log_set_level(LOG_INFO);
    return 0;
}

static int close_pipe(void **state)
{
    (void)state;
    log_set_descriptor(STDERR_FILENO);
    close(write_end);
    close(read_end);
    return 0;
}

/* Everything logged so far. A mark is written behind it, so that reading ends without closing the pipe. */
static char *logged(void)
{
    size_t length = 0;
    assert_int_equal(write(write_end, "\x04", 1), 1);
    while (length == 0 || lines[length - 1] != '\x04') {
        ssize_t got = read(read_end, lines + length, sizeof(lines) - length);
        assert_true(got > 0);
        length += (size_t)got;
    }
    lines[length - 1] = '\0';
    return lines;
}

/* The only line logged, behind its time. */
static const char *logged_line(void)
{
    char *text = logged();
    assert_int_equal(strncmp(text, "time=", 5), 0);
    char *space = strchr(text, ' ');
    assert_non_null(space);
    int64_t time_us;
    assert_int_equal(clock_parse_rfc3339(text + 5, (size_t)(space - text) - 5, &time_us), STATUS_OK);
    assert_true(clock_now_us() - time_us < 60 * CLOCK_US_PER_SECOND);
    char *newline = strchr(text, '\n');
    assert_non_null(newline);
    assert_string_equal(newline, "\n"); /* the first newline is the last byte */
    *newline = '\0';
    return space + 1;
}

static void a_line_has_time_level_event_and_fields(void **state)
{
    (void)state;
    struct uuid uuid;
    assert_int_equal(uuid_parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", 36, &uuid), STATUS_OK);
    log_event(LOG_WARNING, "batch.committed", log_int("events", -3), log_text("provider", "stripe"),
              log_uuid("request", &uuid), log_text("absent", NULL));
    assert_string_equal(logged_line(), "level=warning event=batch.committed events=-3 provider=stripe "
                                       "request=017f22e2-79b0-7cc3-98c4-dc0c0c07398f absent=-");
}

static void an_event_without_fields_is_a_line(void **state)
{
    (void)state;
    log_event(LOG_INFO, "ready");
    assert_string_equal(logged_line(), "level=info event=ready");
}

static void lines_below_the_level_are_dropped(void **state)
{
    (void)state;
    log_event(LOG_DEBUG, "hidden");
    log_set_level(LOG_ERROR);
    log_event(LOG_WARNING, "hidden");
    log_event(LOG_ERROR, "shown");
    assert_string_equal(logged_line(), "level=error event=shown");
}

static void a_value_can_not_forge_a_line_or_a_field(void **state)
{
    (void)state;
    log_event(LOG_INFO, "x", log_text("path", "/a\ntime=2026-01-01T00:00:00Z level=error event=forged"),
              log_text("quote", "\" admin=\"yes"), log_text("backslash", "\\\""), log_text("mark", "a\"b"),
              log_text("slash", "a\\b"), log_text("sign", "a=b"), log_text("empty", ""),
              log_text("bytes", "\r\t\x1b[2J\x7f\xc3\xa9"));
    assert_string_equal(logged_line(),
                        "level=info event=x path=\"/a\\x0atime=2026-01-01T00:00:00Z level=error event=forged\" "
                        "quote=\"\\x22 admin=\\x22yes\" backslash=\"\\x5c\\x22\" mark=\"a\\x22b\" slash=\"a\\x5cb\" "
                        "sign=\"a=b\" empty=\"\" "
                        "bytes=\"\\x0d\\x09\\x1b[2J\\x7f\\xc3\\xa9\"");
}

static void every_byte_leaves_one_printable_line(void **state)
{
    (void)state;
    for (int byte = 1; byte < 256; byte++) {
        const char value[] = {'a', (char)byte, 'b', '\0'};
        log_event(LOG_INFO, "x", log_text("value", value));
        for (const char *at = logged_line(); *at != '\0'; at++)
            assert_true(*at >= ' ' && *at < 0x7f);
    }
}

static void a_line_that_is_too_long_is_cut_at_a_field(void **state)
{
    (void)state;
    char longer[3000];
    memset(longer, 'a', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    log_event(LOG_INFO, "x", log_int("before", 1), log_text("longer", longer), log_int("after", 2));
    assert_string_equal(logged_line(), "level=info event=x before=1");
    memset(longer, '\n', 400); /* fits as it is, and not escaped */
    longer[400] = '\0';
    log_event(LOG_INFO, "x", log_int("before", 1), log_text("longer", longer));
    assert_string_equal(logged_line(), "level=info event=x before=1");
}

static void a_line_that_just_fits_is_whole(void **state)
{
    (void)state;
    char value[1024];
    size_t shown = 0;
    for (size_t length = 900; length < 1023; length++) {
        memset(value, 'a', length);
        value[length] = '\0';
        log_event(LOG_INFO, "x", log_text("v", value));
        const char *line = logged_line();
        if (strcmp(line, "level=info event=x") == 0)
            continue; /* did not fit */
        assert_int_equal(shown, length > 900 ? length - 1 : 0);
        shown = length;
        assert_string_equal(line + strlen("level=info event=x v="), value);
    }
    assert_true(shown > 900 && shown < 1020);
}

static void an_event_name_that_is_too_long_does_no_harm(void **state)
{
    (void)state;
    char longer[3000];
    memset(longer, 'e', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    log_event(LOG_INFO, longer, log_int("n", 1));
    assert_string_equal(logged_line(), "level=info n=1");
}

static void *write_lines(void *argument)
{
    for (int i = 0; i < 100; i++)
        log_event(LOG_INFO, "thread", log_text("name", argument), log_int("i", i));
    return NULL;
}

static void lines_of_several_threads_do_not_mix(void **state)
{
    (void)state;
    static char names[4][2] = {"a", "b", "c", "d"};
    pthread_t threads[4];
    int next[4] = {0};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, names[i]), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    char *line = logged();
    for (int count = 0; count < 400; count++) {
        char *newline = strchr(line, '\n');
        assert_non_null(newline);
        *newline = '\0';
        static const char before_name[] = " level=info event=thread name=";
        const char *event = strchr(line, ' ');
        assert_non_null(event);
        assert_int_equal(strncmp(event, before_name, strlen(before_name)), 0);
        char name = event[strlen(before_name)];
        assert_true(name >= 'a' && name <= 'd');
        char expected[32];
        snprintf(expected, sizeof(expected), "%c i=%d", name, next[name - 'a']++);
        assert_string_equal(event + strlen(before_name), expected);
        line = newline + 1;
    }
    assert_string_equal(line, "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_pipe, close_pipe)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_line_has_time_level_event_and_fields), TEST(an_event_without_fields_is_a_line),
        TEST(lines_below_the_level_are_dropped),      TEST(a_value_can_not_forge_a_line_or_a_field),
        TEST(every_byte_leaves_one_printable_line),   TEST(a_line_that_is_too_long_is_cut_at_a_field),
        TEST(a_line_that_just_fits_is_whole),         TEST(an_event_name_that_is_too_long_does_no_harm),
        TEST(lines_of_several_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
