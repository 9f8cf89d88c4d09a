#pragma once
/*
 * What is sold: rows of akkoord.service, and the price list that they come from.
 *
 *     {"services": [{"sku": "logo-design", "name": {"nl": "Logo-ontwerp", "en": "Logo design"},
 *                    "unit_price": {"amount": 45000, "currency": "EUR"}, "price_includes_vat": false,
 *                    "vat_category": "S", "vat_rate": "21.00"}]}
 *
 * `price_includes_vat` may be left out: false. `vat_rate` is a percentage as text, at most two decimals.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/store/store.h"

#define SERVICES_MAX           2000
#define SERVICE_SKU_BYTES_MAX  64
#define SERVICE_NAME_BYTES_MAX 400

struct service {
    const char *sku;
    const char *name[2]; /* by enum language */
    int64_t unit_price_minor;
    char currency[CURRENCY_BYTES];
    bool price_includes_vat;
    char vat_category[4];
    int64_t vat_rate_basis_points;
};

/* Reads and checks a price list; pure. STATUS_INVALID with the field: the codes of base/json.h and of
 * tax_compute_totals(), "format" for a SKU, name, currency or rate of another form, "duplicate" for a SKU that stands
 * there twice. The array lives in the arena. */
enum status price_list_read(struct arena *arena, const char *text, size_t length, struct service **services,
                            size_t *count, struct error *error) AKKOORD_MUST_CHECK;

/* Makes these all that is sold, at once; what is not among them stays in the table, but is sold no more. Running orders
 * keep the prices they were placed at. */
enum status store_services_replace(struct store *store, struct arena *arena, const struct service *services,
                                   size_t count, struct error *error) AKKOORD_MUST_CHECK;

/* What is sold, in the order of the price list. */
enum status store_services_list(struct store *store, struct arena *arena, struct service **services, size_t *count,
                                struct error *error) AKKOORD_MUST_CHECK;

/* Those of `skus` that are sold, in any order, each once. */
enum status store_services_find(struct store *store, struct arena *arena, const char *const *skus, size_t skus_count,
                                struct service **services, size_t *count, struct error *error) AKKOORD_MUST_CHECK;

/* "21.00" from 2100 and back; digits, with at most two after a point, at most 100.00. */
#define VAT_RATE_TEXT_BYTES 8
void vat_rate_format(int64_t basis_points, char out[VAT_RATE_TEXT_BYTES]);
enum status vat_rate_parse(const char *text, int64_t *basis_points) AKKOORD_MUST_CHECK;
