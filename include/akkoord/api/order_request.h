#pragma once
/*
 * What a customer asks for when placing an order, read from the body and checked. No database is needed for this part,
 * so that it can be tested by itself.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/api/call.h"
#include "akkoord/domain/order.h"
#include "akkoord/domain/tax.h"
#include "akkoord/store/order_content.h"
#include "akkoord/store/parties.h"
#include "akkoord/store/services.h"

struct order_request_line {
    const char *sku;
    int64_t quantity;
};

struct order_request {
    struct order_request_line *lines;
    size_t lines_count;
    const char *provider;
    const char *reference;     /* or NULL */
    const char *discount_code; /* in capitals, or NULL */
    bool information_shown;    /* the shop says that the information in force was shown */
    struct buyer buyer;        /* filled by api_take_buyer() */
};

/* The provider of a body's `payment_provider`: one that may be ordered with here (code "unknown_provider" otherwise).
 * Notes faults, as api/fields.h does. */
const char *api_take_provider(struct api_call *call, const json_t *body);

/* Reads the whole body but `billing`. Notes faults. */
void api_take_order_request(struct api_call *call, const json_t *body, struct order_request *request);

/*
 * Reads `billing`, for which the profile is needed. The buyer is `billing` laid over the profile: name and address each
 * from `billing` when given there; company, vat_number, kvk_number and oin belong together and all come from `billing`
 * as soon as it names one of them, so that no company is billed under another's number. An address is needed (field
 * "billing.address"), in a country that there is (code "unknown_country"). Notes faults.
 */
void api_take_buyer(struct api_call *call, const json_t *body, const struct profile *profile,
                    struct order_request *request);

/* The lines of the order: those asked for at today's prices. Notes a SKU that is not sold ("unknown_sku") and one that
 * is sold in another currency than the first line's ("currency"). In the arena; `currency` is the first line's. */
struct order_line *api_price_lines(struct api_call *call, const struct order_request *request,
                                   const struct service *services, size_t services_count, enum language language,
                                   char currency[CURRENCY_BYTES]);
