#pragma once
/*
 * The model of an invoice or credit note: what every document format is drawn from. Filled by the store from sealed
 * content, number and date; all texts are UTF-8 and live in the reader's arena.
 *
 * What must stand on it: Council Directive 2006/112/EC art. 226; Wet op de omzetbelasting 1968 art. 35a.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/money.h"
#include "akkoord/base/status.h"

enum language { LANGUAGE_NL, LANGUAGE_EN };

/* "nl" and "en" (ISO 639-1), in the API and in the database. */
const char *language_name(enum language language);
/* STATUS_INVALID for any other word, capitals too. */
enum status language_parse(const char *text, enum language *language) AKKOORD_MUST_CHECK;

enum document_kind { DOCUMENT_INVOICE, DOCUMENT_CREDIT_NOTE };

#define DOCUMENT_NUMBER_BYTES 32

struct postal_address {
    const char *street;
    const char *postal_code;
    const char *city;
    const char *country; /* ISO 3166-1 alpha-2 */
};

/* A picture as its file holds it. */
struct image {
    const uint8_t *png; /* NULL: none */
    size_t length;
};

struct seller {
    const char *name;
    struct postal_address address;
    const char *kvk_number;
    const char *vat_number;
    const char *iban;
    const char *bic; /* or NULL */
    const char *email;
    /* Days after its issue by which an invoice has to be paid; 0: the seller states no term. */
    int64_t payment_days;
    bool small_business; /* of the scheme for small businesses: Wet OB 1968 art. 25 (KOR) */
    bool one_stop_shop;  /* registered for the Union scheme: Directive 2006/112/EC art. 369a ff. */
    /* Not part of a sealed content: drawn on a PDF when that is first rendered. */
    struct image logo;
};

/* Absent texts are NULL. */
struct buyer {
    const char *name;
    const char *company;
    struct postal_address address;
    const char *vat_number;
    const char *kvk_number;
    const char *oin; /* Dutch organisation identification number, of authorities: 20 digits */
    const char *email;
};

struct order_line {
    const char *sku;
    const char *name;         /* in the invoice's language */
    int64_t quantity;         /* 1 or more */
    int64_t unit_price_minor; /* in the basis of price_includes_vat */
    /* A discount on this line, off unit price times quantity: in the basis of price_includes_vat, and without VAT.
     * Both 0: none. */
    int64_t discount_minor;
    int64_t discount_net_minor;
    const char *discount_reason;   /* in the invoice's language; NULL without a discount */
    int64_t net_minor;             /* after the line's discount, before the document's (BT-131) */
    int64_t vat_rate_basis_points; /* 2100 = 21.00% */
    char vat_category[4];          /* UNCL5305: "S" standard, "Z" zero, ... */
    bool price_includes_vat;
};

/* Why a subtotal bears no VAT, or another member state's: what the law wants said (Directive 2006/112/EC, art. 226
 * points 11 and 11a). */
enum vat_ground {
    VAT_GROUND_NONE,                    /* S and Z at home */
    VAT_GROUND_EXEMPT,                  /* E: Directive art. 132 and 135, Wet OB 1968 art. 11 */
    VAT_GROUND_SMALL_BUSINESS,          /* E: Wet OB 1968 art. 25 */
    VAT_GROUND_DOMESTIC_REVERSE_CHARGE, /* AE: Wet OB 1968 art. 12(5), Directive art. 199 */
    VAT_GROUND_REVERSE_CHARGE,  /* AE: a service to a business in another member state, Directive art. 44, 196 */
    VAT_GROUND_INTRA_COMMUNITY, /* K: goods to a business in another member state, Directive art. 138 */
    VAT_GROUND_EXPORT,          /* G: goods that leave the Union, Directive art. 146 */
    VAT_GROUND_OUTSIDE_UNION,   /* G: a service whose place is outside the Union, Directive art. 44, 58, 59 */
    VAT_GROUND_ONE_STOP_SHOP,   /* S at the rate of the buyer's member state, Directive art. 58, 369a ff. */
};
#define VAT_GROUNDS 9

#define COUNTRY_BYTES 3

struct vat_subtotal {
    char vat_category[4];
    int64_t vat_rate_basis_points;
    int64_t net_minor; /* taxable amount (BT-116): the lines' net less discount_net_minor */
    int64_t vat_minor;
    /* The share of the document's discount that falls on these lines, without VAT (BT-92); 0: none. */
    int64_t discount_net_minor;
    enum vat_ground ground;
    char country[COUNTRY_BYTES]; /* whose VAT it is (ISO 3166-1); empty: the seller's */
};

#define VAT_SUBTOTALS_MAX 8

struct totals {
    int64_t lines_net_minor;    /* BT-106 */
    int64_t discount_net_minor; /* the document's discount, without VAT (BT-107) */
    int64_t net_minor;          /* BT-109: the former less the latter */
    int64_t vat_minor;
    int64_t total_minor;
    struct vat_subtotal subtotals[VAT_SUBTOTALS_MAX];
    size_t subtotals_count;
};

/* How many units of a foreign currency one euro was, by the European Central Bank (Directive 2006/112/EC, art. 91(2));
 * in millionths. 0: the amounts are in euros. */
struct exchange {
    int64_t per_euro_millionths;
    int64_t day;              /* of the rate, since 1970-01-01 */
    int64_t vat_euro_minor;   /* the document's VAT in euro cents (BT-111; art. 230) */
    int64_t total_euro_minor; /* its total, for the books */
};

struct invoice {
    enum document_kind kind;
    enum language language;
    char number[DOCUMENT_NUMBER_BYTES];
    int64_t issue_day; /* days since 1970-01-01, Europe/Amsterdam */
    /* When the service was supplied, or the period over which: the same day twice for one day (BT-72; BG-14). */
    int64_t supply_day;
    int64_t supply_end_day;
    int64_t due_day; /* by when the rest has to be paid (BT-9); 0: nothing is due, or no term was agreed */
    /* Of a credit note: the invoice that it takes back. */
    char credited_number[DOCUMENT_NUMBER_BYTES];
    int64_t credited_day;
    const char *order_number;
    const char *reference; /* the buyer's own, or NULL */
    struct seller seller;
    struct buyer buyer;
    char currency[CURRENCY_BYTES];
    const struct order_line *lines;
    size_t lines_count;
    struct totals totals;        /* positive on a credit note too */
    const char *discount_reason; /* of the document's discount; NULL without one */
    struct exchange exchange;
    int64_t prepaid_minor; /* what was paid before issue; on a credit note: what is sent back */
};

/* What was issued: enough to say when the rest is due. */
struct issued_amounts {
    enum document_kind kind;
    int64_t issue_day;
    int64_t total_minor;
    int64_t prepaid_minor;
};

/* The day of `due_day`: the seller's term after the issue of an invoice that was not paid in full; else 0. */
int64_t invoice_due_day(const struct seller *seller, const struct issued_amounts *issued);
