/* Tests of domain/tax.h. The oracle for roundings is rational arithmetic in 128 bits, written here on its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/domain/tax.h"

__extension__ typedef __int128 wide;

/* dividend / divisor rounded half up; both positive. */
static int64_t half_up(wide dividend, wide divisor)
{
    return (int64_t)((2 * dividend + divisor) / (2 * divisor));
}

static struct order_line line(int64_t quantity, int64_t unit_price_minor, bool price_includes_vat, const char *category,
                              int64_t vat_rate_basis_points)
{
    struct order_line made = {.sku = "sample",
                              .name = "Sample service",
                              .quantity = quantity,
                              .unit_price_minor = unit_price_minor,
                              .price_includes_vat = price_includes_vat,
                              .net_minor = -1,
                              .vat_rate_basis_points = vat_rate_basis_points};
    snprintf(made.vat_category, sizeof(made.vat_category), "%s", category);
    return made;
}

static struct totals compute(struct order_line *lines, size_t count)
{
    struct totals totals;
    struct error error = {0};
    enum status status = tax_compute_totals(lines, count, &totals, &error);
    if (status != STATUS_OK)
        fail_msg("refused: %s %s %s", error.code, error.field, error.detail);
    return totals;
}

/* Expects a refusal that names this code and field, and leaves lines and totals as they were. */
static void expect_refused(struct order_line *lines, size_t count, const char *code, const char *field)
{
    struct totals totals, untouched;
    memset(&totals, 0x5a, sizeof(totals));
    memset(&untouched, 0x5a, sizeof(untouched));
    struct error error = {0};
    assert_int_equal(tax_compute_totals(lines, count, &totals, &error), STATUS_INVALID);
    assert_string_equal(error.code, code);
    assert_string_equal(error.field, field);
    assert_int_equal(error.status, STATUS_INVALID);
    assert_true(strlen(error.detail) > 0);
    assert_memory_equal(&totals, &untouched, sizeof(totals));
    for (size_t i = 0; lines != NULL && i < count && i <= ORDER_LINES_MAX; i++)
        assert_int_equal(lines[i].net_minor, -1);
    assert_int_equal(tax_compute_totals(lines, count, &totals, NULL), STATUS_INVALID);
}

static void net_prices_have_vat_on_top(void **state)
{
    (void)state;
    struct order_line lines[] = {line(2, 5000, false, "S", 2100), line(1, 1250, false, "S", 900)};
    struct totals totals = compute(lines, 2);
    assert_int_equal(lines[0].net_minor, 10000);
    assert_int_equal(lines[1].net_minor, 1250);
    assert_int_equal(totals.subtotals_count, 2);
    assert_int_equal(totals.subtotals[0].vat_minor, 2100);
    assert_int_equal(totals.subtotals[1].vat_minor, 113); /* 112.5 */
    assert_int_equal(totals.net_minor, 11250);
    assert_int_equal(totals.vat_minor, 2213);
    assert_int_equal(totals.total_minor, 13463);
}

static void vat_is_rounded_once_per_rate_and_not_per_line(void **state)
{
    (void)state;
    struct order_line lines[10];
    for (size_t i = 0; i < 10; i++)
        lines[i] = line(1, 5, false, "S", 2100); /* a line's own VAT would be 0.0105, ten of them 0.10 */
    struct totals totals = compute(lines, 10);
    assert_int_equal(totals.subtotals_count, 1);
    assert_int_equal(totals.vat_minor, 11); /* 10.5 rounded half up */
    assert_int_equal(totals.total_minor, 61);
}

static void a_price_of_99_99_including_vat_totals_exactly_99_99(void **state)
{
    (void)state;
    struct order_line lines[] = {line(1, 9999, true, "S", 2100)};
    struct totals totals = compute(lines, 1);
    assert_int_equal(totals.total_minor, 9999);
    assert_int_equal(totals.vat_minor, 1735); /* 1735.36 */
    assert_int_equal(totals.net_minor, 8264);
    assert_int_equal(lines[0].net_minor, 8264);
}

static void every_price_including_vat_is_what_the_customer_pays(void **state)
{
    (void)state;
    const int64_t rates[] = {1, 600, 900, 1900, 2100, 2550, 10000};
    for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
        for (int64_t price = 0; price <= 20000; price++) {
            struct order_line lines[] = {line(1, price, true, "S", rates[r])};
            struct totals totals = compute(lines, 1);
            assert_int_equal(totals.total_minor, price);
            assert_int_equal(totals.vat_minor, half_up((wide)price * rates[r], 10000 + rates[r]));
            assert_int_equal(lines[0].net_minor, totals.net_minor);
        }
    }
}

static void the_net_of_a_rate_is_shared_out_by_largest_remainder(void **state)
{
    (void)state;
    /* At 21% included: 1.00 is 82.6446 cents net, 0.50 is 41.3223, 0.03 is 2.4793. Of 1.53 the VAT is 26.55, so 27, and
     * the net 126: a cent above 82 + 41 + 2, which goes to the largest remainder. */
    struct order_line lines[] = {line(1, 50, true, "S", 2100), line(1, 3, true, "S", 2100),
                                 line(1, 100, true, "S", 2100)};
    struct totals totals = compute(lines, 3);
    assert_int_equal(totals.net_minor, 126);
    assert_int_equal(lines[0].net_minor, 41);
    assert_int_equal(lines[1].net_minor, 2);
    assert_int_equal(lines[2].net_minor, 83);
}

static void among_equal_remainders_the_earlier_line_gets_the_cent(void **state)
{
    (void)state;
    struct order_line lines[4];
    for (size_t i = 0; i < 4; i++)
        lines[i] = line(1, 100, true, "S", 2100); /* 82.6446 each; 4.00 holds 69.42 VAT: net 331, three cents left */
    struct totals totals = compute(lines, 4);
    assert_int_equal(totals.net_minor, 331);
    assert_int_equal(lines[0].net_minor, 83);
    assert_int_equal(lines[1].net_minor, 83);
    assert_int_equal(lines[2].net_minor, 83);
    assert_int_equal(lines[3].net_minor, 82);
}

/* xorshift64: the same orders in every run. */
static uint64_t random_state;

static int64_t random_below(int64_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (int64_t)(random_state % (uint64_t)bound);
}

static struct order_line random_line(void)
{
    static const int64_t rates[] = {0, 900, 2100, 1900, 2550};
    int64_t rate = rates[random_below(5)];
    int64_t price = random_below(random_below(4) == 0 ? 900000000 : 30000);
    /* One basis for some rates, both for others. */
    bool price_includes_vat = rate == 2100 || (rate != 900 && random_below(2) == 0);
    return line(1 + random_below(20), price, price_includes_vat, rate == 0 ? "Z" : "S", rate);
}

static void check_subtotal(const struct order_line *lines, size_t count, const struct vat_subtotal *subtotal)
{
    int64_t priced[2] = {0}; /* net prices, and prices that include VAT */
    size_t lines_of[2] = {0};
    int64_t net = 0;
    const int64_t rate = subtotal->vat_rate_basis_points;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].vat_rate_basis_points != rate)
            continue;
        int64_t line_priced = lines[i].unit_price_minor * lines[i].quantity;
        bool price_includes_vat = lines[i].price_includes_vat;
        priced[price_includes_vat] += line_priced;
        lines_of[price_includes_vat]++;
        net += lines[i].net_minor;
        /* Less than a cent from the exact net of the line. */
        wide exact = (wide)line_priced * 10000;
        wide given = (wide)lines[i].net_minor * (price_includes_vat ? 10000 + rate : 10000);
        wide cent = price_includes_vat ? 10000 + rate : 1;
        assert_true(given - exact < cent && exact - given < cent);
    }
    int64_t within = half_up((wide)priced[true] * rate, 10000 + rate);
    assert_int_equal(net, subtotal->net_minor);
    assert_int_equal(subtotal->net_minor, priced[false] + priced[true] - within);
    assert_int_equal(subtotal->vat_minor,
                     lines_of[false] == 0 ? within : half_up((wide)subtotal->net_minor * rate, 10000));
}

static void lines_subtotals_and_totals_always_sum_up(void **state)
{
    (void)state;
    random_state = 88172645463325252U;
    for (int round = 0; round < 3000; round++) {
        struct order_line lines[ORDER_LINES_MAX];
        size_t count = 1 + (size_t)random_below(round % 100 == 0 ? ORDER_LINES_MAX : 12);
        for (size_t i = 0; i < count; i++)
            lines[i] = random_line();
        struct totals totals = compute(lines, count);
        int64_t net = 0, vat = 0;
        for (size_t i = 0; i < totals.subtotals_count; i++) {
            check_subtotal(lines, count, &totals.subtotals[i]);
            net += totals.subtotals[i].net_minor;
            vat += totals.subtotals[i].vat_minor;
        }
        assert_int_equal(totals.net_minor, net);
        assert_int_equal(totals.vat_minor, vat);
        assert_int_equal(totals.total_minor, net + vat);
    }
}

static void subtotals_stand_in_the_order_of_the_lines(void **state)
{
    (void)state;
    struct order_line lines[] = {line(1, 100, false, "S", 900), line(1, 100, false, "Z", 0),
                                 line(1, 100, false, "S", 2100), line(1, 100, false, "E", 0),
                                 line(1, 100, false, "S", 900)};
    struct totals totals = compute(lines, 5);
    assert_int_equal(totals.subtotals_count, 4);
    assert_int_equal(totals.subtotals[0].vat_rate_basis_points, 900);
    assert_int_equal(totals.subtotals[0].net_minor, 200);
    assert_string_equal(totals.subtotals[1].vat_category, "Z");
    assert_int_equal(totals.subtotals[2].vat_rate_basis_points, 2100);
    assert_string_equal(totals.subtotals[3].vat_category, "E");
}

static void both_price_bases_may_stand_on_one_order_under_different_rates(void **state)
{
    (void)state;
    struct order_line lines[] = {line(1, 10000, false, "S", 2100), line(1, 10900, true, "S", 900)};
    struct totals totals = compute(lines, 2);
    assert_int_equal(totals.net_minor, 20000);
    assert_int_equal(totals.vat_minor, 3000);
}

static void both_price_bases_under_one_rate_have_the_vat_of_their_net_together(void **state)
{
    (void)state;
    /* 99.99 has 82.64 of net; 182.64 * 21% is 38.3544. */
    struct order_line lines[] = {line(1, 10000, false, "S", 2100), line(1, 10000, false, "Z", 0),
                                 line(1, 9999, true, "S", 2100)};
    struct totals totals = compute(lines, 3);
    assert_int_equal(totals.subtotals_count, 2);
    assert_int_equal(totals.subtotals[0].net_minor, 18264);
    assert_int_equal(totals.subtotals[0].vat_minor, 3835);
    assert_int_equal(lines[0].net_minor, 10000);
    assert_int_equal(lines[2].net_minor, 8264);
    assert_int_equal(totals.total_minor, 10000 + 18264 + 3835);
}

static void beside_net_prices_of_its_rate_a_price_with_vat_may_give_way_by_a_cent(void **state)
{
    (void)state;
    /* 0.03 includes 0.01 of VAT, and 21% of 0.02 is none. */
    struct order_line alone[] = {line(1, 3, true, "S", 2100)};
    assert_int_equal(compute(alone, 1).total_minor, 3);
    struct order_line beside[] = {line(1, 3, true, "S", 2100), line(1, 0, false, "S", 2100)};
    assert_int_equal(compute(beside, 2).total_minor, 2);
}

static void a_discount_on_the_whole_is_shared_over_both_bases_of_a_rate(void **state)
{
    (void)state;
    /* 10% of 100.00 + 121.00 is 22.10: 10.00 off the net price, 12.10 off the other, which is 10.00 of net. */
    struct order_line lines[] = {line(1, 12100, true, "S", 2100), line(1, 10000, false, "S", 2100)};
    const struct order_discount discount = {.percent_basis_points = 1000};
    struct totals totals;
    struct error error;
    assert_int_equal(tax_compute_order(lines, 2, NULL, &discount, &totals, &error), STATUS_OK);
    assert_int_equal(totals.subtotals_count, 1);
    assert_int_equal(totals.lines_net_minor, 20000);
    assert_int_equal(totals.subtotals[0].discount_net_minor, 2000);
    assert_int_equal(totals.subtotals[0].net_minor, 18000);
    assert_int_equal(totals.subtotals[0].vat_minor, 3780);
}

static void a_free_service_costs_nothing(void **state)
{
    (void)state;
    struct order_line lines[] = {line(3, 0, false, "S", 2100), line(3, 0, true, "S", 900)};
    struct totals totals = compute(lines, 2);
    assert_int_equal(totals.total_minor, 0);
    assert_int_equal(totals.subtotals_count, 2);
}

static void an_order_has_1_to_200_lines(void **state)
{
    (void)state;
    static struct order_line lines[ORDER_LINES_MAX + 1];
    for (size_t i = 0; i < ORDER_LINES_MAX + 1; i++)
        lines[i] = line(1, 100, true, "S", 2100);
    expect_refused(lines, 0, "required", "lines");
    expect_refused(NULL, 0, "required", "lines");
    expect_refused(lines, ORDER_LINES_MAX + 1, "length", "lines");
    struct totals totals = compute(lines, ORDER_LINES_MAX);
    assert_int_equal(totals.total_minor, ORDER_LINES_MAX * 100);
}

static void a_quantity_is_1_to_1000000(void **state)
{
    (void)state;
    const int64_t refused[] = {0, -1, INT64_MIN, ORDER_QUANTITY_MAX + 1, INT64_MAX};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct order_line lines[] = {line(1, 1, false, "S", 2100), line(refused[i], 1, false, "S", 2100)};
        expect_refused(lines, 2, "range", "lines[1].quantity");
    }
    struct order_line lines[] = {line(ORDER_QUANTITY_MAX, 1, false, "S", 2100)};
    assert_int_equal(compute(lines, 1).net_minor, ORDER_QUANTITY_MAX);
}

static void a_negative_price_is_refused(void **state)
{
    (void)state;
    struct order_line lines[] = {line(1, -1, false, "S", 2100)};
    expect_refused(lines, 1, "range", "lines[0].unit_price");
    lines[0].unit_price_minor = INT64_MIN;
    expect_refused(lines, 1, "range", "lines[0].unit_price");
}

static void a_rate_outside_0_to_100_per_cent_is_refused(void **state)
{
    (void)state;
    const int64_t refused[] = {-1, INT64_MIN, VAT_RATE_BASIS_POINTS_MAX + 1, INT64_MAX};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct order_line lines[] = {line(1, 100, i % 2 == 0, "S", refused[i])};
        expect_refused(lines, 1, "range", "lines[0].vat_rate");
    }
    struct order_line lines[] = {line(1, 100, false, "S", VAT_RATE_BASIS_POINTS_MAX)};
    assert_int_equal(compute(lines, 1).total_minor, 200);
}

static void a_category_must_be_known_and_fit_its_rate(void **state)
{
    (void)state;
    const char *const untaxed[] = {"Z", "E", "AE", "K", "G"};
    for (size_t i = 0; i < sizeof(untaxed) / sizeof(untaxed[0]); i++) {
        struct order_line lines[] = {line(1, 100, false, untaxed[i], 0)};
        assert_int_equal(compute(lines, 1).vat_minor, 0);
        lines[0] = line(1, 100, false, untaxed[i], 2100);
        expect_refused(lines, 1, "vat_category", "lines[0].vat_category");
    }
    const char *const unknown[] = {"", "s", "X", "SS", "O", "A"};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        struct order_line lines[] = {line(1, 100, false, unknown[i], 0)};
        expect_refused(lines, 1, "vat_category", "lines[0].vat_category");
    }
    struct order_line lines[] = {line(1, 100, false, "S", 0)};
    expect_refused(lines, 1, "vat_category", "lines[0].vat_category");
}

static void more_rates_than_an_invoice_has_room_for_are_refused(void **state)
{
    (void)state;
    struct order_line lines[VAT_SUBTOTALS_MAX + 1];
    for (size_t i = 0; i < VAT_SUBTOTALS_MAX + 1; i++)
        lines[i] = line(1, 100, false, "S", 100 + (int64_t)i);
    expect_refused(lines, VAT_SUBTOTALS_MAX + 1, "too_many_vat_rates", "lines[8].sku");
    assert_int_equal(compute(lines, VAT_SUBTOTALS_MAX).subtotals_count, VAT_SUBTOTALS_MAX);
}

static void an_amount_that_json_readers_would_round_is_refused(void **state)
{
    (void)state;
    struct order_line lines[] = {line(1, ORDER_AMOUNT_MINOR_MAX, false, "Z", 0), line(1, 1, false, "E", 0)};
    assert_int_equal(compute(lines, 1).total_minor, ORDER_AMOUNT_MINOR_MAX);
    lines[0].net_minor = -1;
    expect_refused(lines, 2, "amount_too_large", "lines");

    lines[0].quantity = 2;
    expect_refused(lines, 1, "amount_too_large", "lines[0].quantity");
    lines[0].quantity = ORDER_QUANTITY_MAX;
    expect_refused(lines, 1, "amount_too_large", "lines[0].quantity");
    lines[0] = line(1, ORDER_AMOUNT_MINOR_MAX + 1, false, "Z", 0);
    expect_refused(lines, 1, "amount_too_large", "lines[0].unit_price");
    lines[0] = line(1, INT64_MAX, true, "S", 2100);
    expect_refused(lines, 1, "amount_too_large", "lines[0].unit_price");
    lines[0] = line(1, ORDER_AMOUNT_MINOR_MAX, false, "S", 2100); /* the VAT is what is too much */
    expect_refused(lines, 1, "amount_too_large", "lines");

    lines[0] = line(1, ORDER_AMOUNT_MINOR_MAX, false, "Z", 0);
    lines[1] = line(1, 1, false, "Z", 0);
    expect_refused(lines, 2, "amount_too_large", "lines[1].quantity");
}

static void the_largest_amount_including_vat_is_exact(void **state)
{
    (void)state;
    struct order_line lines[] = {line(1, ORDER_AMOUNT_MINOR_MAX, true, "S", 2100)};
    struct totals totals = compute(lines, 1);
    assert_int_equal(totals.total_minor, ORDER_AMOUNT_MINOR_MAX);
    assert_int_equal(totals.vat_minor, half_up((wide)ORDER_AMOUNT_MINOR_MAX * 2100, 12100));
    assert_int_equal(lines[0].net_minor, totals.net_minor);
}

static void a_unit_price_is_shown_with_and_without_vat(void **state)
{
    (void)state;
    int64_t price = -7;
    assert_true(tax_gross_unit_price(10000, false, 2100, &price));
    assert_int_equal(price, 12100);
    assert_true(tax_gross_unit_price(50, false, 900, &price));
    assert_int_equal(price, 55); /* 54.5 */
    assert_true(tax_gross_unit_price(9999, true, 2100, &price));
    assert_int_equal(price, 9999);
    assert_true(tax_net_unit_price(9999, true, 2100, &price));
    assert_int_equal(price, 8264);
    assert_true(tax_net_unit_price(9999, false, 2100, &price));
    assert_int_equal(price, 9999);
    assert_true(tax_gross_unit_price(0, false, 2100, &price));
    assert_int_equal(price, 0);
    assert_true(tax_gross_unit_price(ORDER_AMOUNT_MINOR_MAX, false, 0, &price));
    assert_int_equal(price, ORDER_AMOUNT_MINOR_MAX);
}

static void a_unit_price_that_can_not_be_is_refused(void **state)
{
    (void)state;
    int64_t price = -7;
    assert_false(tax_gross_unit_price(-1, false, 2100, &price));
    assert_false(tax_gross_unit_price(100, false, -1, &price));
    assert_false(tax_gross_unit_price(100, false, VAT_RATE_BASIS_POINTS_MAX + 1, &price));
    assert_false(tax_gross_unit_price(ORDER_AMOUNT_MINOR_MAX, false, 2100, &price));
    assert_false(tax_gross_unit_price(INT64_MAX, false, 2100, &price));
    assert_false(tax_net_unit_price(-1, true, 2100, &price));
    assert_false(tax_net_unit_price(INT64_MAX, true, 2100, &price));
    assert_false(tax_net_unit_price(100, true, INT64_MAX, &price));
    assert_int_equal(price, -7);
}

static void a_rate_has_one_ground_and_one_country(void **state)
{
    (void)state;
    struct order_line lines[] = {line(1, 100, false, "S", 2100), line(1, 100, false, "S", 2100)};
    struct vat_treatment treatments[] = {{.ground = VAT_GROUND_ONE_STOP_SHOP, .country = "BE"},
                                         {.ground = VAT_GROUND_NONE}};
    struct totals totals;
    struct error error = {0};
    assert_int_equal(tax_compute_order(lines, 2, treatments, NULL, &totals, &error), STATUS_INVALID);
    assert_string_equal(error.code, "mixed_vat_grounds");
    assert_string_equal(error.field, "lines[1].sku");
    treatments[1] = (struct vat_treatment){.ground = VAT_GROUND_ONE_STOP_SHOP, .country = "LT"};
    assert_int_equal(tax_compute_order(lines, 2, treatments, NULL, &totals, &error), STATUS_INVALID);
    treatments[1] = treatments[0];
    assert_int_equal(tax_compute_order(lines, 2, treatments, NULL, &totals, &error), STATUS_OK);
    assert_int_equal(totals.subtotals_count, 1);
    assert_int_equal(totals.subtotals[0].ground, VAT_GROUND_ONE_STOP_SHOP);
    assert_string_equal(totals.subtotals[0].country, "BE");
    assert_true(tax_is_one_stop_shop(&totals));
}

static void goods_and_services_leave_the_union_together(void **state)
{
    (void)state;
    struct order_line lines[] = {line(1, 100, false, "G", 0), line(1, 50, false, "G", 0)};
    static const struct vat_treatment treatments[] = {{.ground = VAT_GROUND_OUTSIDE_UNION},
                                                      {.ground = VAT_GROUND_EXPORT}};
    const struct vat_treatment turned[] = {treatments[1], treatments[0]};
    struct totals totals;
    struct error error = {0};
    assert_int_equal(tax_compute_order(lines, 2, treatments, NULL, &totals, &error), STATUS_OK);
    assert_int_equal(totals.subtotals_count, 1);
    assert_int_equal(totals.subtotals[0].ground, VAT_GROUND_EXPORT);
    assert_int_equal(tax_compute_order(lines, 2, turned, NULL, &totals, &error), STATUS_OK);
    assert_int_equal(totals.subtotals[0].ground, VAT_GROUND_EXPORT);
    assert_int_equal(
        tax_compute_order(lines, 2, &treatments[0], &(struct order_discount){.amount_minor = 1000}, &totals, &error),
        STATUS_OK);
    assert_int_equal(totals.total_minor, 0);
    assert_int_equal(totals.discount_net_minor, 150);
    assert_false(tax_is_one_stop_shop(&totals));
}

static void a_discount_that_can_not_be_is_refused(void **state)
{
    (void)state;
    struct order_line lines[] = {line(3, 100, true, "S", 2100)};
    static const struct order_discount wrong[] = {
        {.percent_basis_points = -1}, {.percent_basis_points = 10001}, {.amount_minor = -1}};
    struct totals totals;
    struct error error = {0};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(tax_compute_order(lines, 1, NULL, &wrong[i], &totals, &error), STATUS_INVALID);
    lines[0].discount_minor = 301;
    expect_refused(lines, 1, "range", "lines[0].discount");
    lines[0].discount_minor = -1;
    expect_refused(lines, 1, "range", "lines[0].discount");
    lines[0].discount_minor = 300;
    assert_int_equal(compute(lines, 1).total_minor, 0);
}

static void tax_rests_on_a_vat_number_where_no_vat_is_borne_because_of_it(void **state)
{
    (void)state;
    static const bool expected[VAT_GROUNDS] = {
        [VAT_GROUND_DOMESTIC_REVERSE_CHARGE] = true,
        [VAT_GROUND_REVERSE_CHARGE] = true,
        [VAT_GROUND_INTRA_COMMUNITY] = true,
    };
    struct totals totals = {.subtotals_count = 0};
    assert_false(tax_rests_on_vat_number(&totals));
    for (int ground = 0; ground < VAT_GROUNDS; ground++) {
        totals.subtotals_count = 2;
        for (size_t at = 0; at < 2; at++) {
            totals.subtotals[0].ground = totals.subtotals[1].ground = VAT_GROUND_NONE;
            totals.subtotals[at].ground = (enum vat_ground)ground;
            assert_int_equal(tax_rests_on_vat_number(&totals), expected[ground]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tax_rests_on_a_vat_number_where_no_vat_is_borne_because_of_it),
        cmocka_unit_test(net_prices_have_vat_on_top),
        cmocka_unit_test(vat_is_rounded_once_per_rate_and_not_per_line),
        cmocka_unit_test(a_price_of_99_99_including_vat_totals_exactly_99_99),
        cmocka_unit_test(every_price_including_vat_is_what_the_customer_pays),
        cmocka_unit_test(the_net_of_a_rate_is_shared_out_by_largest_remainder),
        cmocka_unit_test(among_equal_remainders_the_earlier_line_gets_the_cent),
        cmocka_unit_test(lines_subtotals_and_totals_always_sum_up),
        cmocka_unit_test(subtotals_stand_in_the_order_of_the_lines),
        cmocka_unit_test(both_price_bases_may_stand_on_one_order_under_different_rates),
        cmocka_unit_test(both_price_bases_under_one_rate_have_the_vat_of_their_net_together),
        cmocka_unit_test(beside_net_prices_of_its_rate_a_price_with_vat_may_give_way_by_a_cent),
        cmocka_unit_test(a_discount_on_the_whole_is_shared_over_both_bases_of_a_rate),
        cmocka_unit_test(a_free_service_costs_nothing),
        cmocka_unit_test(an_order_has_1_to_200_lines),
        cmocka_unit_test(a_quantity_is_1_to_1000000),
        cmocka_unit_test(a_negative_price_is_refused),
        cmocka_unit_test(a_rate_outside_0_to_100_per_cent_is_refused),
        cmocka_unit_test(a_category_must_be_known_and_fit_its_rate),
        cmocka_unit_test(more_rates_than_an_invoice_has_room_for_are_refused),
        cmocka_unit_test(an_amount_that_json_readers_would_round_is_refused),
        cmocka_unit_test(the_largest_amount_including_vat_is_exact),
        cmocka_unit_test(a_unit_price_is_shown_with_and_without_vat),
        cmocka_unit_test(a_unit_price_that_can_not_be_is_refused),
        cmocka_unit_test(a_rate_has_one_ground_and_one_country),
        cmocka_unit_test(goods_and_services_leave_the_union_together),
        cmocka_unit_test(a_discount_that_can_not_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
