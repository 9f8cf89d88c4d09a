/* The price list as customers see it. Worker threads. */
#include "akkoord/api/services.h"

#include <strings.h>

#include "akkoord/domain/tax.h"
#include "akkoord/store/services.h"

/* ---- which language ---- */

/* A weight in thousandths from "q=0.8" and its like, which `text` begins with; 0 for anything else. */
static int weight_of(const char *text)
{
    if (strncasecmp(text, "q=", 2) != 0 || (text[2] != '0' && text[2] != '1'))
        return 0;
    int weight = (text[2] - '0') * 1000;
    int place = 100;
    if (text[3] == '.') {
        for (const char *digit = text + 4; *digit >= '0' && *digit <= '9' && place > 0; digit++, place /= 10)
            weight += (*digit - '0') * place;
    }
    return weight > 1000 ? 1000 : weight;
}

static int range_weight(const char *range, size_t length)
{
    const char *parameter = memchr(range, ';', length);
    if (parameter == NULL)
        return 1000;
    parameter++;
    return weight_of(parameter + strspn(parameter, " \t"));
}

enum language api_preferred_language(const char *accept_language)
{
    enum language preferred = LANGUAGE_NL;
    int heaviest = 0;
    const char *at = accept_language != NULL ? accept_language : "";
    while (*at != '\0') {
        at += strspn(at, " \t,");
        size_t length = strcspn(at, ",");
        size_t primary = strcspn(at, ",;- \t");
        for (enum language language = LANGUAGE_NL; language <= LANGUAGE_EN; language++) {
            bool named = primary == 2 && strncasecmp(at, language_name(language), 2) == 0;
            int weight = named ? range_weight(at, length) : 0;
            if (weight > heaviest) {
                heaviest = weight;
                preferred = language;
            }
        }
        at += length;
    }
    return preferred;
}

enum status api_choose_language(struct api_call *call, enum language *language, struct error *error)
{
    const char *asked;
    enum status status = http_request_query(call->request, call->arena, "language", &asked, error);
    if (status != STATUS_OK)
        return status;
    *language = api_preferred_language(http_request_header(call->request, "Accept-Language"));
    if (asked != NULL && language_parse(asked, language) != STATUS_OK)
        return error_set_field(error, STATUS_INVALID, "unsupported", "language", "a language is nl or en");
    return STATUS_OK;
}

/* ---- the list ---- */

static json_t *discounts_to_json(struct arena *arena, const struct service *service, enum language language)
{
    json_t *array = json_new_array(arena);
    for (size_t i = 0; i < service->discounts_count; i++) {
        const struct quantity_discount *discount = &service->discounts[i];
        char percent[VAT_RATE_TEXT_BYTES];
        vat_rate_format(discount->percent_basis_points, percent);
        json_t *item = json_new_object(arena);
        json_set_integer(item, "from_quantity", discount->from_quantity);
        json_set_text(item, "percent", percent);
        json_set_text(item, "name", discount->name[language]);
        json_append_value(array, item);
    }
    return array;
}

static enum status service_to_json(struct api_call *call, const struct service *service, enum language language,
                                   json_t **value, struct error *error)
{
    int64_t net_minor;
    int64_t gross_minor;
    if (!tax_net_unit_price(service->unit_price_minor, service->price_includes_vat, service->vat_rate_basis_points,
                            &net_minor) ||
        !tax_gross_unit_price(service->unit_price_minor, service->price_includes_vat, service->vat_rate_basis_points,
                              &gross_minor))
        return error_set(error, STATUS_INTERNAL, "service_price", "a price in the list can't be reckoned with");
    char rate[VAT_RATE_TEXT_BYTES];
    vat_rate_format(service->vat_rate_basis_points, rate);
    json_t *object = json_new_object(call->arena);
    json_set_text(object, "sku", service->sku);
    json_set_text(object, "name", service->name[language]);
    json_set_money(object, "unit_price", net_minor, service->currency);
    json_set_money(object, "unit_price_gross", gross_minor, service->currency);
    json_set_text(object, "vat_category", service->vat_category);
    json_set_text(object, "vat_rate", rate);
    json_set_text(object, "supply", supply_name(service->supply));
    json_set_value(object, "discounts", discounts_to_json(call->arena, service, language));
    *value = object;
    return STATUS_OK;
}

enum status api_services_list(struct api_call *call, struct http_answer *answer, struct error *error)
{
    enum language language;
    struct service *services;
    size_t count = 0;
    enum status status = api_choose_language(call, &language, error);
    if (status == STATUS_OK)
        status = store_services_list(call->store, call->arena, &services, &count, error);
    json_t *list = json_new_array(call->arena);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        json_t *item = NULL;
        status = service_to_json(call, &services[i], language, &item, error);
        if (status == STATUS_OK)
            json_append_value(list, item);
    }
    if (status != STATUS_OK)
        return status;
    json_t *object = json_new_object(call->arena);
    json_set_value(object, "services", list);
    api_answer_json(call, answer, 200, object);
    /* The same address answers in two languages. */
    api_answer_add_header(call, answer, "Vary", "Accept-Language");
    return STATUS_OK;
}
