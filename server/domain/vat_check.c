/* The words of a VAT number's check. Pure; any thread. */
#include "akkoord/domain/vat_check.h"

#include <string.h>

static const char *const outcome_names[VAT_CHECK_OUTCOMES] = {
    [VAT_CHECK_VALID] = "valid",
    [VAT_CHECK_INVALID] = "invalid",
    [VAT_CHECK_UNAVAILABLE] = "unavailable",
};

const char *vat_check_outcome_name(enum vat_check_outcome outcome)
{
    return outcome_names[outcome];
}

enum status vat_check_outcome_parse(const char *text, enum vat_check_outcome *outcome)
{
    for (int i = 0; i < VAT_CHECK_OUTCOMES; i++) {
        if (strcmp(text, outcome_names[i]) != 0)
            continue;
        *outcome = (enum vat_check_outcome)i;
        return STATUS_OK;
    }
    return STATUS_INVALID;
}
