/* The discounts of a price list, of services and by code: JSON to structs and back. Pure; any thread. */
#include "akkoord/domain/calendar.h"
#include "akkoord/domain/tax.h"
#include "price_list.h"

#define PREFIX_BYTES 48 /* "services[1999].discounts[19].name." */

static enum status format_fault(struct error *error, const char *prefix, const char *key, const char *detail)
{
    char field[ERROR_FIELD_BYTES];
    snprintf(field, sizeof(field), "%s%s", prefix, key);
    return error_set_field(error, STATUS_INVALID, "format", field, "%s", detail);
}

/* ---- names and percentages ---- */

static bool is_printable(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            return false;
    }
    return text[strspn(text, " ")] != '\0';
}

enum status names_from_json(const json_t *object, const char *prefix, const char *names[2], struct error *error)
{
    static const char *const known[] = {"nl", "en", NULL};
    json_t *found;
    char inner[PREFIX_BYTES];
    snprintf(inner, sizeof(inner), "%sname.", prefix);
    enum status status = json_get_object(object, prefix, "name", JSON_REQUIRED, &found, error);
    if (status == STATUS_OK)
        status = json_refuse_unknown(found, inner, known, error);
    for (size_t i = 0; i < 2 && status == STATUS_OK; i++) {
        const char *key = language_name((enum language)i);
        status = json_get_text(found, inner, key, JSON_REQUIRED, SERVICE_NAME_BYTES_MAX, &names[i], error);
        if (status == STATUS_OK && !is_printable(names[i]))
            status = format_fault(error, inner, key, "a name has something to read and no control characters");
    }
    return status;
}

static json_t *names_to_json(struct arena *arena, const char *const names[2])
{
    json_t *object = json_new_object(arena);
    for (size_t i = 0; i < 2; i++)
        json_set_text(object, language_name((enum language)i), names[i]);
    return object;
}

static enum status percent_from_json(const json_t *object, const char *prefix, int64_t *basis_points,
                                     struct error *error)
{
    const char *text;
    enum status status = json_get_text(object, prefix, "percent", JSON_REQUIRED, VAT_RATE_TEXT_BYTES, &text, error);
    if (status == STATUS_OK && (vat_rate_parse(text, basis_points) != STATUS_OK || *basis_points == 0))
        status = format_fault(error, prefix, "percent", "a percentage as text, as \"10.00\", above 0 and at most 100");
    return status;
}

/* ---- by quantity ---- */

static enum status read_discount(const json_t *item, const char *prefix, struct quantity_discount *discount,
                                 struct error *error)
{
    static const char *const known[] = {"from_quantity", "percent", "name", NULL};
    if (!json_is_object(item))
        return error_set_field(error, STATUS_INVALID, "type", prefix, "a discount must be an object");
    enum status status = json_refuse_unknown(item, prefix, known, error);
    if (status == STATUS_OK)
        status = json_get_integer(item, prefix, "from_quantity", JSON_REQUIRED, 1, ORDER_QUANTITY_MAX,
                                  &discount->from_quantity, error);
    if (status == STATUS_OK)
        status = percent_from_json(item, prefix, &discount->percent_basis_points, error);
    if (status == STATUS_OK)
        status = names_from_json(item, prefix, discount->name, error);
    return status;
}

enum status service_discounts_from_json(struct arena *arena, const json_t *array, const char *prefix,
                                        struct service *service, struct error *error)
{
    enum status status = STATUS_OK;
    service->discounts_count = json_array_size(array);
    service->discounts = ARENA_ARRAY(arena, struct quantity_discount, service->discounts_count);
    for (size_t i = 0; i < service->discounts_count && status == STATUS_OK; i++) {
        char inner[PREFIX_BYTES];
        snprintf(inner, sizeof(inner), "%sdiscounts[%zu].", prefix, i);
        status = read_discount(json_array_get(array, i), inner, &service->discounts[i], error);
        for (size_t j = 0; j < i && status == STATUS_OK; j++) {
            if (service->discounts[j].from_quantity != service->discounts[i].from_quantity)
                continue;
            char field[ERROR_FIELD_BYTES];
            snprintf(field, sizeof(field), "%sfrom_quantity", inner);
            status = error_set_field(error, STATUS_INVALID, "duplicate", field, "two discounts begin at this quantity");
        }
    }
    return status;
}

const char *service_discounts_write(struct arena *arena, const struct service *service)
{
    size_t length;
    json_t *array = json_new_array(arena);
    for (size_t i = 0; i < service->discounts_count; i++) {
        const struct quantity_discount *discount = &service->discounts[i];
        char percent[VAT_RATE_TEXT_BYTES];
        vat_rate_format(discount->percent_basis_points, percent);
        json_t *item = json_new_object(arena);
        json_set_integer(item, "from_quantity", discount->from_quantity);
        json_set_text(item, "percent", percent);
        json_set_value(item, "name", names_to_json(arena, discount->name));
        json_append_value(array, item);
    }
    return json_write(arena, array, &length);
}

enum status service_discounts_read(struct arena *arena, const char *text, struct service *service, struct error *error)
{
    json_t *array;
    enum status status = json_parse(arena, text, strlen(text), &array, error);
    return status == STATUS_OK ? service_discounts_from_json(arena, array, "", service, error) : status;
}

const struct quantity_discount *service_discount_for(const struct service *service, int64_t quantity)
{
    const struct quantity_discount *best = NULL;
    for (size_t i = 0; i < service->discounts_count; i++) {
        const struct quantity_discount *discount = &service->discounts[i];
        if (discount->from_quantity <= quantity && (best == NULL || discount->from_quantity > best->from_quantity))
            best = discount;
    }
    return best;
}

/* ---- by code ---- */

static enum status read_code_text(const json_t *item, const char *prefix, const char **code, struct error *error)
{
    enum status status = json_get_text(item, prefix, "code", JSON_REQUIRED, DISCOUNT_CODE_LENGTH, code, error);
    if (status != STATUS_OK)
        return status;
    size_t word = strspn(*code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    if (word == 0 || (*code)[word] != '\0')
        return format_fault(error, prefix, "code", "a code is of capitals, digits, '_' and '-'");
    return STATUS_OK;
}

static enum status read_amount(const json_t *amount, const char *prefix, struct discount_code *code,
                               struct error *error)
{
    static const char *const known[] = {"amount", "currency", NULL};
    const char *currency;
    char inner[PREFIX_BYTES + 24];
    snprintf(inner, sizeof(inner), "%samount.", prefix);
    enum status status = json_refuse_unknown(amount, inner, known, error);
    if (status == STATUS_OK)
        status = json_get_integer(amount, inner, "amount", JSON_REQUIRED, 1, ORDER_AMOUNT_MINOR_MAX,
                                  &code->amount_minor, error);
    if (status == STATUS_OK)
        status = json_get_text(amount, inner, "currency", JSON_REQUIRED, CURRENCY_BYTES - 1, &currency, error);
    if (status == STATUS_OK && (currency_parse(currency, strlen(currency), code->currency) != STATUS_OK ||
                                strcmp(currency, code->currency) != 0))
        status = format_fault(error, inner, "currency", "a currency is three capitals, as EUR");
    return status;
}

static enum status read_worth(const json_t *item, const char *prefix, struct discount_code *code, struct error *error)
{
    json_t *amount;
    enum status status = json_get_object(item, prefix, "amount", JSON_OPTIONAL, &amount, error);
    if (status != STATUS_OK)
        return status;
    if (amount == NULL)
        return percent_from_json(item, prefix, &code->percent_basis_points, error);
    if (json_object_get(item, "percent") != NULL)
        return format_fault(error, prefix, "percent", "a code has a percentage or an amount, not both");
    return read_amount(amount, prefix, code, error);
}

static enum status read_code(const json_t *item, const char *prefix, struct discount_code *code, struct error *error)
{
    static const char *const known[] = {"code", "percent", "amount", "name", "until", NULL};
    const char *until = NULL;
    if (!json_is_object(item))
        return error_set_field(error, STATUS_INVALID, "type", prefix, "a code must be an object");
    enum status status = json_refuse_unknown(item, prefix, known, error);
    if (status == STATUS_OK)
        status = read_code_text(item, prefix, &code->code, error);
    if (status == STATUS_OK)
        status = read_worth(item, prefix, code, error);
    if (status == STATUS_OK)
        status = names_from_json(item, prefix, code->name, error);
    if (status == STATUS_OK)
        status = json_get_text(item, prefix, "until", JSON_OPTIONAL, CALENDAR_DATE_BYTES, &until, error);
    if (status == STATUS_OK && until != NULL &&
        calendar_parse_date(until, strlen(until), &code->until_day) != STATUS_OK)
        status = format_fault(error, prefix, "until", "a date is written as 2027-01-31");
    return status;
}

enum status discount_codes_from_json(struct arena *arena, const json_t *array, struct price_list *list,
                                     struct error *error)
{
    enum status status = STATUS_OK;
    list->codes_count = json_array_size(array);
    list->codes = ARENA_ARRAY(arena, struct discount_code, list->codes_count);
    for (size_t i = 0; i < list->codes_count && status == STATUS_OK; i++) {
        char prefix[PREFIX_BYTES];
        snprintf(prefix, sizeof(prefix), "codes[%zu].", i);
        status = read_code(json_array_get(array, i), prefix, &list->codes[i], error);
        for (size_t j = 0; j < i && status == STATUS_OK; j++) {
            if (strcmp(list->codes[j].code, list->codes[i].code) != 0)
                continue;
            char field[ERROR_FIELD_BYTES];
            snprintf(field, sizeof(field), "%scode", prefix);
            status = error_set_field(error, STATUS_INVALID, "duplicate", field, "this code stands in the list twice");
        }
    }
    return status;
}
