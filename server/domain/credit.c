/*
 * Partial credit notes to the cent: see credit.h for the rules. Pure functions over the caller's memory; any thread.
 * Amounts stay below 2^53 (tax.h), products are taken in 128 bits.
 *
 * Invariants, for each rate: 0 <= credited net <= the invoice's net, 0 <= credited VAT <= its VAT, and nothing of the
 * one is left when the note took all of the amount.
 */
#include "akkoord/domain/credit.h"

#include <assert.h>
#include <string.h>

#include "akkoord/base/money.h"
#include "akkoord/domain/tax.h"

/* A rate of 100%. */
#define BASIS_POINTS INT64_C(10000)

#define NO_GROUP VAT_SUBTOTALS_MAX

/* What a note takes of one rate. */
struct group {
    bool is_taken;
    bool is_gross;        /* `amount_minor` includes VAT */
    int64_t amount_minor; /* of the note's lines together */
    int64_t net_minor;
    int64_t vat_minor;
};

struct work {
    struct arena *arena;
    const struct credit_state *state;
    struct group groups[VAT_SUBTOTALS_MAX];
    struct credit_note *note;
    size_t *line_group;    /* of each of the note's lines */
    int64_t *line_amounts; /* of each of the note's lines, in the basis of its group */
};

static enum status more_than_left(struct error *error)
{
    return error_set(error, STATUS_CONFLICT, "nothing_to_credit", "that is more than is left of the invoice to credit");
}

static enum status item_error(struct error *error, const char *code, const char *list, size_t index, const char *key,
                              const char *detail)
{
    char field[ERROR_FIELD_BYTES];
    snprintf(field, sizeof(field), "%s[%zu].%s", list, index, key);
    return error_set_field(error, STATUS_INVALID, code, field, "%s", detail);
}

/* ---- arithmetic ---- */

/* total * part / whole, half up: sums over consecutive parts are exact, because each is a difference of two of these.
 */
static int64_t share(int64_t total_minor, int64_t part, int64_t whole)
{
    int64_t result = 0;
    if (whole > 0 && !money_multiply_ratio(total_minor, part, whole, &result))
        assert(false && "a share is no more than the whole");
    return result;
}

static int64_t vat_on(int64_t net_minor, int64_t vat_rate_basis_points)
{
    return share(net_minor, vat_rate_basis_points, BASIS_POINTS);
}

static int64_t vat_within(int64_t gross_minor, int64_t vat_rate_basis_points)
{
    return share(gross_minor, vat_rate_basis_points, BASIS_POINTS + vat_rate_basis_points);
}

static int64_t between(int64_t value, int64_t minimum, int64_t maximum)
{
    if (value > maximum)
        value = maximum;
    return value < minimum ? minimum : value;
}

/* ---- the invoice ---- */

static size_t find_group(const struct totals *totals, const char *vat_category, int64_t vat_rate_basis_points)
{
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        if (totals->subtotals[i].vat_rate_basis_points == vat_rate_basis_points &&
            strcmp(totals->subtotals[i].vat_category, vat_category) == 0)
            return i;
    }
    return NO_GROUP;
}

static size_t group_of(const struct credit_state *state, size_t line)
{
    return find_group(state->totals, state->lines[line].vat_category, state->lines[line].vat_rate_basis_points);
}

static int64_t net_left(const struct credit_state *state, size_t group)
{
    return state->totals->subtotals[group].net_minor - state->net_minor[group];
}

static int64_t vat_left(const struct credit_state *state, size_t group)
{
    return state->totals->subtotals[group].vat_minor - state->vat_minor[group];
}

/* What a line's price comes to, in its own basis, before the document's discount. */
static int64_t priced(const struct order_line *line)
{
    return line->unit_price_minor * line->quantity - line->discount_minor;
}

/* Whether the units of a rate cost amounts with VAT: all of its prices include it. */
static bool is_gross(const struct credit_state *state, size_t group)
{
    for (size_t i = 0; i < state->lines_count; i++) {
        if (group_of(state, i) == group && !state->lines[i].price_includes_vat)
            return false;
    }
    return true;
}

/* The amount of each rate over its lines: by their prices, which are in its basis, or by what is net of them. */
static void share_out_amounts(struct credit_state *state)
{
    int64_t whole[VAT_SUBTOTALS_MAX] = {0};
    int64_t before[VAT_SUBTOTALS_MAX] = {0};
    bool gross[VAT_SUBTOTALS_MAX];
    for (size_t i = 0; i < state->totals->subtotals_count; i++)
        gross[i] = is_gross(state, i);
    for (size_t i = 0; i < state->lines_count; i++) {
        size_t group = group_of(state, i);
        state->amounts[i] = gross[group] ? priced(&state->lines[i]) : state->lines[i].net_minor;
        whole[group] += state->amounts[i];
    }
    for (size_t i = 0; i < state->lines_count; i++) {
        size_t group = group_of(state, i);
        const struct vat_subtotal *subtotal = &state->totals->subtotals[group];
        int64_t total = subtotal->net_minor + (gross[group] ? subtotal->vat_minor : 0);
        int64_t upto = before[group] + state->amounts[i];
        state->amounts[i] = share(total, upto, whole[group]) - share(total, before[group], whole[group]);
        before[group] = upto;
    }
}

/* What a line costs after all discounts in the basis of its own price: its amount, but for a price with VAT beside net
 * prices of its rate, which the document's discount takes down as it does the net of the rate. */
static int64_t priced_after_discounts(const struct credit_state *state, size_t line)
{
    size_t group = group_of(state, line);
    const struct vat_subtotal *subtotal = &state->totals->subtotals[group];
    if (state->lines[line].price_includes_vat == is_gross(state, group))
        return state->amounts[line];
    if (subtotal->discount_net_minor == 0)
        return priced(&state->lines[line]);
    return share(priced(&state->lines[line]), subtotal->net_minor, subtotal->net_minor + subtotal->discount_net_minor);
}

static enum status unreadable(struct error *error)
{
    return error_set(error, STATUS_INTERNAL, "credits_unreadable", "the credit notes of an invoice do not fit it");
}

enum status credit_state_init(struct credit_state *state, struct arena *arena, const struct order_line *lines,
                              size_t lines_count, const struct totals *totals, struct error *error)
{
    *state = (struct credit_state){.lines = lines,
                                   .lines_count = lines_count,
                                   .totals = totals,
                                   .amounts = ARENA_ARRAY(arena, int64_t, lines_count),
                                   .quantities = ARENA_ARRAY(arena, int64_t, lines_count)};
    for (size_t i = 0; i < lines_count; i++) {
        if (group_of(state, i) == NO_GROUP)
            return unreadable(error);
    }
    share_out_amounts(state);
    return STATUS_OK;
}

void credit_state_reset(struct credit_state *state)
{
    memset(state->quantities, 0, state->lines_count * sizeof(*state->quantities));
    memset(state->net_minor, 0, sizeof(state->net_minor));
    memset(state->vat_minor, 0, sizeof(state->vat_minor));
    state->sent_back_minor = 0;
}

enum status credit_state_add(struct credit_state *state, const struct credit_note *note, int64_t sent_back_minor,
                             struct error *error)
{
    for (size_t i = 0; i < note->parts_count; i++) {
        const struct credit_part *part = &note->parts[i];
        if (part->line < 1 || part->line > (int64_t)state->lines_count || part->quantity < 1 ||
            part->quantity > state->lines[part->line - 1].quantity - state->quantities[part->line - 1])
            return unreadable(error);
        state->quantities[part->line - 1] += part->quantity;
    }
    for (size_t i = 0; i < note->totals.subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &note->totals.subtotals[i];
        size_t group = find_group(state->totals, subtotal->vat_category, subtotal->vat_rate_basis_points);
        if (group == NO_GROUP || subtotal->net_minor > net_left(state, group) ||
            subtotal->vat_minor > vat_left(state, group))
            return unreadable(error);
        state->net_minor[group] += subtotal->net_minor;
        state->vat_minor[group] += subtotal->vat_minor;
    }
    if (!money_add(state->sent_back_minor, sent_back_minor, &state->sent_back_minor))
        return unreadable(error);
    return STATUS_OK;
}

int64_t credit_state_left_minor(const struct credit_state *state)
{
    int64_t left = 0;
    for (size_t i = 0; i < state->totals->subtotals_count; i++)
        left += net_left(state, i) + vat_left(state, i);
    return left;
}

bool credit_state_is_exhausted(const struct credit_state *state)
{
    return credit_state_left_minor(state) == 0; /* neither part is ever below 0 */
}

/* ---- the note's lines ---- */

static void begin(struct work *work, struct arena *arena, const struct credit_state *state, size_t lines_max,
                  struct credit_note *note)
{
    *work = (struct work){.arena = arena,
                          .state = state,
                          .note = note,
                          .line_group = ARENA_ARRAY(arena, size_t, lines_max),
                          .line_amounts = ARENA_ARRAY(arena, int64_t, lines_max)};
    *note = (struct credit_note){.lines = ARENA_ARRAY(arena, struct order_line, lines_max)};
}

static void add_line(struct work *work, size_t group, const struct order_line *line, int64_t amount_minor)
{
    size_t at = work->note->lines_count++;
    work->note->lines[at] = *line;
    work->line_group[at] = group;
    work->line_amounts[at] = amount_minor;
    work->groups[group].is_taken = true;
    work->groups[group].amount_minor += amount_minor;
}

/* The next `quantity` units of a line. What its price comes to above their amount stands as a discount. */
static void add_units(struct work *work, size_t index, int64_t quantity)
{
    const struct credit_state *state = work->state;
    const struct order_line *line = &state->lines[index];
    int64_t whole = state->amounts[index];
    int64_t before = state->quantities[index];
    int64_t amount = share(whole, before + quantity, line->quantity) - share(whole, before, line->quantity);
    int64_t costs = priced_after_discounts(state, index);
    struct order_line units = *line;
    units.quantity = quantity;
    units.discount_minor = line->unit_price_minor * quantity -
                           (share(costs, before + quantity, line->quantity) - share(costs, before, line->quantity));
    units.discount_net_minor = 0; /* told by finish() */
    if (units.discount_minor == 0)
        units.discount_reason = NULL;
    else if (units.discount_reason == NULL)
        units.discount_reason = state->discount_reason != NULL   ? state->discount_reason
                                : state->language == LANGUAGE_NL ? "Korting"
                                                                 : "Discount";
    size_t group = group_of(state, index);
    add_line(work, group, &units, amount);
    work->groups[group].is_gross = is_gross(state, group);
}

/* An amount with VAT that is of no line in particular. */
static void add_amount(struct work *work, size_t group, const char *name, int64_t amount_minor)
{
    const struct vat_subtotal *subtotal = &work->state->totals->subtotals[group];
    struct order_line line = {.sku = "credit",
                              .name = name,
                              .quantity = 1,
                              .unit_price_minor = amount_minor,
                              .vat_rate_basis_points = subtotal->vat_rate_basis_points,
                              .price_includes_vat = true};
    memcpy(line.vat_category, subtotal->vat_category, sizeof(line.vat_category));
    add_line(work, group, &line, amount_minor);
    work->groups[group].is_gross = true;
}

/* ---- the note's totals ---- */

/* Net and VAT of what is taken of one rate; false when that is more than is left. */
static bool settle_group(const struct credit_state *state, size_t index, struct group *group)
{
    int64_t rate = state->totals->subtotals[index].vat_rate_basis_points;
    int64_t net = net_left(state, index);
    int64_t vat = vat_left(state, index);
    int64_t rest = (group->is_gross ? net + vat : net) - group->amount_minor;
    if (rest < 0)
        return false;
    if (rest > 0) {
        int64_t own = group->is_gross ? vat_within(group->amount_minor, rate) : vat_on(group->amount_minor, rate);
        int64_t of_rest = group->is_gross ? vat_within(rest, rate) : vat_on(rest, rate);
        int64_t taken = vat - between(vat - own, of_rest - 1, of_rest + 1);
        /* Neither net nor VAT may pass what is left of it. */
        int64_t most = group->is_gross && group->amount_minor < vat ? group->amount_minor : vat;
        int64_t least = group->is_gross && group->amount_minor > net ? group->amount_minor - net : 0;
        vat = between(taken, least, most);
        net = group->is_gross ? group->amount_minor - vat : group->amount_minor;
    }
    group->net_minor = net;
    group->vat_minor = vat;
    return true;
}

/* The net of a rate over the note's lines of that rate. */
static void share_out_net(struct work *work, size_t group)
{
    const struct group *taken = &work->groups[group];
    int64_t before = 0;
    for (size_t i = 0; i < work->note->lines_count; i++) {
        if (work->line_group[i] != group)
            continue;
        struct order_line *line = &work->note->lines[i];
        int64_t upto = before + work->line_amounts[i];
        line->net_minor =
            share(taken->net_minor, upto, taken->amount_minor) - share(taken->net_minor, before, taken->amount_minor);
        before = upto;
        if (line->discount_minor == 0)
            continue;
        int64_t undiscounted = line->unit_price_minor * line->quantity;
        if (line->price_includes_vat)
            undiscounted -= vat_within(undiscounted, line->vat_rate_basis_points);
        line->discount_net_minor = undiscounted > line->net_minor ? undiscounted - line->net_minor : 0;
    }
}

static void add_subtotal(struct totals *totals, const struct vat_subtotal *of_invoice, const struct group *taken)
{
    struct vat_subtotal *subtotal = &totals->subtotals[totals->subtotals_count++];
    *subtotal = *of_invoice;
    subtotal->net_minor = taken->net_minor;
    subtotal->vat_minor = taken->vat_minor;
    subtotal->discount_net_minor = 0;
    totals->lines_net_minor += taken->net_minor;
    totals->net_minor += taken->net_minor;
    totals->vat_minor += taken->vat_minor;
    totals->total_minor += taken->net_minor + taken->vat_minor;
}

static void finish(struct work *work)
{
    for (size_t i = 0; i < work->state->totals->subtotals_count; i++) {
        if (!work->groups[i].is_taken)
            continue;
        share_out_net(work, i);
        add_subtotal(&work->note->totals, &work->state->totals->subtotals[i], &work->groups[i]);
    }
}

static enum status settle(struct work *work, struct error *error)
{
    for (size_t i = 0; i < work->state->totals->subtotals_count; i++) {
        if (work->groups[i].is_taken && !settle_group(work->state, i, &work->groups[i]))
            return more_than_left(error);
    }
    finish(work);
    return work->note->totals.total_minor > 0 ? STATUS_OK : more_than_left(error);
}

/* ---- what is asked for ---- */

static enum status take_part(struct work *work, const struct credit_request *request, size_t index, struct error *error)
{
    const struct credit_part *part = &request->parts[index];
    if (part->line < 1 || part->line > (int64_t)work->state->lines_count)
        return item_error(error, "unknown", "lines", index, "line", "the invoice has no line of this number");
    for (size_t i = 0; i < index; i++) {
        if (request->parts[i].line == part->line)
            return item_error(error, "duplicate", "lines", index, "line", "this line stands here twice");
    }
    size_t line = (size_t)part->line - 1;
    if (part->quantity > work->state->lines[line].quantity - work->state->quantities[line])
        return more_than_left(error);
    add_units(work, line, part->quantity);
    return STATUS_OK;
}

static enum status take_amount(struct work *work, const struct credit_request *request, size_t index,
                               struct error *error)
{
    const struct credit_amount *amount = &request->amounts[index];
    size_t group = find_group(work->state->totals, amount->vat_category, amount->vat_rate_basis_points);
    if (group == NO_GROUP)
        return item_error(error, "unknown", "amounts", index, "vat_rate", "the invoice has no lines of this VAT rate");
    if (work->groups[group].is_taken)
        return item_error(error, "duplicate", "amounts", index, "vat_rate", "this VAT rate stands here twice");
    add_amount(work, group, request->reason, amount->gross_minor);
    return STATUS_OK;
}

enum status credit_compute(struct arena *arena, const struct credit_state *state, const struct credit_request *request,
                           struct credit_note *note, struct error *error)
{
    struct work work;
    begin(&work, arena, state, request->parts_count + request->amounts_count, note);
    note->request = request;
    note->parts = request->parts;
    note->parts_count = request->parts_count;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < request->parts_count && status == STATUS_OK; i++)
        status = take_part(&work, request, i, error);
    for (size_t i = 0; i < request->amounts_count && status == STATUS_OK; i++)
        status = take_amount(&work, request, i, error);
    return status == STATUS_OK ? settle(&work, error) : status;
}

/* Whether the units of a rate that are left cost just what is left of it. */
static bool units_are_the_rest(const struct credit_state *state, size_t group)
{
    int64_t left = net_left(state, group);
    bool has_units = false;
    for (size_t i = 0; i < state->lines_count; i++) {
        const struct order_line *line = &state->lines[i];
        if (group_of(state, i) != group)
            continue;
        if (!has_units && is_gross(state, group))
            left += vat_left(state, group);
        int64_t whole = state->amounts[i];
        left -= whole - share(whole, state->quantities[i], line->quantity);
        has_units = true;
    }
    return left == 0;
}

static void add_rest_of_group(struct work *work, size_t group, struct credit_part *parts)
{
    const struct credit_state *state = work->state;
    if (net_left(state, group) + vat_left(state, group) == 0)
        return;
    if (units_are_the_rest(state, group)) {
        for (size_t i = 0; i < state->lines_count; i++) {
            int64_t quantity = state->lines[i].quantity - state->quantities[i];
            if (quantity == 0 || group_of(state, i) != group)
                continue;
            add_units(work, i, quantity);
            parts[work->note->parts_count++] = (struct credit_part){.line = (int64_t)i + 1, .quantity = quantity};
        }
    } else {
        const char *name = state->language == LANGUAGE_NL ? "Resterend bedrag" : "Remaining amount";
        add_amount(work, group, name, net_left(state, group) + vat_left(state, group));
    }
    work->groups[group].net_minor = net_left(state, group);
    work->groups[group].vat_minor = vat_left(state, group);
}

void credit_compute_rest(struct arena *arena, const struct credit_state *state, struct credit_note *note)
{
    struct work work;
    size_t lines_max = state->lines_count + state->totals->subtotals_count;
    struct credit_part *parts = ARENA_ARRAY(arena, struct credit_part, lines_max);
    begin(&work, arena, state, lines_max, note);
    note->parts = parts;
    for (size_t i = 0; i < state->totals->subtotals_count; i++)
        add_rest_of_group(&work, i, parts);
    finish(&work);
}
