/* The price list's file: JSON to struct service. Pure; any thread. */
#include "price_list.h"
#include "akkoord/domain/tax.h"

#define PREFIX_BYTES     32 /* "services[1999]." */
#define SUPPLY_BYTES_MAX 32

void vat_rate_format(int64_t basis_points, char out[VAT_RATE_TEXT_BYTES])
{
    snprintf(out, VAT_RATE_TEXT_BYTES, "%d.%02d", (int)(basis_points / 100), (int)(basis_points % 100));
}

enum status vat_rate_parse(const char *text, int64_t *basis_points)
{
    size_t whole = strspn(text, "0123456789");
    const char *fraction = text[whole] == '.' ? text + whole + 1 : text + whole;
    size_t decimals = strspn(fraction, "0123456789");
    bool point_alone = text[whole] == '.' && decimals == 0;
    if (whole == 0 || whole > 3 || decimals > 2 || point_alone || fraction[decimals] != '\0')
        return STATUS_INVALID;
    int64_t value = 0;
    for (size_t i = 0; i < whole; i++)
        value = value * 10 + (text[i] - '0');
    for (size_t i = 0; i < 2; i++)
        value = value * 10 + (i < decimals ? fraction[i] - '0' : 0);
    if (value > VAT_RATE_BASIS_POINTS_MAX)
        return STATUS_INVALID;
    *basis_points = value;
    return STATUS_OK;
}

static enum status format_fault(struct error *error, const char *prefix, const char *key, const char *detail)
{
    char field[ERROR_FIELD_BYTES];
    snprintf(field, sizeof(field), "%s%s", prefix, key);
    return error_set_field(error, STATUS_INVALID, "format", field, "%s", detail);
}

static enum status read_sku(const json_t *object, const char *prefix, const char **sku, struct error *error)
{
    enum status status = json_get_text(object, prefix, "sku", JSON_REQUIRED, SERVICE_SKU_BYTES_MAX, sku, error);
    if (status != STATUS_OK)
        return status;
    size_t word = strspn(*sku, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    if (word == 0 || (*sku)[word] != '\0')
        return format_fault(error, prefix, "sku", "a SKU is of letters, digits, '.', '_' and '-'");
    return STATUS_OK;
}

static enum status read_price(const json_t *object, const char *prefix, struct service *service, struct error *error)
{
    static const char *const known[] = {"amount", "currency", NULL};
    json_t *price;
    const char *currency;
    char inner[2 * PREFIX_BYTES];
    snprintf(inner, sizeof(inner), "%sunit_price.", prefix);
    enum status status = json_get_object(object, prefix, "unit_price", JSON_REQUIRED, &price, error);
    if (status == STATUS_OK)
        status = json_refuse_unknown(price, inner, known, error);
    if (status == STATUS_OK)
        status = json_get_integer(price, inner, "amount", JSON_REQUIRED, 0, ORDER_AMOUNT_MINOR_MAX,
                                  &service->unit_price_minor, error);
    if (status == STATUS_OK)
        status = json_get_text(price, inner, "currency", JSON_REQUIRED, CURRENCY_BYTES - 1, &currency, error);
    if (status == STATUS_OK && (currency_parse(currency, strlen(currency), service->currency) != STATUS_OK ||
                                strcmp(currency, service->currency) != 0))
        status = format_fault(error, inner, "currency", "a currency is three capitals, as EUR");
    return status;
}

static enum status read_vat(const json_t *object, const char *prefix, struct service *service, struct error *error)
{
    const char *category;
    const char *rate;
    enum status status = json_get_text(object, prefix, "vat_category", JSON_REQUIRED, sizeof(service->vat_category) - 1,
                                       &category, error);
    if (status == STATUS_OK)
        status = json_get_text(object, prefix, "vat_rate", JSON_REQUIRED, VAT_RATE_TEXT_BYTES, &rate, error);
    if (status != STATUS_OK)
        return status;
    snprintf(service->vat_category, sizeof(service->vat_category), "%s", category);
    if (vat_rate_parse(rate, &service->vat_rate_basis_points) != STATUS_OK)
        return format_fault(error, prefix, "vat_rate", "a rate is a percentage as text, as \"21.00\"");
    return STATUS_OK;
}

/* Whether an order of one such service could be reckoned at all: category and rate must go together. */
static enum status check_sellable(const struct service *service, const char *prefix, struct error *error)
{
    struct order_line line = {.sku = service->sku,
                              .quantity = 1,
                              .unit_price_minor = service->unit_price_minor,
                              .price_includes_vat = service->price_includes_vat,
                              .vat_rate_basis_points = service->vat_rate_basis_points};
    snprintf(line.vat_category, sizeof(line.vat_category), "%s", service->vat_category);
    struct totals totals;
    struct error fault;
    if (tax_compute_totals(&line, 1, &totals, &fault) == STATUS_OK)
        return STATUS_OK;
    const char *key = strrchr(fault.field, '.');
    char field[ERROR_FIELD_BYTES];
    snprintf(field, sizeof(field), "%s%s", prefix, key != NULL ? key + 1 : "unit_price");
    return error_set_field(error, STATUS_INVALID, fault.code, field, "%s", fault.detail);
}

static enum status read_supply(const json_t *object, const char *prefix, struct service *service, struct error *error)
{
    const char *text;
    enum status status = json_get_text(object, prefix, "supply", JSON_OPTIONAL, SUPPLY_BYTES_MAX, &text, error);
    service->supply = SUPPLY_ELECTRONIC;
    if (status != STATUS_OK || text == NULL || supply_parse(text, &service->supply) == STATUS_OK)
        return status;
    char field[ERROR_FIELD_BYTES];
    snprintf(field, sizeof(field), "%ssupply", prefix);
    return error_set_field(error, STATUS_INVALID, "unsupported", field, "a supply is electronic, service or goods");
}

static enum status read_discounts(struct arena *arena, const json_t *object, const char *prefix,
                                  struct service *service, struct error *error)
{
    json_t *array;
    enum status status =
        json_get_array(object, prefix, "discounts", JSON_OPTIONAL, SERVICE_DISCOUNTS_MAX, &array, error);
    return status == STATUS_OK ? service_discounts_from_json(arena, array, prefix, service, error) : status;
}

static enum status read_service(struct arena *arena, const json_t *item, const char *prefix, struct service *service,
                                struct error *error)
{
    static const char *const known[] = {
        "sku", "name", "unit_price", "price_includes_vat", "vat_category", "vat_rate", "supply", "discounts", NULL};
    if (!json_is_object(item))
        return error_set_field(error, STATUS_INVALID, "type", prefix, "a service must be an object");
    enum status status = json_refuse_unknown(item, prefix, known, error);
    if (status == STATUS_OK)
        status = read_sku(item, prefix, &service->sku, error);
    if (status == STATUS_OK)
        status = names_from_json(item, prefix, service->name, error);
    if (status == STATUS_OK)
        status = read_price(item, prefix, service, error);
    if (status == STATUS_OK)
        status =
            json_get_boolean(item, prefix, "price_includes_vat", JSON_OPTIONAL, &service->price_includes_vat, error);
    if (status == STATUS_OK)
        status = read_vat(item, prefix, service, error);
    if (status == STATUS_OK)
        status = read_supply(item, prefix, service, error);
    if (status == STATUS_OK)
        status = read_discounts(arena, item, prefix, service, error);
    if (status == STATUS_OK)
        status = check_sellable(service, prefix, error);
    return status;
}

static enum status refuse_duplicate(const struct service *services, size_t index, const char *prefix,
                                    struct error *error)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(services[i].sku, services[index].sku) != 0)
            continue;
        char field[ERROR_FIELD_BYTES];
        snprintf(field, sizeof(field), "%ssku", prefix);
        return error_set_field(error, STATUS_INVALID, "duplicate", field, "this SKU stands in the list twice");
    }
    return STATUS_OK;
}

static enum status read_services(struct arena *arena, const json_t *array, struct price_list *list, struct error *error)
{
    enum status status = STATUS_OK;
    list->services_count = json_array_size(array);
    list->services = ARENA_ARRAY(arena, struct service, list->services_count);
    for (size_t i = 0; i < list->services_count && status == STATUS_OK; i++) {
        char prefix[PREFIX_BYTES];
        snprintf(prefix, sizeof(prefix), "services[%zu].", i);
        status = read_service(arena, json_array_get(array, i), prefix, &list->services[i], error);
        if (status == STATUS_OK)
            status = refuse_duplicate(list->services, i, prefix, error);
    }
    return status;
}

enum status price_list_read(struct arena *arena, const char *text, size_t length, struct price_list *list,
                            struct error *error)
{
    static const char *const known[] = {"services", "codes", NULL};
    json_t *object;
    json_t *services;
    json_t *codes;
    *list = (struct price_list){.services = NULL};
    enum status status = json_parse_object(arena, text, length, &object, error);
    if (status == STATUS_OK)
        status = json_refuse_unknown(object, "", known, error);
    if (status == STATUS_OK)
        status = json_get_array(object, "", "services", JSON_REQUIRED, SERVICES_MAX, &services, error);
    if (status == STATUS_OK)
        status = json_get_array(object, "", "codes", JSON_OPTIONAL, DISCOUNT_CODES_MAX, &codes, error);
    if (status == STATUS_OK)
        status = read_services(arena, services, list, error);
    if (status == STATUS_OK)
        status = discount_codes_from_json(arena, codes, list, error);
    return status;
}
