#pragma once
/* What VIES said of buyers' VAT numbers, as it is shown: with its order to whoever may see that, and as a list for
 * staff, who may want to credit an order whose number is invalid and invoice it again with VAT. */
#include "akkoord/api/call.h"
#include "akkoord/store/vat_checks.h"

/* GET /v1/staff/vat-checks: the newest orders first; `?outcome=` narrows it. Opens nothing that is sealed. */
api_function api_staff_vat_checks_list;

/* In the arena; NULL where nothing is recorded. */
json_t *vat_check_to_json(struct arena *arena, const struct stored_vat_check *stored);
