#pragma once
/* Names of countries on a document: of the Union's member states (as VAT of theirs may stand there) and of those that
 * services are sold to most. */
#include "akkoord/domain/invoice.h"

/* By ISO 3166-1 alpha-2; the code itself for a country that is not in the table. NULL gives NULL. */
const char *country_name(enum language language, const char *code);
