/* The price list (store/services.h) under libFuzzer: whatever is accepted can be sold. */
#include "akkoord/store/services.h"

#include "../fuzz.h"

#include "akkoord/domain/tax.h"

static void check_service(const struct service *service)
{
    struct order_line line = {.sku = service->sku,
                              .name = service->name[0],
                              .quantity = 1,
                              .unit_price_minor = service->unit_price_minor,
                              .price_includes_vat = service->price_includes_vat,
                              .vat_rate_basis_points = service->vat_rate_basis_points};
    memcpy(line.vat_category, service->vat_category, sizeof(line.vat_category));
    struct totals totals;
    struct error error;
    require(tax_compute_totals(&line, 1, &totals, &error) == STATUS_OK);
    require(service->sku[0] != '\0' && strlen(service->sku) <= SERVICE_SKU_BYTES_MAX);
    require(strlen(service->currency) == CURRENCY_BYTES - 1);
    char rate[VAT_RATE_TEXT_BYTES];
    int64_t again;
    vat_rate_format(service->vat_rate_basis_points, rate);
    require(vat_rate_parse(rate, &again) == STATUS_OK && again == service->vat_rate_basis_points);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct price_list list;
    struct error error = {0};
    enum status status = price_list_read(arena, (const char *)data, size, &list, &error);
    if (status != STATUS_OK)
        require(status == STATUS_INVALID && error.code[0] != '\0' && error.detail[0] != '\0');
    for (size_t i = 0; status == STATUS_OK && i < list.services_count; i++)
        check_service(&list.services[i]);
    arena_free(arena);
    return 0;
}
