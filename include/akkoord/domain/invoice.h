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

struct seller {
    const char *name;
    struct postal_address address;
    const char *kvk_number;
    const char *vat_number;
    const char *iban;
    const char *email;
};

/* Absent texts are NULL. */
struct buyer {
    const char *name;
    const char *company;
    struct postal_address address;
    const char *vat_number;
    const char *kvk_number;
    const char *email;
};

struct order_line {
    const char *sku;
    const char *name;         /* in the invoice's language */
    int64_t quantity;         /* 1 or more */
    int64_t unit_price_minor; /* in the basis of price_includes_vat */
    int64_t net_minor;
    int64_t vat_rate_basis_points; /* 2100 = 21.00% */
    char vat_category[4];          /* UNCL5305: "S" standard, "Z" zero, ... */
    bool price_includes_vat;
};

struct vat_subtotal {
    char vat_category[4];
    int64_t vat_rate_basis_points;
    int64_t net_minor; /* taxable amount */
    int64_t vat_minor;
};

#define VAT_SUBTOTALS_MAX 8

struct totals {
    int64_t net_minor;
    int64_t vat_minor;
    int64_t total_minor;
    struct vat_subtotal subtotals[VAT_SUBTOTALS_MAX];
    size_t subtotals_count;
};

struct invoice {
    enum document_kind kind;
    enum language language;
    char number[DOCUMENT_NUMBER_BYTES];
    int64_t issue_day;  /* days since 1970-01-01, Europe/Amsterdam */
    int64_t supply_day; /* when the service was taken on */
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
    struct totals totals;  /* positive on a credit note too */
    int64_t prepaid_minor; /* what was paid before issue; on a credit note: what is sent back */
};
