/* Tests of the checks on POST /v1/orders (api/order_request.h) and of the shared fields (api/fields.h). */
#include "akkoord/api/exchange_rates.h"
#include "akkoord/api/fields.h"
#include "akkoord/api/notices.h"
#include "akkoord/api/order_price.h"
#include "akkoord/api/order_request.h"
#include "rule.h"

#define LINE      "{\"sku\":\"logo-design\",\"quantity\":1}"
#define ADDRESS   "{\"street\":\"Straat 1\",\"postal_code\":\"1234 AB\",\"city\":\"Utrecht\",\"country\":\"NL\"}"
#define BODY(...) "{\"lines\":[" LINE "],\"payment_provider\":\"standard\"" __VA_ARGS__ "}"

static const struct notices notices = {.information = {.version = "0123abcd"}};
static const struct api_options options = {.sandbox = true, .notices = &notices};
static const struct api_options options_without_sandbox = {.sandbox = false};
static struct arena *arena;

static const struct profile at_home = {.email = "customer@example.com",
                                       .name = "Sample Customer",
                                       .company = "Sample Company",
                                       .vat_number = "NL123456789B01",
                                       .kvk_number = "12345678",
                                       .address = {"Thuis 1", "1000 AA", "Amsterdam", "NL"}};
static const struct profile abroad = {
    .email = "customer@example.com", .name = "Sample Customer", .address = {"Rue 1", "1000", "Brussel", "BE"}};
static const struct profile nowhere = {.email = "customer@example.com", .name = "Sample Customer"};

static struct api_call new_call(void)
{
    return (struct api_call){.options = &options, .arena = arena};
}

static void take(struct api_call *call, const char *text, const struct profile *profile, struct order_request *request)
{
    json_t *body;
    struct error error = {0};
    if (json_parse_object(arena, text, strlen(text), &body, &error) != STATUS_OK)
        fail_msg("the test's own body: %s", error.detail);
    api_take_order_request(call, body, request);
    api_take_buyer(call, body, profile, request);
}

static struct order_request accept(const char *text, const struct profile *profile)
{
    struct api_call call = new_call();
    struct order_request request;
    take(&call, text, profile, &request);
    if (call.faults_count > 0)
        fail_msg("refused: %s %s", call.faults[0].code, call.faults[0].field);
    return request;
}

/* Expects exactly these faults, written "field:code" and separated by spaces. */
static void expect_faults(struct api_call *call, const char *text, const struct profile *profile, const char *expected)
{
    struct order_request request;
    struct buffer found;
    buffer_init(&found, 4096);
    take(call, text, profile, &request);
    for (size_t i = 0; i < call->faults_count; i++)
        buffer_append_format(&found, "%s%s:%s", i > 0 ? " " : "", call->faults[i].field, call->faults[i].code);
    if (strcmp(buffer_text(&found), expected) != 0)
        fail_msg("%s\nexpected %s\ngot      %s", text, expected, buffer_text(&found));
    buffer_release(&found);
}

static void refuse(const char *text, const struct profile *profile, const char *expected)
{
    struct api_call call = new_call();
    expect_faults(&call, text, profile, expected);
}

static void test_takes_an_order(void **state)
{
    (void)state;
    struct order_request request = accept(BODY(",\"reference\":\"  PO 7\\t\""), &at_home);
    assert_int_equal(request.lines_count, 1);
    assert_string_equal(request.lines[0].sku, "logo-design");
    assert_int_equal(request.lines[0].quantity, 1);
    assert_string_equal(request.provider, "standard");
    assert_string_equal(request.reference, "PO 7");
    assert_string_equal(request.buyer.name, "Sample Customer");
    assert_string_equal(request.buyer.address.street, "Thuis 1");
    assert_string_equal(request.buyer.vat_number, "NL123456789B01");
    assert_string_equal(request.buyer.email, "customer@example.com");
}

static void test_names_every_fault_of_the_lines(void **state)
{
    (void)state;
    refuse("{\"payment_provider\":\"standard\"}", &at_home, "lines:required");
    refuse("{\"lines\":[],\"payment_provider\":\"standard\"}", &at_home, "lines:required");
    refuse("{\"lines\":{},\"payment_provider\":\"standard\"}", &at_home, "lines:type");
    refuse("{\"lines\":[7,{\"sku\":\" \",\"quantity\":0},{\"sku\":\"a\",\"quantity\":1.0,\"price\":1},"
           "{\"sku\":7,\"quantity\":1000001},{}],\"payment_provider\":\"standard\"}",
           &at_home,
           "lines[0]:type lines[1].sku:required lines[1].quantity:range lines[2].price:unknown_field "
           "lines[2].quantity:type lines[3].sku:type lines[3].quantity:range lines[4].sku:required "
           "lines[4].quantity:required");
}

static void test_faults_beside_the_lines(void **state)
{
    (void)state;
    refuse("{\"lines\":[" LINE "]}", &at_home, "payment_provider:required");
    refuse("{\"lines\":[" LINE "],\"payment_provider\":\"Standard\"}", &at_home, "payment_provider:unknown_provider");
    refuse(BODY(",\"discount\":1"), &at_home, "discount:unknown_field");
    refuse(BODY(",\"reference\":7"), &at_home, "reference:type");
    refuse(BODY(",\"reference\":\"a\\u0007b\""), &at_home, "reference:format");
    refuse(BODY(",\"billing\":[]"), &at_home, "billing:type");
    refuse(BODY(",\"billing\":{\"email\":\"a@example.com\"}"), &at_home, "billing.email:unknown_field");
}

static void test_sandbox_only_where_it_is_on(void **state)
{
    (void)state;
    static const char text[] = "{\"lines\":[" LINE "],\"payment_provider\":\"sandbox\"}";
    assert_string_equal(accept(text, &at_home).provider, "sandbox");
    struct api_call call = {.options = &options_without_sandbox, .arena = arena};
    expect_faults(&call, text, &at_home, "payment_provider:unknown_provider");
}

static void test_needs_an_address(void **state)
{
    (void)state;
    refuse(BODY(), &nowhere, "billing.address:required");
    refuse(BODY(",\"billing\":{\"name\":\"Other\"}"), &nowhere, "billing.address:required");
    assert_string_equal(accept(BODY(), &abroad).buyer.address.country, "BE");
    refuse(
        BODY(",\"billing\":{\"address\":{\"street\":\"a\",\"postal_code\":\"b\",\"city\":\"c\",\"country\":\"el\"}}"),
        &at_home, "billing.address.country:unknown_country");
    refuse(BODY(",\"billing\":{\"address\":{\"street\":\"a\",\"country\":\"Nederland\"}}"), &at_home,
           "billing.address.postal_code:required billing.address.city:required billing.address.country:format");
    assert_string_equal(accept(BODY(",\"billing\":{\"address\":" ADDRESS "}"), &abroad).buyer.address.city, "Utrecht");
}

static void test_billing_lies_over_the_profile(void **state)
{
    (void)state;
    struct buyer buyer = accept(BODY(",\"billing\":{\"name\":\"Other\"}"), &at_home).buyer;
    assert_string_equal(buyer.name, "Other");
    assert_string_equal(buyer.company, "Sample Company");
    assert_string_equal(buyer.address.city, "Amsterdam");
    buyer = accept(BODY(",\"billing\":{\"company\":\"Another Company\"}"), &at_home).buyer;
    assert_string_equal(buyer.company, "Another Company");
    assert_null(buyer.vat_number);
    assert_null(buyer.kvk_number);
    buyer = accept(BODY(",\"billing\":{\"company\":null}"), &at_home).buyer;
    assert_null(buyer.company);
    assert_null(buyer.vat_number);
    buyer =
        accept(BODY(",\"billing\":{\"vat_number\":\"nl 1234.56.789-b01\",\"kvk_number\":\"12 34 56 78\"}"), &at_home)
            .buyer;
    assert_null(buyer.company);
    assert_string_equal(buyer.vat_number, "NL123456789B01");
    assert_string_equal(buyer.kvk_number, "12345678");
}

static void test_registration_numbers(void **state)
{
    (void)state;
    static const char *const bad_vat[] = {"1", "NL", "12345678", "NL12345678901234", "N\303\211123456", "NL123;45"};
    static const char *const bad_kvk[] = {"1234567", "123456789", "1234567a", "\302\2621234567"};
    static const char *const bad_oin[] = {"0000000123456789000", "000000012345678900000", "0000000123456789000a"};
    for (size_t i = 0; i < sizeof(bad_oin) / sizeof(bad_oin[0]); i++)
        refuse(arena_format(arena, BODY(",\"billing\":{\"oin\":\"%s\"}"), bad_oin[i]), &at_home, "billing.oin:format");
    struct buyer authority = accept(BODY(",\"billing\":{\"oin\":\"00000001 23456789 0000\"}"), &at_home).buyer;
    assert_string_equal(authority.oin, "00000001234567890000");
    assert_null(authority.company);
    for (size_t i = 0; i < sizeof(bad_vat) / sizeof(bad_vat[0]); i++)
        refuse(arena_format(arena, BODY(",\"billing\":{\"vat_number\":\"%s\"}"), bad_vat[i]), &at_home,
               "billing.vat_number:format");
    for (size_t i = 0; i < sizeof(bad_kvk) / sizeof(bad_kvk[0]); i++)
        refuse(arena_format(arena, BODY(",\"billing\":{\"kvk_number\":\"%s\"}"), bad_kvk[i]), &at_home,
               "billing.kvk_number:format");
}

static void test_discount_code(void **state)
{
    (void)state;
    assert_string_equal(accept(BODY(",\"discount_code\":\" welcome-10 \""), &at_home).discount_code, "WELCOME-10");
    assert_null(accept(BODY(",\"discount_code\":null"), &at_home).discount_code);
    assert_null(accept(BODY(), &at_home).discount_code);
    refuse(BODY(",\"discount_code\":10"), &at_home, "discount_code:type");
    refuse(BODY(",\"discount_code\":\"12345678901234567890123456789012345678901\""), &at_home, "discount_code:length");
}

static const struct quantity_discount by_the_dozen[] = {
    {.from_quantity = 12, .percent_basis_points = 1000, .name = {"Tien", "Ten"}},
    {.from_quantity = 3, .percent_basis_points = 500, .name = {"Vijf", "Five"}}};

static const struct service services[] = {
    {.sku = "logo-design",
     .name = {"Logo-ontwerp", "Logo design"},
     .unit_price_minor = 45000,
     .currency = "EUR",
     .vat_category = "S",
     .vat_rate_basis_points = 2100},
    {.sku = "abroad",
     .name = {"Elders", "Elsewhere"},
     .unit_price_minor = 100,
     .currency = "USD",
     .vat_category = "S",
     .vat_rate_basis_points = 2100},
};

static void test_prices_come_from_the_list(void **state)
{
    (void)state;
    struct api_call call = new_call();
    struct order_request_line asked[] = {{"logo-design", 3}};
    const struct order_request request = {.lines = asked, .lines_count = 1};
    char currency[CURRENCY_BYTES];
    struct order_line *lines = api_price_lines(&call, &request, services, 2, LANGUAGE_EN, currency);
    assert_int_equal(call.faults_count, 0);
    assert_string_equal(currency, "EUR");
    assert_string_equal(lines[0].name, "Logo design");
    assert_int_equal(lines[0].quantity, 3);
    assert_int_equal(lines[0].unit_price_minor, 45000);
    assert_int_equal(lines[0].vat_rate_basis_points, 2100);
}

/* A buyer abroad, of one line of `quantity` at 450.00 and 21%, in the basis that `includes_vat` says. */
static struct order_line treat(const struct buyer *buyer, int64_t quantity, bool includes_vat, struct api_call *call)
{
    struct service sold = services[0];
    sold.price_includes_vat = includes_vat;
    sold.discounts = (struct quantity_discount *)by_the_dozen;
    sold.discounts_count = 2;
    struct order_request_line asked[] = {{"logo-design", quantity}, {"logo-design", quantity}};
    const struct order_request request = {.lines = asked, .lines_count = 2};
    struct order_content content = {
        .language = LANGUAGE_EN, .seller = {.address.country = "NL"}, .buyer = *buyer, .lines_count = 2};
    content.lines = api_price_lines(call, &request, &sold, 1, LANGUAGE_EN, content.currency);
    (void)api_treat_lines(call, &content, &sold, 1, 20000);
    return content.lines[1];
}

static void test_lines_get_the_tax_and_the_discount_of_their_buyer(void **state)
{
    (void)state;
    const struct buyer business = {.address.country = "DE", .vat_number = "DE136695976"};
    const struct buyer at_home_too = {.address.country = "NL"};
    struct api_call call = new_call();
    struct order_line line = treat(&business, 1, true, &call);
    assert_string_equal(line.vat_category, "AE");
    assert_int_equal(line.unit_price_minor, 37190); /* 450.00 / 1.21 = 371.900826 */
    assert_int_equal(line.discount_minor, 0);
    line = treat(&business, 3, true, &call);
    assert_int_equal(line.discount_minor, 5579); /* 5% of 1115.70 = 55.785 */
    assert_string_equal(line.discount_reason, "Five");
    line = treat(&at_home_too, 12, true, &call);
    assert_string_equal(line.vat_category, "S");
    assert_int_equal(line.unit_price_minor, 45000);
    assert_int_equal(line.discount_minor, 54000);
    assert_string_equal(line.discount_reason, "Ten");
    assert_int_equal(call.faults_count, 0);
}

static void test_a_fault_in_the_buyer_is_told_once(void **state)
{
    (void)state;
    const struct buyer wrong = {.address.country = "DE", .vat_number = "DE136695977"};
    struct api_call call = new_call();
    (void)treat(&wrong, 1, false, &call);
    assert_int_equal(call.faults_count, 1);
    assert_string_equal(call.faults[0].field, "billing.vat_number");
    assert_string_equal(call.faults[0].code, "vat_number_wrong");
}

static void test_exchange_rates(void **state)
{
    (void)state;
    static const char text[] = "{\"date\":\"2026-11-26\",\"per_euro\":{\"USD\":\"1.085\",\"JPY\":\"169\"%s}}";
    static const char *const bad[] = {"", "1.", ".5", "1,5", "-1", "0", "0.0000001", "1e3", "1234567890"};
    struct exchange exchange;
    struct error error = {0};
    const char *good = arena_format(arena, text, "");
    assert_int_equal(exchange_rates_read(arena, good, strlen(good), "USD", &exchange, &error), STATUS_OK);
    assert_int_equal(exchange.per_euro_millionths, 1085000);
    assert_int_equal(exchange.day, 20783); /* date -u -d 2026-11-26 +%s / 86400 */
    assert_int_equal(exchange_rates_read(arena, good, strlen(good), "JPY", &exchange, &error), STATUS_OK);
    assert_int_equal(exchange.per_euro_millionths, 169000000);
    assert_int_equal(exchange_rates_read(arena, good, strlen(good), "GBP", &exchange, &error), STATUS_NOT_FOUND);
    assert_string_equal(error.code, "currency_rate_missing");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *list = arena_format(arena, text, arena_format(arena, ",\"GBP\":\"%s\"", bad[i]));
        if (exchange_rates_read(arena, list, strlen(list), "GBP", &exchange, &error) != STATUS_INVALID)
            fail_msg("took %s", bad[i]);
    }
}

static void test_unsold_and_foreign_lines(void **state)
{
    (void)state;
    struct api_call call = new_call();
    struct order_request_line asked[] = {{"gone", 1}, {"logo-design", 1}, {"abroad", 1}};
    const struct order_request request = {.lines = asked, .lines_count = 3};
    char currency[CURRENCY_BYTES];
    (void)api_price_lines(&call, &request, services, 2, LANGUAGE_NL, currency);
    assert_int_equal(call.faults_count, 2);
    assert_string_equal(call.faults[0].field, "lines[0].sku");
    assert_string_equal(call.faults[0].code, "unknown_sku");
    assert_string_equal(call.faults[1].field, "lines[2].sku");
    assert_string_equal(call.faults[1].code, "currency");
}

static void test_more_faults_than_are_told(void **state)
{
    (void)state;
    struct buffer body;
    struct order_request request;
    struct api_call call = new_call();
    buffer_init(&body, 65536);
    buffer_append_text(&body, "{\"payment_provider\":\"standard\",\"lines\":[0");
    for (int i = 1; i < ORDER_LINES_MAX; i++)
        buffer_append_text(&body, ",0");
    buffer_append_text(&body, "]}");
    take(&call, buffer_text(&body), &at_home, &request);
    assert_int_equal(call.faults_count, API_FAULTS_MAX);
    buffer_release(&body);
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

static void test_information_version(void **state)
{
    (void)state;
    assert_true(accept(BODY(",\"information_version\":\"0123abcd\""), &at_home).information_shown);
    assert_false(accept(BODY(",\"information_version\":null"), &at_home).information_shown);
    assert_false(accept(BODY(), &at_home).information_shown);
    refuse(BODY(",\"information_version\":\"0123abce\""), &at_home, "information_version:stale");
    refuse(BODY(",\"information_version\":\"\""), &at_home, "information_version:stale");
    refuse(BODY(",\"information_version\":1"), &at_home, "information_version:type");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("a complete order is taken as it was asked for", test_takes_an_order),
        RULE("every fault of every line is named", test_names_every_fault_of_the_lines),
        RULE("unknown fields, providers and control characters are refused", test_faults_beside_the_lines),
        RULE("the sandbox can be ordered with only where it is on", test_sandbox_only_where_it_is_on),
        RULE("an order needs an address, in a country that there is", test_needs_an_address),
        RULE("billing lies over the profile, and a company brings its own numbers", test_billing_lies_over_the_profile),
        RULE("registration numbers of another form are refused", test_registration_numbers),
        RULE("name, price and rate of a line come from the price list", test_prices_come_from_the_list),
        RULE("a discount code is taken in either case", test_discount_code),
        RULE("lines get the tax and the discount of their buyer",
             test_lines_get_the_tax_and_the_discount_of_their_buyer),
        RULE("a fault in the buyer is told once, however many lines it is of", test_a_fault_in_the_buyer_is_told_once),
        RULE("a rate is read exactly, and a wrong one refused", test_exchange_rates),
        RULE("what is not sold, or in another currency, is refused by line", test_unsold_and_foreign_lines),
        RULE("no more faults are told than there is room for", test_more_faults_than_are_told),
        RULE("the information that was shown is the one in force", test_information_version),
    };
    return cmocka_run_group_tests_name("api/order_request", tests, set_up, tear_down);
}
