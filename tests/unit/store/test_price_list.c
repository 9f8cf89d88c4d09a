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
        {"\"vat_rate\"", "\"supply\":\"digital\",\"vat_rate\"", "unsupported", "services[0].supply"},
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

#define NAME "\"name\":{\"nl\":\"Korting\",\"en\":\"Discount\"}"

static enum status read_extras(const char *discounts, const char *codes, struct price_list *list, struct error *error)
{
    const char *service =
        replace(SERVICE, "\"vat_rate\"", arena_format(arena, "\"discounts\":%s,\"vat_rate\"", discounts));
    const char *text = arena_format(arena, "{\"services\":[%s],\"codes\":%s}", service, codes);
    return price_list_read(arena, text, strlen(text), list, error);
}

static void test_discounts_and_codes(void **state)
{
    (void)state;
    struct price_list list;
    struct error error = {0};
    assert_int_equal(read_extras("[{\"from_quantity\":10,\"percent\":\"7.5\"," NAME
                                 "},{\"from_quantity\":2,\"percent\":\"1\"," NAME "}]",
                                 "[{\"code\":\"WELCOME10\",\"percent\":\"10.00\",\"until\":\"2027-01-31\"," NAME "},"
                                 "{\"code\":\"A-1_\",\"amount\":{\"amount\":1000,\"currency\":\"EUR\"}," NAME "}]",
                                 &list, &error),
                     STATUS_OK);
    const struct service *service = &list.services[0];
    assert_int_equal(service->supply, SUPPLY_ELECTRONIC);
    assert_null(service_discount_for(service, 1));
    assert_int_equal(service_discount_for(service, 2)->percent_basis_points, 100);
    assert_int_equal(service_discount_for(service, 9)->percent_basis_points, 100);
    assert_int_equal(service_discount_for(service, 10)->percent_basis_points, 750);
    assert_string_equal(service_discount_for(service, 10)->name[LANGUAGE_EN], "Discount");
    assert_int_equal(list.codes_count, 2);
    assert_int_equal(list.codes[0].percent_basis_points, 1000);
    assert_int_equal(list.codes[0].until_day, 20849); /* date -u -d 2027-01-31 +%s / 86400 */
    assert_int_equal(list.codes[1].amount_minor, 1000);
    assert_string_equal(list.codes[1].currency, "EUR");
    assert_int_equal(list.codes[1].until_day, 0);
    /* What the database keeps of it reads back. */
    struct service again = {.sku = NULL};
    assert_int_equal(service_discounts_read(arena, service_discounts_write(arena, service), &again, &error), STATUS_OK);
    assert_int_equal(again.discounts_count, 2);
    assert_int_equal(again.discounts[0].percent_basis_points, 750);
}

static void test_faults_of_discounts_and_codes_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *discounts, *codes, *code, *field;
    } cases[] = {
        {"{}", "[]", "type", "services[0].discounts"},
        {"[1]", "[]", "type", "services[0].discounts[0]."},
        {"[{\"percent\":\"1\"," NAME "}]", "[]", "required", "services[0].discounts[0].from_quantity"},
        {"[{\"from_quantity\":0,\"percent\":\"1\"," NAME "}]", "[]", "range", "services[0].discounts[0].from_quantity"},
        {"[{\"from_quantity\":1,\"percent\":\"0\"," NAME "}]", "[]", "format", "services[0].discounts[0].percent"},
        {"[{\"from_quantity\":1,\"percent\":\"100.01\"," NAME "}]", "[]", "format", "services[0].discounts[0].percent"},
        {"[{\"from_quantity\":1,\"percent\":\"1\"}]", "[]", "required", "services[0].discounts[0].name"},
        {"[{\"from_quantity\":1,\"percent\":\"1\"," NAME "},{\"from_quantity\":1,\"percent\":\"2\"," NAME "}]", "[]",
         "duplicate", "services[0].discounts[1].from_quantity"},
        {"[]", "[{\"code\":\"welcome\",\"percent\":\"1\"," NAME "}]", "format", "codes[0].code"},
        {"[]", "[{\"code\":\"A\"," NAME "}]", "required", "codes[0].percent"},
        {"[]", "[{\"code\":\"A\",\"percent\":\"1\",\"amount\":{\"amount\":1,\"currency\":\"EUR\"}," NAME "}]", "format",
         "codes[0].percent"},
        {"[]", "[{\"code\":\"A\",\"amount\":{\"amount\":0,\"currency\":\"EUR\"}," NAME "}]", "range",
         "codes[0].amount.amount"},
        {"[]", "[{\"code\":\"A\",\"percent\":\"1\",\"until\":\"31-01-2027\"," NAME "}]", "format", "codes[0].until"},
        {"[]", "[{\"code\":\"A\",\"percent\":\"1\"," NAME "},{\"code\":\"A\",\"percent\":\"1\"," NAME "}]", "duplicate",
         "codes[1].code"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct price_list list;
        struct error error = {0};
        if (read_extras(cases[i].discounts, cases[i].codes, &list, &error) != STATUS_INVALID)
            fail_msg("took %s %s", cases[i].discounts, cases[i].codes);
        if (strcmp(error.code, cases[i].code) != 0 || strcmp(error.field, cases[i].field) != 0)
            fail_msg("%s %s: got %s at %s", cases[i].discounts, cases[i].codes, error.code, error.field);
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
        {"discounts and codes are read, and the largest quantity that is reached counts", test_discounts_and_codes,
         NULL, NULL, NULL},
        {"a fault in a discount or a code is refused with its code and field",
         test_faults_of_discounts_and_codes_are_named, NULL, NULL, NULL},
        {"a VAT rate is a percentage of at most two decimals, and reads back as it is written", test_rates, NULL, NULL,
         NULL},
    };
    return cmocka_run_group_tests_name("store/price_list", tests, set_up, tear_down);
}
