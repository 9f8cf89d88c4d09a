/* What stood in a database before a migration means the same after it. */
#include <string.h>

#include "../rule.h"
#include "akkoord/app/migrate.h"
#include "akkoord/pg/connection.h"
#include "database.h"

static struct embedded *embedded;
static struct error error;

static struct pg_connection *connect_as_owner(void)
{
    const struct pg_options options = {.url = embedded_url(embedded, EMBEDDED_OWNER)};
    struct pg_connection *connection = pg_connection_new(&options);
    assert_int_equal(pg_connect(connection, &error), STATUS_OK);
    return connection;
}

static void migrate_to(size_t version)
{
    struct migration_set set = migrate_known();
    struct pg_connection *connection = connect_as_owner();
    assert_true(version <= set.count);
    set.count = version;
    assert_int_equal(migrate_run(connection, set, NULL, &error), STATUS_OK);
    pg_connection_free(connection);
}

static const char payments_of_0001[] =
    "INSERT INTO akkoord.data_key VALUES ('00000000-0000-7000-8000-000000000001', 'billing', gen_random_uuid(), '', "
    "NULL,"
    " now());"
    "INSERT INTO akkoord.customer_order (id, number, customer_id, status, currency, net_minor, vat_minor, total_minor,"
    " expires_at, language, billing_key_id, content_sealed, created_at)"
    " VALUES ('00000000-0000-7000-8000-000000000002', 'A1', gen_random_uuid(), 'accepted', 'EUR', 100, 0, 100, now(), "
    "'nl',"
    " '00000000-0000-7000-8000-000000000001', '', now());"
    "INSERT INTO akkoord.payment (id, order_id, is_attempt, provider, provider_payment_id, status, amount_minor, "
    "currency,"
    " live, refunded_minor, refunded_in_full, created_at)"
    " SELECT gen_random_uuid(), '00000000-0000-7000-8000-000000000002', true, 'stripe', p.id, 'paid', 100, 'EUR', true,"
    " p.refunded, p.in_full, now()"
    " FROM (VALUES ('none', 0, false), ('part', 30, false), ('full', 100, true)) AS p (id, refunded, in_full);"
    "INSERT INTO akkoord.early_reversal VALUES ('stripe', 'early', 40, true, false, now());"
    "INSERT INTO akkoord.service VALUES ('logo', 'Logo', 'Logo', 100, 'EUR', false, 'S', 2100, 1, true)";

static void what_had_gone_back_is_in_the_sums_that_it_follows_from(void **state)
{
    (void)state;
    static const struct pg_statement wrong_sums = {
        "test.wrong_sums",
        "SELECT count(*) FROM ("
        "  SELECT refunded_minor, refunded_in_full, refund_total_minor, refund_named_minor, refund_failed_minor,"
        "         refund_full_minor FROM akkoord.payment"
        "  UNION ALL"
        "  SELECT refunded_minor, refunded_in_full, refund_total_minor, refund_named_minor, refund_failed_minor,"
        "         refund_full_minor FROM akkoord.early_reversal) AS r "
        "WHERE refunded_minor <> greatest(refund_total_minor, refund_named_minor) - refund_failed_minor"
        "   OR refunded_in_full <> coalesce(refunded_minor >= refund_full_minor, false)"};
    struct pg_connection *connection;
    struct pg_result *result;
    migrate_to(1);
    connection = connect_as_owner();
    assert_int_equal(pg_execute_script(connection, payments_of_0001, &error), STATUS_OK);
    pg_connection_free(connection);
    migrate_to(migrate_known().count);
    connection = connect_as_owner();
    assert_int_equal(pg_execute(connection, &wrong_sums, NULL, &result, &error), STATUS_OK);
    assert_int_equal(pg_get_int64(result, 0, 0), 0);
    pg_result_free(result);
    pg_connection_free(connection);
}

/* After the test above: the database is upgraded. */
static void what_was_sold_is_an_electronic_service_without_discounts(void **state)
{
    (void)state;
    static const struct pg_statement others = {
        "test.other_services", "SELECT count(*) FILTER (WHERE supply <> 'electronic' OR discounts <> '[]'), count(*),"
                               "       (SELECT count(*) FROM akkoord.customer_order WHERE is_one_stop_shop) "
                               "FROM akkoord.service"};
    struct pg_result *result;
    struct pg_connection *connection = connect_as_owner();
    assert_int_equal(pg_execute(connection, &others, NULL, &result, &error), STATUS_OK);
    assert_int_equal(pg_get_int64(result, 0, 0), 0);
    assert_int_equal(pg_get_int64(result, 0, 1), 1);
    assert_int_equal(pg_get_int64(result, 0, 2), 0);
    pg_result_free(result);
    pg_connection_free(connection);
}

static int begin(void **state)
{
    (void)state;
    test_folder_make();
    embedded = test_open();
    return 0;
}

static int end(void **state)
{
    (void)state;
    embedded_close(embedded);
    test_folder_remove();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("what had gone back is in the sums that it follows from",
             what_had_gone_back_is_in_the_sums_that_it_follows_from),
        RULE("what was sold is an electronic service without discounts",
             what_was_sold_is_an_electronic_service_without_discounts),
    };
    return cmocka_run_group_tests_name("upgrade", tests, begin, end);
}
