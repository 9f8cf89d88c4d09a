#pragma once
/*
 * Invoices and credit notes as a sales journal in XML Auditfile Financieel 3.2 (namespace
 * http://www.auditfiles.nl/XAF/3.2), which Dutch bookkeeping programs import and the Belastingdienst reads. Written as
 * a stream, in the order of its schema; nothing of a document is kept. Pure but for the sink; any thread, one at a
 * time.
 *
 *     debtors  Dr total     revenue (by what is sold to whom)  Cr net     VAT to pay  Cr VAT      a document a
 * transaction
 *
 * A credit note is the same the other way round. Amounts are euros; a document in another currency says that amount
 * too. Texts are cut to the schema's lengths. There is no opening balance but an empty one, and no bank: what was paid
 * is known to the bank's own file.
 *
 * The schema's lists of countries and currencies are old: a country that it does not know is left out, and such a
 * currency is called ZZZ.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/documents/sink.h"
#include "akkoord/domain/booking.h"
#include "akkoord/domain/invoice.h"

/* ---- the chart of accounts ---- */

#define XAF_ACCOUNT_DEBTORS "1300"

struct xaf_account {
    const char *id;
    const char *name; /* Dutch */
    char type;        /* B: of the balance sheet; P: of profit and loss */
};
/* All there are. */
extern const struct xaf_account xaf_accounts[];
extern const size_t xaf_accounts_count;

/* The account of what was sold, and of its VAT; always one of them. */
const char *xaf_revenue_account(const struct booking_line *line);
const char *xaf_vat_account(const struct booking_line *line);

/* The VAT codes that occur: country, category, rate and ground together. */
#define XAF_VAT_CODES_MAX  999
#define XAF_VAT_CODE_BYTES 36
#define XAF_ENTRIES_MAX    (1 + 2 * VAT_SUBTOTALS_MAX)
#define XAF_PERIODS_MAX    999

struct xaf_contents {
    struct booking_line vat_codes[XAF_VAT_CODES_MAX]; /* amounts mean nothing */
    size_t vat_codes_count;
    int64_t lines;
    int64_t debit_minor;
    int64_t credit_minor;
};
/* What the file has to say before its transactions: every document goes through here first. STATUS_TOO_LARGE. */
enum status xaf_contents_add(struct xaf_contents *contents, const struct booking *booking,
                             struct error *error) AKKOORD_MUST_CHECK;

/* ---- what is booked ---- */

/* One line of a transaction; `debit_minor` is negative for credit. */
struct xaf_entry {
    const char *account;
    bool is_debtor;
    int64_t debit_minor;              /* euros */
    int64_t foreign_minor;            /* the same in the document's currency */
    const struct booking_line *taxed; /* of revenue: what VAT it bears; else NULL */
};
/* Returns how many; they sum to zero. A line for VAT is there only where there is VAT. */
size_t xaf_entries_of(const struct booking *booking, struct xaf_entry entries[XAF_ENTRIES_MAX]);

/* "NL-S-21.00", "DE-S-19.00-one_stop_shop" */
void xaf_vat_code(const struct booking_line *line, char out[XAF_VAT_CODE_BYTES]);

/* ---- the file ---- */

struct xaf_head {
    const struct seller *seller;
    int64_t from_day;
    int64_t to_day;
    int64_t created_day;
    const char *software_version;
};

struct xaf;
/* Writes the header and the company. STATUS_INTERNAL `document_failed`; STATUS_TOO_LARGE `too_many_periods`. */
enum status xaf_new(struct xaf **xaf, document_sink *sink, void *context, const struct xaf_head *head,
                    struct error *error) AKKOORD_MUST_CHECK;
/* NULL is accepted. */
void xaf_free(struct xaf *xaf);
/* Every customer once, before the transactions. */
void xaf_add_customer(struct xaf *xaf, const struct uuid *customer_id, const struct buyer *buyer);
/* Everything between. */
void xaf_begin_transactions(struct xaf *xaf, const struct xaf_contents *contents);
void xaf_add_transaction(struct xaf *xaf, const struct uuid *customer_id, const struct invoice *invoice,
                         const struct booking *booking);
/* STATUS_UNAVAILABLE `file_write`: the sink would not; STATUS_INTERNAL `document_failed`. */
enum status xaf_finish(struct xaf *xaf, struct error *error) AKKOORD_MUST_CHECK;
