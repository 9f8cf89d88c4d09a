/*
 * What an order costs: see order_price.h. Worker threads; no state but the price list's rows.
 *
 * The tax is that of the day on which the order is placed: its price is agreed then and sealed, and the payment that
 * accepts it has to be of that price. A rate that changes before the acceptance needs a new order.
 */
#include "akkoord/api/order_price.h"

#include "akkoord/api/exchange_rates.h"
#include "akkoord/base/clock.h"
#include "akkoord/domain/calendar.h"

#define HOME_CURRENCY "EUR"

/* ---- prices ---- */

static const struct service *service_by_sku(const struct service *services, size_t count, const char *sku)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(services[i].sku, sku) == 0)
            return &services[i];
    }
    return NULL;
}

struct order_line *api_price_lines(struct api_call *call, const struct order_request *request,
                                   const struct service *services, size_t services_count, enum language language,
                                   char currency[CURRENCY_BYTES])
{
    struct order_line *lines = ARENA_ARRAY(call->arena, struct order_line, request->lines_count);
    currency[0] = '\0';
    for (size_t i = 0; i < request->lines_count; i++) {
        const struct service *service = service_by_sku(services, services_count, request->lines[i].sku);
        const char *field = arena_format(call->arena, "lines[%zu].sku", i);
        if (service == NULL) {
            api_call_note_field(call, field, "unknown_sku", "no such service is sold");
            continue;
        }
        if (currency[0] == '\0')
            memcpy(currency, service->currency, CURRENCY_BYTES);
        if (strcmp(currency, service->currency) != 0)
            api_call_note_field(call, field, "currency", "the lines of an order have one currency");
        lines[i] = (struct order_line){
            .sku = service->sku,
            .name = service->name[language],
            .quantity = request->lines[i].quantity,
            .unit_price_minor = service->unit_price_minor,
            .price_includes_vat = service->price_includes_vat,
            .vat_rate_basis_points = service->vat_rate_basis_points,
        };
        memcpy(lines[i].vat_category, service->vat_category, sizeof(lines[i].vat_category));
    }
    return lines;
}

/* ---- VAT and the lines' discounts ---- */

static void note_tax_fault(struct api_call *call, const struct error *fault)
{
    for (size_t i = 0; i < call->faults_count; i++) {
        if (strcmp(call->faults[i].field, fault->field) == 0 && strcmp(call->faults[i].code, fault->code) == 0)
            return;
    }
    api_call_note_fault(call, fault);
}

/* What would be too much is left for tax_compute_order() to refuse. */
static void discount_line(const struct service *service, enum language language, struct order_line *line)
{
    int64_t priced_minor;
    const struct quantity_discount *discount = service_discount_for(service, line->quantity);
    if (discount == NULL || !money_multiply(line->unit_price_minor, line->quantity, &priced_minor))
        return;
    line->discount_minor = tax_discount(priced_minor, discount->percent_basis_points);
    line->discount_reason = line->discount_minor > 0 ? discount->name[language] : NULL;
}

struct vat_treatment *api_treat_lines(struct api_call *call, const struct order_content *content,
                                      const struct service *services, size_t services_count, int64_t supply_day)
{
    struct vat_treatment *treatments = ARENA_ARRAY(call->arena, struct vat_treatment, content->lines_count);
    for (size_t i = 0; i < content->lines_count; i++) {
        struct order_line *line = &content->lines[i];
        struct error fault;
        const struct service *service = service_by_sku(services, services_count, line->sku);
        struct listed_vat listed = {.vat_rate_basis_points = service->vat_rate_basis_points, .supply = service->supply};
        memcpy(listed.vat_category, service->vat_category, sizeof(listed.vat_category));
        if (tax_place(&content->seller, &content->buyer, &listed, supply_day, i, &treatments[i], &fault) != STATUS_OK) {
            note_tax_fault(call, &fault);
            continue;
        }
        tax_apply_treatment(&treatments[i], line);
        discount_line(service, content->language, line);
    }
    return treatments;
}

/* ---- the order's discount ---- */

static void note_code(struct api_call *call, const char *code, const char *detail)
{
    api_call_note_field(call, "discount_code", code, detail);
}

static enum status find_discount(struct api_call *call, const char *text, int64_t today, struct order_content *content,
                                 struct order_discount *discount, struct error *error)
{
    struct discount_code code;
    *discount = (struct order_discount){0};
    if (text == NULL)
        return STATUS_OK;
    enum status status = store_discount_code_find(call->store, call->arena, text, &code, error);
    if (status == STATUS_NOT_FOUND)
        note_code(call, "discount_unknown", "there is no such discount");
    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    if (code.until_day != 0 && code.until_day < today)
        note_code(call, "discount_expired", "this discount is over");
    if (code.currency[0] != '\0' && strcmp(code.currency, content->currency) != 0)
        note_code(call, "currency", "this discount is in another currency than the order");
    discount->percent_basis_points = code.percent_basis_points;
    discount->amount_minor = code.amount_minor;
    content->discount_reason = code.name[content->language];
    return STATUS_OK;
}

/* ---- euros ---- */

/* VAT has to be told in euros (art. 230), so an order that bears some needs a rate; another has one where it is known.
 */
static enum status exchange(struct api_call *call, struct order_content *content, struct error *error)
{
    if (strcmp(content->currency, HOME_CURRENCY) == 0)
        return STATUS_OK;
    struct exchange *rate = &content->exchange;
    enum status status =
        exchange_rates_find(call->arena, call->options->exchange_rates_file, content->currency, rate, error);
    if (status == STATUS_NOT_FOUND && content->totals.vat_minor == 0)
        return STATUS_OK;
    if (status == STATUS_NOT_FOUND) {
        api_call_note_field(call, "lines[0].sku", error->code, error->detail);
        return api_call_check_faults(call, error);
    }
    if (status == STATUS_OK && !tax_in_euros(&content->totals, content->currency, rate))
        status = error_set_field(error, STATUS_INVALID, "amount_too_large", "lines", "the order's total is too large");
    return status;
}

/* ---- all of it ---- */

enum status api_price_order(struct api_call *call, const struct order_request *request, const struct service *services,
                            size_t services_count, struct order_content *content, struct error *error)
{
    struct vat_treatment *treatments = NULL;
    struct order_discount discount;
    int64_t today = calendar_amsterdam_day(clock_now_us());
    content->lines = api_price_lines(call, request, services, services_count, content->language, content->currency);
    content->lines_count = request->lines_count;
    /* What is not sold has no tax: only where every line was found is there more to say. */
    if (call->faults_count == 0)
        treatments = api_treat_lines(call, content, services, services_count, today);
    enum status status = find_discount(call, request->discount_code, today, content, &discount, error);
    if (status == STATUS_OK)
        status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status =
            tax_compute_order(content->lines, content->lines_count, treatments, &discount, &content->totals, error);
    if (status == STATUS_OK && content->totals.discount_net_minor == 0)
        content->discount_reason = NULL;
    return status == STATUS_OK ? exchange(call, content, error) : status;
}
