#pragma once
/* What an order costs a buyer: lines at the price list's prices, with the VAT and the discounts that apply to them. */
#include "akkoord/api/order_request.h"

/*
 * Gives every line the VAT that applies to this buyer on that day (domain/tax_place.h), and the discount of its
 * quantity. `lines` are those of api_price_lines(), all of which were found. Notes what is refused: each line's fault
 * in itself, a fault in the buyer once. In the arena.
 */
struct vat_treatment *api_treat_lines(struct api_call *call, const struct order_content *content,
                                      const struct service *services, size_t services_count, int64_t supply_day);

/* Fills lines, currency, totals, discount and exchange of a content whose language, seller and buyer stand there
 * already; `services` are those that it names and that are sold. STATUS_INVALID with every field that is wrong. */
enum status api_price_order(struct api_call *call, const struct order_request *request, const struct service *services,
                            size_t services_count, struct order_content *content,
                            struct error *error) AKKOORD_MUST_CHECK;
