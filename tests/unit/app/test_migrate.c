/* Migrations are applied once, in order, and a database that differs from the program is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "akkoord/app/migrate.h"
#include "database.h"

#define MIGRATORS 4

static const struct pg_migration GOOD[] = {
    {1, "first",
     "CREATE TABLE akkoord.thing (id integer PRIMARY KEY); INSERT INTO akkoord.thing VALUES (1);"
     "SELECT pg_sleep(0.2)"},
    {2, "second", "INSERT INTO akkoord.thing VALUES (2)"},
    {3, "third", "INSERT INTO akkoord.thing VALUES (3); GRANT SELECT ON akkoord.thing TO akkoord_server"},
};
static const struct pg_migration CHANGED[] = {
    {1, "first", "CREATE TABLE akkoord.thing (id bigint PRIMARY KEY)"},
    {2, "second", "INSERT INTO akkoord.thing VALUES (2)"},
    {3, "third", "INSERT INTO akkoord.thing VALUES (3); GRANT SELECT ON akkoord.thing TO akkoord_server"},
};
static const struct pg_migration FAILING[] = {
    {1, "first", "CREATE TABLE akkoord.half (id integer); INSERT INTO akkoord.nowhere VALUES (1)"},
};
static const struct pg_migration COMMITTING[] = {
    {1, "first", "CREATE TABLE akkoord.half (id integer); COMMIT"},
};
static const struct pg_statement COUNT_THINGS = {"test.count", "SELECT count(*) FROM akkoord.thing"};
static const struct pg_statement HAS_HALF = {"test.half", "SELECT to_regclass('akkoord.half') IS NOT NULL"};

#define SET(migrations, number) ((struct migration_set){(migrations), (number)})

static struct embedded *embedded;
static struct error error;

static struct pg_connection *connect_as(enum embedded_role role)
{
    struct pg_options options = {.url = embedded_url(embedded, role)};
    return pg_connection_new(&options);
}

static enum status run(struct migration_set set, size_t *applied)
{
    struct pg_connection *connection = connect_as(EMBEDDED_OWNER);
    enum status status = migrate_run(connection, set, applied, &error);
    pg_connection_free(connection);
    return status;
}

static enum status check(enum embedded_role role, struct migration_set set)
{
    struct pg_connection *connection = connect_as(role);
    enum status status = migrate_check_server(connection, "akkoord_server", set, &error);
    pg_connection_free(connection);
    return status;
}

static void a_server_without_schema_is_told_to_migrate(void **state)
{
    (void)state;
    assert_int_equal(check(EMBEDDED_SERVER, SET(GOOD, 3)), STATUS_CONFLICT);
    assert_string_equal(error.code, "schema_older");
}

static void a_failing_migration_leaves_nothing_behind(void **state)
{
    struct pg_connection *connection = connect_as(EMBEDDED_OWNER);
    struct pg_result *result;
    size_t applied;
    (void)state;
    assert_int_equal(run(SET(FAILING, 1), &applied), STATUS_INTERNAL);
    assert_int_equal(applied, 0);
    assert_non_null(strstr(error.detail, "0001_first"));
    assert_int_equal(pg_execute(connection, &HAS_HALF, NULL, &result, &error), STATUS_OK);
    assert_false(pg_get_bool(result, 0, 0));
    pg_result_free(result);
    pg_connection_free(connection);
}

static void *migrate_beside(void *applied)
{
    struct pg_connection *connection = connect_as(EMBEDDED_OWNER);
    struct error own_error;
    enum status status = migrate_run(connection, SET(GOOD, 2), applied, &own_error);
    pg_connection_free(connection);
    return status == STATUS_OK ? applied : NULL;
}

static void four_at_once_apply_each_migration_once(void **state)
{
    pthread_t threads[MIGRATORS];
    size_t applied[MIGRATORS];
    size_t sum = 0;
    (void)state;
    for (size_t i = 0; i < MIGRATORS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, migrate_beside, &applied[i]), 0);
    for (size_t i = 0; i < MIGRATORS; i++) {
        void *good;
        assert_int_equal(pthread_join(threads[i], &good), 0);
        assert_non_null(good);
        sum += applied[i];
    }
    assert_int_equal(sum, 2);
}

static void only_what_is_missing_is_applied(void **state)
{
    struct pg_connection *connection = connect_as(EMBEDDED_OWNER);
    struct pg_result *result;
    size_t applied;
    (void)state;
    assert_int_equal(run(SET(GOOD, 3), &applied), STATUS_OK);
    assert_int_equal(applied, 1);
    assert_int_equal(run(SET(GOOD, 3), &applied), STATUS_OK);
    assert_int_equal(applied, 0);
    assert_int_equal(pg_execute(connection, &COUNT_THINGS, NULL, &result, &error), STATUS_OK);
    assert_int_equal(pg_get_int64(result, 0, 0), 3);
    pg_result_free(result);
    pg_connection_free(connection);
}

static void a_newer_database_is_refused(void **state)
{
    (void)state;
    assert_int_equal(run(SET(GOOD, 2), NULL), STATUS_CONFLICT);
    assert_string_equal(error.code, "schema_newer");
    assert_int_equal(check(EMBEDDED_SERVER, SET(GOOD, 2)), STATUS_CONFLICT);
    assert_string_equal(error.code, "schema_newer");
}

static void another_text_under_an_applied_number_is_refused(void **state)
{
    (void)state;
    assert_int_equal(run(SET(CHANGED, 3), NULL), STATUS_CONFLICT);
    assert_string_equal(error.code, "migration_changed");
    assert_int_equal(check(EMBEDDED_SERVER, SET(CHANGED, 3)), STATUS_CONFLICT);
    assert_string_equal(error.code, "migration_changed");
}

static void a_server_serves_only_as_itself(void **state)
{
    (void)state;
    assert_int_equal(check(EMBEDDED_SERVER, SET(GOOD, 3)), STATUS_OK);
    assert_int_equal(check(EMBEDDED_OWNER, SET(GOOD, 3)), STATUS_FORBIDDEN);
    assert_string_equal(error.code, "role_too_mighty");
    assert_int_equal(check(EMBEDDED_AUDITOR, SET(GOOD, 3)), STATUS_FORBIDDEN);
    assert_string_equal(error.code, "role_missing");
}

static void a_membership_that_can_not_be_granted_is_explained(void **state)
{
    struct pg_connection *connection = connect_as(EMBEDDED_OWNER);
    (void)state;
    assert_int_equal(migrate_grant_membership(connection, "akkoord_server", "akkoord_server_login", &error), STATUS_OK);
    assert_int_equal(migrate_grant_membership(connection, "akkoord_server", "akkoord_auditor_login", &error),
                     STATUS_FORBIDDEN);
    assert_non_null(strstr(error.detail, "GRANT akkoord_server TO \"akkoord_auditor_login\""));
    assert_int_equal(migrate_grant_membership(connection, "akkoord_server", "nobody at all", &error), STATUS_NOT_FOUND);
    pg_connection_free(connection);
}

static void a_migration_that_ends_its_transaction_is_refused(void **state)
{
    struct pg_migration with_commit[4];
    (void)state;
    memcpy(with_commit, GOOD, sizeof(GOOD));
    with_commit[3] = COMMITTING[0];
    with_commit[3].version = 4;
    assert_int_equal(run(SET(with_commit, 4), NULL), STATUS_INTERNAL);
    assert_string_equal(error.code, "migration_ends_transaction");
    assert_int_equal(check(EMBEDDED_SERVER, SET(GOOD, 3)), STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_without_schema_is_told_to_migrate),
        cmocka_unit_test(a_failing_migration_leaves_nothing_behind),
        cmocka_unit_test(four_at_once_apply_each_migration_once),
        cmocka_unit_test(only_what_is_missing_is_applied),
        cmocka_unit_test(a_newer_database_is_refused),
        cmocka_unit_test(another_text_under_an_applied_number_is_refused),
        cmocka_unit_test(a_server_serves_only_as_itself),
        cmocka_unit_test(a_membership_that_can_not_be_granted_is_explained),
        cmocka_unit_test(a_migration_that_ends_its_transaction_is_refused),
    };
    int failed;
    (void)test_folder_make();
    embedded = test_open();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    embedded_close(embedded);
    test_folder_remove();
    return failed;
}
