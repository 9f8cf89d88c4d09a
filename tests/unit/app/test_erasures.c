/* Erasures and restored backups, on a real PostgreSQL: whom the ledger names is gone after a replay, and nobody else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "akkoord/app/migrate.h"
#include "akkoord/base/clock.h"
#include "akkoord/store/customers.h"
#include "akkoord/store/erasures.h"
#include "database.h"

#define PEOPLE     450 /* more than a page of the replay */
#define PATH_BYTES 128

static struct embedded *embedded;
static struct pg_connection *owner;
static struct store *store;
static struct arena *arena;
static struct error error;
static struct erasure_ledger *ledger;
static const char *folder;

static const struct pg_statement KEY_OF = {"test.key_of", "SELECT profile_key_id FROM customer WHERE id = $1"};
static const struct pg_statement DELETE_CUSTOMER = {"test.delete", "DELETE FROM customer WHERE id = $1"};
static const struct pg_statement COUNT = {
    "test.count", "SELECT (SELECT count(*) FROM akkoord.customer), (SELECT count(*) FROM akkoord.data_key),"
                  " (SELECT count(*) FROM akkoord.session)"};

struct person {
    struct uuid id;
    struct uuid key_id;
};

static struct person register_person(void)
{
    static int number;
    struct person person;
    char token[TOKEN_TEXT_BYTES];
    char email[64];
    (void)snprintf(email, sizeof(email), "person-%d@example.com", ++number);
    const struct profile profile = {.email = email, .name = "Sample Person", .language = LANGUAGE_NL};
    assert_int_equal(store_customer_register(store, arena, &profile, "$argon2id$", &person.id, token, &error),
                     STATUS_OK);
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &person.id);
    assert_int_equal(pg_execute(store->pg, &KEY_OF, &params, &result, &error), STATUS_OK);
    person.key_id = pg_get_uuid(result, 0, 0);
    pg_result_free(result);
    return person;
}

/* As whoever erases does it: `commits` says whether the transaction reaches its end. */
static void erase(const struct person *person, bool commits)
{
    struct pg_params params;
    const struct erasure erasure = {
        .subject_id = person->id, .key_ids = &person->key_id, .keys_count = 1, .at_us = clock_now_us()};
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &person->id);
    assert_int_equal(pg_begin(store->pg, &error), STATUS_OK);
    assert_int_equal(pg_execute(store->pg, &DELETE_CUSTOMER, &params, NULL, &error), STATUS_OK);
    assert_int_equal(store_erasure_record(store, arena, ledger, &erasure, &error), STATUS_OK);
    if (commits)
        assert_int_equal(pg_commit(store->pg, &error), STATUS_OK);
    pg_rollback(store->pg);
}

static void run(const char *sql)
{
    if (pg_execute_script(owner, sql, &error) != STATUS_OK)
        fail_msg("%s: %s", sql, error.detail);
}

/* Yesterday's dump, and its restoring. */
static void back_up(void)
{
    run("DROP SCHEMA IF EXISTS backup CASCADE; CREATE SCHEMA backup;"
        "CREATE TABLE backup.data_key AS TABLE akkoord.data_key; CREATE TABLE backup.customer AS TABLE "
        "akkoord.customer;"
        "CREATE TABLE backup.session AS TABLE akkoord.session;"
        "CREATE TABLE backup.erasure_ledger AS TABLE akkoord.erasure_ledger");
}

static void restore(void)
{
    run("DELETE FROM akkoord.customer; DELETE FROM akkoord.data_key; DELETE FROM akkoord.erasure_ledger;"
        "INSERT INTO akkoord.data_key TABLE backup.data_key; INSERT INTO akkoord.customer TABLE backup.customer;"
        "INSERT INTO akkoord.session TABLE backup.session;"
        "INSERT INTO akkoord.erasure_ledger TABLE backup.erasure_ledger");
}

static void expect_counts(int64_t customers, int64_t data_keys)
{
    struct pg_result *result = NULL;
    assert_int_equal(pg_execute(owner, &COUNT, NULL, &result, &error), STATUS_OK);
    assert_int_equal(pg_get_int64(result, 0, 0), customers);
    assert_int_equal(pg_get_int64(result, 0, 1), data_keys);
    assert_int_equal(pg_get_int64(result, 0, 2), customers); /* a session each */
    pg_result_free(result);
}

static struct erasures_report replay(void)
{
    struct erasures_report report;
    if (store_erasures_replay(store, ledger, &report, &error) != STATUS_OK)
        fail_msg("%s", error.detail);
    return report;
}

static int begin_test(void **state)
{
    (void)state;
    static char path[PATH_BYTES];
    bool made;
    arena_reset(arena);
    run("DELETE FROM akkoord.customer; DELETE FROM akkoord.data_key; DELETE FROM akkoord.erasure_ledger");
    (void)snprintf(path, sizeof(path), "%s/erasures.jsonl", folder);
    (void)unlink(path);
    return erasure_ledger_open(path, &ledger, &made, &error) == STATUS_OK ? 0 : -1;
}

static int end_test(void **state)
{
    (void)state;
    erasure_ledger_free(ledger);
    return 0;
}

static void a_restored_person_is_erased_again(void **state)
{
    (void)state;
    struct person stays = register_person(), goes = register_person();
    struct customer customer;
    back_up();
    erase(&goes, true);
    expect_counts(1, 1);
    assert_int_equal(replay().customers, 0);
    restore();
    expect_counts(2, 2);
    struct erasures_report report = replay();
    assert_int_equal(report.entries, 1);
    assert_int_equal(report.customers, 1);
    assert_int_equal(report.data_keys, 1);
    expect_counts(1, 1);
    assert_int_equal(store_customer_load(store, arena, &stays.id, &customer, &error), STATUS_OK);
    assert_int_equal(store_customer_load(store, arena, &goes.id, &customer, &error), STATUS_NOT_FOUND);
    assert_int_equal(replay().customers, 0); /* and again: nothing */
}

static void more_than_a_page_is_erased_again(void **state)
{
    (void)state;
    struct person people[PEOPLE];
    for (int i = 0; i < PEOPLE; i++)
        people[i] = register_person();
    back_up();
    for (int i = 0; i < PEOPLE - 1; i++)
        erase(&people[i], true);
    restore();
    struct erasures_report report = replay();
    assert_int_equal(report.entries, PEOPLE - 1);
    assert_int_equal(report.customers, PEOPLE - 1);
    assert_int_equal(report.data_keys, PEOPLE - 1);
    expect_counts(1, 1);
}

static void an_erasure_whose_commit_failed_is_done_by_the_replay(void **state)
{
    (void)state;
    struct person person = register_person();
    erase(&person, false);
    expect_counts(1, 1);
    assert_int_equal(replay().customers, 1);
    expect_counts(0, 0);
}

static void a_ledger_that_is_cut_short_is_refused(void **state)
{
    (void)state;
    char path[PATH_BYTES], copy[PATH_BYTES + 8], command[2 * PATH_BYTES + 64];
    struct erasures_report report;
    struct person first = register_person(), second = register_person();
    (void)snprintf(path, sizeof(path), "%s/erasures.jsonl", folder);
    (void)snprintf(copy, sizeof(copy), "%s.old", path);
    erase(&first, true);
    (void)snprintf(command, sizeof(command), "cp %s %s", path, copy);
    assert_int_equal(system(command), 0); // NOLINT(cert-env33-c): a path of our own
    erase(&second, true);
    assert_int_equal(rename(copy, path), 0);
    assert_int_equal(store_erasures_replay(store, ledger, &report, &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "erasure_ledger_damaged");
    assert_non_null(strstr(error.detail, "ends at entry 1, and the database knows 2"));
    /* Another erasure in the place of the second: of the same length, but not what the database knows. */
    const struct erasure other = {.subject_id = uuid_new(), .at_us = clock_now_us()};
    struct erasure_mark mark;
    assert_int_equal(erasure_ledger_append(ledger, &other, &mark, &error), STATUS_OK);
    assert_int_equal(store_erasures_replay(store, ledger, &report, &error), STATUS_CONFLICT);
    assert_non_null(strstr(error.detail, "from its entry 2 on"));
}

static void other_ledgers_are_counted(void **state)
{
    (void)state;
    assert_int_equal(replay().others, 0);
    end_test(NULL);
    char path[PATH_BYTES];
    bool made;
    (void)snprintf(path, sizeof(path), "%s/erasures.jsonl", folder);
    (void)unlink(path);
    assert_int_equal(erasure_ledger_open(path, &ledger, &made, &error), STATUS_OK);
    assert_true(made);
    assert_int_equal(replay().others, 1);
}

static int set_up(void **state)
{
    (void)state;
    static char path[PATH_BYTES];
    struct keyring *keyring;
    folder = test_folder_make();
    embedded = test_open();
    const struct pg_options options = {.url = embedded_url(embedded, EMBEDDED_OWNER)};
    owner = pg_connection_new(&options);
    arena = arena_new();
    (void)snprintf(path, sizeof(path), "%s/keyring.json", folder);
    if (vault_harden_process(VAULT_MEMORY_UNLOCKED, &error) != STATUS_OK ||
        migrate_run(owner, migrate_known(), NULL, &error) != STATUS_OK || keyring_create(path, &error) != STATUS_OK ||
        keyring_load(path, &keyring, &error) != STATUS_OK) {
        (void)fprintf(stderr, "%s\n", error.detail);
        return -1;
    }
    store = store_new(embedded_url(embedded, EMBEDDED_WORKER), "test", keyring);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    keyring_free(store->keyring);
    store_free(store);
    pg_connection_free(owner);
    arena_free(arena);
    embedded_close(embedded);
    test_folder_remove();
    return 0;
}

#define CASE(title, function)                                                                                          \
    {                                                                                                                  \
        .name = (title), .test_func = (function), .setup_func = begin_test, .teardown_func = end_test                  \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE("a person whom a restored backup brought back is erased again", a_restored_person_is_erased_again),
        CASE("more than a page is erased again", more_than_a_page_is_erased_again),
        CASE("an erasure whose commit failed is done by the replay",
             an_erasure_whose_commit_failed_is_done_by_the_replay),
        CASE("a ledger that is cut short, or another from some entry on, is refused",
             a_ledger_that_is_cut_short_is_refused),
        CASE("other ledgers that the database knows are counted", other_ledgers_are_counted),
    };
    return cmocka_run_group_tests_name("app/erasures", tests, set_up, tear_down);
}
