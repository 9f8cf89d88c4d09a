/*
 * Net, VAT and total of an order: see tax.h for the rules. Pure functions over the caller's memory; any thread. Amounts
 * stay below 2^53 and lines below 2^8, so that sums and the products with a rate fit in 64 bits; they are checked all
 * the same.
 */
#include "akkoord/domain/tax.h"

#include "akkoord/base/money.h"

/* A rate of 100%. */
#define BASIS_POINTS INT64_C(10000)

/* A rate has one part for its net prices and one for those that include VAT. */
#define PARTS_MAX (2 * VAT_SUBTOTALS_MAX)

/* The lines of one rate whose prices are in one basis. */
struct part {
    size_t group; /* the rate's subtotal */
    bool price_includes_vat;
    int64_t priced_minor;   /* the sum of unit price * quantity less discounts, in that basis */
    int64_t discount_minor; /* its share of the order's discount, in that basis */
};

/* Everything is worked out here first, so that a refused order is left as it was. */
struct work {
    struct totals totals;
    struct part parts[PARTS_MAX]; /* in the order in which the lines first name them */
    size_t parts_count;
    size_t line_part[ORDER_LINES_MAX];
    int64_t line_priced_minor[ORDER_LINES_MAX]; /* after the line's discount */
    int64_t line_net_minor[ORDER_LINES_MAX];
    int64_t line_discount_net_minor[ORDER_LINES_MAX];
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

/* Of the line's treatment, where it has one. */
static struct vat_treatment treatment_of(const struct order_line *line, const struct vat_treatment *treatment)
{
    if (treatment != NULL)
        return *treatment;
    return (struct vat_treatment){.ground = vat_ground_of_category(line->vat_category)};
}

/* Of what leaves the Union untaxed, goods have to be told (art. 226 point 11), and services beside them need not be. */
static bool leaves_union(enum vat_ground ground)
{
    return ground == VAT_GROUND_EXPORT || ground == VAT_GROUND_OUTSIDE_UNION;
}

static enum status join_group(struct work *work, size_t group, size_t index, const struct vat_treatment *treatment,
                              struct error *error)
{
    struct vat_subtotal *subtotal = &work->totals.subtotals[group];
    if (leaves_union(subtotal->ground) && leaves_union(treatment->ground) && subtotal->ground != treatment->ground)
        subtotal->ground = VAT_GROUND_EXPORT;
    else if (subtotal->ground != treatment->ground || strcmp(subtotal->country, treatment->country) != 0)
        return line_error(
            error, "mixed_vat_grounds", index, "sku",
            "one VAT rate for two reasons or of two countries can't stand on one invoice: order it apart");
    return STATUS_OK;
}

/* The group of the line's rate, made when it is the first of it. */
static enum status find_group(struct work *work, const struct order_line *line, size_t index,
                              const struct vat_treatment *treatment, size_t *group, struct error *error)
{
    struct totals *totals = &work->totals;
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &totals->subtotals[i];
        if (subtotal->vat_rate_basis_points != line->vat_rate_basis_points ||
            strcmp(subtotal->vat_category, line->vat_category) != 0)
            continue;
        *group = i;
        return join_group(work, i, index, treatment, error);
    }
    if (totals->subtotals_count == VAT_SUBTOTALS_MAX)
        return line_error(error, "too_many_vat_rates", index, "sku", "an order can't have this many VAT rates");
    *group = totals->subtotals_count++;
    struct vat_subtotal *subtotal = &totals->subtotals[*group];
    memcpy(subtotal->vat_category, line->vat_category, sizeof(subtotal->vat_category));
    subtotal->vat_rate_basis_points = line->vat_rate_basis_points;
    subtotal->ground = treatment->ground;
    memcpy(subtotal->country, treatment->country, sizeof(subtotal->country));
    return STATUS_OK;
}

/* The part of the line's rate and basis, made when it is the first of it. */
static size_t find_part(struct work *work, size_t group, bool price_includes_vat)
{
    for (size_t i = 0; i < work->parts_count; i++) {
        if (work->parts[i].group == group && work->parts[i].price_includes_vat == price_includes_vat)
            return i;
    }
    work->parts[work->parts_count] = (struct part){.group = group, .price_includes_vat = price_includes_vat};
    return work->parts_count++;
}

static enum status add_line(struct work *work, const struct order_line *line, size_t index,
                            const struct vat_treatment *treatment, struct error *error)
{
    size_t group = 0;
    const struct vat_treatment known = treatment_of(line, treatment);
    enum status status = check_line(line, index, error);
    if (status == STATUS_OK)
        status = find_group(work, line, index, &known, &group, error);
    if (status != STATUS_OK)
        return status;
    int64_t priced;
    size_t part = find_part(work, group, line->price_includes_vat);
    int64_t *sum = &work->parts[part].priced_minor;
    if (!money_multiply(line->unit_price_minor, line->quantity, &priced) || !amount_fits(priced))
        return line_error(error, "amount_too_large", index, "quantity", "the order's amount becomes too large");
    if (line->discount_minor < 0 || line->discount_minor > priced)
        return line_error(error, "range", index, "discount", "a discount is not more than what it is taken off");
    priced -= line->discount_minor;
    if (!money_add(*sum, priced, sum) || !amount_fits(*sum))
        return line_error(error, "amount_too_large", index, "quantity", "the order's amount becomes too large");
    work->line_part[index] = part;
    work->line_priced_minor[index] = priced;
    work->line_net_minor[index] = priced; /* final for net prices; shared out below for the others */
    work->line_discount_net_minor[index] = line->discount_minor;
    return STATUS_OK;
}

/* ---- the order's discount ---- */

int64_t tax_discount(int64_t amount_minor, int64_t percent_basis_points)
{
    int64_t discount_minor = 0;
    /* Not more than the amount, so it fits. */
    if (!money_multiply_ratio(amount_minor, percent_basis_points, BASIS_POINTS, &discount_minor))
        return 0;
    return discount_minor;
}

/* share = part * weight / whole: 128 bits, as both factors may have 53. */
__extension__ typedef __int128 wide;

/* Shares `discount` over the parts in proportion to their prices, as share_out_net() does with nets. */
static void share_out_discount(struct work *work, int64_t discount_minor, int64_t priced_minor)
{
    wide lost[PARTS_MAX] = {0};
    int64_t left = discount_minor;
    size_t count = work->parts_count;
    for (size_t i = 0; i < count; i++) {
        wide product = (wide)discount_minor * work->parts[i].priced_minor;
        work->parts[i].discount_minor = (int64_t)(product / priced_minor);
        lost[i] = product % priced_minor;
        left -= work->parts[i].discount_minor;
    }
    for (; left > 0; left--) {
        size_t most = 0;
        for (size_t i = 1; i < count; i++) {
            if (lost[i] > lost[most])
                most = i;
        }
        work->parts[most].discount_minor += 1;
        lost[most] = 0;
    }
}

static enum status discount_parts(struct work *work, const struct order_discount *discount, struct error *error)
{
    int64_t priced_minor = 0;
    for (size_t i = 0; i < work->parts_count; i++)
        priced_minor += work->parts[i].priced_minor; /* sixteen amounts below 2^53 */
    if (discount->percent_basis_points < 0 || discount->percent_basis_points > BASIS_POINTS ||
        discount->amount_minor < 0)
        return error_set_field(error, STATUS_INVALID, "range", "discount_code",
                               "a discount is between nothing and 100 per cent");
    if (!amount_fits(priced_minor))
        return error_set_field(error, STATUS_INVALID, "amount_too_large", "lines", "the order's total is too large");
    int64_t discount_minor = discount->percent_basis_points > 0
                                 ? tax_discount(priced_minor, discount->percent_basis_points)
                                 : discount->amount_minor;
    if (discount_minor > priced_minor)
        discount_minor = priced_minor;
    if (discount_minor > 0)
        share_out_discount(work, discount_minor, priced_minor);
    return STATUS_OK;
}

/* ---- nets and VAT ---- */

static int64_t rate_of(const struct work *work, size_t part)
{
    return work->totals.subtotals[work->parts[part].group].vat_rate_basis_points;
}

/*
 * Shares the part's net out over its lines: each gets its own net rounded down, and the cents that are left go one
 * each to the lines that lost most by it, the earlier line first. There are never more such cents than lines that lost
 * something, as the part's net is less than a cent above the sum of the exact ones.
 */
static void share_out_net(struct work *work, size_t count, size_t part, int64_t net_minor)
{
    const int64_t divisor = BASIS_POINTS + rate_of(work, part);
    int64_t lost[ORDER_LINES_MAX]; /* in parts of a cent: 1 / divisor */
    int64_t left = net_minor;
    for (size_t i = 0; i < count; i++) {
        lost[i] = 0;
        if (work->line_part[i] != part)
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

/* What the discounts of the part's lines are without VAT: off the undiscounted net, as the line's net is never above
 * that (a discount of a cent is half a cent of net or more). */
static bool net_line_discounts(struct work *work, const struct order_line *lines, size_t count, size_t part)
{
    for (size_t i = 0; i < count; i++) {
        int64_t undiscounted_minor = work->line_priced_minor[i] + lines[i].discount_minor;
        int64_t vat_minor;
        if (work->line_part[i] != part || lines[i].discount_minor == 0)
            continue;
        if (!vat_within(undiscounted_minor, rate_of(work, part), &vat_minor))
            return false;
        work->line_discount_net_minor[i] = undiscounted_minor - vat_minor - work->line_net_minor[i];
    }
    return true;
}

/* The part's prices include VAT, and so does its share of the discount. Its VAT is that of the rate where no net prices
 * stand beside it (finish_vat()). */
static bool finish_gross_part(struct work *work, const struct order_line *lines, size_t count, size_t index,
                              int64_t *net_minor, int64_t *discount_net_minor)
{
    const struct part *part = &work->parts[index];
    struct vat_subtotal *subtotal = &work->totals.subtotals[part->group];
    int64_t undiscounted_vat_minor;
    int64_t left_minor = part->priced_minor - part->discount_minor;
    if (!vat_within(part->priced_minor, subtotal->vat_rate_basis_points, &undiscounted_vat_minor) ||
        !vat_within(left_minor, subtotal->vat_rate_basis_points, &subtotal->vat_minor))
        return false;
    int64_t lines_net_minor = part->priced_minor - undiscounted_vat_minor;
    *net_minor = left_minor - subtotal->vat_minor;
    *discount_net_minor = lines_net_minor - *net_minor;
    share_out_net(work, count, index, lines_net_minor);
    return net_line_discounts(work, lines, count, index);
}

/* Adds the part to its rate's net; false when too large. */
static bool finish_part(struct work *work, const struct order_line *lines, size_t count, size_t index)
{
    const struct part *part = &work->parts[index];
    struct vat_subtotal *subtotal = &work->totals.subtotals[part->group];
    int64_t net_minor = part->priced_minor - part->discount_minor;
    int64_t discount_net_minor = part->discount_minor;
    if (part->price_includes_vat && !finish_gross_part(work, lines, count, index, &net_minor, &discount_net_minor))
        return false;
    return money_add(subtotal->net_minor, net_minor, &subtotal->net_minor) &&
           money_add(subtotal->discount_net_minor, discount_net_minor, &subtotal->discount_net_minor);
}

/* Where no price of the rate is net, the VAT is what was taken out of the prices and stands there. */
static bool finish_vat(struct work *work, size_t group)
{
    struct vat_subtotal *subtotal = &work->totals.subtotals[group];
    bool has_net_prices = false;
    for (size_t i = 0; i < work->parts_count; i++)
        has_net_prices = has_net_prices || (work->parts[i].group == group && !work->parts[i].price_includes_vat);
    return !has_net_prices || money_multiply_ratio(subtotal->net_minor, subtotal->vat_rate_basis_points, BASIS_POINTS,
                                                   &subtotal->vat_minor);
}

static bool finish_totals(struct work *work, const struct order_line *lines, size_t count)
{
    struct totals *totals = &work->totals;
    for (size_t i = 0; i < work->parts_count; i++) {
        if (!finish_part(work, lines, count, i))
            return false;
    }
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &totals->subtotals[i];
        if (!finish_vat(work, i) || !money_add(totals->net_minor, subtotal->net_minor, &totals->net_minor) ||
            !money_add(totals->vat_minor, subtotal->vat_minor, &totals->vat_minor) ||
            !money_add(totals->discount_net_minor, subtotal->discount_net_minor, &totals->discount_net_minor))
            return false;
    }
    return money_add(totals->net_minor, totals->discount_net_minor, &totals->lines_net_minor) &&
           amount_fits(totals->lines_net_minor) &&
           money_add(totals->net_minor, totals->vat_minor, &totals->total_minor) && amount_fits(totals->total_minor);
}

enum status tax_compute_order(struct order_line *lines, size_t count, const struct vat_treatment *treatments,
                              const struct order_discount *discount, struct totals *totals, struct error *error)
{
    if (count == 0)
        return error_set_field(error, STATUS_INVALID, "required", "lines", "an order has at least one line");
    if (count > ORDER_LINES_MAX)
        return error_set_field(error, STATUS_INVALID, "length", "lines", "an order has at most %d lines",
                               ORDER_LINES_MAX);
    struct work work = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = add_line(&work, &lines[i], i, treatments != NULL ? &treatments[i] : NULL, error);
    if (status == STATUS_OK && discount != NULL)
        status = discount_parts(&work, discount, error);
    if (status != STATUS_OK)
        return status;
    if (!finish_totals(&work, lines, count))
        return error_set_field(error, STATUS_INVALID, "amount_too_large", "lines", "the order's total is too large");
    for (size_t i = 0; i < count; i++) {
        lines[i].net_minor = work.line_net_minor[i];
        lines[i].discount_net_minor = work.line_discount_net_minor[i];
    }
    *totals = work.totals;
    return STATUS_OK;
}

enum status tax_compute_totals(struct order_line *lines, size_t count, struct totals *totals, struct error *error)
{
    return tax_compute_order(lines, count, NULL, NULL, totals, error);
}

bool tax_is_one_stop_shop(const struct totals *totals)
{
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        if (totals->subtotals[i].ground == VAT_GROUND_ONE_STOP_SHOP)
            return true;
    }
    return false;
}

bool tax_rests_on_vat_number(const struct totals *totals)
{
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        enum vat_ground ground = totals->subtotals[i].ground;
        if (ground == VAT_GROUND_DOMESTIC_REVERSE_CHARGE || ground == VAT_GROUND_REVERSE_CHARGE ||
            ground == VAT_GROUND_INTRA_COMMUNITY)
            return true;
    }
    return false;
}

/* ---- euros ---- */

/* One amount, in cents; false when it is too large. */
static bool euros_of(int64_t amount_minor, int decimals, int64_t per_euro_millionths, int64_t *euro_minor)
{
    static const int64_t hundreds_over[] = {100000000, 10000000, 1000000, 100000}; /* 10^6 * 10^2 / 10^decimals */
    return decimals >= 0 && decimals <= 3 &&
           money_multiply_ratio(amount_minor, hundreds_over[decimals], per_euro_millionths, euro_minor);
}

bool tax_in_euros(const struct totals *totals, const char *currency, struct exchange *exchange)
{
    int decimals = currency_decimals(currency);
    return exchange->per_euro_millionths > 0 &&
           euros_of(totals->vat_minor, decimals, exchange->per_euro_millionths, &exchange->vat_euro_minor) &&
           euros_of(totals->total_minor, decimals, exchange->per_euro_millionths, &exchange->total_euro_minor) &&
           amount_fits(exchange->total_euro_minor);
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
