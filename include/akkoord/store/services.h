#pragma once
/*
 * What is sold: rows of akkoord.service and akkoord.discount_code, and the price list that they come from.
 *
 *     {"services": [{"sku": "logo-design", "name": {"nl": "Logo-ontwerp", "en": "Logo design"},
 *                    "unit_price": {"amount": 45000, "currency": "EUR"}, "price_includes_vat": false,
 *                    "vat_category": "S", "vat_rate": "21.00", "supply": "electronic",
 *                    "discounts": [{"from_quantity": 10, "percent": "10.00",
 *                                   "name": {"nl": "Staffelkorting", "en": "Volume discount"}}]}],
 *      "codes": [{"code": "WELCOME10", "percent": "10.00", "name": {"nl": "Welkomstkorting", "en": "Welcome discount"},
 *                 "until": "2027-01-31"},
 *                {"code": "TENNER", "amount": {"amount": 1000, "currency": "EUR"}, "name": {"nl": "...", "en":
 * "..."}}]}
 *
 * `price_includes_vat` may be left out: false; `supply` too: electronic (domain/tax_place.h). `vat_rate` and `percent`
 * are percentages as text, at most two decimals. A line gets the discount of the largest `from_quantity` that it
 * reaches. A code has a percentage or an amount, which is in the basis of the order's prices; `until` is the last day
 * on which it may be used, and may be left out.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/domain/tax_place.h"
#include "akkoord/store/orders.h"
#include "akkoord/store/store.h"

#define SERVICES_MAX           2000
#define SERVICE_SKU_BYTES_MAX  64
#define SERVICE_NAME_BYTES_MAX 400
#define SERVICE_DISCOUNTS_MAX  20
#define DISCOUNT_CODES_MAX     1000
#define DISCOUNT_CODE_LENGTH   40 /* at most */

struct quantity_discount {
    int64_t from_quantity;
    int64_t percent_basis_points;
    const char *name[2]; /* by enum language */
};

struct service {
    const char *sku;
    const char *name[2]; /* by enum language */
    int64_t unit_price_minor;
    char currency[CURRENCY_BYTES];
    bool price_includes_vat;
    char vat_category[4];
    int64_t vat_rate_basis_points;
    enum supply supply;
    struct quantity_discount *discounts;
    size_t discounts_count;
};

struct discount_code {
    const char *code;             /* capitals, digits, '-' and '_' */
    int64_t percent_basis_points; /* or, when 0: */
    int64_t amount_minor;
    char currency[CURRENCY_BYTES]; /* of the amount; empty for a percentage */
    const char *name[2];           /* by enum language */
    int64_t until_day;             /* the last on which it may be used; 0: no end */
};

struct price_list {
    struct service *services;
    size_t services_count;
    struct discount_code *codes;
    size_t codes_count;
};

/* Reads and checks a price list; pure. STATUS_INVALID with the field: the codes of base/json.h and of
 * tax_compute_totals(), "format" for a SKU, name, currency, rate, code or date of another form, "unsupported" for a
 * supply, "duplicate" for a SKU, code or quantity that stands there twice. The arrays live in the arena. */
enum status price_list_read(struct arena *arena, const char *text, size_t length, struct price_list *list,
                            struct error *error) AKKOORD_MUST_CHECK;

/* The discount of a line of so many; NULL when there is none. */
const struct quantity_discount *service_discount_for(const struct service *service, int64_t quantity);

/* The "discounts" of a service as they stand in the database: the list's own JSON. */
const char *service_discounts_write(struct arena *arena, const struct service *service);
enum status service_discounts_read(struct arena *arena, const char *text, struct service *service,
                                   struct error *error) AKKOORD_MUST_CHECK;

/* Makes these all that is sold and all codes that may be used, at once; what is not among them stays in the table, but
 * is sold no more. Running orders keep the prices they were placed at. */
enum status store_services_replace(struct store *store, struct arena *arena, const struct price_list *list,
                                   struct error *error) AKKOORD_MUST_CHECK;

/* A code as it stands in the list; STATUS_NOT_FOUND ("discount_unknown") when there is none such. */
enum status store_discount_code_find(struct store *store, struct arena *arena, const char *text,
                                     struct discount_code *code, struct error *error) AKKOORD_MUST_CHECK;

/* What is sold, in the order of the price list. */
enum status store_services_list(struct store *store, struct arena *arena, struct service **services, size_t *count,
                                struct error *error) AKKOORD_MUST_CHECK;

/* "21.00" from 2100 and back; digits, with at most two after a point, at most 100.00. */
#define VAT_RATE_TEXT_BYTES 8
void vat_rate_format(int64_t basis_points, char out[VAT_RATE_TEXT_BYTES]);
enum status vat_rate_parse(const char *text, int64_t *basis_points) AKKOORD_MUST_CHECK;
