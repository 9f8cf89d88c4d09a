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
    const char *order_number;
    const char *reference;
    const char *credited; /* the invoice that a credit note takes back */
    const char *credited_of;
    const char *kvk_number;
    const char *vat_number;
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

    const char *net;
    const char *vat_on; /* "VAT 21% on €100.00" */
    const char *reverse_charge;
    const char *exempt;
    const char *paid;
    const char *due;
    const char *received_in_excess;
    const char *refunded;

    const char *settled;
    const char *settled_note;
    const char *please_pay[5]; /* around the amount, the IBAN, the seller's name and the document's number */
    const char *excess_note;
    const char *refund_note;
    const char *no_refund_note;
    const char *reverse_charge_note;
};

const struct words *words_of(enum language language);
