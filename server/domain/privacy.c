/* What people are told, in constant words: see privacy.h. Pure; any thread. What is kept how long is retention.c. */
#include "akkoord/domain/privacy.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct privacy_right rights[] = {
    {"access",
     "15",
     {"Inzien", "See"},
     {"U mag weten welke gegevens we over u hebben, waarom, hoe lang en wie ze krijgt, en er een kopie van krijgen.",
      "You may know which data we have about you, why, for how long and who gets them, and have a copy."},
     {"In uw account, of per e-mail.", "In your account, or by e-mail."},
     "GET /v1/me/export"},
    {"rectification",
     "16",
     {"Verbeteren en aanvullen", "Correct and complete"},
     {"Klopt er iets niet, of ontbreekt er iets, dan mag u dat laten verbeteren.",
      "Where something is wrong or missing, you may have it corrected."},
     {"In uw account, of per e-mail. Een uitgereikte factuur verandert niet meer; zo nodig komt er een creditfactuur "
      "en "
      "een "
      "nieuwe.",
      "In your account, or by e-mail. An invoice that was issued does not change any more; where needed there will be "
      "a "
      "credit note and a new one."},
     "PATCH /v1/me"},
    {"erasure",
     "17",
     {"Vergeten worden", "Be forgotten"},
     {"U mag uw gegevens laten wissen. Wat de wet ons verplicht te bewaren, zoals facturen, blijft tot het einde van "
      "die "
      "termijn; de lijst met gegevens zegt wat, en tot wanneer.",
      "You may have your data erased. What the law obliges us to keep, such as invoices, stays until that term ends; "
      "the "
      "list of data says what, and until when."},
     {"In uw account, of per e-mail.", "In your account, or by e-mail."},
     "DELETE /v1/me"},
    {"restriction",
     "18",
     {"Beperken", "Restrict"},
     {"U mag vragen dat we gegevens alleen bewaren en verder niets ermee doen, bijvoorbeeld zolang wordt uitgezocht of "
      "ze "
      "kloppen.",
      "You may ask that we only keep data and do nothing else with them, for instance while it is looked into whether "
      "they are right."},
     {"In uw account, of per e-mail.", "In your account, or by e-mail."},
     "POST /v1/me/requests"},
    {"portability",
     "20",
     {"Meenemen", "Take along"},
     {"U mag wat u ons gaf krijgen in een vorm die een computer kan lezen.",
      "You may get what you gave us in a form that a computer can read."},
     {"In uw account, of per e-mail.", "In your account, or by e-mail."},
     "GET /v1/me/export"},
    {"objection",
     "21",
     {"Bezwaar maken", "Object"},
     {"U mag bezwaar maken tegen gebruik op grond van ons gerechtvaardigd belang (artikel 6 lid 1 onder f). We "
      "stoppen, "
      "tenzij we een zwaarwegende reden hebben; die leggen we dan uit.",
      "You may object to use that rests on our legitimate interest (article 6(1)(f)). We stop unless we have a "
      "compelling reason, which we then explain."},
     {"In uw account, of per e-mail.", "In your account, or by e-mail."},
     "POST /v1/me/requests"},
    {"human_review",
     "22",
     {"Een mens laten kijken", "Have a human look"},
     {"Bij elke geautomatiseerde beslissing mag u uw standpunt geven, de beslissing betwisten en een mens laten "
      "kijken.",
      "With every automated decision you may give your view, contest the decision and have a human look."},
     {"Met de link in de e-mail over de beslissing, of in uw account bij uw bestelling. U hoort binnen een maand wat "
      "het wordt.",
      "With the link in the e-mail about the decision, or in your account at your order. You will hear the outcome "
      "within a month."},
     "POST /v1/decisions/{id}/reviews"},
};

const struct privacy_right *privacy_rights(size_t *count)
{
    *count = COUNT(rights);
    return rights;
}

const struct privacy_decision privacy_decision = {
    .summary =
        {"Of wij uw bestelling aannemen, beslist een computer zodra er is betaald, zonder dat er een mens tussen "
         "zit.",
         "Whether we accept your order is decided by a computer as soon as it has been paid, without a human in "
         "between."},
    .logic =
        {"De computer vergelijkt de betaling met de bestelling. Kloppen bedrag, munt en betaaldienst, is de betaling "
         "op tijd en echt, en was de bestelling niet geannuleerd, dan wordt zij aangenomen. Klopt er iets niet, dan "
         "houdt hij de bestelling aan voor een medewerker. Een tweede betaling van dezelfde bestelling gaat terug. Na "
         "volledige terugbetaling wordt de bestelling geannuleerd; haalt uw bank het geld terug, dan wordt zij "
         "aangehouden.",
         "The computer compares the payment with the order. Where amount, currency and payment service fit, the "
         "payment is in time and real, and the order was not cancelled, the order is accepted. Where something does "
         "not fit, the order is put on hold for a member of staff. A second payment of the same order is sent back. "
         "After a full refund the order is cancelled; where your bank takes the money back, it is put on hold."},
    .data =
        {"Alleen bedrag, munt, betaaldienst, betaaltermijn en stand van de bestelling, en wat de betaaldienst over de "
         "betaling meldt. Niet wie u bent, waar u woont of wat u eerder bestelde.",
         "Only amount, currency, payment service, time limit and state of the order, and what the payment service "
         "tells about the payment. Not who you are, where you live or what you ordered before."},
    .effect =
        {"Aangenomen: de overeenkomst wordt uitgevoerd en u krijgt een factuur. Aangehouden: er gebeurt niets totdat "
         "een medewerker heeft gekeken. Niet aangenomen of geannuleerd: u krijgt het betaalde geld terug.",
         "Accepted: the contract is carried out and you get an invoice. On hold: nothing happens until a member of "
         "staff has looked. Not accepted or cancelled: you get the money back that you paid."},
    .human =
        {"U mag altijd een mens laten kijken, uw standpunt geven en de beslissing betwisten, zonder kosten en zonder "
         "nadeel. Elke beslissing komt met een uitleg en de weg naar een mens. U hoort de uitkomst binnen een maand.",
         "You may always have a human look, give your view and contest the decision, at no cost and to no detriment. "
         "Every decision comes with an explanation and the way to a human. You will hear the outcome within a "
         "month."},
    .human_call = "POST /v1/decisions/{id}/reviews",
    .article = "22(2)(a), 22(3)",
};

static const struct privacy_field fields[] = {
    {"lines",
     true,
     {"Wat u bestelt. Anders weten we niet wat we voor u moeten doen.",
      "What you order. Otherwise we do not know what to do for you."}},
    {"payment_provider",
     true,
     {"Met welke betaaldienst u betaalt. Zonder die keuze kunt u niet betalen.",
      "Through which payment service you pay. Without that choice you can't pay."}},
    {"billing.name",
     true,
     {"Uw naam moet op de factuur staan (Wet op de omzetbelasting 1968, art. 35a). Zonder uw naam kunnen we u geen "
      "factuur geven, en dus niets leveren. Staat uw naam al in uw profiel? Dan hoeft u hem hier niet in te vullen.",
      "Your name must stand on the invoice (Dutch VAT Act 1968 (Wet op de omzetbelasting 1968), art. 35a). Without "
      "your name we can't give you an invoice, and so can't supply anything. Is your name in your profile already? "
      "Then you need not fill it in here."}},
    {"billing.address",
     true,
     {"Uw adres moet op de factuur staan (Wet op de omzetbelasting 1968, art. 35a), en het bepaalt hoeveel btw u "
      "betaalt. Zonder adres kunt u niet bestellen. Staat uw adres al in uw profiel? Dan hoeft u het hier niet in te "
      "vullen.",
      "Your address must stand on the invoice (Dutch VAT Act 1968 (Wet op de omzetbelasting 1968), art. 35a), and it "
      "determines how much VAT you pay. Without an address you can't order. Is your address in your profile already? "
      "Then you need not fill it in here."}},
    {"email",
     true,
     {"Hoort bij uw account: u logt ermee in, en we sturen u er berichten over uw bestelling. Zonder e-mailadres "
      "kunt u geen account hebben.",
      "Belongs to your account: you log in with it, and we write to you there about your order. Without an e-mail "
      "address you can't have an account."}},
    {"billing.company",
     false,
     {"Alleen als een bedrijf bestelt. Anders staat alleen uw eigen naam op de factuur.",
      "Only where a company orders. Otherwise your own name alone stands on the invoice."}},
    {"billing.vat_number",
     false,
     {"Alleen als een bedrijf bestelt. Het bepaalt mede hoeveel btw u betaalt. Vult u het niet in, dan rekenen we btw "
      "zoals bij een consument.",
      "Only where a company orders. It has a part in how much VAT you pay. If you leave it out, we charge VAT as for "
      "a consumer."}},
    {"billing.kvk_number",
     false,
     {"Alleen als u het op de factuur nodig hebt. Vult u het niet in, dan staat het er niet op.",
      "Only where you need it on the invoice. If you leave it out, it does not stand there."}},
    {"billing.oin",
     false,
     {"Alleen als een overheid bestelt en de factuur elektronisch wil ontvangen. U mag het weglaten.",
      "Only where an authority orders and wants its invoice electronically. You may leave it out."}},
    {"reference",
     false,
     {"Uw eigen kenmerk, voor uw administratie. U mag het weglaten.",
      "Your own reference, for your books. You may leave it out."}},
    {"phone",
     false,
     {"Hoort bij uw account: om u te kunnen bellen. U mag het weglaten.",
      "Belongs to your account: to be able to call you. You may leave it out."}},
};

const struct privacy_field *privacy_order_fields(size_t *count)
{
    *count = COUNT(fields);
    return fields;
}

static const retention_words measures[] = {
    {"Persoonsgegevens staan alleen versleuteld in de database (AES-256-GCM), met een eigen sleutel voor elk profiel "
     "en elke "
     "bestelling; wie de sleutel vernietigt, vernietigt de gegevens.",
     "Personal data stand in the database only encrypted (AES-256-GCM), with a key of their own for each profile and "
     "each "
     "order; destroying the key destroys the data."},
    {"De sleutels zijn zelf versleuteld met sleutels die niet in de database of haar back-ups staan.",
     "The keys are encrypted themselves, with keys that stand neither in the database nor in its backups."},
    {"Wachtwoorden alleen als Argon2id-hash; medewerkers loggen in met een tweede factor.",
     "Passwords only as an Argon2id hash; staff log in with a second factor."},
    {"Gescheiden rechten: de server kan beslissingen, facturen en verloop niet wijzigen; opruimen gebeurt met een rol "
     "die "
     "niets anders kan.",
     "Separate rights: the server can't change decisions, invoices or history; clearing is done by a role that can do "
     "nothing else."},
    {"Verkeer over TLS; logbestanden zonder persoonsgegevens; geen geheugendumps.",
     "Traffic over TLS; logs without personal data; no memory dumps."},
    {"Termijnen worden elke dag door de software nageleefd, en dat wordt vastgelegd.",
     "Terms are kept by the software every day, and that is recorded."},
};

const retention_words *privacy_security_measures(size_t *count)
{
    *count = COUNT(measures);
    return measures;
}

const char *privacy_persons_words(unsigned persons, enum language language)
{
    static const retention_words words[] = {
        [RETENTION_NOBODY] = {"niemand: geen persoonsgegevens", "nobody: no personal data"},
        [RETENTION_CUSTOMERS] = {"klanten", "customers"},
        [RETENTION_STAFF_MEMBERS] = {"medewerkers", "staff"},
        [RETENTION_CUSTOMERS | RETENTION_STAFF_MEMBERS] = {"klanten en medewerkers", "customers and staff"},
    };
    return words[persons][language];
}

const retention_words privacy_authority = {"Autoriteit Persoonsgegevens",
                                           "Autoriteit Persoonsgegevens (the Dutch Data Protection Authority)"};
const char privacy_authority_url[] = "https://autoriteitpersoonsgegevens.nl";
const retention_words privacy_transfers = {"Wij geven zelf niets door naar landen buiten de Europese Economische "
                                           "Ruimte. Een betaaldienst die u kiest kan dat doen, "
                                           "onder haar eigen verantwoordelijkheid.",
                                           "We pass nothing on ourselves to countries outside the European Economic "
                                           "Area. A payment service that you choose may do "
                                           "so, under its own responsibility."};
