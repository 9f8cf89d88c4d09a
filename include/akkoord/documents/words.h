#pragma once
/*
 * The fixed words on a document, in the languages that we write.
 */
#include "akkoord/domain/invoice.h"

/* Those that differ between an invoice and a credit note. */
struct kind_words {
    const char *title;
    const char *number;
    const char *issue_date;
    const char *total;
    const char *billed_to;
};

struct words {
    struct kind_words kinds[2]; /* by enum document_kind */
    const char *supply_date;
    const char *supply_period;
    const char *until; /* between the first and the last day of a period */
    const char *due_date;
    const char *order_number;
    const char *reference;
    const char *credited; /* the invoice that a credit note takes back */
    const char *credited_of;
    const char *kvk_number;
    const char *vat_number;
    const char *oin;
    const char *iban;

    const char *description;
    const char *quantity;
    const char *unit_price;
    const char *price_includes_vat;
    const char *vat;
    const char *amount;
    const char *carried_forward;
    const char *brought_forward;
    const char *page;

    const char *line_discount[2]; /* around its amount: "Less a discount of €25.00" */
    const char *lines_net;
    const char *discount;
    const char *net;
    const char *vat_on; /* "VAT 21% on €100.00" */
    const char *vat_in_euros;
    const char *reverse_charge;
    const char *exempt;
    const char *paid;
    const char *due;
    const char *received_in_excess;
    const char *refunded;

    const char *settled;
    const char *settled_note;
    const char *to_pay;
    const char *to_pay_by; /* before the day */
    /* Around the amount, the IBAN, the seller's name and the document's number. */
    const char *please_pay[5];
    const char *scan_to_pay;
    const char *code_shows; /* what the QR code is, for whom it is read out */
    const char *logo_shows; /* before the seller's name */
    const char *excess_note;
    const char *refund_note;
    const char *no_refund_note;
    const char *exchange_rate; /* before "€1 = USD 1.0842" */
    const char *exchange_of;   /* before the day of the rate */
};

const struct words *words_of(enum language language);
