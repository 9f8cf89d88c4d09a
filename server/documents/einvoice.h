#pragma once
/*
 * What UBL and CII both need to know of an invoice: everything that is chosen, joined or worded, so that neither
 * decides anything and the two can't differ. Term numbers (BT, BG) and rules (BR) are those of EN 16931-1:2017.
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

#define EINVOICE_UNIT_PIECE   "C62" /* UN/ECE Recommendation 20: one (BT-130) */
#define EINVOICE_TRANSFER     "58"  /* UNCL4461: SEPA credit transfer (BT-81) */
#define EINVOICE_TAX_CURRENCY "EUR" /* BT-6 */

/* Whose rules the document says that it follows (BT-24). */
enum einvoice_profile {
    EINVOICE_PLAIN,  /* EN 16931 alone: consumers, and whoever has no address in a network */
    EINVOICE_NLCIUS, /* Dutch businesses and authorities */
    EINVOICE_PEPPOL, /* businesses in other countries: Peppol BIS Billing 3.0 */
};

/* A number and who gives it out (ISO 6523, or Peppol's list of electronic address schemes). */
struct einvoice_id {
    const char *scheme; /* NULL: unknown */
    const char *id;     /* NULL: there is none */
};

struct einvoice_party {
    struct einvoice_id endpoint; /* BT-34, BT-49 */
    struct einvoice_id legal;    /* BT-30, BT-47 */
    const char *vat_number;      /* BT-31, BT-48: without gaps; NULL: none that BR-CO-09 takes */
};

/* BG-23: one for each category and rate, however many grounds stand behind it (BR-S-01, BR-E-01, ...). */
struct einvoice_vat {
    const char *category;
    int64_t rate_basis_points;
    int64_t net_minor; /* less the discount */
    int64_t vat_minor;
    int64_t discount_net_minor;
    const char *reason; /* BT-120: NULL for S and Z */
    size_t parts;       /* subtotals of the invoice that are in it, each with a rounding of its own */
};

/* BT-146 and BT-149: the net price, before the line's discount, of `base_quantity` pieces. */
struct einvoice_price {
    int64_t amount_minor;
    int64_t base_quantity;
};

struct einvoice {
    struct arena *arena;
    const struct invoice *invoice;
    enum einvoice_profile profile;
    struct einvoice_party seller;
    struct einvoice_party buyer;
    struct einvoice_vat vat[VAT_SUBTOTALS_MAX];
    size_t vat_count;
    const char *buyer_name;       /* BT-44: the company, or the person */
    const char *buyer_contact;    /* BT-56: the company's person, or NULL */
    const char *iban;             /* BT-84: where to pay, only when something is due on an invoice */
    const char *payment_terms;    /* BT-20: NULL when nothing is due */
    const char *note;             /* BT-22: whose VAT it is, and the exchange rate; or NULL */
    const char *delivery_country; /* BT-80: of goods that went to another member state (BR-IC-12); or NULL */
    int64_t delivery_day;         /* BT-72 */
    bool has_period;              /* BG-14: from supply_day to delivery_day */
    int64_t remaining_minor;      /* BT-115: negative when more was paid */
    bool has_tax_currency;        /* BT-6 and BT-111: VAT in euros beside the document's currency */
};

/*
 * Prepares, checks and fills; codes as in documents/ubl.h and documents/cii.h.
 */
enum status einvoice_prepare(const struct invoice *invoice, struct arena *arena, struct einvoice *einvoice,
                             struct error *error) AKKOORD_MUST_CHECK;

/* The part of it that refuses: every rule that the prepared facts could break. (einvoice_check.c) */
enum status einvoice_check(const struct einvoice *einvoice, struct error *error) AKKOORD_MUST_CHECK;
/* The part of it that knows numbers, addresses in networks and profiles. (einvoice_party.c) */
void einvoice_fill_parties(struct einvoice *einvoice);

struct einvoice_price einvoice_price_of(const struct order_line *line);
/* BT-97, BT-139: BR-33 and BR-42 want one. */
const char *einvoice_discount_reason(const struct einvoice *einvoice, const char *reason);

/* "1234.50", in the document's currency. */
const char *einvoice_amount_text(const struct einvoice *einvoice, int64_t amount_minor);
const char *einvoice_euro_text(const struct einvoice *einvoice, int64_t amount_minor);
/* "21.00" */
const char *einvoice_rate_text(const struct einvoice *einvoice, int64_t rate_basis_points);
const char *einvoice_integer_text(const struct einvoice *einvoice, int64_t value);
/* "2026-11-23" or "20261123" */
const char *einvoice_date_text(const struct einvoice *einvoice, bool separated, int64_t day);
/* A registration number without the gaps that people put in; NULL where nothing is left. */
const char *einvoice_without_gaps(struct arena *arena, const char *text);
