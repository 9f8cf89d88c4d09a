/*
 * The seller and the buyer in UBL, and the small elements that more than one part needs. Owns nothing; any thread. It
 * decides nothing: einvoice_party.c did.
 */
#include "ubl_writer.h"

void ubl_write_id(const struct ubl *ubl, const char *element, const char *id)
{
    xml_begin(ubl->xml, element);
    xml_element(ubl->xml, "cbc:ID", id);
    xml_end(ubl->xml);
}

void ubl_write_country(const struct ubl *ubl, const char *country)
{
    xml_begin(ubl->xml, "cac:Country");
    xml_element(ubl->xml, "cbc:IdentificationCode", country);
    xml_end(ubl->xml);
}

void ubl_write_tax_scheme(const struct ubl *ubl)
{
    ubl_write_id(ubl, "cac:TaxScheme", "VAT");
}

static void write_scheme_id(const struct ubl *ubl, const char *element, const struct einvoice_id *id)
{
    if (id->scheme != NULL)
        xml_element_with(ubl->xml, element, "schemeID", id->scheme, id->id);
    else
        xml_element(ubl->xml, element, id->id);
}

static void write_address(const struct ubl *ubl, const struct postal_address *address)
{
    xml_begin(ubl->xml, "cac:PostalAddress");
    xml_element(ubl->xml, "cbc:StreetName", address->street);
    xml_element(ubl->xml, "cbc:CityName", address->city);
    xml_element(ubl->xml, "cbc:PostalZone", address->postal_code);
    ubl_write_country(ubl, address->country);
    xml_end(ubl->xml);
}

static void write_contact(const struct ubl *ubl, const char *name, const char *email)
{
    if (name == NULL && email == NULL)
        return;
    xml_begin(ubl->xml, "cac:Contact");
    xml_element(ubl->xml, "cbc:Name", name);
    xml_element(ubl->xml, "cbc:ElectronicMail", email);
    xml_end(ubl->xml);
}

/* Without the contact, which comes last; the caller has begun the element, and ends it. */
static void write_party(const struct ubl *ubl, const struct einvoice_party *party, const char *name,
                        const struct postal_address *address)
{
    write_scheme_id(ubl, "cbc:EndpointID", &party->endpoint);
    write_address(ubl, address);
    if (party->vat_number != NULL) {
        xml_begin(ubl->xml, "cac:PartyTaxScheme");
        xml_element(ubl->xml, "cbc:CompanyID", party->vat_number);
        ubl_write_tax_scheme(ubl);
        xml_end(ubl->xml);
    }
    xml_begin(ubl->xml, "cac:PartyLegalEntity");
    xml_element(ubl->xml, "cbc:RegistrationName", name);
    write_scheme_id(ubl, "cbc:CompanyID", &party->legal);
    xml_end(ubl->xml);
}

/* The buyer's e-mail address stays out, as on the PDF: nobody needs it there. */
void ubl_write_parties(const struct ubl *ubl)
{
    const struct invoice *invoice = ubl->invoice;
    xml_begin(ubl->xml, "cac:AccountingSupplierParty");
    xml_begin(ubl->xml, "cac:Party");
    write_party(ubl, &ubl->facts->seller, invoice->seller.name, &invoice->seller.address);
    write_contact(ubl, NULL, invoice->seller.email);
    xml_end(ubl->xml);
    xml_end(ubl->xml);
    xml_begin(ubl->xml, "cac:AccountingCustomerParty");
    xml_begin(ubl->xml, "cac:Party");
    write_party(ubl, &ubl->facts->buyer, ubl->facts->buyer_name, &invoice->buyer.address);
    write_contact(ubl, ubl->facts->buyer_contact, NULL);
    xml_end(ubl->xml);
    xml_end(ubl->xml);
}
