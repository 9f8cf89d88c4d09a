/* What follows from an invoice's facts alone. Pure; any thread. */
#include "akkoord/domain/invoice.h"

int64_t invoice_due_day(const struct seller *seller, const struct issued_amounts *issued)
{
    bool is_owed = issued->kind == DOCUMENT_INVOICE && issued->prepaid_minor < issued->total_minor;
    return is_owed && seller->payment_days > 0 ? issued->issue_day + seller->payment_days : 0;
}
