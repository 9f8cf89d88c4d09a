/*
 * Net, VAT and total of an order: see tax.h for the rules. Pure functions over the caller's memory; any thread. Amounts
 * stay below 2^53 and lines below 2^8, so that sums and the products with a rate fit in 64 bits; they are checked all
 * the same.
 */
#include "akkoord/domain/tax.h"

#include "akkoord/base/money.h"

/* A rate of 100%. */
#define BASIS_POINTS INT64_C(10000)

/* What is known of the lines of one rate beside their subtotal. */
struct rate_group {
    bool price_includes_vat;
    int64_t priced_minor; /* the sum of unit price * quantity, in the group's basis */
};

/* Everything is worked out here first, so that a refused order is left as it was. */
struct work {
    struct totals totals;
    struct rate_group groups[VAT_SUBTOTALS_MAX];
    size_t line_group[ORDER_LINES_MAX];
    int64_t line_priced_minor[ORDER_LINES_MAX];
    int64_t line_net_minor[ORDER_LINES_MAX];
};

static enum status line_error(struct error *error, const char *code, size_t line, const char *key, const char *detail)
{
    char field[ERROR_FIELD_BYTES];
    snprintf(field, sizeof(field), "lines[%zu].%s", line, key);
    return error_set_field(error, STATUS_INVALID, code, field, "%s", detail);
}

static bool amount_fits(int64_t amount_minor)
{
    return amount_minor <= ORDER_AMOUNT_MINOR_MAX;
}

static bool rate_is_possible(int64_t vat_rate_basis_points)
{
    return vat_rate_basis_points >= 0 && vat_rate_basis_points <= VAT_RATE_BASIS_POINTS_MAX;
}

/* The VAT within an amount that includes it. */
static bool vat_within(int64_t gross_minor, int64_t vat_rate_basis_points, int64_t *vat_minor)
{
    return money_multiply_ratio(gross_minor, vat_rate_basis_points, BASIS_POINTS + vat_rate_basis_points, vat_minor);
}

static enum status check_category(const struct order_line *line, size_t index, struct error *error)
{
    static const char *const untaxed[] = {"Z", "E", "AE", "K", "G"};
    if (strcmp(line->vat_category, "S") == 0) {
        if (line->vat_rate_basis_points == 0)
            return line_error(error, "vat_category", index, "vat_category", "standard rated needs a rate above 0");
        return STATUS_OK;
    }
    for (size_t i = 0; i < sizeof(untaxed) / sizeof(untaxed[0]); i++) {
        if (strcmp(line->vat_category, untaxed[i]) != 0)
            continue;
        if (line->vat_rate_basis_points != 0)
            return line_error(error, "vat_category", index, "vat_category", "this category needs a rate of 0");
        return STATUS_OK;
    }
    return line_error(error, "vat_category", index, "vat_category", "this VAT category is not known");
}

static enum status check_line(const struct order_line *line, size_t index, struct error *error)
{
    if (line->quantity < 1 || line->quantity > ORDER_QUANTITY_MAX)
        return line_error(error, "range", index, "quantity", "a quantity is a whole number from 1 to 1000000");
    if (line->unit_price_minor < 0)
        return line_error(error, "range", index, "unit_price", "a price can't be negative");
    if (!amount_fits(line->unit_price_minor))
        return line_error(error, "amount_too_large", index, "unit_price", "this price is too large");
    if (!rate_is_possible(line->vat_rate_basis_points))
        return line_error(error, "range", index, "vat_rate", "a VAT rate is between 0 and 100 per cent");
    return check_category(line, index, error);
}

/* The group of the line's rate, made when it is the first of it. */
static enum status find_group(struct work *work, const struct order_line *line, size_t index, size_t *group,
                              struct error *error)
{
    struct totals *totals = &work->totals;
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &totals->subtotals[i];
        if (subtotal->vat_rate_basis_points != line->vat_rate_basis_points ||
            strcmp(subtotal->vat_category, line->vat_category) != 0)
            continue;
        if (work->groups[i].price_includes_vat != line->price_includes_vat)
            return line_error(error, "mixed_price_basis", index, "sku",
                              "prices with and without VAT can't be ordered together under one rate");
        *group = i;
        return STATUS_OK;
    }
    if (totals->subtotals_count == VAT_SUBTOTALS_MAX)
        return line_error(error, "too_many_vat_rates", index, "sku", "an order can't have this many VAT rates");
    *group = totals->subtotals_count++;
    struct vat_subtotal *subtotal = &totals->subtotals[*group];
    memcpy(subtotal->vat_category, line->vat_category, sizeof(subtotal->vat_category));
    subtotal->vat_rate_basis_points = line->vat_rate_basis_points;
    work->groups[*group].price_includes_vat = line->price_includes_vat;
    return STATUS_OK;
}

static enum status add_line(struct work *work, const struct order_line *line, size_t index, struct error *error)
{
    size_t group = 0;
    enum status status = check_line(line, index, error);
    if (status == STATUS_OK)
        status = find_group(work, line, index, &group, error);
    if (status != STATUS_OK)
        return status;
    int64_t priced;
    int64_t *sum = &work->groups[group].priced_minor;
    if (!money_multiply(line->unit_price_minor, line->quantity, &priced) || !amount_fits(priced) ||
        !money_add(*sum, priced, sum) || !amount_fits(*sum))
        return line_error(error, "amount_too_large", index, "quantity", "the order's amount becomes too large");
    work->line_group[index] = group;
    work->line_priced_minor[index] = priced;
    work->line_net_minor[index] = priced; /* final for net prices; shared out below for the others */
    return STATUS_OK;
}

/*
 * Shares the group's net out over its lines: each gets its own net rounded down, and the cents that are left go one
 * each to the lines that lost most by it, the earlier line first. There are never more such cents than lines that lost
 * something, as the group's net is less than a cent above the sum of the exact ones.
 */
static void share_out_net(struct work *work, size_t count, size_t group)
{
    const struct vat_subtotal *subtotal = &work->totals.subtotals[group];
    const int64_t divisor = BASIS_POINTS + subtotal->vat_rate_basis_points;
    int64_t lost[ORDER_LINES_MAX]; /* in parts of a cent: 1 / divisor */
    int64_t left = subtotal->net_minor;
    for (size_t i = 0; i < count; i++) {
        lost[i] = 0;
        if (work->line_group[i] != group)
            continue;
        /* gross * 10000 / divisor, in two steps so that nothing passes 64 bits. */
        int64_t rest = work->line_priced_minor[i] % divisor * BASIS_POINTS;
        work->line_net_minor[i] = work->line_priced_minor[i] / divisor * BASIS_POINTS + rest / divisor;
        lost[i] = rest % divisor;
        left -= work->line_net_minor[i];
    }
    for (; left > 0; left--) {
        size_t most = 0;
        for (size_t i = 1; i < count; i++) {
            if (lost[i] > lost[most])
                most = i;
        }
        work->line_net_minor[most] += 1;
        lost[most] = 0;
    }
}

/* Net and VAT of one rate; false when too large. */
static bool finish_group(struct work *work, size_t count, size_t group)
{
    struct vat_subtotal *subtotal = &work->totals.subtotals[group];
    int64_t priced = work->groups[group].priced_minor;
    if (work->groups[group].price_includes_vat) {
        if (!vat_within(priced, subtotal->vat_rate_basis_points, &subtotal->vat_minor))
            return false;
        subtotal->net_minor = priced - subtotal->vat_minor;
        share_out_net(work, count, group);
        return true;
    }
    subtotal->net_minor = priced;
    return money_multiply_ratio(priced, subtotal->vat_rate_basis_points, BASIS_POINTS, &subtotal->vat_minor);
}

static bool finish_totals(struct work *work, size_t count)
{
    struct totals *totals = &work->totals;
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        if (!finish_group(work, count, i) ||
            !money_add(totals->net_minor, totals->subtotals[i].net_minor, &totals->net_minor) ||
            !money_add(totals->vat_minor, totals->subtotals[i].vat_minor, &totals->vat_minor))
            return false;
    }
    totals->lines_net_minor = totals->net_minor;
    return money_add(totals->net_minor, totals->vat_minor, &totals->total_minor) && amount_fits(totals->total_minor);
}

enum status tax_compute_totals(struct order_line *lines, size_t count, struct totals *totals, struct error *error)
{
    if (count == 0)
        return error_set_field(error, STATUS_INVALID, "required", "lines", "an order has at least one line");
    if (count > ORDER_LINES_MAX)
        return error_set_field(error, STATUS_INVALID, "length", "lines", "an order has at most %d lines",
                               ORDER_LINES_MAX);
    struct work work = {0};
    for (size_t i = 0; i < count; i++) {
        enum status status = add_line(&work, &lines[i], i, error);
        if (status != STATUS_OK)
            return status;
    }
    if (!finish_totals(&work, count))
        return error_set_field(error, STATUS_INVALID, "amount_too_large", "lines", "the order's total is too large");
    for (size_t i = 0; i < count; i++)
        lines[i].net_minor = work.line_net_minor[i];
    *totals = work.totals;
    return STATUS_OK;
}

static bool unit_price_is_possible(int64_t unit_price_minor, int64_t vat_rate_basis_points)
{
    return unit_price_minor >= 0 && amount_fits(unit_price_minor) && rate_is_possible(vat_rate_basis_points);
}

bool tax_gross_unit_price(int64_t unit_price_minor, bool price_includes_vat, int64_t vat_rate_basis_points,
                          int64_t *gross_minor)
{
    int64_t vat = 0;
    if (!unit_price_is_possible(unit_price_minor, vat_rate_basis_points))
        return false;
    if (!price_includes_vat && !money_multiply_ratio(unit_price_minor, vat_rate_basis_points, BASIS_POINTS, &vat))
        return false;
    if (!amount_fits(unit_price_minor + vat))
        return false;
    *gross_minor = unit_price_minor + vat;
    return true;
}

bool tax_net_unit_price(int64_t unit_price_minor, bool price_includes_vat, int64_t vat_rate_basis_points,
                        int64_t *net_minor)
{
    int64_t vat = 0;
    if (!unit_price_is_possible(unit_price_minor, vat_rate_basis_points))
        return false;
    if (price_includes_vat && !vat_within(unit_price_minor, vat_rate_basis_points, &vat))
        return false;
    *net_minor = unit_price_minor - vat;
    return true;
}
