/* Credit notes over parts of an invoice: random invoices and sequences, held against rules written with exact
 * fractions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "akkoord/domain/credit.h"
#include "akkoord/domain/tax.h"

__extension__ typedef __int128 wide;

#define LINES_MAX 6

struct scene {
    struct arena *arena;
    struct order_line lines[LINES_MAX];
    size_t lines_count;
    struct totals totals;
    struct credit_state state;
};

static uint64_t seed = 20261127;

/* xorshift64*: the same sequence on every machine. */
static int64_t draw(int64_t below)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (int64_t)((seed * UINT64_C(2685821657736338717)) >> 33) % below;
}

static void begin(struct scene *scene)
{
    scene->arena = arena_new();
    struct error error;
    assert_int_equal(tax_compute_totals(scene->lines, scene->lines_count, &scene->totals, &error), STATUS_OK);
    assert_int_equal(
        credit_state_init(&scene->state, scene->arena, scene->lines, scene->lines_count, &scene->totals, &error),
        STATUS_OK);
}

static struct order_line line_of(int64_t quantity, int64_t unit_price_minor, int64_t rate, bool includes_vat)
{
    struct order_line line = {.sku = "s",
                              .name = "n",
                              .quantity = quantity,
                              .unit_price_minor = unit_price_minor,
                              .vat_rate_basis_points = rate,
                              .price_includes_vat = includes_vat};
    snprintf(line.vat_category, sizeof(line.vat_category), "%s", rate == 0 ? "Z" : "S");
    return line;
}

static void begin_random(struct scene *scene)
{
    static const int64_t rates[] = {2100, 900, 0, 1900, 2550};
    *scene = (struct scene){.lines_count = (size_t)draw(LINES_MAX) + 1};
    int64_t bases = draw(32);
    bool bases_meet = draw(3) == 0;
    for (size_t i = 0; i < scene->lines_count; i++) {
        int64_t rate = draw(bases_meet ? 2 : 5);
        int64_t price = draw(4) == 0 ? draw(5) : draw(20000);
        bool includes_vat = bases_meet ? draw(2) == 0 : (bases >> rate & 1) != 0;
        scene->lines[i] = line_of(draw(9) + 1, price, rates[rate], includes_vat);
    }
    begin(scene);
}

static enum status credit(struct scene *scene, const struct credit_request *request, struct credit_note *note)
{
    struct error error;
    enum status status = credit_compute(scene->arena, &scene->state, request, note, &error);
    if (status == STATUS_OK)
        assert_int_equal(credit_state_add(&scene->state, note, 0, &error), STATUS_OK);
    return status;
}

static enum status credit_units(struct scene *scene, int64_t line, int64_t quantity, struct credit_note *note)
{
    struct credit_part *part = ARENA_NEW(scene->arena, struct credit_part);
    *part = (struct credit_part){.line = line, .quantity = quantity};
    const struct credit_request request = {.parts = part, .parts_count = 1, .reason = "r"};
    return credit(scene, &request, note);
}

static enum status credit_gross(struct scene *scene, const struct vat_subtotal *of, int64_t gross_minor,
                                struct credit_note *note)
{
    struct credit_amount *amount = ARENA_NEW(scene->arena, struct credit_amount);
    *amount = (struct credit_amount){.vat_rate_basis_points = of->vat_rate_basis_points, .gross_minor = gross_minor};
    memcpy(amount->vat_category, of->vat_category, sizeof(amount->vat_category));
    const struct credit_request request = {.amounts = amount, .amounts_count = 1, .reason = "Goodwill"};
    return credit(scene, &request, note);
}

/* ---- what must hold of every note ---- */

/* floor(a / b + 1/2) for a >= 0. */
static int64_t half_up(wide a, wide b)
{
    return (int64_t)((2 * a + b) / (2 * b));
}

/* What documents take for right (BR-CO-17): a cent for giving way, another where an amount with VAT was split. */
static void expect_vat_near(const struct vat_subtotal *subtotal, bool is_gross)
{
    int64_t exact = half_up((wide)subtotal->net_minor * subtotal->vat_rate_basis_points, 10000);
    int64_t most = (subtotal->vat_rate_basis_points > 0 ? 1 : 0) + (is_gross ? 1 : 0);
    assert_in_range(subtotal->vat_minor, exact > most ? exact - most : 0, exact + most);
}

static void expect_note_adds_up(const struct credit_note *note)
{
    int64_t net = 0;
    int64_t vat = 0;
    for (size_t i = 0; i < note->totals.subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &note->totals.subtotals[i];
        int64_t lines_net = 0;
        bool is_gross = false;
        for (size_t j = 0; j < note->lines_count; j++) {
            const struct order_line *line = &note->lines[j];
            assert_true(line->net_minor >= 0 && line->discount_minor >= 0);
            if (line->vat_rate_basis_points != subtotal->vat_rate_basis_points)
                continue;
            lines_net += line->net_minor;
            is_gross = is_gross || line->price_includes_vat;
            if (!line->price_includes_vat)
                assert_int_equal(line->net_minor + line->discount_net_minor, line->unit_price_minor * line->quantity);
        }
        assert_true(subtotal->net_minor >= 0 && subtotal->vat_minor >= 0);
        assert_int_equal(lines_net, subtotal->net_minor);
        expect_vat_near(subtotal, is_gross);
        net += subtotal->net_minor;
        vat += subtotal->vat_minor;
    }
    assert_int_equal(note->totals.net_minor, net);
    assert_int_equal(note->totals.lines_net_minor, net);
    assert_int_equal(note->totals.vat_minor, vat);
    assert_int_equal(note->totals.total_minor, net + vat);
}

static void expect_nothing_below_zero(const struct scene *scene)
{
    for (size_t i = 0; i < scene->totals.subtotals_count; i++) {
        assert_true(scene->state.net_minor[i] <= scene->totals.subtotals[i].net_minor);
        assert_true(scene->state.vat_minor[i] <= scene->totals.subtotals[i].vat_minor);
    }
}

static void expect_zero_everywhere(const struct scene *scene)
{
    for (size_t i = 0; i < scene->totals.subtotals_count; i++) {
        assert_int_equal(scene->state.net_minor[i], scene->totals.subtotals[i].net_minor);
        assert_int_equal(scene->state.vat_minor[i], scene->totals.subtotals[i].vat_minor);
    }
    assert_true(credit_state_is_exhausted(&scene->state));
    assert_int_equal(credit_state_left_minor(&scene->state), 0);
}

/* ---- random sequences ---- */

static void credit_at_random(struct scene *scene, bool with_amounts)
{
    struct credit_note note;
    if (with_amounts && draw(3) == 0) {
        const struct vat_subtotal *subtotal = &scene->totals.subtotals[draw((int64_t)scene->totals.subtotals_count)];
        enum status status =
            credit_gross(scene, subtotal, draw(subtotal->net_minor + subtotal->vat_minor + 1) + 1, &note);
        if (status == STATUS_OK)
            expect_note_adds_up(&note);
    } else {
        int64_t line = draw((int64_t)scene->lines_count);
        int64_t quantity = draw(scene->lines[line].quantity) + 1;
        enum status status = credit_units(scene, line + 1, quantity, &note);
        if (status == STATUS_OK)
            expect_note_adds_up(&note);
    }
    expect_nothing_below_zero(scene);
}

static void random_notes_and_the_rest_after_them_take_exactly_the_invoice(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct scene scene;
        begin_random(&scene);
        bool with_amounts = draw(2) == 0;
        for (int64_t notes = draw(12); notes > 0; notes--)
            credit_at_random(&scene, with_amounts);
        if (!credit_state_is_exhausted(&scene.state)) {
            struct credit_note rest;
            struct error error;
            int64_t left = credit_state_left_minor(&scene.state);
            credit_compute_rest(scene.arena, &scene.state, &rest);
            assert_int_equal(rest.totals.total_minor, left);
            expect_note_adds_up(&rest);
            assert_int_equal(credit_state_add(&scene.state, &rest, 0, &error), STATUS_OK);
        }
        expect_zero_everywhere(&scene);
        arena_free(scene.arena);
    }
}

static bool has_net_prices(const struct scene *scene, int64_t rate)
{
    for (size_t i = 0; i < scene->lines_count; i++) {
        if (scene->lines[i].vat_rate_basis_points == rate && !scene->lines[i].price_includes_vat)
            return true;
    }
    return false;
}

static void units_one_by_one_take_exactly_the_invoice_and_each_its_own_price(void **state)
{
    (void)state;
    for (int round = 0; round < 5000; round++) {
        struct scene scene;
        begin_random(&scene);
        bool is_stuck = false;
        for (size_t i = 0; i < scene.lines_count; i++) {
            const struct order_line *line = &scene.lines[i];
            for (int64_t unit = 0; unit < line->quantity; unit++) {
                struct credit_note note;
                enum status status = credit_units(&scene, (int64_t)i + 1, 1, &note);
                if (line->unit_price_minor == 0) {
                    assert_int_equal(status, STATUS_CONFLICT);
                    continue;
                }
                /* Beside net prices of its rate a price with VAT counts by its net, and the smallest has none. */
                int64_t beside =
                    line->price_includes_vat && has_net_prices(&scene, line->vat_rate_basis_points) ? 2 : 0;
                is_stuck = is_stuck || (status == STATUS_CONFLICT && line->unit_price_minor <= beside);
                if (is_stuck)
                    break;
                assert_int_equal(status, STATUS_OK);
                expect_note_adds_up(&note);
                int64_t told = line->price_includes_vat ? note.totals.total_minor : note.totals.net_minor;
                /* Without discounts a unit is what it cost. */
                assert_in_range(told + beside, line->unit_price_minor, line->unit_price_minor + 2 * beside);
                assert_int_equal(note.lines[0].discount_minor, 0);
            }
        }
        if (!is_stuck)
            expect_zero_everywhere(&scene);
        arena_free(scene.arena);
    }
}

static void a_first_note_has_the_vat_of_its_own_amount(void **state)
{
    (void)state;
    int same = 0;
    int all = 0;
    for (int round = 0; round < 5000; round++) {
        struct scene scene;
        struct credit_note note;
        begin_random(&scene);
        if (credit_units(&scene, 1, 1, &note) == STATUS_OK && !credit_state_is_exhausted(&scene.state)) {
            const struct vat_subtotal *subtotal = &note.totals.subtotals[0];
            int64_t rate = subtotal->vat_rate_basis_points;
            wide amount = scene.lines[0].unit_price_minor;
            int64_t own = scene.lines[0].price_includes_vat ? half_up(amount * rate, 10000 + rate)
                                                            : half_up(amount * rate, 10000);
            all++;
            same += subtotal->vat_minor == own;
            /* Unless it took the last of its rate, which is the invoice's VAT then. */
            assert_in_range(subtotal->vat_minor, own > 0 ? own - 1 : 0, own + 1);
        }
        arena_free(scene.arena);
    }
    assert_true(same * 100 > all * 97);
}

/* ---- single cases ---- */

static void half_cents_of_many_notes_do_not_add_up(void **state)
{
    (void)state;
    /* 100 units of 0.50 at 9%: each alone has 4.5 cents of VAT, rounded to 5. */
    struct scene scene = {.lines = {line_of(100, 50, 900, false)}, .lines_count = 1};
    begin(&scene);
    for (int64_t unit = 0; unit < 100; unit++) {
        struct credit_note note;
        assert_int_equal(credit_units(&scene, 1, 1, &note), STATUS_OK);
        assert_in_range(note.totals.vat_minor, 4, 5);
    }
    expect_zero_everywhere(&scene);
    arena_free(scene.arena);
}

static void a_discount_on_a_line_and_on_all_is_shared_by_its_units(void **state)
{
    (void)state;
    /* 3 of 10.00 less 0.01, of which the document's discount takes another 2.00: 27.99 for 3. */
    struct scene scene = {.lines = {line_of(3, 1000, 2100, false)}, .lines_count = 1};
    begin(&scene);
    scene.lines[0].discount_minor = 1;
    scene.lines[0].net_minor = 2999;
    scene.totals.subtotals[0].net_minor = 2799;
    scene.totals.subtotals[0].vat_minor = 588;
    scene.totals.subtotals[0].discount_net_minor = 200;
    assert_int_equal(credit_state_init(&scene.state, scene.arena, scene.lines, 1, &scene.totals, NULL), STATUS_OK);
    static const int64_t nets[] = {933, 933, 933};
    for (int64_t unit = 0; unit < 3; unit++) {
        struct credit_note note;
        assert_int_equal(credit_units(&scene, 1, 1, &note), STATUS_OK);
        assert_int_equal(note.totals.net_minor, nets[unit]);
        assert_int_equal(note.lines[0].discount_minor, 1000 - nets[unit]);
        assert_int_equal(note.lines[0].discount_net_minor, 1000 - nets[unit]);
        assert_non_null(note.lines[0].discount_reason);
        assert_int_equal(note.totals.subtotals[0].discount_net_minor, 0);
    }
    expect_zero_everywhere(&scene);
    arena_free(scene.arena);
}

static void under_both_bases_of_a_rate_units_count_by_their_net(void **state)
{
    (void)state;
    /* 100.00 and 3 of 99.99, of which 82.64, 82.63 and 82.64 are net; VAT is 21% of 347.91. */
    struct scene scene = {.lines = {line_of(1, 10000, 2100, false), line_of(3, 9999, 2100, true)}, .lines_count = 2};
    static const int64_t nets[] = {8264, 8263, 8264};
    begin(&scene);
    assert_int_equal(scene.totals.net_minor, 34791);
    assert_int_equal(scene.totals.vat_minor, 7306);
    for (int64_t unit = 0; unit < 3; unit++) {
        struct credit_note note;
        assert_int_equal(credit_units(&scene, 2, 1, &note), STATUS_OK);
        assert_int_equal(note.totals.net_minor, nets[unit]);
        assert_in_range(note.totals.total_minor, 9998, 10000); /* a cent for the net, one for the VAT */
        assert_int_equal(note.lines[0].unit_price_minor, 9999);
        assert_int_equal(note.lines[0].discount_minor, 0);
        assert_true(note.lines[0].price_includes_vat);
    }
    struct credit_note rest;
    credit_compute_rest(scene.arena, &scene.state, &rest);
    assert_int_equal(rest.lines_count, 1);
    assert_string_equal(rest.lines[0].name, "n");
    assert_int_equal(rest.totals.net_minor, 10000);
    assert_in_range(rest.totals.vat_minor, 2099, 2101);
    arena_free(scene.arena);
}

static void a_discount_on_all_is_taken_off_units_of_both_bases(void **state)
{
    (void)state;
    /* 10% off 121.00 with VAT and 100.00 without: each unit has 90.00 of net left. */
    struct scene scene = {.lines = {line_of(1, 12100, 2100, true), line_of(1, 10000, 2100, false)}, .lines_count = 2};
    const struct order_discount discount = {.percent_basis_points = 1000};
    begin(&scene);
    assert_int_equal(tax_compute_order(scene.lines, 2, NULL, &discount, &scene.totals, NULL), STATUS_OK);
    assert_int_equal(credit_state_init(&scene.state, scene.arena, scene.lines, 2, &scene.totals, NULL), STATUS_OK);
    static const int64_t discounts[] = {1210, 1000};
    for (int64_t line = 1; line <= 2; line++) {
        struct credit_note note;
        assert_int_equal(credit_units(&scene, line, 1, &note), STATUS_OK);
        assert_int_equal(note.totals.net_minor, 9000);
        assert_int_equal(note.totals.vat_minor, 1890);
        assert_int_equal(note.lines[0].discount_minor, discounts[line - 1]);
        assert_int_equal(note.lines[0].discount_net_minor, 1000);
    }
    expect_zero_everywhere(&scene);
    arena_free(scene.arena);
}

static void expect_refused(struct scene *scene, const struct credit_request *request, enum status expected,
                           const char *code, const char *field)
{
    struct credit_note note;
    struct error error = {.field = ""};
    assert_int_equal(credit_compute(scene->arena, &scene->state, request, &note, &error), expected);
    assert_string_equal(error.code, code);
    assert_string_equal(error.field, field);
}

static void what_the_invoice_does_not_hold_is_refused(void **state)
{
    (void)state;
    struct scene scene = {.lines = {line_of(2, 1000, 2100, false), line_of(1, 500, 900, false)}, .lines_count = 2};
    begin(&scene);
    const struct credit_part third[] = {{.line = 1, .quantity = 1}, {.line = 3, .quantity = 1}};
    const struct credit_part twice[] = {{.line = 1, .quantity = 1}, {.line = 1, .quantity = 1}};
    const struct credit_part three = {.line = 1, .quantity = 3};
    const struct credit_amount other = {.vat_category = "Z", .gross_minor = 1};
    const struct credit_amount same[] = {{.vat_category = "S", .vat_rate_basis_points = 900, .gross_minor = 1},
                                         {.vat_category = "S", .vat_rate_basis_points = 900, .gross_minor = 1}};
    const struct credit_amount more = {.vat_category = "S", .vat_rate_basis_points = 900, .gross_minor = 546};
    struct credit_request request = {.parts = third, .parts_count = 2, .reason = "r"};
    expect_refused(&scene, &request, STATUS_INVALID, "unknown", "lines[1].line");
    request.parts = twice;
    expect_refused(&scene, &request, STATUS_INVALID, "duplicate", "lines[1].line");
    request.parts = &three;
    request.parts_count = 1;
    expect_refused(&scene, &request, STATUS_CONFLICT, "nothing_to_credit", "");
    request = (struct credit_request){.amounts = &other, .amounts_count = 1, .reason = "r"};
    expect_refused(&scene, &request, STATUS_INVALID, "unknown", "amounts[0].vat_rate");
    request.amounts = same;
    request.amounts_count = 2;
    expect_refused(&scene, &request, STATUS_INVALID, "duplicate", "amounts[1].vat_rate");
    request.amounts = &more;
    request.amounts_count = 1;
    expect_refused(&scene, &request, STATUS_CONFLICT, "nothing_to_credit", "");
    arena_free(scene.arena);
}

static void the_rest_is_told_in_units_where_these_are_the_rest(void **state)
{
    (void)state;
    struct scene scene = {.lines = {line_of(2, 1000, 2100, false), line_of(1, 500, 900, true)}, .lines_count = 2};
    struct credit_note note;
    begin(&scene);
    assert_int_equal(credit_units(&scene, 1, 1, &note), STATUS_OK);
    assert_int_equal(credit_gross(&scene, &scene.totals.subtotals[1], 100, &note), STATUS_OK);
    credit_compute_rest(scene.arena, &scene.state, &note);
    assert_int_equal(note.lines_count, 2);
    assert_int_equal(note.parts_count, 1);
    assert_string_equal(note.lines[0].name, "n");
    assert_int_equal(note.lines[0].quantity, 1);
    assert_string_equal(note.lines[1].name, "Resterend bedrag");
    assert_int_equal(note.totals.total_minor, 1210 + 400);
    arena_free(scene.arena);
}

static void notes_that_pass_the_invoice_are_not_believed(void **state)
{
    (void)state;
    struct scene scene = {.lines = {line_of(1, 1000, 2100, false)}, .lines_count = 1};
    struct credit_note note;
    struct error error;
    begin(&scene);
    assert_int_equal(credit_units(&scene, 1, 1, &note), STATUS_OK);
    assert_int_equal(credit_state_add(&scene.state, &note, 0, &error), STATUS_INTERNAL);
    credit_state_reset(&scene.state);
    assert_int_equal(credit_state_left_minor(&scene.state), 1210);
    note.totals.subtotals[0].vat_minor++;
    assert_int_equal(credit_state_add(&scene.state, &note, 0, &error), STATUS_INTERNAL);
    arena_free(scene.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_notes_and_the_rest_after_them_take_exactly_the_invoice),
        cmocka_unit_test(units_one_by_one_take_exactly_the_invoice_and_each_its_own_price),
        cmocka_unit_test(a_first_note_has_the_vat_of_its_own_amount),
        cmocka_unit_test(half_cents_of_many_notes_do_not_add_up),
        cmocka_unit_test(a_discount_on_a_line_and_on_all_is_shared_by_its_units),
        cmocka_unit_test(under_both_bases_of_a_rate_units_count_by_their_net),
        cmocka_unit_test(a_discount_on_all_is_taken_off_units_of_both_bases),
        cmocka_unit_test(what_the_invoice_does_not_hold_is_refused),
        cmocka_unit_test(the_rest_is_told_in_units_where_these_are_the_rest),
        cmocka_unit_test(notes_that_pass_the_invoice_are_not_believed),
    };
    return cmocka_run_group_tests_name("domain/credit", tests, NULL, NULL);
}
