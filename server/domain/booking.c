/*
 * Turns a document into what is booked of it. Pure; any thread.
 * It won't correct amounts: what does not add up is an error.
 */
#include "akkoord/domain/booking.h"

#include <string.h>

#include "akkoord/base/money.h"

#define BOOK_CURRENCY   "EUR"
#define HOME_COUNTRY    "NL"
#define RATE_HIGH       2100
#define RATE_LOW        900
#define CATEGORY_TAXED  "S"
#define CATEGORY_ZERO   "Z"
#define CATEGORY_EXPORT "G"
#define CATEGORY_UNION  "K"
#define CATEGORY_MOVED  "AE"

const char *vat_box_name(enum vat_box box)
{
    static const char *const names[VAT_BOXES] = {
        [VAT_BOX_1A] = "1a", [VAT_BOX_1B] = "1b", [VAT_BOX_1C] = "1c",   [VAT_BOX_1E] = "1e",
        [VAT_BOX_3A] = "3a", [VAT_BOX_3B] = "3b", [VAT_BOX_OSS] = "oss", [VAT_BOX_NONE] = "none",
    };
    return names[box];
}

/* ---- where it stands in a return ---- */

static enum vat_box box_of_ground(enum vat_ground ground)
{
    switch (ground) {
    case VAT_GROUND_DOMESTIC_REVERSE_CHARGE:
        return VAT_BOX_1E;
    case VAT_GROUND_REVERSE_CHARGE:
    case VAT_GROUND_INTRA_COMMUNITY:
        return VAT_BOX_3B;
    case VAT_GROUND_EXPORT:
        return VAT_BOX_3A;
    case VAT_GROUND_ONE_STOP_SHOP:
        return VAT_BOX_OSS;
    case VAT_GROUND_NONE:
    case VAT_GROUND_EXEMPT:
    case VAT_GROUND_SMALL_BUSINESS:
    case VAT_GROUND_OUTSIDE_UNION:
        break;
    }
    return VAT_BOX_NONE;
}

static bool is_category(const struct booking_line *line, const char *category)
{
    return strcmp(line->vat_category, category) == 0;
}

/* A document from before grounds were kept has its category alone. */
static enum vat_box box_of_category(const struct booking_line *line)
{
    if (is_category(line, CATEGORY_ZERO))
        return VAT_BOX_1E;
    if (is_category(line, CATEGORY_MOVED) || is_category(line, CATEGORY_UNION))
        return VAT_BOX_3B;
    if (is_category(line, CATEGORY_EXPORT))
        return VAT_BOX_3A;
    if (!is_category(line, CATEGORY_TAXED))
        return VAT_BOX_NONE;
    if (line->vat_rate_basis_points == RATE_HIGH)
        return VAT_BOX_1A;
    return line->vat_rate_basis_points == RATE_LOW ? VAT_BOX_1B : VAT_BOX_1C;
}

static enum vat_box box_of(const struct booking_line *line)
{
    if (line->ground != VAT_GROUND_NONE)
        return box_of_ground(line->ground);
    if (strcmp(line->country, HOME_COUNTRY) != 0)
        return VAT_BOX_NONE;
    return box_of_category(line);
}

/* ---- euros ---- */

static enum status unsound(struct error *error, const char *what)
{
    return error_set(error, STATUS_INTERNAL, "document_amounts", "%s", what);
}

/* How far a whole has been given out over parts: after each part, what was given is the whole in proportion, rounded,
 * so that the shares sum to the whole and none is a cent off its own. */
struct share_out {
    int64_t whole_minor; /* of the parts */
    int64_t euro_minor;  /* to give out */
    int64_t seen_minor;
    int64_t given_minor;
};

static bool share_next(struct share_out *out, int64_t part_minor, int64_t *euro_minor)
{
    int64_t until = 0;
    if (!money_add(out->seen_minor, part_minor, &out->seen_minor))
        return false;
    if (out->whole_minor != 0 && !money_multiply_ratio(out->euro_minor, out->seen_minor, out->whole_minor, &until))
        return false;
    *euro_minor = until - out->given_minor;
    out->given_minor = until;
    return true;
}

static enum status share_euros(const struct exchange *exchange, struct booking *booking, struct error *error)
{
    struct share_out vat = {.whole_minor = booking->amounts.vat_minor, .euro_minor = exchange->vat_euro_minor};
    struct share_out net = {.whole_minor = booking->amounts.net_minor};
    if (!money_subtract(exchange->total_euro_minor, exchange->vat_euro_minor, &net.euro_minor))
        return unsound(error, "the amounts in euros do not fit");
    if ((net.whole_minor == 0 && net.euro_minor != 0) || (vat.whole_minor == 0 && vat.euro_minor != 0))
        return unsound(error, "an amount of nothing is something in euros");
    for (size_t i = 0; i < booking->lines.count; i++) {
        struct booking_line *line = &booking->lines.items[i];
        if (!share_next(&net, line->net_minor, &line->net_euro_minor) ||
            !share_next(&vat, line->vat_minor, &line->vat_euro_minor))
            return unsound(error, "the amounts in euros do not fit");
    }
    booking->euros = (struct booking_amounts){
        .net_minor = net.euro_minor, .vat_minor = vat.euro_minor, .total_minor = exchange->total_euro_minor};
    return STATUS_OK;
}

static void take_as_euros(struct booking *booking)
{
    for (size_t i = 0; i < booking->lines.count; i++) {
        struct booking_line *line = &booking->lines.items[i];
        line->net_euro_minor = line->net_minor;
        line->vat_euro_minor = line->vat_minor;
    }
    booking->euros = booking->amounts;
}

/* ---- the whole ---- */

static void fill_lines(const struct invoice *invoice, struct booking *booking)
{
    const struct totals *totals = &invoice->totals;
    booking->lines.count = totals->subtotals_count;
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &totals->subtotals[i];
        struct booking_line *line = &booking->lines.items[i];
        line->vat_rate_basis_points = subtotal->vat_rate_basis_points;
        line->ground = subtotal->ground;
        line->net_minor = subtotal->net_minor;
        line->vat_minor = subtotal->vat_minor;
        memcpy(line->vat_category, subtotal->vat_category, sizeof(line->vat_category));
        const char *country = subtotal->country[0] != '\0' ? subtotal->country : invoice->seller.address.country;
        (void)snprintf(line->country, sizeof(line->country), "%s", country != NULL ? country : HOME_COUNTRY);
        line->box = box_of(line);
    }
}

static bool adds_up(const struct booking *booking)
{
    struct booking_amounts sum = {0};
    for (size_t i = 0; i < booking->lines.count; i++) {
        if (!money_add(sum.net_minor, booking->lines.items[i].net_minor, &sum.net_minor) ||
            !money_add(sum.vat_minor, booking->lines.items[i].vat_minor, &sum.vat_minor))
            return false;
    }
    return money_add(sum.net_minor, sum.vat_minor, &sum.total_minor) && sum.net_minor == booking->amounts.net_minor &&
           sum.vat_minor == booking->amounts.vat_minor && sum.total_minor == booking->amounts.total_minor;
}

static void negate(struct booking_amounts *amounts)
{
    amounts->net_minor = -amounts->net_minor;
    amounts->vat_minor = -amounts->vat_minor;
    amounts->total_minor = -amounts->total_minor;
}

static void take_back(struct booking *booking)
{
    for (size_t i = 0; i < booking->lines.count; i++) {
        struct booking_line *line = &booking->lines.items[i];
        line->net_minor = -line->net_minor;
        line->vat_minor = -line->vat_minor;
        line->net_euro_minor = -line->net_euro_minor;
        line->vat_euro_minor = -line->vat_euro_minor;
    }
    negate(&booking->amounts);
    negate(&booking->euros);
}

enum status booking_of(const struct invoice *invoice, struct booking *booking, struct error *error)
{
    const struct totals *totals = &invoice->totals;
    *booking = (struct booking){.kind = invoice->kind, .is_foreign = strcmp(invoice->currency, BOOK_CURRENCY) != 0};
    if (totals->subtotals_count > VAT_SUBTOTALS_MAX)
        return unsound(error, "there are too many VAT subtotals");
    booking->amounts = (struct booking_amounts){
        .net_minor = totals->net_minor, .vat_minor = totals->vat_minor, .total_minor = totals->total_minor};
    fill_lines(invoice, booking);
    if (!adds_up(booking))
        return unsound(error, "the VAT subtotals do not sum to the totals");
    if (booking->is_foreign && invoice->exchange.per_euro_millionths == 0)
        return error_set(error, STATUS_INTERNAL, "exchange_missing", "the document does not say what it is in euros");
    enum status status = STATUS_OK;
    if (booking->is_foreign)
        status = share_euros(&invoice->exchange, booking, error);
    else
        take_as_euros(booking);
    if (status == STATUS_OK && booking->kind == DOCUMENT_CREDIT_NOTE)
        take_back(booking);
    return status;
}

enum status booking_count(struct booking_sums sums[BOOKING_KINDS], const struct booking *booking, struct error *error)
{
    struct booking_sums *sum = &sums[booking->kind];
    sum->documents++;
    if (money_add(sum->euros.net_minor, booking->euros.net_minor, &sum->euros.net_minor) &&
        money_add(sum->euros.vat_minor, booking->euros.vat_minor, &sum->euros.vat_minor) &&
        money_add(sum->euros.total_minor, booking->euros.total_minor, &sum->euros.total_minor))
        return STATUS_OK;
    return error_set(error, STATUS_TOO_LARGE, "amount_too_large", "the sum of all documents does not fit");
}
