/* The body of POST /v1/orders, checked. Worker threads; no state. */
#include "akkoord/api/order_request.h"

#include "akkoord/api/fields.h"
#include "akkoord/api/notices.h"
#include "akkoord/domain/vat_area.h"

/* ---- provider ---- */

const char *api_take_provider(struct api_call *call, const json_t *body)
{
    static const char *const providers[] = {"sandbox", "standard", "stripe", "mollie"};
    const char *text = api_take_text(call, body, "", "payment_provider", JSON_REQUIRED, API_NAME_LENGTH_MAX);
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
        bool offered = strcmp(providers[i], "sandbox") != 0 || call->options->sandbox;
        if (offered && strcmp(text, providers[i]) == 0)
            return providers[i];
    }
    api_call_note_field(call, "payment_provider", "unknown_provider", "one can't pay with this provider here");
    return NULL;
}

/* ---- lines ---- */

static void take_line(struct api_call *call, const json_t *item, size_t index, struct order_request_line *line)
{
    static const char *const known[] = {"sku", "quantity", NULL};
    const char *prefix = arena_format(call->arena, "lines[%zu].", index);
    struct error fault;
    if (!json_is_object(item)) {
        api_call_note_field(call, arena_format(call->arena, "lines[%zu]", index), "type", "a line must be an object");
        return;
    }
    api_take_no_others(call, item, prefix, known);
    line->sku = api_take_text(call, item, prefix, "sku", JSON_REQUIRED, SERVICE_SKU_BYTES_MAX);
    if (json_get_integer(item, prefix, "quantity", JSON_REQUIRED, 1, ORDER_QUANTITY_MAX, &line->quantity, &fault) !=
        STATUS_OK)
        api_call_note_fault(call, &fault);
}

static void take_lines(struct api_call *call, const json_t *body, struct order_request *request)
{
    json_t *lines;
    struct error fault;
    if (json_get_array(body, "", "lines", JSON_REQUIRED, ORDER_LINES_MAX, &lines, &fault) != STATUS_OK) {
        api_call_note_fault(call, &fault);
        return;
    }
    request->lines_count = json_array_size(lines);
    if (request->lines_count == 0)
        api_call_note_field(call, "lines", "required", "an order has at least one line");
    request->lines = ARENA_ARRAY(call->arena, struct order_request_line, request->lines_count);
    for (size_t i = 0; i < request->lines_count; i++)
        take_line(call, json_array_get(lines, i), i, &request->lines[i]);
}

/* ---- buyer ---- */

static bool names_registration(const json_t *billing)
{
    return json_object_get(billing, "company") != NULL || json_object_get(billing, "vat_number") != NULL ||
           json_object_get(billing, "kvk_number") != NULL || json_object_get(billing, "oin") != NULL;
}

static void take_billing(struct api_call *call, const json_t *billing, struct buyer *buyer)
{
    static const char *const known[] = {"name", "company", "address", "vat_number", "kvk_number", "oin", NULL};
    static const char prefix[] = "billing.";
    struct postal_address address;
    api_take_no_others(call, billing, prefix, known);
    const char *name = api_take_text(call, billing, prefix, "name", JSON_OPTIONAL, API_NAME_LENGTH_MAX);
    if (name != NULL)
        buyer->name = name;
    if (names_registration(billing)) {
        buyer->company = api_take_text(call, billing, prefix, "company", JSON_OPTIONAL, API_NAME_LENGTH_MAX);
        buyer->vat_number = api_take_vat_number(call, billing, prefix);
        buyer->kvk_number = api_take_kvk_number(call, billing, prefix);
        buyer->oin = api_take_oin(call, billing, prefix);
    }
    size_t faults_before = call->faults_count;
    api_take_address(call, billing, prefix, "address", &address);
    if (address.street != NULL || call->faults_count > faults_before)
        buyer->address = address;
}

static void check_buyer_address(struct api_call *call, const struct buyer *buyer)
{
    if (buyer->address.street == NULL)
        api_call_note_field(call, "billing.address", "required", "an order needs an address, here or in the profile");
    else if (!country_is_known(buyer->address.country))
        api_call_note_field(call, "billing.address.country", "unknown_country",
                            "no country of ISO 3166-1 has this code; Greece is GR, Northern Ireland GB");
}

void api_take_buyer(struct api_call *call, const json_t *body, const struct profile *profile,
                    struct order_request *request)
{
    struct buyer *buyer = &request->buyer;
    size_t faults_before = call->faults_count;
    *buyer = (struct buyer){
        .name = profile->name,
        .company = profile->company,
        .address = profile->address,
        .vat_number = profile->vat_number,
        .kvk_number = profile->kvk_number,
        .oin = profile->oin,
        .email = profile->email,
    };
    json_t *billing;
    struct error fault;
    if (json_get_object(body, "", "billing", JSON_OPTIONAL, &billing, &fault) != STATUS_OK) {
        api_call_note_fault(call, &fault);
        return;
    }
    if (billing != NULL)
        take_billing(call, billing, buyer);
    if (call->faults_count == faults_before)
        check_buyer_address(call, buyer);
}

/* Whoever shows an older version shows what no longer holds. */
static bool take_information_version(struct api_call *call, const json_t *body)
{
    static const char field[] = "information_version";
    const char *version = NULL;
    struct error fault;
    if (json_get_text(body, "", field, JSON_OPTIONAL, SIZE_MAX, &version, &fault) != STATUS_OK)
        api_call_note_fault(call, &fault);
    else if (version != NULL && strcmp(version, call->options->notices->information.version) != 0)
        api_call_note_field(call, field, "stale", "is not the version in force: GET /v1/orders/information has it");
    return version != NULL;
}

/* Whichever way it is typed; NULL when there is none. Which codes there are, the price list knows. */
static const char *take_discount_code(struct api_call *call, const json_t *body)
{
    const char *text = api_take_text(call, body, "", "discount_code", JSON_OPTIONAL, DISCOUNT_CODE_LENGTH);
    if (text == NULL)
        return NULL;
    size_t length = strlen(text);
    char *code = arena_copy_bytes(call->arena, text, length);
    for (size_t i = 0; i < length; i++) {
        if (code[i] >= 'a' && code[i] <= 'z')
            code[i] = (char)(code[i] - 'a' + 'A');
    }
    return code;
}

void api_take_order_request(struct api_call *call, const json_t *body, struct order_request *request)
{
    static const char *const known[] = {
        "lines", "payment_provider", "reference", "billing", "information_version", "discount_code", NULL};
    *request = (struct order_request){.lines = NULL};
    take_lines(call, body, request);
    request->provider = api_take_provider(call, body);
    request->reference = api_take_text(call, body, "", "reference", JSON_OPTIONAL, API_REFERENCE_LENGTH_MAX);
    request->discount_code = take_discount_code(call, body);
    request->information_shown = take_information_version(call, body);
    api_take_no_others(call, body, "", known);
}
