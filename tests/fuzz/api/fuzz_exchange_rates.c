/* The file of exchange rates (api/exchange_rates.h) under libFuzzer: a rate that is taken is above nothing. */
#include "akkoord/api/exchange_rates.h"

#include "../fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new();
    struct exchange exchange;
    struct error error = {0};
    enum status status = exchange_rates_read(arena, (const char *)data, size, "USD", &exchange, &error);
    require(status == STATUS_OK || status == STATUS_INVALID || status == STATUS_NOT_FOUND);
    require(status == STATUS_OK ? exchange.per_euro_millionths > 0 : error.code[0] != '\0' && error.detail[0] != '\0');
    arena_free(arena);
    return 0;
}
