/*
 * Who can be reached where: registration numbers, addresses in the Peppol network, and the profile that follows from
 * them. Pure; any thread. It won't look anything up in a network: a number of the right shape is taken as it is.
 */
#include "einvoice.h"

#include <string.h>

#define SCHEME_KVK "0106" /* ISO 6523: the Dutch trade register */
#define SCHEME_OIN "0190" /* ISO 6523: the Dutch register of authorities */
#define KVK_DIGITS 8
#define OIN_DIGITS 20

/* VAT numbers as addresses in Peppol: the code list "Electronic Address Scheme" (EAS). Denmark, Finland and Sweden have
 * none of their own there; the numbers of their registers are those of which the VAT numbers are made. */
static const struct vat_scheme {
    char prefix[3];
    char scheme[5];
    size_t digits;    /* that follow the prefix and are taken; 0: the number as it is */
    const char *head; /* stands before these */
} vat_schemes[] = {
    {.prefix = "AT", .scheme = "9914"},
    {.prefix = "BE", .scheme = "9925"},
    {.prefix = "BG", .scheme = "9926"},
    {.prefix = "CH", .scheme = "9927"},
    {.prefix = "CY", .scheme = "9928"},
    {.prefix = "CZ", .scheme = "9929"},
    {.prefix = "DE", .scheme = "9930"},
    {.prefix = "EE", .scheme = "9931"},
    {.prefix = "EL", .scheme = "9933"},
    {.prefix = "ES", .scheme = "9920"},
    {.prefix = "FR", .scheme = "9957"},
    {.prefix = "GB", .scheme = "9932"},
    {.prefix = "HR", .scheme = "9934"},
    {.prefix = "HU", .scheme = "9910"},
    {.prefix = "IE", .scheme = "9935"},
    {.prefix = "IT", .scheme = "0211"},
    {.prefix = "LI", .scheme = "9936"},
    {.prefix = "LT", .scheme = "9937"},
    {.prefix = "LU", .scheme = "9938"},
    {.prefix = "LV", .scheme = "9939"},
    {.prefix = "MT", .scheme = "9943"},
    {.prefix = "NL", .scheme = "9944"},
    {.prefix = "PL", .scheme = "9945"},
    {.prefix = "PT", .scheme = "9946"},
    {.prefix = "RO", .scheme = "9947"},
    {.prefix = "SI", .scheme = "9949"},
    {.prefix = "SK", .scheme = "9950"},
    {.prefix = "DK", .scheme = "0184", .digits = 8, .head = "DK"},   /* CVR */
    {.prefix = "FI", .scheme = "0216", .digits = 8, .head = "0037"}, /* OVT, ISO 6523 */
    {.prefix = "SE", .scheme = "0007", .digits = 10, .head = ""},    /* organisationsnummer */
};

/* As VAT numbers begin in the Union, Northern Ireland (XI), Greece (EL), and with its neighbours: BR-CO-09. */
static const char vat_countries[] = "AT BE BG CH CY CZ DE DK EE EL ES FI FR GB HR HU IE IT LI LT LU LV MT NL NO PL PT "
                                    "RO SE SI SK XI";

static bool begins_with_country(const char *text)
{
    for (const char *country = vat_countries; country < vat_countries + sizeof(vat_countries) - 2; country += 3) {
        if (strncmp(country, text, 2) == 0)
            return true;
    }
    return false;
}

/* Without gaps; NULL for what no country gives out, which would make the whole document invalid. */
static const char *vat_number_of(struct arena *arena, const char *text)
{
    const char *number = einvoice_without_gaps(arena, text);
    if (number == NULL || strlen(number) < 4 || strlen(number) > 20 || !begins_with_country(number))
        return NULL;
    for (const char *at = number; *at != '\0'; at++) {
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+*", *at) == NULL)
            return NULL;
    }
    return number;
}

static bool is_digits(const char *text, size_t count)
{
    return text != NULL && strlen(text) == count && strspn(text, "0123456789") == count;
}

/* A number of another shape is written all the same, as somebody else's. */
static struct einvoice_id legal_id(struct arena *arena, const char *kvk_number, const char *oin)
{
    const char *authority = einvoice_without_gaps(arena, oin);
    if (is_digits(authority, OIN_DIGITS))
        return (struct einvoice_id){SCHEME_OIN, authority};
    const char *number = einvoice_without_gaps(arena, kvk_number);
    return (struct einvoice_id){is_digits(number, KVK_DIGITS) ? SCHEME_KVK : NULL, number};
}

static bool is_dutch(const struct postal_address *address)
{
    return address->country != NULL && strcmp(address->country, "NL") == 0;
}

/* ISO/IEC 7812-1, annex B: what Swedish numbers end with (PEPPOL-COMMON-R049). */
static bool has_luhn_digit(const char *digits, size_t count)
{
    int sum = 0;
    for (size_t i = 0; i < count; i++) {
        int digit = digits[count - 1 - i] - '0';
        int weighted = i % 2 == 1 ? 2 * digit : digit;
        sum += weighted > 9 ? weighted - 9 : weighted;
    }
    return sum % 10 == 0;
}

/* NULL for a number that is not what the scheme asks. */
static const char *address_of(struct arena *arena, const struct vat_scheme *scheme, const char *vat_number)
{
    if (scheme->digits == 0)
        return vat_number;
    const char *digits = vat_number + 2;
    bool swedish = strcmp(scheme->prefix, "SE") == 0;
    if (strspn(digits, "0123456789") != scheme->digits + (swedish ? 2 : 0) ||
        (swedish && !has_luhn_digit(digits, scheme->digits)))
        return NULL;
    return arena_format(arena, "%s%.*s", scheme->head, (int)scheme->digits, digits);
}

static struct einvoice_id endpoint_of(struct arena *arena, const struct einvoice_party *party,
                                      const struct postal_address *address)
{
    if (is_dutch(address) && party->legal.scheme != NULL)
        return party->legal;
    for (size_t i = 0; party->vat_number != NULL && i < sizeof(vat_schemes) / sizeof(vat_schemes[0]); i++) {
        if (strncmp(party->vat_number, vat_schemes[i].prefix, 2) == 0)
            return (struct einvoice_id){vat_schemes[i].scheme, address_of(arena, &vat_schemes[i], party->vat_number)};
    }
    return (struct einvoice_id){NULL, NULL};
}

/* BR-NL-3, BR-NL-4 and NL-R-002, NL-R-004: a Dutch address is whole. BR-NL-1, BR-NL-10: so is a Dutch number. */
static bool meets_dutch_rules(const struct einvoice_party *party, const struct postal_address *address)
{
    return !is_dutch(address) || (address->street != NULL && address->city != NULL && address->postal_code != NULL &&
                                  party->legal.scheme != NULL);
}

/* PEPPOL-EN16931-R003, R010, R020: addresses, and one of the two references. */
static bool has_what_networks_ask(const struct einvoice *einvoice)
{
    const struct invoice *invoice = einvoice->invoice;
    return einvoice->seller.endpoint.id != NULL && einvoice->buyer.endpoint.id != NULL &&
           (invoice->reference != NULL || invoice->order_number != NULL) &&
           meets_dutch_rules(&einvoice->seller, &invoice->seller.address) &&
           meets_dutch_rules(&einvoice->buyer, &invoice->buyer.address);
}

/* NL-R-007: what the buyer has to pay comes with an account. */
static bool fits_peppol(const struct einvoice *einvoice)
{
    if (einvoice->invoice->kind == DOCUMENT_CREDIT_NOTE)
        return einvoice->remaining_minor >= 0;
    return einvoice->remaining_minor <= 0 || einvoice->iban != NULL;
}

/* It warns about a second currency (BR-NL-19, BR-NL-33), without which the law is not met, and wants an account on a
 * credit note that is not sent back either (BR-NL-11). Peppol BIS is as good in the Netherlands. */
static bool fits_nlcius(const struct einvoice *einvoice)
{
    return !einvoice->has_tax_currency && (einvoice->remaining_minor <= 0 || einvoice->iban != NULL);
}

static enum einvoice_profile profile_of(const struct einvoice *einvoice)
{
    const struct buyer *buyer = &einvoice->invoice->buyer;
    if (buyer->company == NULL || !has_what_networks_ask(einvoice))
        return EINVOICE_PLAIN;
    if (is_dutch(&einvoice->invoice->seller.address) && is_dutch(&buyer->address) && fits_nlcius(einvoice))
        return EINVOICE_NLCIUS;
    return fits_peppol(einvoice) ? EINVOICE_PEPPOL : EINVOICE_PLAIN;
}

void einvoice_fill_parties(struct einvoice *einvoice)
{
    struct arena *arena = einvoice->arena;
    const struct seller *seller = &einvoice->invoice->seller;
    const struct buyer *buyer = &einvoice->invoice->buyer;
    einvoice->seller.vat_number = vat_number_of(arena, seller->vat_number);
    einvoice->seller.legal = legal_id(arena, seller->kvk_number, NULL);
    einvoice->seller.endpoint = endpoint_of(arena, &einvoice->seller, &seller->address);
    einvoice->buyer.vat_number = vat_number_of(arena, buyer->vat_number);
    einvoice->buyer.legal = legal_id(arena, buyer->kvk_number, buyer->oin);
    if (buyer->company != NULL)
        einvoice->buyer.endpoint = endpoint_of(arena, &einvoice->buyer, &buyer->address);
    einvoice->profile = profile_of(einvoice);
}
