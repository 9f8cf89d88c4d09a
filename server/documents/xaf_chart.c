/*
 * What is booked where: the chart of accounts, the entries of a document, and what an audit file contains. Pure; any
 * thread.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "akkoord/base/money.h"
#include "akkoord/documents/xaf.h"

#define ACCOUNT_VAT_HIGH  "1500"
#define ACCOUNT_VAT_LOW   "1501"
#define ACCOUNT_VAT_OTHER "1502"
#define ACCOUNT_VAT_OSS   "1510"

#define BASIS_POINTS_OF_PERCENT 100

/* Numbers as Dutch small businesses use them; a bookkeeping program maps them to its own at the import. */
const struct xaf_account xaf_accounts[] = {
    {XAF_ACCOUNT_DEBTORS, "Debiteuren", 'B'},
    {ACCOUNT_VAT_HIGH, "Af te dragen btw hoog", 'B'},
    {ACCOUNT_VAT_LOW, "Af te dragen btw laag", 'B'},
    {ACCOUNT_VAT_OTHER, "Af te dragen btw overige tarieven", 'B'},
    {ACCOUNT_VAT_OSS, "Af te dragen btw andere lidstaten (éénloketsysteem)", 'B'},
    {"8000", "Omzet btw hoog", 'P'},
    {"8010", "Omzet btw laag", 'P'},
    {"8020", "Omzet overige btw-tarieven", 'P'},
    {"8030", "Omzet btw 0%", 'P'},
    {"8040", "Omzet btw verlegd binnenland", 'P'},
    {"8050", "Omzet vrijgesteld van btw", 'P'},
    {"8100", "Omzet diensten binnen de EU, btw verlegd", 'P'},
    {"8110", "Omzet intracommunautaire leveringen", 'P'},
    {"8200", "Omzet uitvoer buiten de EU", 'P'},
    {"8210", "Omzet diensten buiten de EU", 'P'},
    {"8300", "Omzet andere lidstaten (éénloketsysteem)", 'P'},
};
const size_t xaf_accounts_count = sizeof(xaf_accounts) / sizeof(xaf_accounts[0]);

/* ---- which account ---- */

static bool is_category(const struct booking_line *line, const char *category)
{
    return strcmp(line->vat_category, category) == 0;
}

static const char *revenue_by_box(const struct booking_line *line)
{
    switch (line->box) {
    case VAT_BOX_1A:
        return "8000";
    case VAT_BOX_1B:
        return "8010";
    case VAT_BOX_1E:
        return "8030";
    case VAT_BOX_3A:
        return "8200";
    case VAT_BOX_3B:
        return is_category(line, "K") ? "8110" : "8100";
    case VAT_BOX_OSS:
        return "8300";
    case VAT_BOX_1C:
    case VAT_BOX_NONE:
        break;
    }
    return is_category(line, "E") ? "8050" : "8020";
}

const char *xaf_revenue_account(const struct booking_line *line)
{
    if (line->ground == VAT_GROUND_DOMESTIC_REVERSE_CHARGE)
        return "8040";
    if (line->ground == VAT_GROUND_OUTSIDE_UNION)
        return "8210";
    return revenue_by_box(line);
}

const char *xaf_vat_account(const struct booking_line *line)
{
    switch (line->box) {
    case VAT_BOX_1A:
        return ACCOUNT_VAT_HIGH;
    case VAT_BOX_1B:
        return ACCOUNT_VAT_LOW;
    case VAT_BOX_OSS:
        return ACCOUNT_VAT_OSS;
    case VAT_BOX_1C:
    case VAT_BOX_1E:
    case VAT_BOX_3A:
    case VAT_BOX_3B:
    case VAT_BOX_NONE:
        break;
    }
    return ACCOUNT_VAT_OTHER;
}

/* ---- VAT codes ---- */

void xaf_vat_code(const struct booking_line *line, char out[XAF_VAT_CODE_BYTES])
{
    const char *ground = line->ground != VAT_GROUND_NONE ? vat_ground_name(line->ground) : "";
    (void)snprintf(out, XAF_VAT_CODE_BYTES, "%s-%s-%" PRId64 ".%02" PRId64 "%s%s", line->country, line->vat_category,
                   line->vat_rate_basis_points / BASIS_POINTS_OF_PERCENT,
                   line->vat_rate_basis_points % BASIS_POINTS_OF_PERCENT, ground[0] != '\0' ? "-" : "", ground);
}

static bool is_same_code(const struct booking_line *left, const struct booking_line *right)
{
    return left->vat_rate_basis_points == right->vat_rate_basis_points && left->ground == right->ground &&
           strcmp(left->vat_category, right->vat_category) == 0 && strcmp(left->country, right->country) == 0;
}

static enum status note_code(struct xaf_contents *contents, const struct booking_line *line, struct error *error)
{
    for (size_t i = 0; i < contents->vat_codes_count; i++) {
        if (is_same_code(&contents->vat_codes[i], line))
            return STATUS_OK;
    }
    if (contents->vat_codes_count == XAF_VAT_CODES_MAX)
        return error_set(error, STATUS_TOO_LARGE, "too_many_vat_codes", "there are more than %d VAT codes",
                         XAF_VAT_CODES_MAX);
    contents->vat_codes[contents->vat_codes_count++] = *line;
    return STATUS_OK;
}

/* ---- entries ---- */

size_t xaf_entries_of(const struct booking *booking, struct xaf_entry entries[XAF_ENTRIES_MAX])
{
    size_t count = 0;
    entries[count++] = (struct xaf_entry){.account = XAF_ACCOUNT_DEBTORS,
                                          .is_debtor = true,
                                          .debit_minor = booking->euros.total_minor,
                                          .foreign_minor = booking->amounts.total_minor};
    for (size_t i = 0; i < booking->lines.count; i++) {
        const struct booking_line *line = &booking->lines.items[i];
        entries[count++] = (struct xaf_entry){.account = xaf_revenue_account(line),
                                              .debit_minor = -line->net_euro_minor,
                                              .foreign_minor = -line->net_minor,
                                              .taxed = line};
        if (line->vat_euro_minor != 0)
            entries[count++] = (struct xaf_entry){.account = xaf_vat_account(line),
                                                  .debit_minor = -line->vat_euro_minor,
                                                  .foreign_minor = -line->vat_minor};
    }
    return count;
}

enum status xaf_contents_add(struct xaf_contents *contents, const struct booking *booking, struct error *error)
{
    struct xaf_entry entries[XAF_ENTRIES_MAX];
    size_t count = xaf_entries_of(booking, entries);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < booking->lines.count && status == STATUS_OK; i++)
        status = note_code(contents, &booking->lines.items[i], error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        int64_t debit_minor = entries[i].debit_minor;
        bool fits = debit_minor >= 0 ? money_add(contents->debit_minor, debit_minor, &contents->debit_minor)
                                     : money_subtract(contents->credit_minor, debit_minor, &contents->credit_minor);
        if (!fits)
            status = error_set(error, STATUS_TOO_LARGE, "amount_too_large", "the sum of all documents does not fit");
    }
    contents->lines += (int64_t)count;
    return status;
}
