#pragma once
/* The parts of the price list's codec: each file reads some of it. `prefix` stands before the path of a fault. Pure. */
#include "akkoord/base/json.h"
#include "akkoord/store/services.h"

/* The "discounts" of a service; NULL: none. */
enum status service_discounts_from_json(struct arena *arena, const json_t *array, const char *prefix,
                                        struct service *service, struct error *error) AKKOORD_MUST_CHECK;
/* The list's "codes"; NULL: none. */
enum status discount_codes_from_json(struct arena *arena, const json_t *array, struct price_list *list,
                                     struct error *error) AKKOORD_MUST_CHECK;
/* "name" with "nl" and "en": something to read in each, no control characters. */
enum status names_from_json(const json_t *object, const char *prefix, const char *names[2],
                            struct error *error) AKKOORD_MUST_CHECK;
