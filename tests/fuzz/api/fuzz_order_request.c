/*
 * The body of POST /v1/orders (api/order_request.h) under libFuzzer: what has no fault is within every bound, and has
 * prices. The first byte of an input chooses the profile and whether there is a sandbox.
 */
#include "akkoord/api/order_request.h"

#include "../fuzz.h"

#include "akkoord/api/fields.h"

static const struct profile profiles[] = {
    {.email = "customer@example.com", .name = "Sample Customer", .address = {"Thuis 1", "1000 AA", "Amsterdam", "NL"}},
    {.email = "customer@example.com", .name = "Sample Customer", .address = {"Rue 1", "1000", "Brussel", "BE"}},
    {.email = "customer@example.com", .name = "Sample Customer"},
};

static const struct service services[] = {
    {.sku = "logo", .name = {"Logo", "Logo"}, .unit_price_minor = 45000, .currency = "EUR", .vat_category = "S"},
    {.sku = "yen", .name = {"Yen", "Yen"}, .unit_price_minor = 100, .currency = "JPY", .vat_category = "S"},
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
    require(request->buyer.address.street != NULL && strcmp(request->buyer.address.country, "NL") == 0);
}

static void read_request(struct api_call *call, const json_t *body, const struct profile *profile)
{
    struct order_request request;
    api_take_order_request(call, body, profile, &request);
    require(call->faults_count <= API_FAULTS_MAX);
    for (size_t i = 0; i < call->faults_count; i++)
        require(call->faults[i].field != NULL && call->faults[i].code != NULL && call->faults[i].detail != NULL);
    if (call->faults_count > 0)
        return;
    check_request(&request, call->options);
    char currency[CURRENCY_BYTES];
    (void)api_price_lines(call, &request, services, SERVICES, LANGUAGE_NL, currency);
    require(call->faults_count > 0 || strlen(currency) == CURRENCY_BYTES - 1);
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
