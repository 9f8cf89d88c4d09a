/* What include/akkoord/pg/connection.h promises, against a real server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/pg/connection.h"
#include "database.h"

static struct embedded *embedded;
static struct pg_connection *connection;
static struct arena *arena;
static struct error error;

static const struct pg_statement ONE = {"test.one", "SELECT 1"};
static const struct pg_statement INSERT = {"test.insert", "INSERT INTO t (id, note) VALUES ($1, $2)"};
static const struct pg_statement COUNT = {"test.count", "SELECT count(*) FROM t"};

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return pg_execute_script(connection,
                             "CREATE TEMPORARY TABLE IF NOT EXISTS t (id bigint PRIMARY KEY, note text "
                             "CONSTRAINT note_short CHECK (length(note) < 9)); TRUNCATE t",
                             &error) == STATUS_OK
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct pg_params *row(int64_t id, const char *note)
{
    struct pg_params *params = ARENA_NEW(arena, struct pg_params);
    pg_params_init(params, arena);
    pg_params_add_int64(params, id);
    pg_params_add_text(params, note);
    return params;
}

static int64_t count(void)
{
    struct pg_result *result;
    int64_t rows;
    assert_int_equal(pg_execute(connection, &COUNT, NULL, &result, &error), STATUS_OK);
    rows = pg_get_int64(result, 0, 0);
    pg_result_free(result);
    return rows;
}

static void every_type_comes_back_as_it_went(void **state)
{
    static const struct pg_statement ECHO_VALUES = {"test.echo",
                                                    "SELECT $1::text, $2::uuid, $3::bigint, $4::boolean, $5::bytea, "
                                                    "$6::timestamptz, $7::date, $8::uuid, $9::smallint, "
                                                    "'{\"a\": 1}'::jsonb, $6::timestamptz::text, $7::date::text"};
    struct uuid uuid = uuid_new();
    struct uuid got;
    struct pg_params params;
    struct pg_result *result;
    size_t length;
    (void)state;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, "caf\xc3\xa9");
    pg_params_add_uuid(&params, &uuid);
    pg_params_add_int64(&params, INT64_MIN);
    pg_params_add_bool(&params, true);
    pg_params_add_bytes(&params, "\0\xff", 2);
    pg_params_add_time(&params, INT64_C(-1));
    pg_params_add_date(&params, -1);
    pg_params_add_uuid(&params, NULL);
    pg_params_add_text(&params, "-7");
    assert_int_equal(pg_execute(connection, &ECHO_VALUES, &params, &result, &error), STATUS_OK);
    assert_string_equal(pg_get_text(result, 0, 0), "caf\xc3\xa9");
    got = pg_get_uuid(result, 0, 1);
    assert_true(uuid_equal(&got, &uuid));
    assert_true(pg_get_int64(result, 0, 2) == INT64_MIN);
    assert_true(pg_get_bool(result, 0, 3));
    assert_memory_equal(pg_get_bytes(result, 0, 4, &length), "\0\xff", 2);
    assert_int_equal(length, 2);
    assert_int_equal(pg_get_time(result, 0, 5), -1);
    assert_int_equal(pg_get_date(result, 0, 6), -1);
    assert_true(pg_is_null(result, 0, 7));
    got = pg_get_optional_uuid(result, 0, 7);
    assert_true(uuid_is_nil(&got));
    assert_int_equal(pg_get_int64(result, 0, 8), -7);
    assert_string_equal(pg_get_text(result, 0, 9), "{\"a\": 1}");
    assert_string_equal(pg_get_text(result, 0, 10), "1969-12-31 23:59:59.999999+00");
    assert_string_equal(pg_get_text(result, 0, 11), "1969-12-31");
    pg_result_free(result);
}

static void arrays_unnest_with_their_nulls(void **state)
{
    static const struct pg_statement UNNEST = {
        "test.unnest", "SELECT a, b, c, d, e, f, g FROM unnest($1, $2, $3, $4, $5, $6, $7) AS u (a, b, c, d, e, f, g)"};
    struct uuid uuid = uuid_new();
    struct pg_params params;
    struct pg_result *result;
    struct pg_array *arrays[7];
    size_t length;
    (void)state;
    pg_params_init(&params, arena);
    for (int i = 0; i < 7; i++)
        arrays[i] = pg_array_begin(&params, (enum pg_type)((int)PG_TEXT_ARRAY + i));
    for (int64_t i = 0; i < 100; i++) {
        pg_array_add_text(arrays[0], i == 1 ? NULL : "a text of some length");
        pg_array_add_uuid(arrays[1], i == 1 ? NULL : &uuid);
        pg_array_add_int64(arrays[2], i);
        pg_array_add_bool(arrays[3], i % 2 == 0);
        pg_array_add_bytes(arrays[4], "\0", i == 2 ? 0 : 1);
        pg_array_add_time(arrays[5], i);
        pg_array_add_date(arrays[6], i);
    }
    for (int i = 0; i < 7; i++)
        pg_array_end(arrays[i]);
    assert_int_equal(pg_execute(connection, &UNNEST, &params, &result, &error), STATUS_OK);
    assert_int_equal(pg_result_rows(result), 100);
    assert_null(pg_get_text(result, 1, 0));
    assert_true(pg_is_null(result, 1, 1));
    assert_true(pg_is_null(result, 0, 5));
    assert_string_equal(pg_get_text(result, 99, 0), "a text of some length");
    assert_int_equal(pg_get_int64(result, 99, 2), 99);
    assert_false(pg_get_bool(result, 99, 3));
    assert_non_null(pg_get_bytes(result, 2, 4, &length));
    assert_int_equal(length, 0);
    assert_int_equal(pg_get_time(result, 99, 5), 99);
    assert_int_equal(pg_get_date(result, 99, 6), 99);
    pg_result_free(result);
}

static void an_empty_array_is_no_rows(void **state)
{
    static const struct pg_statement UNNEST = {"test.unnest_empty", "SELECT * FROM unnest($1)"};
    struct pg_params params;
    struct pg_result *result;
    (void)state;
    pg_params_init(&params, arena);
    pg_array_end(pg_array_begin(&params, PG_INT64_ARRAY));
    assert_int_equal(pg_execute(connection, &UNNEST, &params, &result, &error), STATUS_OK);
    assert_int_equal(pg_result_rows(result), 0);
    pg_result_free(result);
}

static void a_broken_constraint_is_named_and_no_value_is_told(void **state)
{
    (void)state;
    assert_int_equal(pg_execute(connection, &INSERT, row(1, "canary"), NULL, &error), STATUS_OK);
    assert_int_equal(pg_execute(connection, &INSERT, row(1, "canary"), NULL, &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "unique_violation");
    assert_string_equal(error.field, "t_pkey");
    assert_int_equal(pg_execute(connection, &INSERT, row(2, "canary too long"), NULL, &error), STATUS_INVALID);
    assert_string_equal(error.code, "check_violation");
    assert_string_equal(error.field, "note_short");
    assert_null(strstr(error.detail, "canary"));
    assert_string_equal(pg_last_sqlstate(connection), "23514");
}

static void a_batch_is_all_or_nothing_and_says_which_failed(void **state)
{
    struct pg_batch_item items[] = {
        {.statement = &INSERT, .params = row(1, "a")},
        {.statement = &INSERT, .params = row(2, "b")},
        {.statement = &INSERT, .params = row(1, "c")},
        {.statement = &COUNT},
    };
    size_t failed;
    (void)state;
    assert_int_equal(pg_execute_batch(connection, items, 4, &failed, &error), STATUS_CONFLICT);
    assert_int_equal(failed, 2);
    pg_batch_release(items, 4);
    assert_int_equal(count(), 0);
    items[2].params = row(3, "c");
    assert_int_equal(pg_execute_batch(connection, items, 4, &failed, &error), STATUS_OK);
    assert_int_equal(pg_get_int64(items[3].result, 0, 0), 3);
    assert_int_equal(pg_result_affected(items[0].result), 1);
    pg_batch_release(items, 4);
}

static void a_transaction_may_begin_and_end_inside_batches(void **state)
{
    struct pg_batch_item first[] = {{.statement = &pg_statement_begin}, {.statement = &INSERT, .params = row(1, "a")}};
    struct pg_batch_item second[] = {{.statement = &INSERT, .params = row(2, "b")},
                                     {.statement = &pg_statement_commit}};
    (void)state;
    assert_int_equal(pg_execute_batch(connection, first, 2, NULL, &error), STATUS_OK);
    assert_true(pg_in_transaction(connection));
    pg_batch_release(first, 2);
    assert_int_equal(pg_execute_batch(connection, second, 2, NULL, &error), STATUS_OK);
    assert_false(pg_in_transaction(connection));
    pg_batch_release(second, 2);
    assert_int_equal(count(), 2);
}

static void a_failed_transaction_does_not_commit(void **state)
{
    (void)state;
    assert_int_equal(pg_begin(connection, &error), STATUS_OK);
    assert_int_equal(pg_execute(connection, &INSERT, row(1, "a"), NULL, &error), STATUS_OK);
    assert_int_equal(pg_execute(connection, &INSERT, row(1, "a"), NULL, &error), STATUS_CONFLICT);
    assert_int_equal(pg_commit(connection, &error), STATUS_INTERNAL);
    assert_false(pg_in_transaction(connection));
    assert_int_equal(count(), 0);
}

static void a_large_batch_does_not_block_itself(void **state)
{
    static const struct pg_statement BOUNCE = {"test.bounce", "SELECT $1::bytea, repeat('x', 1000000)"};
    struct pg_batch_item items[16];
    char *bytes = arena_alloc_zero(arena, 1, 1000000);
    (void)state;
    for (size_t i = 0; i < 16; i++) {
        struct pg_params *params = ARENA_NEW(arena, struct pg_params);
        pg_params_init(params, arena);
        pg_params_add_bytes(params, bytes, 1000000);
        items[i] = (struct pg_batch_item){.statement = &BOUNCE, .params = params};
    }
    pg_set_call_timeout_ms(connection, 120000); /* where it blocks, it does so for ever */
    assert_int_equal(pg_execute_batch(connection, items, 16, NULL, &error), STATUS_OK);
    pg_batch_release(items, 16);
    pg_set_call_timeout_ms(connection, 0);
}

static void a_statement_that_takes_too_long_is_ended_and_the_session_stays(void **state)
{
    static const struct pg_statement SLEEP = {"test.sleep", "SELECT pg_sleep(30)"};
    int64_t began_us = clock_monotonic_us();
    (void)state;
    pg_set_call_timeout_ms(connection, 500);
    assert_int_equal(pg_execute(connection, &SLEEP, NULL, NULL, &error), STATUS_UNAVAILABLE);
    assert_true(clock_monotonic_us() - began_us < 20000000);
    assert_string_equal(pg_last_sqlstate(connection), "57014");
    assert_true(pg_is_connected(connection));
    pg_set_call_timeout_ms(connection, 0);
    assert_int_equal(pg_execute(connection, &ONE, NULL, NULL, &error), STATUS_OK);
}

static void a_server_that_never_answers_costs_no_more_than_the_time_limit(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char url[128];
    struct pg_options options = {.url = url, .connect_timeout_ms = 300};
    struct pg_connection *silent;
    int64_t began_us;
    (void)state;
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    (void)snprintf(url, sizeof(url), "hostaddr=127.0.0.1 port=%d user=a password=hunter2", ntohs(address.sin_port));
    silent = pg_connection_new(&options);
    began_us = clock_monotonic_us();
    assert_int_equal(pg_execute(silent, &ONE, NULL, NULL, &error), STATUS_UNAVAILABLE);
    assert_true(clock_monotonic_us() - began_us < 4000000); /* without a limit of its own it is 5 s */
    assert_null(strstr(error.detail, "hunter2"));
    /* Before its pause is over nothing is tried; on a slow machine it may be over already, and is longer the next time.
     */
    bool at_once = false;
    for (int i = 0; i < 10 && !at_once; i++) {
        began_us = clock_monotonic_us();
        assert_int_equal(pg_execute(silent, &ONE, NULL, NULL, &error), STATUS_UNAVAILABLE);
        at_once = clock_monotonic_us() - began_us < 100000;
    }
    assert_true(at_once);
    pg_connection_free(silent);
    (void)close(listener);
}

static void a_lost_session_is_replaced_but_not_inside_a_transaction(void **state)
{
    static const struct pg_statement END = {"test.end", "SELECT pg_terminate_backend(pg_backend_pid())"};
    (void)state;
    assert_int_equal(pg_execute(connection, &END, NULL, NULL, &error), STATUS_UNAVAILABLE);
    assert_int_equal(pg_execute(connection, &ONE, NULL, NULL, &error), STATUS_OK);
    assert_int_equal(pg_begin(connection, &error), STATUS_OK);
    assert_int_equal(pg_execute(connection, &END, NULL, NULL, &error), STATUS_UNAVAILABLE);
    assert_int_equal(pg_execute(connection, &ONE, NULL, NULL, &error), STATUS_UNAVAILABLE);
    assert_int_equal(pg_commit(connection, &error), STATUS_UNAVAILABLE);
    assert_false(pg_in_transaction(connection));
    assert_int_equal(pg_execute(connection, &ONE, NULL, NULL, &error), STATUS_OK);
}

/* ---- whose rows ---- */

static const struct pg_statement WHOSE = {"test.whose", "SELECT current_setting('akkoord.customer_id', true)"};
static const struct pg_statement FAIL = {"test.fail", "SELECT 1 / (length(current_setting('server_version')) - "
                                                      "length(current_setting('server_version')))"};

/* What the session answers that it was told: an id, "" or, on a session that never was, also "". */
static void assert_whose(const struct uuid *expected)
{
    char text[UUID_TEXT_BYTES] = "";
    struct pg_result *result;
    if (expected)
        (void)uuid_format(expected, text);
    assert_int_equal(pg_execute(connection, &WHOSE, NULL, &result, &error), STATUS_OK);
    assert_string_equal(pg_is_null(result, 0, 0) ? "" : pg_get_text(result, 0, 0), text);
    pg_result_free(result);
}

static void a_statement_runs_for_the_customer_named_last_and_for_nobody_else(void **state)
{
    struct uuid first = uuid_new();
    struct uuid second = uuid_new();
    (void)state;
    assert_whose(NULL);
    pg_set_customer(connection, &first);
    assert_whose(&first);
    assert_whose(&first);
    pg_set_customer(connection, &second);
    pg_set_customer(connection, &first);
    pg_set_customer(connection, &second);
    assert_whose(&second);
    pg_set_customer(connection, NULL);
    assert_whose(NULL);
}

static void whose_rows_they_are_outlives_failures_and_rollbacks(void **state)
{
    struct uuid first = uuid_new();
    struct uuid second = uuid_new();
    struct pg_batch_item items[] = {{.statement = &ONE}, {.statement = &FAIL}, {.statement = &ONE}};
    size_t failed;
    (void)state;
    pg_set_customer(connection, &first);
    assert_int_not_equal(pg_execute_batch(connection, items, 3, &failed, &error), STATUS_OK);
    assert_int_equal(failed, 1);
    pg_batch_release(items, 3);
    assert_whose(&first);

    /* Alone: what fails takes with it what the session was told. */
    pg_set_customer(connection, &second);
    assert_int_not_equal(pg_execute(connection, &FAIL, NULL, NULL, &error), STATUS_OK);
    assert_whose(&second);
    pg_set_customer(connection, &first);
    assert_int_not_equal(pg_execute(connection, &FAIL, NULL, NULL, &error), STATUS_OK);
    pg_set_customer(connection, &second);
    assert_whose(&second);
    assert_int_not_equal(pg_execute(connection, &FAIL, NULL, NULL, &error), STATUS_OK);
    pg_set_customer(connection, NULL);
    assert_int_not_equal(pg_execute(connection, &FAIL, NULL, NULL, &error), STATUS_OK);
    assert_whose(NULL);

    pg_set_customer(connection, &second);
    assert_int_equal(pg_begin(connection, &error), STATUS_OK);
    assert_whose(&second);
    pg_rollback(connection);
    assert_whose(&second);

    pg_set_customer(connection, &first);
    assert_int_equal(pg_begin(connection, &error), STATUS_OK);
    assert_int_not_equal(pg_execute(connection, &FAIL, NULL, NULL, &error), STATUS_OK);
    pg_rollback(connection);
    assert_whose(&first);

    /* A transaction that must begin with nothing before it. */
    pg_set_customer(connection, &second);
    assert_int_equal(pg_begin_snapshot(connection, &error), STATUS_OK);
    assert_whose(&second);
    pg_rollback(connection);
    pg_set_customer(connection, NULL);
    assert_whose(NULL);
}

static void a_new_session_is_nobodys_until_told(void **state)
{
    static const struct pg_statement END = {"test.end", "SELECT pg_terminate_backend(pg_backend_pid())"};
    struct uuid customer = uuid_new();
    (void)state;
    pg_set_customer(connection, &customer);
    assert_whose(&customer);
    assert_int_equal(pg_execute(connection, &END, NULL, NULL, &error), STATUS_UNAVAILABLE);
    assert_whose(&customer);
    pg_disconnect(connection);
    pg_set_customer(connection, NULL);
    assert_whose(NULL);
}

static void a_script_runs_for_no_customer(void **state)
{
    struct uuid customer = uuid_new();
    (void)state;
    pg_set_customer(connection, &customer);
    assert_int_equal(pg_execute_script(connection, "SELECT 1", &error), STATUS_INTERNAL);
    assert_whose(&customer);
    pg_set_customer(connection, NULL);
    assert_int_equal(pg_execute_script(connection, "SELECT 1", &error), STATUS_INTERNAL);
    assert_whose(NULL);
    assert_int_equal(pg_execute_script(connection, "SELECT 1", &error), STATUS_OK);
}

static void a_session_takes_on_a_role_that_its_login_is_in_and_no_other(void **state)
{
    static const struct pg_statement ROLE = {"test.role", "SELECT current_user::text, session_user::text"};
    struct pg_options options = {.url = embedded_url(embedded, EMBEDDED_SERVER), .role = "akkoord_server"};
    struct pg_connection *server = pg_connection_new(&options);
    struct pg_result *result;
    (void)state;
    assert_int_equal(pg_execute(server, &ROLE, NULL, &result, &error), STATUS_OK);
    assert_string_equal(pg_get_text(result, 0, 0), "akkoord_server");
    assert_string_equal(pg_get_text(result, 0, 1), "akkoord_server_login");
    pg_result_free(result);
    pg_connection_free(server);
    options.role = "akkoord_worker";
    server = pg_connection_new(&options);
    assert_int_not_equal(pg_execute(server, &ONE, NULL, NULL, &error), STATUS_OK);
    assert_string_equal(pg_last_sqlstate(server), "42501");
    assert_false(pg_is_connected(server));
    pg_connection_free(server);
}

static void the_user_of_a_connection_string_is_found(void **state)
{
    char user[PG_ROLE_BYTES];
    (void)state;
    assert_int_equal(pg_url_user("postgresql://some%20one:x@h/d", user, &error), STATUS_OK);
    assert_string_equal(user, "some one");
    assert_int_equal(pg_url_user("host=h user='a b'", user, &error), STATUS_OK);
    assert_string_equal(user, "a b");
    assert_int_equal(pg_url_user("postgresql://h:port/d", user, &error), STATUS_OK);
    assert_int_equal(pg_url_user("host=h user", user, &error), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_type_comes_back_as_it_went, set_up, tear_down),
        cmocka_unit_test_setup_teardown(arrays_unnest_with_their_nulls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_array_is_no_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_constraint_is_named_and_no_value_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_batch_is_all_or_nothing_and_says_which_failed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_transaction_may_begin_and_end_inside_batches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failed_transaction_does_not_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_large_batch_does_not_block_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_statement_that_takes_too_long_is_ended_and_the_session_stays, set_up,
                                        tear_down),
        cmocka_unit_test(a_server_that_never_answers_costs_no_more_than_the_time_limit),
        cmocka_unit_test(a_lost_session_is_replaced_but_not_inside_a_transaction),
        cmocka_unit_test(a_statement_runs_for_the_customer_named_last_and_for_nobody_else),
        cmocka_unit_test(whose_rows_they_are_outlives_failures_and_rollbacks),
        cmocka_unit_test(a_new_session_is_nobodys_until_told),
        cmocka_unit_test(a_script_runs_for_no_customer),
        cmocka_unit_test(a_session_takes_on_a_role_that_its_login_is_in_and_no_other),
        cmocka_unit_test(the_user_of_a_connection_string_is_found),
    };
    struct pg_options options = {0};
    int failed;
    (void)test_folder_make();
    embedded = test_open();
    options.url = embedded_url(embedded, EMBEDDED_OWNER);
    connection = pg_connection_new(&options);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    pg_connection_free(connection);
    embedded_close(embedded);
    test_folder_remove();
    return failed;
}
