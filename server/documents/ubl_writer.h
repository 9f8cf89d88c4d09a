#pragma once
/* What the parts of the UBL writer share. */
#include "akkoord/documents/ubl.h"
#include "akkoord/documents/xml.h"
#include "einvoice.h"

struct ubl_form;

struct ubl {
    struct xml *xml;
    const struct einvoice *facts;
    const struct invoice *invoice; /* that of the facts */
    const struct ubl_form *form;
};

/* AccountingSupplierParty and AccountingCustomerParty. (ubl_party.c) */
void ubl_write_parties(const struct ubl *ubl);

/* An element that holds only a cbc:ID. */
void ubl_write_id(const struct ubl *ubl, const char *element, const char *id);
/* cac:Country */
void ubl_write_country(const struct ubl *ubl, const char *country);
/* cac:TaxScheme: VAT */
void ubl_write_tax_scheme(const struct ubl *ubl);
