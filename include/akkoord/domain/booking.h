#pragma once
/*
 * What a document is to the books: its VAT subtotals with a sign and in euros, and where they stand in a VAT return.
 * Pure; any thread.
 *
 * Amounts are negative on a credit note. What was in another currency is in euros by the document's own rate: the
 * shares of the subtotals sum to the euros that stand on the document, to the cent.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/domain/tax_place.h"

/* Where a turnover is told: the Dutch VAT return has a name for each (form of the Belastingdienst, from 2019 on). */
enum vat_box {
    VAT_BOX_1A,   /* supplies at 21% */
    VAT_BOX_1B,   /* at 9% */
    VAT_BOX_1C,   /* at another rate */
    VAT_BOX_1E,   /* at 0%, or reverse charged at home */
    VAT_BOX_3A,   /* goods that leave the Union */
    VAT_BOX_3B,   /* to businesses in other member states; also in the recapitulative statement (ICP) */
    VAT_BOX_OSS,  /* the return of the one-stop shop, by country */
    VAT_BOX_NONE, /* in no return: exempt, small businesses, services outside the Union */
};
#define VAT_BOXES 8

/* "1a", ..., "oss", "none" */
const char *vat_box_name(enum vat_box box);

struct booking_line {
    char vat_category[4];
    int64_t vat_rate_basis_points;
    enum vat_ground ground;
    char country[COUNTRY_BYTES]; /* whose VAT it is; never empty */
    enum vat_box box;
    int64_t net_minor; /* in the document's currency */
    int64_t vat_minor;
    int64_t net_euro_minor;
    int64_t vat_euro_minor;
};

struct booking_amounts {
    int64_t net_minor;
    int64_t vat_minor;
    int64_t total_minor;
};

struct booking {
    enum document_kind kind;
    bool is_foreign; /* not in euros */
    struct {
        struct booking_line items[VAT_SUBTOTALS_MAX];
        size_t count;
    } lines;
    struct booking_amounts amounts; /* in the document's currency */
    struct booking_amounts euros;
};

/*
 * STATUS_INTERNAL `document_amounts`: the subtotals do not sum to the totals, or something does not fit;
 *                 `exchange_missing`: not in euros, and the document does not say how many euros it is
 */
enum status booking_of(const struct invoice *invoice, struct booking *booking, struct error *error) AKKOORD_MUST_CHECK;

/* Control totals, in euros. */
struct booking_sums {
    int64_t documents;
    struct booking_amounts euros;
};
#define BOOKING_KINDS 2
/* By enum document_kind. STATUS_TOO_LARGE `amount_too_large`: a sum does not fit. */
enum status booking_count(struct booking_sums sums[BOOKING_KINDS], const struct booking *booking,
                          struct error *error) AKKOORD_MUST_CHECK;
