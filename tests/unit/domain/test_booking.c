/* Tests of domain/booking.h and domain/vat_summary.h. The oracle for shares of euros is exact arithmetic in 128 bits.
 */
#include "rule.h"

#include <string.h>

#include "akkoord/base/clock.h"
#include "akkoord/domain/booking.h"
#include "akkoord/domain/vat_summary.h"

__extension__ typedef __int128 wide;

struct part {
    const char *category;
    int64_t rate;
    enum vat_ground ground;
    const char *country;
    int64_t net;
    int64_t vat;
};

static struct invoice invoice_of(enum document_kind kind, const struct part *parts, size_t count)
{
    struct invoice invoice = {.kind = kind, .currency = "EUR", .seller = {.address = {.country = "NL"}}};
    struct totals *totals = &invoice.totals;
    totals->subtotals_count = count;
    for (size_t i = 0; i < count; i++) {
        struct vat_subtotal *subtotal = &totals->subtotals[i];
        *subtotal = (struct vat_subtotal){.vat_rate_basis_points = parts[i].rate,
                                          .net_minor = parts[i].net,
                                          .vat_minor = parts[i].vat,
                                          .ground = parts[i].ground};
        snprintf(subtotal->vat_category, sizeof(subtotal->vat_category), "%s", parts[i].category);
        snprintf(subtotal->country, sizeof(subtotal->country), "%s", parts[i].country);
        totals->net_minor += parts[i].net;
        totals->vat_minor += parts[i].vat;
    }
    totals->lines_net_minor = totals->net_minor;
    totals->total_minor = totals->net_minor + totals->vat_minor;
    return invoice;
}

static struct booking book(const struct invoice *invoice)
{
    struct booking booking;
    struct error error = {0};
    if (booking_of(invoice, &booking, &error) != STATUS_OK)
        fail_msg("refused: %s %s", error.code, error.detail);
    return booking;
}

static void expect_refused(const struct invoice *invoice, const char *code)
{
    struct booking booking;
    struct error error = {0};
    assert_int_equal(booking_of(invoice, &booking, &error), STATUS_INTERNAL);
    assert_string_equal(error.code, code);
}

/* ---- boxes ---- */

static void each_turnover_has_its_box(void **state)
{
    (void)state;
    static const struct {
        struct part part;
        const char *box;
    } cases[] = {
        {{"S", 2100, VAT_GROUND_NONE, "", 1000, 210}, "1a"},
        {{"S", 2100, VAT_GROUND_NONE, "NL", 1000, 210}, "1a"},
        {{"S", 900, VAT_GROUND_NONE, "", 1000, 90}, "1b"},
        {{"S", 600, VAT_GROUND_NONE, "", 1000, 60}, "1c"},
        {{"Z", 0, VAT_GROUND_NONE, "", 1000, 0}, "1e"},
        {{"AE", 0, VAT_GROUND_DOMESTIC_REVERSE_CHARGE, "", 1000, 0}, "1e"},
        {{"AE", 0, VAT_GROUND_REVERSE_CHARGE, "", 1000, 0}, "3b"},
        {{"K", 0, VAT_GROUND_INTRA_COMMUNITY, "", 1000, 0}, "3b"},
        {{"G", 0, VAT_GROUND_EXPORT, "", 1000, 0}, "3a"},
        {{"G", 0, VAT_GROUND_OUTSIDE_UNION, "", 1000, 0}, "none"},
        {{"E", 0, VAT_GROUND_EXEMPT, "", 1000, 0}, "none"},
        {{"E", 0, VAT_GROUND_SMALL_BUSINESS, "", 1000, 0}, "none"},
        {{"S", 1900, VAT_GROUND_ONE_STOP_SHOP, "DE", 1000, 190}, "oss"},
        {{"S", 2100, VAT_GROUND_ONE_STOP_SHOP, "ES", 1000, 210}, "oss"},
        /* Without a ground: what the category alone says. */
        {{"AE", 0, VAT_GROUND_NONE, "", 1000, 0}, "3b"},
        {{"K", 0, VAT_GROUND_NONE, "", 1000, 0}, "3b"},
        {{"G", 0, VAT_GROUND_NONE, "", 1000, 0}, "3a"},
        {{"E", 0, VAT_GROUND_NONE, "", 1000, 0}, "none"},
        {{"S", 2100, VAT_GROUND_NONE, "BE", 1000, 210}, "none"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct invoice invoice = invoice_of(DOCUMENT_INVOICE, &cases[i].part, 1);
        const struct booking booking = book(&invoice);
        assert_string_equal(vat_box_name(booking.lines.items[0].box), cases[i].box);
        const char *country = cases[i].part.country[0] != '\0' ? cases[i].part.country : "NL";
        assert_string_equal(booking.lines.items[0].country, country);
    }
}

/* ---- signs and euros ---- */

static const struct part three[] = {{"S", 2100, VAT_GROUND_NONE, "", 33333, 7000},
                                    {"S", 900, VAT_GROUND_NONE, "", 101, 9},
                                    {"Z", 0, VAT_GROUND_NONE, "", 1, 0}};

static void a_credit_note_is_its_invoice_with_the_other_sign(void **state)
{
    (void)state;
    const struct invoice invoice = invoice_of(DOCUMENT_INVOICE, three, 3);
    const struct invoice note = invoice_of(DOCUMENT_CREDIT_NOTE, three, 3);
    const struct booking plus = book(&invoice);
    const struct booking minus = book(&note);
    assert_int_equal(plus.amounts.total_minor, 40444);
    assert_int_equal(minus.amounts.total_minor, -40444);
    assert_int_equal(minus.euros.vat_minor, -7009);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(minus.lines.items[i].net_minor, -three[i].net);
        assert_int_equal(minus.lines.items[i].net_euro_minor, -three[i].net);
        assert_int_equal(minus.lines.items[i].vat_euro_minor, -plus.lines.items[i].vat_euro_minor);
    }
}

/* part * euros / whole, half away from zero. */
static int64_t in_proportion(int64_t part, int64_t euros, int64_t whole)
{
    wide product = 2 * (wide)part * euros;
    return (int64_t)((product + whole) / (2 * (wide)whole));
}

static uint64_t random_state = 20261127;

static int64_t random_below(int64_t limit)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((random_state >> 33) % (uint64_t)limit);
}

static void shares_of_euros_sum_to_what_the_document_says(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct part parts[VAT_SUBTOTALS_MAX];
        size_t count = (size_t)random_below(VAT_SUBTOTALS_MAX) + 1;
        for (size_t i = 0; i < count; i++)
            parts[i] = (struct part){"S", 100 * (int64_t)i + 100,    VAT_GROUND_NONE,
                                     "",  random_below(1000000) + 1, random_below(100000) + 1};
        struct invoice invoice = invoice_of(random_below(2) ? DOCUMENT_CREDIT_NOTE : DOCUMENT_INVOICE, parts, count);
        memcpy(invoice.currency, "USD", sizeof(invoice.currency));
        int64_t rate = 1000000 + random_below(1000000);
        invoice.exchange.per_euro_millionths = rate;
        invoice.exchange.total_euro_minor = in_proportion(invoice.totals.total_minor, 1000000, rate);
        invoice.exchange.vat_euro_minor = in_proportion(invoice.totals.vat_minor, 1000000, rate);
        const struct booking booking = book(&invoice);
        int64_t sign = invoice.kind == DOCUMENT_CREDIT_NOTE ? -1 : 1;
        int64_t net = 0;
        int64_t vat = 0;
        for (size_t i = 0; i < count; i++) {
            const struct booking_line *line = &booking.lines.items[i];
            net += line->net_euro_minor;
            vat += line->vat_euro_minor;
            int64_t exact =
                sign * in_proportion(parts[i].vat, invoice.exchange.vat_euro_minor, invoice.totals.vat_minor);
            assert_in_range(line->vat_euro_minor - exact + 1, 0, 2);
        }
        assert_int_equal(vat, sign * invoice.exchange.vat_euro_minor);
        assert_int_equal(net + vat, sign * invoice.exchange.total_euro_minor);
        assert_int_equal(booking.euros.total_minor, sign * invoice.exchange.total_euro_minor);
        assert_true(booking.is_foreign);
    }
}

static void another_currency_without_its_euros_is_refused(void **state)
{
    (void)state;
    struct invoice invoice = invoice_of(DOCUMENT_INVOICE, three, 3);
    memcpy(invoice.currency, "SEK", sizeof(invoice.currency));
    expect_refused(&invoice, "exchange_missing");
}

static void what_does_not_add_up_is_refused(void **state)
{
    (void)state;
    struct invoice invoice = invoice_of(DOCUMENT_INVOICE, three, 3);
    invoice.totals.subtotals[1].vat_minor++;
    expect_refused(&invoice, "document_amounts");
    invoice = invoice_of(DOCUMENT_INVOICE, three, 3);
    invoice.totals.subtotals[2].net_minor--;
    expect_refused(&invoice, "document_amounts");
    invoice = invoice_of(DOCUMENT_INVOICE, three, 3);
    invoice.totals.total_minor++;
    expect_refused(&invoice, "document_amounts");
}

static void sums_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    const struct part huge = {"Z", 0, VAT_GROUND_NONE, "", INT64_MAX - 1, 0};
    const struct invoice invoice = invoice_of(DOCUMENT_INVOICE, &huge, 1);
    const struct booking booking = book(&invoice);
    struct booking_sums sums[BOOKING_KINDS] = {{0}};
    struct error error = {0};
    assert_int_equal(booking_count(sums, &booking, &error), STATUS_OK);
    assert_int_equal(booking_count(sums, &booking, &error), STATUS_TOO_LARGE);
}

/* ---- the summary ---- */

static void a_day_lies_in_its_period(void **state)
{
    (void)state;
    static const struct {
        int year, month, day;
        const char *month_label, *quarter_label;
        int quarter_month;
    } cases[] = {{2026, 1, 1, "2026-01", "2026-Q1", 1},  {2026, 3, 31, "2026-03", "2026-Q1", 1},
                 {2026, 4, 1, "2026-04", "2026-Q2", 4},  {2028, 2, 29, "2028-02", "2028-Q1", 1},
                 {2026, 9, 30, "2026-09", "2026-Q3", 7}, {2026, 12, 31, "2026-12", "2026-Q4", 10}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char label[VAT_PERIOD_LABEL_BYTES];
        int64_t day = clock_days_from_date(cases[i].year, cases[i].month, cases[i].day);
        vat_period_label(VAT_PERIOD_MONTH, day, label);
        assert_string_equal(label, cases[i].month_label);
        vat_period_label(VAT_PERIOD_QUARTER, day, label);
        assert_string_equal(label, cases[i].quarter_label);
        assert_int_equal(vat_period_start_day(VAT_PERIOD_QUARTER, day),
                         clock_days_from_date(cases[i].year, cases[i].quarter_month, 1));
        assert_int_equal(vat_period_start_day(VAT_PERIOD_MONTH, day),
                         clock_days_from_date(cases[i].year, cases[i].month, 1));
        assert_int_equal(vat_period_start_day(VAT_PERIOD_YEAR, day), clock_days_from_date(cases[i].year, 1, 1));
    }
}

static void the_summary_holds_each_kind_of_turnover_once_and_sorted(void **state)
{
    (void)state;
    static const struct part abroad[] = {{"S", 1900, VAT_GROUND_ONE_STOP_SHOP, "DE", 100, 19},
                                         {"S", 700, VAT_GROUND_ONE_STOP_SHOP, "DE", 100, 7},
                                         {"S", 2000, VAT_GROUND_ONE_STOP_SHOP, "AT", 100, 20}};
    const struct invoice home_invoice = invoice_of(DOCUMENT_INVOICE, three, 3);
    const struct invoice home_note = invoice_of(DOCUMENT_CREDIT_NOTE, three, 3);
    const struct invoice abroad_invoice = invoice_of(DOCUMENT_INVOICE, abroad, 3);
    const struct booking home = book(&home_invoice);
    const struct booking back = book(&home_note);
    const struct booking foreign = book(&abroad_invoice);
    struct arena *arena = arena_new();
    struct vat_summary summary;
    struct error error;
    vat_summary_init(&summary, arena, VAT_PERIOD_QUARTER);
    int64_t q4 = clock_days_from_date(2026, 12, 31);
    int64_t q1 = clock_days_from_date(2027, 1, 1);
    assert_int_equal(vat_summary_add(&summary, q1, &back, &error), STATUS_OK);
    assert_int_equal(vat_summary_add(&summary, q4, &foreign, &error), STATUS_OK);
    for (int i = 0; i < 100; i++)
        assert_int_equal(vat_summary_add(&summary, q4, &home, &error), STATUS_OK);
    static const struct {
        const char *box, *country;
        int64_t rate, documents, net, vat;
    } wanted[] = {
        {"1a", "NL", 2100, 100, 3333300, 700000}, {"1b", "NL", 900, 100, 10100, 900}, {"1e", "NL", 0, 100, 100, 0},
        {"oss", "AT", 2000, 1, 100, 20},          {"oss", "DE", 700, 1, 100, 7},      {"oss", "DE", 1900, 1, 100, 19},
        {"1a", "NL", 2100, 1, -33333, -7000},     {"1b", "NL", 900, 1, -101, -9},     {"1e", "NL", 0, 1, -1, 0}};
    assert_int_equal(summary.count, sizeof(wanted) / sizeof(wanted[0]));
    for (size_t i = 0; i < summary.count; i++) {
        const struct vat_row *row = &summary.rows[i];
        assert_string_equal(vat_box_name(row->box), wanted[i].box);
        assert_string_equal(row->country, wanted[i].country);
        assert_int_equal(row->vat_rate_basis_points, wanted[i].rate);
        assert_int_equal(row->documents, wanted[i].documents);
        assert_int_equal(row->net_euro_minor, wanted[i].net);
        assert_int_equal(row->vat_euro_minor, wanted[i].vat);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("each turnover has its box of the return", each_turnover_has_its_box),
        RULE("a credit note is its invoice with the other sign", a_credit_note_is_its_invoice_with_the_other_sign),
        RULE("shares of euros sum to what the document says, and none is a cent off",
             shares_of_euros_sum_to_what_the_document_says),
        RULE("another currency without its euros is refused", another_currency_without_its_euros_is_refused),
        RULE("what does not add up is refused", what_does_not_add_up_is_refused),
        RULE("sums that do not fit are refused", sums_that_do_not_fit_are_refused),
        RULE("a day lies in its month, quarter and year", a_day_lies_in_its_period),
        RULE("the summary holds each kind of turnover once, sorted, by period",
             the_summary_holds_each_kind_of_turnover_once_and_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
