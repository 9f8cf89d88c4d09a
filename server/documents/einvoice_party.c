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

/* VAT numbers as addresses in Peppol: the code list "Electronic Address Scheme" (EAS). Denmark has none; its register's
 * number is the VAT number. */
static const struct {
    char prefix[3];
    char scheme[5];
} vat_schemes[] = {
    {"AT", "9914"}, {"BE", "9925"}, {"BG", "9926"}, {"CH", "9927"}, {"CY", "9928"}, {"CZ", "9929"},
    {"DE", "9930"}, {"DK", "0184"}, {"EE", "9931"}, {"EL", "9933"}, {"ES", "9920"}, {"FI", "0213"},
    {"FR", "9957"}, {"GB", "9932"}, {"HR", "9934"}, {"HU", "9910"}, {"IE", "9935"}, {"IT", "0211"},
    {"LT", "9937"}, {"LU", "9938"}, {"LV", "9939"}, {"MT", "9943"}, {"NL", "9944"}, {"PL", "9945"},
    {"PT", "9946"}, {"RO", "9947"}, {"SE", "9955"}, {"SI", "9949"}, {"SK", "9950"},
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

static struct einvoice_id endpoint_of(const struct einvoice_party *party, const struct postal_address *address)
{
    if (is_dutch(address) && party->legal.scheme != NULL)
        return party->legal;
    for (size_t i = 0; party->vat_number != NULL && i < sizeof(vat_schemes) / sizeof(vat_schemes[0]); i++) {
        if (strncmp(party->vat_number, vat_schemes[i].prefix, 2) == 0)
            return (struct einvoice_id){vat_schemes[i].scheme, party->vat_number};
    }
    return (struct einvoice_id){NULL, NULL};
}

/* BR-NL-3, BR-NL-4 and NL-R-002, NL-R-004: a Dutch address is whole. BR-NL-1, BR-NL-10: so is a Dutch number. */
static bool meets_dutch_rules(const struct einvoice_party *party, const struct postal_address *address)
{
    return !is_dutch(address) || (address->street != NULL && address->city != NULL && address->postal_code != NULL &&
                                  party->legal.scheme != NULL);
}

/* PEPPOL-EN16931-R003: one of the two is there. BR-NL-11, NL-R-007: what has to be paid comes with an account. */
static bool has_what_networks_ask(const struct einvoice *einvoice)
{
    const struct invoice *invoice = einvoice->invoice;
    bool payable = einvoice->remaining_minor <= 0 || einvoice->iban != NULL;
    return einvoice->seller.endpoint.id != NULL && einvoice->buyer.endpoint.id != NULL && payable &&
           (invoice->reference != NULL || invoice->order_number != NULL) &&
           meets_dutch_rules(&einvoice->seller, &invoice->seller.address) &&
           meets_dutch_rules(&einvoice->buyer, &invoice->buyer.address);
}

void einvoice_fill_parties(struct einvoice *einvoice)
{
    struct arena *arena = einvoice->arena;
    const struct seller *seller = &einvoice->invoice->seller;
    const struct buyer *buyer = &einvoice->invoice->buyer;
    bool business = buyer->company != NULL;
    einvoice->seller.vat_number = vat_number_of(arena, seller->vat_number);
    einvoice->seller.legal = legal_id(arena, seller->kvk_number, NULL);
    einvoice->seller.endpoint = endpoint_of(&einvoice->seller, &seller->address);
    einvoice->buyer.vat_number = vat_number_of(arena, buyer->vat_number);
    einvoice->buyer.legal = legal_id(arena, buyer->kvk_number, buyer->oin);
    if (business)
        einvoice->buyer.endpoint = endpoint_of(&einvoice->buyer, &buyer->address);
    einvoice->profile = EINVOICE_PLAIN;
    if (business && has_what_networks_ask(einvoice))
        einvoice->profile = is_dutch(&buyer->address) ? EINVOICE_NLCIUS : EINVOICE_PEPPOL;
}
