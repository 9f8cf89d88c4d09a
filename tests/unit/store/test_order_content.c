/* Tests of store/order_content.h: what is sealed at order time is what the invoice will show, to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "akkoord/domain/tax.h"
#include "akkoord/store/credit_content.h"
#include "akkoord/store/order_content.h"

/* Quotes, a backslash, combining marks, right-to-left script, an emoji of four code points, a noncharacter. */
#define WEIRD "\"\\/\b\t e\xCC\x81 \xD7\xA9 \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB \xEF\xBF\xBF </script>"

static struct arena *arena;
static struct keyring *keyring;

static struct order_content sample(struct order_line *lines, size_t count)
{
    struct order_content content = {
        .language = LANGUAGE_EN,
        .reference = WEIRD,
        .currency = "EUR",
        .seller = {.name = "Sample Studio",
                   .address = {"Voorbeeldstraat 1", "1000 AA", "Amsterdam", "NL"},
                   .kvk_number = "12345678",
                   .vat_number = "NL123456789B01",
                   .iban = "NL91ABNA0417164300",
                   .email = "studio@example.com"},
        .buyer = {.name = WEIRD, .address = {WEIRD, "1234 AB", "Utrecht", "NL"}, .email = "customer@example.com"},
        .lines = lines,
        .lines_count = count,
    };
    struct error error = {0};
    if (tax_compute_totals(lines, count, &content.totals, &error) != STATUS_OK)
        fail_msg("%s %s", error.code, error.field);
    return content;
}

static struct order_line line(const char *sku, int64_t quantity, int64_t unit_price_minor, bool includes_vat,
                              int64_t rate)
{
    return (struct order_line){.sku = sku,
                               .name = WEIRD,
                               .quantity = quantity,
                               .unit_price_minor = unit_price_minor,
                               .price_includes_vat = includes_vat,
                               .vat_category = "S",
                               .vat_rate_basis_points = rate};
}

static void assert_same_text(const char *left, const char *right)
{
    if (left == NULL || right == NULL)
        assert_true(left == right);
    else
        assert_string_equal(left, right);
}

static void assert_same_address(const struct postal_address *left, const struct postal_address *right)
{
    assert_same_text(left->street, right->street);
    assert_same_text(left->postal_code, right->postal_code);
    assert_same_text(left->city, right->city);
    assert_same_text(left->country, right->country);
}

static void assert_same_line(const struct order_line *left, const struct order_line *right)
{
    assert_same_text(left->sku, right->sku);
    assert_same_text(left->name, right->name);
    assert_int_equal(left->quantity, right->quantity);
    assert_int_equal(left->unit_price_minor, right->unit_price_minor);
    assert_int_equal(left->price_includes_vat, right->price_includes_vat);
    assert_int_equal(left->net_minor, right->net_minor);
    assert_string_equal(left->vat_category, right->vat_category);
    assert_int_equal(left->vat_rate_basis_points, right->vat_rate_basis_points);
    assert_int_equal(left->discount_minor, right->discount_minor);
    assert_int_equal(left->discount_net_minor, right->discount_net_minor);
    assert_same_text(left->discount_reason, right->discount_reason);
}

static void assert_same(const struct order_content *left, const struct order_content *right)
{
    assert_int_equal(left->language, right->language);
    assert_same_text(left->reference, right->reference);
    assert_string_equal(left->currency, right->currency);
    assert_same_text(left->seller.name, right->seller.name);
    assert_same_address(&left->seller.address, &right->seller.address);
    assert_same_text(left->seller.kvk_number, right->seller.kvk_number);
    assert_same_text(left->seller.vat_number, right->seller.vat_number);
    assert_same_text(left->seller.iban, right->seller.iban);
    assert_same_text(left->seller.email, right->seller.email);
    assert_same_text(left->seller.bic, right->seller.bic);
    assert_int_equal(left->seller.payment_days, right->seller.payment_days);
    assert_int_equal(left->seller.small_business, right->seller.small_business);
    assert_int_equal(left->seller.one_stop_shop, right->seller.one_stop_shop);
    assert_same_text(left->buyer.oin, right->buyer.oin);
    assert_same_text(left->discount_reason, right->discount_reason);
    assert_memory_equal(&left->exchange, &right->exchange, sizeof(left->exchange));
    assert_int_equal(left->totals.lines_net_minor, right->totals.lines_net_minor);
    assert_int_equal(left->totals.discount_net_minor, right->totals.discount_net_minor);
    assert_same_text(left->buyer.name, right->buyer.name);
    assert_same_text(left->buyer.company, right->buyer.company);
    assert_same_address(&left->buyer.address, &right->buyer.address);
    assert_same_text(left->buyer.vat_number, right->buyer.vat_number);
    assert_same_text(left->buyer.kvk_number, right->buyer.kvk_number);
    assert_same_text(left->buyer.email, right->buyer.email);
    assert_int_equal(left->lines_count, right->lines_count);
    for (size_t i = 0; i < left->lines_count; i++)
        assert_same_line(&left->lines[i], &right->lines[i]);
    assert_int_equal(left->totals.net_minor, right->totals.net_minor);
    assert_int_equal(left->totals.vat_minor, right->totals.vat_minor);
    assert_int_equal(left->totals.total_minor, right->totals.total_minor);
    assert_int_equal(left->totals.subtotals_count, right->totals.subtotals_count);
    for (size_t i = 0; i < left->totals.subtotals_count; i++) {
        const struct vat_subtotal *expected = &left->totals.subtotals[i];
        const struct vat_subtotal *found = &right->totals.subtotals[i];
        assert_string_equal(expected->vat_category, found->vat_category);
        assert_int_equal(expected->vat_rate_basis_points, found->vat_rate_basis_points);
        assert_int_equal(expected->net_minor, found->net_minor);
        assert_int_equal(expected->vat_minor, found->vat_minor);
        assert_int_equal(expected->discount_net_minor, found->discount_net_minor);
        assert_int_equal(expected->ground, found->ground);
        assert_string_equal(expected->country, found->country);
    }
}

static struct order_content read_back(const char *text, size_t length)
{
    struct order_content content;
    struct error error = {0};
    if (order_content_read(arena, text, length, &content, &error) != STATUS_OK)
        fail_msg("%s %s %s", error.code, error.field, error.detail);
    return content;
}

static void test_round_trip(void **state)
{
    (void)state;
    struct order_line lines[] = {line("a", 3, 333, false, 2100), line("b", 1, 9999, true, 900)};
    struct order_content content = sample(lines, 2);
    size_t length;
    const char *text = order_content_write(arena, &content, &length);
    struct order_content found = read_back(text, length);
    assert_same(&content, &found);
    assert_int_equal(found.totals.subtotals_count, 2);
}

static void test_all_that_a_document_tells(void **state)
{
    (void)state;
    static const char *const categories[] = {"S", "S", "AE", "E", "K", "G"};
    struct order_line lines[6];
    struct vat_treatment treatments[6] = {{.ground = VAT_GROUND_ONE_STOP_SHOP, .country = "DE"}};
    for (size_t i = 0; i < 6; i++) {
        lines[i] = line("a", 3, 9999, i < 2, i < 2 ? 1900 + 200 * (int64_t)i : 0);
        snprintf(lines[i].vat_category, sizeof(lines[i].vat_category), "%s", categories[i]);
    }
    treatments[2].ground = VAT_GROUND_REVERSE_CHARGE;
    treatments[3].ground = VAT_GROUND_SMALL_BUSINESS;
    treatments[4].ground = VAT_GROUND_INTRA_COMMUNITY;
    treatments[5].ground = VAT_GROUND_OUTSIDE_UNION;
    lines[0].discount_minor = 777;
    lines[0].discount_reason = WEIRD;
    struct order_content content = sample(lines, 6);
    const struct order_discount discount = {.percent_basis_points = 1234};
    struct error error;
    assert_int_equal(tax_compute_order(lines, 6, treatments, &discount, &content.totals, &error), STATUS_OK);
    memcpy(content.currency, "USD", sizeof(content.currency));
    content.discount_reason = WEIRD;
    content.seller.bic = "ABNANL2A";
    content.seller.payment_days = 30;
    content.seller.small_business = content.seller.one_stop_shop = true;
    content.buyer.oin = "00000001234567890000";
    content.exchange = (struct exchange){1085000, 20783, 123, 4567};
    size_t length;
    const char *text = order_content_write(arena, &content, &length);
    struct order_content found = read_back(text, length);
    assert_same(&content, &found);
    assert_int_equal(found.totals.subtotals[0].ground, VAT_GROUND_ONE_STOP_SHOP);
    assert_string_equal(found.totals.subtotals[0].country, "DE");
}

/* To the byte as it was written before a content could tell more. */
static void test_old_contents(void **state)
{
    (void)state;
    static const char old[] =
        "{\"language\":\"nl\",\"reference\":null,\"currency\":\"EUR\",\"seller\":{\"name\":\"Sample "
        "Studio\",\"address\":"
        "{\"street\":\"Voorbeeldstraat 1\",\"postal_code\":\"1000 AA\",\"city\":\"Amsterdam\",\"country\":\"NL\"},"
        "\"kvk_number\":\"12345678\",\"vat_number\":\"NL123456789B01\",\"iban\":\"NL91ABNA0417164300\","
        "\"email\":\"studio@example.com\"},\"buyer\":{\"name\":\"A\",\"company\":null,\"address\":{\"street\":\"B 1\","
        "\"postal_code\":\"1234 AB\",\"city\":\"Utrecht\",\"country\":\"NL\"},\"vat_number\":null,\"kvk_number\":null,"
        "\"email\":\"a@example.com\"},\"lines\":[{\"sku\":\"a\",\"name\":\"A\",\"quantity\":1,\"unit_price\":100,"
        "\"price_includes_vat\":false,\"net\":100,\"vat_category\":\"AE\",\"vat_rate\":0}],\"totals\":{\"net\":100,"
        "\"vat\":0,"
        "\"total\":100,\"subtotals\":[{\"vat_category\":\"AE\",\"vat_rate\":0,\"net\":100,\"vat\":0}]}}";
    struct order_content found = read_back(old, strlen(old));
    assert_int_equal(found.totals.lines_net_minor, 100);
    assert_int_equal(found.totals.discount_net_minor, 0);
    assert_int_equal(found.totals.subtotals[0].ground, VAT_GROUND_DOMESTIC_REVERSE_CHARGE);
    assert_string_equal(found.totals.subtotals[0].country, "");
    assert_null(found.seller.bic);
    assert_int_equal(found.seller.payment_days, 0);
    assert_null(found.buyer.oin);
    assert_null(found.lines[0].discount_reason);
    assert_int_equal(found.exchange.per_euro_millionths, 0);
}

static void test_largest_order(void **state)
{
    (void)state;
    struct order_line lines[ORDER_LINES_MAX];
    for (size_t i = 0; i < ORDER_LINES_MAX; i++)
        lines[i] = line("sku", ORDER_QUANTITY_MAX, 1000000, false, 2100);
    struct order_content content = sample(lines, ORDER_LINES_MAX);
    size_t length;
    const char *text = order_content_write(arena, &content, &length);
    struct order_content found = read_back(text, length);
    assert_same(&content, &found);
}

static const char *replace(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (at == NULL)
        fail_msg("no %s in the content", from);
    return arena_format(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void test_anything_else_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *field;
    } cases[] = {
        {"\"language\":\"en\"", "\"language\":\"de\"", "language"},
        {"\"language\":\"en\"", "\"language\":7", "language"},
        {"\"currency\":\"EUR\"", "\"currency\":\"E1R\"", "currency"},
        {"\"currency\":\"EUR\"", "\"currency\":\"EUR\",\"more\":1", "more"},
        {"\"quantity\":3", "\"quantity\":0", "lines[0].quantity"},
        {"\"quantity\":3", "\"quantity\":3.0", "lines[0].quantity"},
        {"\"quantity\":3", "\"quantity\":9223372036854775807", "lines[0].quantity"},
        {"\"unit_price\":333", "\"unit_price\":-1", "lines[0].unit_price"},
        {"\"unit_price\":333", "\"unit_price\":9007199254740992", "lines[0].unit_price"},
        {"\"vat_category\":\"S\"", "\"vat_category\":\"LONG\"", "lines[0].vat_category"},
        {"\"vat_rate\":2100", "\"vat_rate\":10001", "lines[0].vat_rate"},
        {"\"price_includes_vat\":false", "\"price_includes_vat\":0", "lines[0].price_includes_vat"},
        {"\"country\":\"NL\"", "\"country\":null", "seller.address.country"},
        {"\"iban\":\"NL91ABNA0417164300\"", "\"iban\":null", "seller.iban"},
        {"\"totals\":{\"net\":", "\"totals\":{\"net\":-", "totals.net"},
        {"\"subtotals\":[", "\"subtotals\":[1,", "totals.subtotals[0]."},
        {"\"lines\":[", "\"lines\":[null,", "lines[0]."},
        {"\"seller\":{", "\"seller\":[],\"x\":{", "x"},
    };
    struct order_line lines[] = {line("a", 3, 333, false, 2100)};
    struct order_content content = sample(lines, 1);
    size_t length;
    const char *text = order_content_write(arena, &content, &length);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *altered = replace(text, cases[i].from, cases[i].to);
        struct order_content found;
        struct error error = {0};
        if (order_content_read(arena, altered, strlen(altered), &found, &error) != STATUS_INVALID)
            fail_msg("took %s", cases[i].to);
        assert_string_equal(error.field, cases[i].field);
    }
}

static void test_cut_content_is_refused(void **state)
{
    (void)state;
    struct order_line lines[] = {line("a", 3, 333, false, 2100)};
    struct order_content content = sample(lines, 1);
    size_t length;
    const char *text = order_content_write(arena, &content, &length);
    for (size_t cut = 0; cut < length; cut++) {
        struct order_content found;
        struct error error = {0};
        assert_int_equal(order_content_read(arena, text, cut, &found, &error), STATUS_INVALID);
        assert_string_equal(error.code, "malformed_json");
    }
}

static void test_opens_only_in_its_place(void **state)
{
    (void)state;
    struct order_line lines[] = {line("a", 3, 333, false, 2100)};
    struct order_content content = sample(lines, 1);
    const struct order_content_place place = {uuid_new(), uuid_new(), ORDER_CONTENT_VERSION_FIRST};
    struct order_content_place wrong[] = {place, place, place};
    wrong[0].order_id = uuid_new();
    wrong[1].customer_id = uuid_new();
    wrong[2].content_version++;
    struct data_key key;
    struct wrapped_key wrapped;
    struct error error = {0};
    uint8_t *blob;
    size_t blob_length;
    struct order_content found;
    assert_int_equal(vault_data_key_new(keyring, KEY_PURPOSE_BILLING, &key, &wrapped, &error), STATUS_OK);
    assert_int_equal(order_content_seal(arena, &key, &place, &content, &blob, &blob_length, &error), STATUS_OK);
    assert_int_equal(order_content_open(arena, &key, &place, blob, blob_length, &found, &error), STATUS_OK);
    assert_same(&content, &found);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(order_content_open(arena, &key, &wrong[i], blob, blob_length, &found, &error),
                         STATUS_INTERNAL);
        assert_string_equal(error.code, "sealed_blob_rejected");
    }
    vault_data_key_release(&key);
}

/* What a credit note says reads back, with what it was asked for under; in its own row only. */
static void test_credit_note(void **state)
{
    (void)state;
    struct order_line lines[] = {line("a", 3, 333, false, 2100)};
    struct order_content content = sample(lines, 1);
    struct uuid places[][2] = {{uuid_new(), uuid_new()}, {uuid_new(), uuid_new()}, {uuid_new(), uuid_new()}};
    places[1][0] = places[0][0];
    places[2][1] = places[0][1];
    const struct credit_part parts[] = {{.line = 1, .quantity = 2}, {.line = 200, .quantity = 1}};
    const struct credit_request request = {
        .reason = WEIRD, .refund = "re_1", .has_key = true, .key_sha256 = {1}, .body_sha256 = {[31] = 255}};
    struct credit_note note = {.parts = parts, .parts_count = 2, .request = &request};
    struct data_key key;
    struct wrapped_key wrapped;
    struct error error = {0};
    uint8_t *blob;
    size_t length;
    struct order_content found;
    struct credit_note read;
    assert_int_equal(vault_data_key_new(keyring, KEY_PURPOSE_BILLING, &key, &wrapped, &error), STATUS_OK);
    assert_int_equal(
        credit_content_seal(arena, &key, &places[0][0], &places[0][1], &content, &note, &blob, &length, &error),
        STATUS_OK);
    assert_int_equal(
        credit_content_open(arena, &key, &places[0][0], &places[0][1], blob, length, &found, &read, &error), STATUS_OK);
    assert_same(&content, &found);
    assert_int_equal(read.parts_count, 2);
    assert_memory_equal(read.parts, parts, sizeof(parts));
    assert_string_equal(read.request->reason, WEIRD);
    assert_string_equal(read.request->refund, "re_1");
    assert_true(read.request->has_key);
    assert_memory_equal(read.request->key_sha256, request.key_sha256, SHA256_BYTES);
    assert_memory_equal(read.request->body_sha256, request.body_sha256, SHA256_BYTES);
    assert_int_equal(read.totals.total_minor, content.totals.total_minor);
    for (size_t i = 1; i < 3; i++)
        assert_int_equal(
            credit_content_open(arena, &key, &places[i][0], &places[i][1], blob, length, &found, &read, &error),
            STATUS_INTERNAL);
    note = (struct credit_note){.parts = parts, .parts_count = 1};
    assert_int_equal(
        credit_content_seal(arena, &key, &places[0][0], &places[0][1], &content, &note, &blob, &length, &error),
        STATUS_OK);
    assert_int_equal(
        credit_content_open(arena, &key, &places[0][0], &places[0][1], blob, length, &found, &read, &error), STATUS_OK);
    assert_null(read.request);
    vault_data_key_release(&key);
}

static int set_up(void **state)
{
    (void)state;
    char folder[] = "/tmp/akkoord-content-XXXXXX";
    char path[64];
    struct error error = {0};
    if (vault_harden_process(VAULT_MEMORY_UNLOCKED, &error) != STATUS_OK || mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/keyring.json", folder);
    bool loaded = keyring_create(path, &error) == STATUS_OK && keyring_load(path, &keyring, &error) == STATUS_OK;
    unlink(path);
    rmdir(folder);
    arena = arena_new();
    return loaded ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    keyring_free(keyring);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"the content of an order reads back as it was written, whatever its texts", test_round_trip, NULL, NULL, NULL},
        {"grounds, discounts, exchange and terms read back as they were written", test_all_that_a_document_tells, NULL,
         NULL, NULL},
        {"a content from before there were any of these is read as of a buyer at home", test_old_contents, NULL, NULL,
         NULL},
        {"the largest order that can be placed reads back too", test_largest_order, NULL, NULL, NULL},
        {"what the program does not write is refused, with the field that is wrong", test_anything_else_is_refused,
         NULL, NULL, NULL},
        {"a content that is cut anywhere is refused", test_cut_content_is_refused, NULL, NULL, NULL},
        {"a credit note reads back as it was drawn up, in its own row only", test_credit_note, NULL, NULL, NULL},
        {"a sealed content opens for its order, customer and version only", test_opens_only_in_its_place, NULL, NULL,
         NULL},
    };
    return cmocka_run_group_tests_name("store/order_content", tests, set_up, tear_down);
}
