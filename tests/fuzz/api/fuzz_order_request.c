/*
 * The body of POST /v1/orders (api/order_request.h) under libFuzzer: what has no fault is within every bound, and has
 * prices and taxes whose sums are right. The first byte of an input chooses the profile and whether there is a sandbox.
 */
#include "akkoord/api/order_price.h"

#include "../fuzz.h"

#include "akkoord/api/fields.h"
#include "akkoord/domain/vat_area.h"

static const struct profile profiles[] = {
    {.email = "customer@example.com", .name = "Sample Customer", .address = {"Thuis 1", "1000 AA", "Amsterdam", "NL"}},
    {.email = "customer@example.com", .name = "Sample Customer", .address = {"Rue 1", "1000", "Brussel", "BE"}},
    {.email = "customer@example.com", .name = "Sample Customer"},
};

static const struct service services[] = {
    {.sku = "logo",
     .name = {"Logo", "Logo"},
     .unit_price_minor = 45000,
     .currency = "EUR",
     .vat_category = "S",
     .vat_rate_basis_points = 2100},
    {.sku = "book",
     .name = {"Boek", "Book"},
     .unit_price_minor = 999,
     .currency = "EUR",
     .price_includes_vat = true,
     .vat_category = "S",
     .vat_rate_basis_points = 900,
     .supply = SUPPLY_GOODS},
    {.sku = "site", .name = {"Site", "Site"}, .unit_price_minor = 100, .currency = "EUR", .vat_category = "AE"},
    {.sku = "yen",
     .name = {"Yen", "Yen"},
     .unit_price_minor = 100,
     .currency = "JPY",
     .vat_category = "S",
     .vat_rate_basis_points = 2100},
};
#define SERVICES (sizeof(services) / sizeof(services[0]))

/* Of valid UTF-8: every byte but those that go on. */
static size_t count_characters(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += (*text & 0xC0) != 0x80;
    return count;
}

static void check_request(const struct order_request *request, const struct api_options *options)
{
    require(request->lines_count >= 1 && request->lines_count <= ORDER_LINES_MAX);
    for (size_t i = 0; i < request->lines_count; i++) {
        const struct order_request_line *line = &request->lines[i];
        require(line->sku != NULL && line->sku[0] != '\0' && count_characters(line->sku) <= SERVICE_SKU_BYTES_MAX);
        require(line->quantity >= 1 && line->quantity <= ORDER_QUANTITY_MAX);
    }
    require(request->provider != NULL && (options->sandbox || strcmp(request->provider, "sandbox") != 0));
    require(request->reference == NULL || count_characters(request->reference) <= API_REFERENCE_LENGTH_MAX);
    require(request->buyer.name != NULL && request->buyer.name[0] != '\0');
    require(request->buyer.address.street != NULL && country_is_known(request->buyer.address.country));
    require(request->discount_code == NULL || count_characters(request->discount_code) <= DISCOUNT_CODE_LENGTH);
}

/* Of a seller with every scheme, in a year when each state has its rate. */
static void check_taxes(struct api_call *call, const struct order_request *request, struct order_content *content)
{
    static const struct seller seller = {.address.country = "NL", .one_stop_shop = true};
    struct totals totals;
    struct error error;
    content->seller = seller;
    content->buyer = request->buyer;
    content->lines_count = request->lines_count;
    const struct vat_treatment *treatments = api_treat_lines(call, content, services, SERVICES, 20000);
    if (call->faults_count > 0 ||
        tax_compute_order(content->lines, content->lines_count, treatments, NULL, &totals, &error) != STATUS_OK)
        return;
    int64_t net_minor = 0;
    for (size_t i = 0; i < content->lines_count; i++)
        net_minor += content->lines[i].net_minor;
    require(net_minor == totals.net_minor && totals.net_minor + totals.vat_minor == totals.total_minor);
}

static void read_request(struct api_call *call, const json_t *body, const struct profile *profile)
{
    struct order_request request;
    api_take_order_request(call, body, &request);
    api_take_buyer(call, body, profile, &request);
    require(call->faults_count <= API_FAULTS_MAX);
    for (size_t i = 0; i < call->faults_count; i++)
        require(call->faults[i].field != NULL && call->faults[i].code != NULL && call->faults[i].detail != NULL);
    if (call->faults_count > 0)
        return;
    check_request(&request, call->options);
    struct order_content content = {.language = LANGUAGE_NL};
    content.lines = api_price_lines(call, &request, services, SERVICES, content.language, content.currency);
    require(call->faults_count > 0 || strlen(content.currency) == CURRENCY_BYTES - 1);
    if (call->faults_count == 0)
        check_taxes(call, &request, &content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct api_options options = {.sandbox = data[0] % 2 == 0};
    const struct profile *profile = &profiles[data[0] / 2 % (sizeof(profiles) / sizeof(profiles[0]))];
    struct api_call call = {.options = &options, .arena = arena_new()};
    json_t *body;
    struct error error;
    if (json_parse_object(call.arena, (const char *)data + 1, size - 1, &body, &error) == STATUS_OK)
        read_request(&call, body, profile);
    arena_free(call.arena);
    return 0;
}
