/* Which VAT applies to a line: the rules of tax_place.h, a function for each place of a buyer. Pure; any thread. */
#include "akkoord/domain/tax_place.h"

#include "akkoord/domain/tax.h"
#include "akkoord/domain/vat_area.h"
#include "akkoord/domain/vat_number.h"

/* What the rules look at. */
struct question {
    const struct seller *seller;
    const struct buyer *buyer;
    const struct listed_vat *listed;
    const char *territory; /* the buyer's */
    int64_t supply_day;
    size_t index;
};

/* ---- words ---- */

static const char *const supply_names[] = {
    [SUPPLY_ELECTRONIC] = "electronic", [SUPPLY_SERVICE] = "service", [SUPPLY_GOODS] = "goods"};

static const char *const ground_names[VAT_GROUNDS] = {
    [VAT_GROUND_NONE] = "none",
    [VAT_GROUND_EXEMPT] = "exempt",
    [VAT_GROUND_SMALL_BUSINESS] = "small_business",
    [VAT_GROUND_DOMESTIC_REVERSE_CHARGE] = "domestic_reverse_charge",
    [VAT_GROUND_REVERSE_CHARGE] = "reverse_charge",
    [VAT_GROUND_INTRA_COMMUNITY] = "intra_community",
    [VAT_GROUND_EXPORT] = "export",
    [VAT_GROUND_OUTSIDE_UNION] = "outside_union",
    [VAT_GROUND_ONE_STOP_SHOP] = "one_stop_shop",
};

const char *supply_name(enum supply supply)
{
    return supply_names[supply];
}

enum status supply_parse(const char *text, enum supply *supply)
{
    for (size_t i = 0; i < sizeof(supply_names) / sizeof(supply_names[0]); i++) {
        if (strcmp(text, supply_names[i]) != 0)
            continue;
        *supply = (enum supply)i;
        return STATUS_OK;
    }
    return STATUS_INVALID;
}

const char *vat_ground_name(enum vat_ground ground)
{
    return ground_names[ground];
}

enum status vat_ground_parse(const char *text, enum vat_ground *ground)
{
    for (size_t i = 0; i < VAT_GROUNDS; i++) {
        if (strcmp(text, ground_names[i]) != 0)
            continue;
        *ground = (enum vat_ground)i;
        return STATUS_OK;
    }
    return STATUS_INVALID;
}

static bool is_category(const char *category, const char *wanted)
{
    return strcmp(category, wanted) == 0;
}

enum vat_ground vat_ground_of_category(const char *vat_category)
{
    if (is_category(vat_category, "E"))
        return VAT_GROUND_EXEMPT;
    if (is_category(vat_category, "AE"))
        return VAT_GROUND_DOMESTIC_REVERSE_CHARGE;
    if (is_category(vat_category, "K"))
        return VAT_GROUND_INTRA_COMMUNITY;
    if (is_category(vat_category, "G"))
        return VAT_GROUND_EXPORT;
    return VAT_GROUND_NONE;
}

/* ---- what is refused ---- */

static enum status refuse_number(struct error *error, const char *code, const char *detail)
{
    return error_set_field(error, STATUS_INVALID, code, "billing.vat_number", "%s", detail);
}

static enum status refuse_line(const struct question *question, struct error *error, const char *detail)
{
    char field[ERROR_FIELD_BYTES];
    snprintf(field, sizeof(field), "lines[%zu].sku", question->index);
    return error_set_field(error, STATUS_INVALID, "vat_category", field, "%s", detail);
}

/* What is listed as AE or K is for buyers with a VAT number alone. */
static enum status require_number(const struct question *question, struct error *error)
{
    if (question->buyer->vat_number != NULL)
        return STATUS_OK;
    bool is_goods = is_category(question->listed->vat_category, "K");
    return refuse_number(error, "vat_number_required",
                         is_goods ? "an intra-community supply needs the buyer's VAT number (BR-IC-02)"
                                  : "a reverse charge needs the buyer's VAT number (BR-AE-02)");
}

/* A number that there is, and that decides the tax; `state` is as vat_number_state() tells it. */
static enum status check_number(const struct question *question, const char *state, struct error *error)
{
    const char *number = question->buyer->vat_number;
    const char *found = vat_number_state(number);
    if (found == NULL || strcmp(found, state) != 0)
        return refuse_number(error, "vat_number_country",
                             "the tax depends on this VAT number, so it has to be of the country of the address "
                             "(Directive 2006/112/EC art. 44 and 138; BR-AE-02, BR-IC-02)");
    if (!vat_number_is_valid(number))
        return refuse_number(error, "vat_number_wrong",
                             "the tax depends on this VAT number, and its check digits are wrong (BR-AE-02, BR-IC-02)");
    return STATUS_OK;
}

/* ---- the treatments ---- */

static enum status treat(struct vat_treatment *treatment, const char *category, enum vat_ground ground)
{
    *treatment = (struct vat_treatment){.ground = ground};
    snprintf(treatment->vat_category, sizeof(treatment->vat_category), "%s", category);
    return STATUS_OK;
}

/* What is, or would be, Dutch. */
static enum status treat_as_listed(const struct question *question, struct vat_treatment *treatment)
{
    const struct listed_vat *listed = question->listed;
    if (question->seller->small_business)
        return treat(treatment, "E", VAT_GROUND_SMALL_BUSINESS);
    enum status status = treat(treatment, listed->vat_category, vat_ground_of_category(listed->vat_category));
    treatment->vat_rate_basis_points = listed->vat_rate_basis_points;
    return status;
}

/* A supply that is Dutch but free of VAT, as it goes abroad: a small business's is exempt like any other of its (art.
 * 139 and 283). */
static enum status treat_as_leaving(const struct question *question, const char *category, enum vat_ground ground,
                                    struct vat_treatment *treatment)
{
    if (question->seller->small_business)
        return treat_as_listed(question, treatment);
    return treat(treatment, category, ground);
}

static enum status place_at_home(const struct question *question, struct vat_treatment *treatment, struct error *error)
{
    const char *listed = question->listed->vat_category;
    if (is_category(listed, "K"))
        return refuse_line(question, error,
                           "this is sold to buyers in other member states only (K; BR-IC-11, BR-IC-12)");
    if (is_category(listed, "G"))
        return refuse_line(question, error, "this is sold to buyers outside the European Union only (G; BR-G-10)");
    if (is_category(listed, "AE") && !question->seller->small_business) {
        enum status status = require_number(question, error);
        if (status == STATUS_OK)
            status = check_number(question, question->territory, error);
        if (status != STATUS_OK)
            return status;
    }
    return treat_as_listed(question, treatment);
}

static bool is_goods(const struct question *question)
{
    return question->listed->supply == SUPPLY_GOODS || is_category(question->listed->vat_category, "K");
}

static enum status place_with_consumer(const struct question *question, struct vat_treatment *treatment)
{
    bool is_taxed_there = question->listed->supply == SUPPLY_ELECTRONIC || is_goods(question);
    int64_t rate = 0;
    if (!is_taxed_there || !question->seller->one_stop_shop ||
        !vat_standard_rate(question->territory, question->supply_day, &rate))
        return treat_as_listed(question, treatment);
    enum status status = treat(treatment, "S", VAT_GROUND_ONE_STOP_SHOP);
    treatment->vat_rate_basis_points = rate;
    snprintf(treatment->country, sizeof(treatment->country), "%s", question->territory);
    return status;
}

static enum status place_in_union(const struct question *question, struct vat_treatment *treatment, struct error *error)
{
    const char *listed = question->listed->vat_category;
    if (is_category(listed, "G"))
        return refuse_line(question, error, "this is sold to buyers outside the European Union only (G; BR-G-10)");
    if (is_category(listed, "E"))
        return treat_as_listed(question, treatment);
    if (is_category(listed, "AE") || is_category(listed, "K")) {
        enum status status = require_number(question, error);
        if (status != STATUS_OK)
            return status;
    }
    if (question->buyer->vat_number == NULL)
        return place_with_consumer(question, treatment);
    enum status status = check_number(question, question->territory, error);
    if (status != STATUS_OK)
        return status;
    if (is_goods(question))
        return treat_as_leaving(question, "K", VAT_GROUND_INTRA_COMMUNITY, treatment);
    return treat(treatment, "AE", VAT_GROUND_REVERSE_CHARGE);
}

static bool is_northern_irish(const struct question *question)
{
    const char *number = question->buyer->vat_number;
    return strcmp(question->territory, "GB") == 0 && number != NULL && strncmp(number, "XI", 2) == 0;
}

static enum status place_outside(const struct question *question, struct vat_treatment *treatment, struct error *error)
{
    const char *listed = question->listed->vat_category;
    bool is_business = question->buyer->company != NULL || question->buyer->vat_number != NULL;
    if (is_goods(question) && is_northern_irish(question)) {
        enum status status = check_number(question, "XI", error);
        return status == STATUS_OK ? treat_as_leaving(question, "K", VAT_GROUND_INTRA_COMMUNITY, treatment) : status;
    }
    if (is_category(listed, "K"))
        return refuse_line(question, error,
                           "this is sold to buyers in other member states only (K; BR-IC-11, BR-IC-12)");
    if (is_category(listed, "AE") && !is_business)
        return require_number(question, error);
    if (is_goods(question))
        return treat_as_leaving(question, "G", VAT_GROUND_EXPORT, treatment);
    if (question->listed->supply == SUPPLY_ELECTRONIC || is_business || is_category(listed, "G"))
        return treat(treatment, "G", VAT_GROUND_OUTSIDE_UNION);
    return treat_as_listed(question, treatment);
}

enum status tax_place(const struct seller *seller, const struct buyer *buyer, const struct listed_vat *listed,
                      int64_t supply_day, size_t index, struct vat_treatment *treatment, struct error *error)
{
    const char *home = vat_territory(seller->address.country);
    const struct question question = {
        .seller = seller,
        .buyer = buyer,
        .listed = listed,
        .territory = vat_territory(buyer->address.country),
        .supply_day = supply_day,
        .index = index,
    };
    if (strcmp(question.territory, home) == 0 || !vat_is_in_union(home))
        return place_at_home(&question, treatment, error);
    if (vat_is_in_union(question.territory))
        return place_in_union(&question, treatment, error);
    return place_outside(&question, treatment, error);
}

void tax_apply_treatment(const struct vat_treatment *treatment, struct order_line *line)
{
    bool loses_vat = is_category(treatment->vat_category, "AE") || is_category(treatment->vat_category, "K") ||
                     is_category(treatment->vat_category, "G");
    int64_t net_minor;
    if (loses_vat &&
        tax_net_unit_price(line->unit_price_minor, line->price_includes_vat, line->vat_rate_basis_points, &net_minor))
        line->unit_price_minor = net_minor;
    memcpy(line->vat_category, treatment->vat_category, sizeof(line->vat_category));
    line->vat_rate_basis_points = treatment->vat_rate_basis_points;
    if (line->vat_rate_basis_points == 0)
        line->price_includes_vat = false;
}
