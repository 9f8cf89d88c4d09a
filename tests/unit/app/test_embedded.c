/* The embedded cluster survives whatever is killed, and is used by several processes at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "akkoord/pg/connection.h"
#include "database.h"

#define STEP_US   20000
#define SETTLE_US 300000
#define STEPS_MAX 1000

static const char *folder;
static const struct pg_statement ONE = {"test.one", "SELECT 1"};

static bool answers(const struct embedded *embedded, enum embedded_role role)
{
    struct pg_options options = {.url = embedded_url(embedded, role)};
    struct pg_connection *connection = pg_connection_new(&options);
    struct error error;
    bool good = pg_execute(connection, &ONE, NULL, NULL, &error) == STATUS_OK;
    pg_connection_free(connection);
    return good;
}

static bool is_alive(int pid)
{
    return pid > 1 && kill(pid, 0) == 0;
}

/* A process that opens the cluster, says so through the pipe, and stays until it is killed. */
static pid_t open_elsewhere(int *told)
{
    int ends[2];
    pid_t child;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    child = fork();
    if (child == 0) {
        struct embedded *embedded;
        /* It must not outlive a test that fails. */
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        embedded = test_open();
        if (write(ends[1], "x", 1) != 1)
            _exit(1);
        (void)pause();
        embedded_close(embedded);
        _exit(0);
    }
    assert_true(child > 0);
    (void)close(ends[1]);
    *told = ends[0];
    return child;
}

static void wait_until_told(int told)
{
    char byte;
    assert_int_equal(read(told, &byte, 1), 1);
    (void)close(told);
}

static void kill_and_reap(pid_t child)
{
    (void)kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void a_kill_at_any_moment_of_the_first_start_is_mended_by_the_next(void **state)
{
    struct embedded *embedded;
    (void)state;
    for (useconds_t after_us = 10000; after_us < 1200000; after_us = after_us * 3 / 2) {
        int told;
        pid_t child = open_elsewhere(&told);
        (void)usleep(after_us);
        kill_and_reap(child);
        (void)close(told);
    }
    embedded = test_open();
    assert_true(answers(embedded, EMBEDDED_OWNER));
    assert_true(answers(embedded, EMBEDDED_SERVER));
    assert_true(answers(embedded, EMBEDDED_RETENTION));
    assert_true(answers(embedded, EMBEDDED_AUDITOR));
    embedded_close(embedded);
    assert_int_equal(test_postmaster_pid(), 0);
}

static void what_initdb_left_when_it_was_killed_is_removed(void **state)
{
    char path[256];
    (void)state;
    (void)snprintf(path, sizeof(path), "%s/data/postgres.new-abcdef", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof(path), "%s/data/postgres.new-abcdef/base", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    embedded_close(test_open());
    (void)snprintf(path, sizeof(path), "%s/data/postgres.new-abcdef", folder);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void a_postmaster_left_by_a_kill_is_adopted(void **state)
{
    int told;
    pid_t child = open_elsewhere(&told);
    struct embedded *embedded;
    int left;
    (void)state;
    wait_until_told(told);
    left = test_postmaster_pid();
    kill_and_reap(child);
    embedded = test_open();
    assert_int_equal(test_postmaster_pid(), left);
    assert_true(answers(embedded, EMBEDDED_SERVER));
    embedded_close(embedded);
    assert_int_equal(test_postmaster_pid(), 0);
}

static void the_last_one_out_stops_the_cluster(void **state)
{
    int told;
    pid_t child = open_elsewhere(&told);
    struct embedded *embedded = test_open();
    int pid;
    (void)state;
    wait_until_told(told);
    pid = test_postmaster_pid();
    embedded_close(embedded);
    assert_true(is_alive(pid));
    assert_int_equal(test_postmaster_pid(), pid);
    kill_and_reap(child);
    embedded_close(test_open());
    assert_int_equal(test_postmaster_pid(), 0);
}

static void a_killed_postmaster_is_started_again_by_the_supervisor(void **state)
{
    struct embedded *embedded = test_open();
    (void)state;
    embedded_supervise(embedded);
    for (int round = 0; round < 3; round++) {
        int before = test_postmaster_pid();
        int steps = 0;
        assert_int_equal(kill(before, SIGKILL), 0);
        while ((test_postmaster_pid() == before || !answers(embedded, EMBEDDED_SERVER)) && steps++ < STEPS_MAX)
            (void)usleep(STEP_US);
        assert_true(steps < STEPS_MAX);
        assert_int_not_equal(test_postmaster_pid(), before);
        (void)usleep(SETTLE_US);
    }
    embedded_close(embedded);
    assert_int_equal(test_postmaster_pid(), 0);
}

static void a_pid_that_belongs_to_somebody_else_now_does_not_block_the_start(void **state)
{
    char path[256];
    char line[32];
    int file;
    int length = snprintf(line, sizeof(line), "%d\n", (int)getpid());
    (void)state;
    (void)snprintf(path, sizeof(path), "%s/data/postgres/postmaster.pid", folder);
    file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(file, line, (size_t)length), length);
    (void)close(file);
    embedded_close(test_open());
    assert_int_equal(test_postmaster_pid(), 0);
}

static void a_path_too_long_for_a_socket_gets_a_short_one_that_is_kept(void **state)
{
    char path[256];
    char first_url[256];
    char socket_dir[128] = "";
    struct embedded *embedded;
    struct error error;
    (void)state;
    (void)snprintf(path, sizeof(path), "%s/%0120d, 'quoted'", folder, 7);
    assert_int_equal(embedded_open(path, &embedded, &error), STATUS_OK);
    assert_true(answers(embedded, EMBEDDED_SERVER));
    (void)snprintf(first_url, sizeof(first_url), "%s", embedded_url(embedded, EMBEDDED_SERVER));
    embedded_close(embedded);
    assert_int_equal(embedded_open(path, &embedded, &error), STATUS_OK);
    assert_true(answers(embedded, EMBEDDED_SERVER));
    assert_string_equal(embedded_url(embedded, EMBEDDED_SERVER), first_url);
    embedded_close(embedded);
    assert_int_equal(memcmp(first_url, "host='/", 7), 0);
    memcpy(socket_dir, first_url + 6, strcspn(first_url + 6, "'"));
    assert_int_equal(rmdir(socket_dir), 0);
}

static void the_servers_role_owns_nothing(void **state)
{
    static const struct pg_statement MAKE_TABLE = {"test.make", "CREATE TABLE mine (id integer)"};
    static const struct pg_statement MAKE_ROLE = {"test.role", "CREATE ROLE more"};
    struct embedded *embedded = test_open();
    struct pg_options options = {.url = embedded_url(embedded, EMBEDDED_SERVER)};
    struct pg_connection *connection = pg_connection_new(&options);
    struct error error;
    (void)state;
    assert_int_equal(pg_execute(connection, &MAKE_TABLE, NULL, NULL, &error), STATUS_INTERNAL);
    assert_int_equal(pg_execute(connection, &MAKE_ROLE, NULL, NULL, &error), STATUS_INTERNAL);
    assert_string_equal(pg_last_sqlstate(connection), "42501");
    pg_connection_free(connection);
    embedded_close(embedded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_at_any_moment_of_the_first_start_is_mended_by_the_next),
        cmocka_unit_test(what_initdb_left_when_it_was_killed_is_removed),
        cmocka_unit_test(a_postmaster_left_by_a_kill_is_adopted),
        cmocka_unit_test(the_last_one_out_stops_the_cluster),
        cmocka_unit_test(a_killed_postmaster_is_started_again_by_the_supervisor),
        cmocka_unit_test(a_pid_that_belongs_to_somebody_else_now_does_not_block_the_start),
        cmocka_unit_test(a_path_too_long_for_a_socket_gets_a_short_one_that_is_kept),
        cmocka_unit_test(the_servers_role_owns_nothing),
    };
    int failed;
    folder = test_folder_make();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_folder_remove();
    return failed;
}
