/* Tests of the price list's codec in store/services.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/store/services.h"

static struct arena *arena;

#define SERVICE                                                                                                        \
    "{\"sku\":\"logo-design\",\"name\":{\"nl\":\"Logo-ontwerp\",\"en\":\"Logo design\"},"                              \
    "\"unit_price\":{\"amount\":45000,\"currency\":\"EUR\"},\"price_includes_vat\":true,"                              \
    "\"vat_category\":\"S\",\"vat_rate\":\"21.00\"}"

static enum status read_list(const char *text, struct service **services, size_t *count, struct error *error)
{
    struct price_list list;
    enum status status = price_list_read(arena, text, strlen(text), &list, error);
    *services = list.services;
    *count = list.services_count;
    return status;
}

static void test_reads_all_fields(void **state)
{
    (void)state;
    struct service *services;
    size_t count;
    struct error error = {0};
    assert_int_equal(read_list("{\"services\":[" SERVICE "]}", &services, &count, &error), STATUS_OK);
    assert_int_equal(count, 1);
    assert_string_equal(services[0].sku, "logo-design");
    assert_string_equal(services[0].name[LANGUAGE_NL], "Logo-ontwerp");
    assert_string_equal(services[0].name[LANGUAGE_EN], "Logo design");
    assert_int_equal(services[0].unit_price_minor, 45000);
    assert_string_equal(services[0].currency, "EUR");
    assert_true(services[0].price_includes_vat);
    assert_string_equal(services[0].vat_category, "S");
    assert_int_equal(services[0].vat_rate_basis_points, 2100);
}

static const char *replace(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (at == NULL)
        fail_msg("no %s in the list", from);
    return arena_format(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void test_prices_are_net_unless_said_otherwise(void **state)
{
    (void)state;
    struct service *services;
    size_t count;
    struct error error = {0};
    const char *list = replace("{\"services\":[" SERVICE "]}", "\"price_includes_vat\":true,", "");
    assert_int_equal(read_list(list, &services, &count, &error), STATUS_OK);
    assert_false(services[0].price_includes_vat);
}

static void test_faults_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *code, *field;
    } cases[] = {
        {"\"logo-design\"", "\"logo design\"", "format", "services[0].sku"},
        {"\"logo-design\"", "\"\"", "format", "services[0].sku"},
        {"\"sku\":\"logo-design\",", "", "required", "services[0].sku"},
        {"\"nl\":\"Logo-ontwerp\",", "", "required", "services[0].name.nl"},
        {"\"nl\":\"Logo-ontwerp\"", "\"nl\":\"  \"", "format", "services[0].name.nl"},
        {"\"nl\":\"Logo-ontwerp\"", "\"nl\":\"a\\nb\"", "format", "services[0].name.nl"},
        {"\"nl\":", "\"de\":\"Logo\",\"nl\":", "unknown_field", "services[0].name.de"},
        {"{\"amount\":45000,\"currency\":\"EUR\"}", "45000", "type", "services[0].unit_price"},
        {"45000", "450.00", "type", "services[0].unit_price.amount"},
        {"45000", "-1", "range", "services[0].unit_price.amount"},
        {"45000,\"currency\":\"EUR\"},\"price_includes_vat\":true",
         "9007199254740991,\"currency\":\"EUR\"},\"price_includes_vat\":false", "amount_too_large",
         "services[0].unit_price"},
        {"\"EUR\"", "\"eur\"", "format", "services[0].unit_price.currency"},
        {"\"EUR\"", "\"EURO\"", "length", "services[0].unit_price.currency"},
        {"\"S\"", "\"Q\"", "vat_category", "services[0].vat_category"},
        {"\"S\"", "\"Z\"", "vat_category", "services[0].vat_category"},
        {"\"21.00\"", "21", "type", "services[0].vat_rate"},
        {"\"21.00\"", "\"21,00\"", "format", "services[0].vat_rate"},
        {"\"21.00\"", "\"100.01\"", "format", "services[0].vat_rate"},
        {"\"price_includes_vat\":true", "\"price_includes_vat\":1", "type", "services[0].price_includes_vat"},
        {"\"vat_rate\"", "\"discount\":1,\"vat_rate\"", "unknown_field", "services[0].discount"},
        {"[{", "[1,{", "type", "services[0]."},
        {"}]", "}," SERVICE "]", "duplicate", "services[1].sku"},
        {"{\"services\"", "{\"more\":1,\"services\"", "unknown_field", "more"},
        {"\"services\"", "\"service\"", "unknown_field", "service"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct service *services;
        size_t count;
        struct error error = {0};
        const char *list = replace("{\"services\":[" SERVICE "]}", cases[i].from, cases[i].to);
        if (read_list(list, &services, &count, &error) != STATUS_INVALID)
            fail_msg("took %s", cases[i].to);
        if (strcmp(error.code, cases[i].code) != 0 || strcmp(error.field, cases[i].field) != 0)
            fail_msg("%s: expected %s at %s, got %s at %s", cases[i].to, cases[i].code, cases[i].field, error.code,
                     error.field);
    }
}

static void test_rates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t basis_points;
        const char *written;
    } good[] = {{"21.00", 2100, "21.00"},    {"9", 900, "9.00"},    {"0", 0, "0.00"},
                {"5.5", 550, "5.50"},        {"0.01", 1, "0.01"},   {"100", 10000, "100.00"},
                {"100.00", 10000, "100.00"}, {"021", 2100, "21.00"}};
    static const char *const bad[] = {"",   ".",      "21.",  ".5",  "21.000", "-1",
                                      "+1", "100.01", "1000", "2 1", "21%",    "1e1"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t basis_points = -1;
        char text[VAT_RATE_TEXT_BYTES];
        assert_int_equal(vat_rate_parse(good[i].text, &basis_points), STATUS_OK);
        assert_int_equal(basis_points, good[i].basis_points);
        vat_rate_format(basis_points, text);
        assert_string_equal(text, good[i].written);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t basis_points = -1;
        if (vat_rate_parse(bad[i], &basis_points) != STATUS_INVALID || basis_points != -1)
            fail_msg("took %s", bad[i]);
    }
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"a price list gives every field of its services", test_reads_all_fields, NULL, NULL, NULL},
        {"prices are without VAT unless the list says otherwise", test_prices_are_net_unless_said_otherwise, NULL, NULL,
         NULL},
        {"a fault in a price list is refused with its code and field", test_faults_are_named, NULL, NULL, NULL},
        {"a VAT rate is a percentage of at most two decimals, and reads back as it is written", test_rates, NULL, NULL,
         NULL},
    };
    return cmocka_run_group_tests_name("store/price_list", tests, set_up, tear_down);
}
