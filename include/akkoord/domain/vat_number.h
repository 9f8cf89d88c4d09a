#pragma once
/*
 * VAT identification numbers of the member states, and of Northern Ireland, by the algorithm of each (Directive
 * 2006/112/EC art. 214 and 215; structures and check digits as the member states give them to VIES). Pure; any thread.
 *
 * A number that passes can still be nobody's: only the state that gives it out knows that.
 */
#include <stdbool.h>

/* The state that gives such numbers out, by the prefix, as an ISO 3166-1 code ("GR" for EL), or "XI" for Northern
 * Ireland; NULL for a prefix that is none of these. */
const char *vat_number_state(const char *number);

/* Whether structure and check digits are right. The number as api/fields.h leaves it: prefix, then digits and capitals,
 * without spaces, dots and hyphens. False for a prefix of no member state. */
bool vat_number_is_valid(const char *number);
