/*
 * The retention catalogue, and nothing else: see retention.h. Its hash names it wherever something was deleted or told
 * by it, so a change of a rule, or of a word that people are told, is a change of `retention_version`.
 */
#include "akkoord/domain/retention.h"

const char retention_version[] = "3";
const char retention_hash[] = AKKOORD_RETENTION_HASH;

/* What several rules say alike. */
#define NONE                                                                                                           \
    {                                                                                                                  \
        "", ""                                                                                                         \
    }
/* Ten years under the Union scheme of the one-stop shop; what is kept is listed in Regulation (EU) 282/2011 art. 63c.
 */
#define OSS_NL "; onder het éénloketsysteem (OSS): btw-richtlijn 2006/112/EG art. 369k"
#define OSS_EN "; under the one-stop shop (OSS): VAT Directive 2006/112/EC art. 369k"
#define BOOKS                                                                                                          \
    {                                                                                                                  \
        "AWR art. 52 lid 4; BW art. 2:10 lid 3 en 3:15i" OSS_NL,                                                       \
            "General State Taxes Act (AWR) art. 52(4); Civil Code (BW) art. 2:10(3) and 3:15i" OSS_EN                  \
    }
/* Not art. 34a of the VAT act, which is about immovable property. */
#define BOOKS_AND_VAT                                                                                                  \
    {                                                                                                                  \
        "AWR art. 52 lid 4; Wet op de omzetbelasting 1968 art. 35 en 35a" OSS_NL,                                      \
            "General State Taxes Act (AWR) art. 52(4); Dutch VAT Act 1968 (Wet op de omzetbelasting 1968) art. 35 "    \
            "and 35a" OSS_EN                                                                                           \
    }
#define BOOKS_AT_ERASURE                                                                                               \
    {                                                                                                                  \
        "AVG art. 17 lid 3 onder b; AWR art. 52 lid 4" OSS_NL,                                                         \
            "GDPR art. 17(3)(b); General State Taxes Act (AWR) art. 52(4)" OSS_EN                                      \
    }
#define CLAIMS_AT_ERASURE                                                                                              \
    {                                                                                                                  \
        "AVG art. 17 lid 3 onder e (rechtsvorderingen)", "GDPR art. 17(3)(e) (legal claims)"                           \
    }
#define NO_OTHERS                                                                                                      \
    {                                                                                                                  \
        "niemand buiten ons en wie onze server beheert", "nobody but us and whoever operates our server"               \
    }
#define MAILED                                                                                                         \
    {                                                                                                                  \
        "niemand buiten ons en wie onze server en onze e-mail beheert",                                                \
            "nobody but us and whoever operates our server and our mail"                                               \
    }
#define TAX_AUTHORITY                                                                                                  \
    {                                                                                                                  \
        "de Belastingdienst, als die erom vraagt; onze boekhouder; wie onze server en onze e-mail beheert",            \
            "the tax authority (Belastingdienst) where it asks; our bookkeeper; whoever operates our server and our "  \
            "mail"                                                                                                     \
    }
#define BOOK_YEARS                                                                                                     \
    {                                                                                                                  \
        .amount = 7, .unit = RETENTION_YEARS, .start = RETENTION_FROM_BOOK_YEAR_END, .oss_amount = 10                  \
    }
#define TERM(number, in, from)                                                                                         \
    {                                                                                                                  \
        .amount = (number), .unit = (in), .start = (from)                                                              \
    }

static const struct retention_rule rules[RETENTION_CATEGORIES] = {
    /* ---- the customer's account ---- */
    [RETENTION_PROFILE] =
        {
            .name = "profile",
            .tables = "customer",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Profiel", "Profile"},
            .data = {"naam, bedrijf, telefoon, adres, btw- en KvK-nummer, e-mailadres, taal; niet het wachtwoord zelf, "
                     "alleen een controlegetal (hash) waaruit het niet is terug te lezen",
                     "name, company, phone, address, VAT and trade register number, e-mail address, language; not the "
                     "password itself, only a check value (hash) from which it can't be read back"},
            .purpose = {"een account waarmee u kunt bestellen en uw bestellingen kunt volgen",
                        "an account with which you can order and follow your orders"},
            .bases = RETENTION_CONTRACT,
            .statute = NONE,
            .recipients = MAILED,
            .term = TERM(0, RETENTION_OPEN, RETENTION_FROM_CLOSING),
            .afterwards = RETENTION_SHREDDED,
            .at_erasure = RETENTION_SHREDDED_UNTIL,
            .erasure_basis = {"AVG art. 17 lid 1", "GDPR art. 17(1)"},
        },
    [RETENTION_EMAIL_INDEX] =
        {
            .name = "email_index",
            .tables = "customer.email_index customer.email_key_id",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Zoeksleutel van het e-mailadres", "Search key of the e-mail address"},
            .data = {"een met een geheime sleutel berekende code waaraan het adres niet te zien is",
                     "a code computed with a secret key, from which the address can't be seen"},
            .purpose = {"u bij het inloggen vinden zonder het adres leesbaar op te slaan",
                        "finding you at log-in without storing the address readably"},
            .bases = RETENTION_CONTRACT,
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(0, RETENTION_OPEN, RETENTION_FROM_CLOSING),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_ERASED_NOW,
            .erasure_basis = {"AVG art. 17 lid 1", "GDPR art. 17(1)"},
        },
    /* As long as somebody may claim that a right of theirs was not respected. */
    [RETENTION_PRIVACY_REQUEST] =
        {
            .name = "privacy_request",
            .tables = "privacy_request",
            .persons = RETENTION_CUSTOMERS | RETENTION_STAFF_MEMBERS,
            .title = {"Verzoeken over uw gegevens", "Requests about your data"},
            .data = {"soort, tijden, stand en wie besliste; uw woorden en ons antwoord, versleuteld",
                     "kind, times, state and who decided; your words and our answer, encrypted"},
            .purpose = {"uw verzoek beantwoorden, en kunnen aantonen dat dat op tijd is gebeurd",
                        "answering your request, and being able to show that this was done in time"},
            .bases = RETENTION_DUTY | RETENTION_INTEREST,
            .statute = {"AVG art. 5 lid 2 en 12; BW art. 3:310 lid 1",
                        "GDPR art. 5(2) and 12; Civil Code (BW) art. 3:310(1)"},
            .recipients = MAILED,
            .term = TERM(5, RETENTION_YEARS, RETENTION_FROM_ANSWER),
            .afterwards = RETENTION_SHREDDED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = {"AVG art. 17 lid 3 onder e (rechtsvorderingen); de teksten worden nu onleesbaar gemaakt",
                              "GDPR art. 17(3)(e) (legal claims); the texts are made unreadable now"},
        },
    [RETENTION_SESSION] =
        {
            .name = "session",
            .tables = "session",
            .persons = RETENTION_CUSTOMERS | RETENTION_STAFF_MEMBERS,
            .title = {"Inlogsessies", "Log-in sessions"},
            .data = {"een controlegetal (hash) van het bewijs dat u bent ingelogd, begin en einde (klanten 30 dagen, "
                     "medewerkers 12 uur)",
                     "a check value (hash) of the proof that you are logged in, beginning and end (customers 30 days, "
                     "staff 12 hours)"},
            .purpose = {"ingelogd blijven", "staying logged in"},
            .bases = RETENTION_CONTRACT,
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(0, RETENTION_HOURS, RETENTION_FROM_LAPSE),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_ERASED_NOW,
            .erasure_basis = {"AVG art. 17 lid 1", "GDPR art. 17(1)"},
        },
    [RETENTION_ACCOUNT_CODE] =
        {
            .name = "account_code",
            .tables = "account_code",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Codes die zijn gemaild", "Codes that were mailed"},
            .data =
                {"doel, pogingen en tijden; een nieuw e-mailadres versleuteld, en van een adres waarvoor een nieuw "
                 "wachtwoord is gevraagd alleen de zoeksleutel; de code zelf niet",
                 "purpose, tries and times; a new e-mail address encrypted, and of an address that a new password was "
                 "asked for only the search key; not the code itself"},
            .purpose = {"vaststellen dat een e-mailadres van u is", "making sure that an e-mail address is yours"},
            .bases = RETENTION_CONTRACT,
            .statute = NONE,
            .recipients = MAILED,
            .term = TERM(0, RETENTION_HOURS, RETENTION_FROM_LAPSE),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_ERASED_NOW,
            .erasure_basis = {"AVG art. 17 lid 1", "GDPR art. 17(1)"},
        },

    /* ---- orders: what belongs to one ends with it ---- */
    [RETENTION_ORDER] =
        {
            .name = "order",
            .tables = "customer_order",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Bestellingen waarvoor is betaald", "Orders that were paid for"},
            .data = {"wat u bestelde, uw gegevens zoals op de factuur, uw kenmerk, bedragen en stand",
                     "what you ordered, your details as on the invoice, your reference, amounts and state"},
            .purpose = {"de overeenkomst uitvoeren en de administratie voeren die de wet vraagt",
                        "carrying out the contract and keeping the books that the law asks for"},
            .bases = RETENTION_CONTRACT | RETENTION_DUTY,
            .statute = BOOKS,
            .recipients = TAX_AUTHORITY,
            .term = BOOK_YEARS,
            .afterwards = RETENTION_SHREDDED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = BOOKS_AT_ERASURE,
        },
    [RETENTION_UNPAID_ORDER] =
        {
            .name = "unpaid_order",
            .tables = "",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Bestellingen waarvoor nooit is betaald", "Orders that were never paid for"},
            .data = {"wat u bestelde en uw gegevens, van een verlopen of geannuleerde bestelling",
                     "what you ordered and your details, of an order that expired or was cancelled"},
            .purpose = {"een late betaling nog kunnen thuisbrengen", "being able to place a payment that comes late"},
            .bases = RETENTION_CONTRACT,
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(30, RETENTION_DAYS, RETENTION_FROM_UNPAID_END),
            .afterwards = RETENTION_SHREDDED,
            .at_erasure = RETENTION_SHREDDED_UNTIL,
            .erasure_basis = {"AVG art. 17 lid 1", "GDPR art. 17(1)"},
        },
    [RETENTION_INVOICE] =
        {
            .name = "invoice",
            .tables = "document rendition",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Facturen en creditfacturen", "Invoices and credit notes"},
            .data = {"nummer, datum, bedragen, en het document zoals het is uitgereikt",
                     "number, date, amounts, and the document as it was issued"},
            .purpose = {"de factuur- en bewaarplicht van de belastingwet",
                        "the duty of tax law to issue invoices and to keep them"},
            .bases = RETENTION_DUTY,
            .statute = BOOKS_AND_VAT,
            .recipients = TAX_AUTHORITY,
            .term = BOOK_YEARS,
            .afterwards = RETENTION_SHREDDED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = BOOKS_AT_ERASURE,
        },
    [RETENTION_PAYMENT] =
        {
            .name = "payment",
            .tables = "payment refund",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Betalingen", "Payments"},
            .data = {"betaaldienst, betaalkenmerk, bedrag, stand, terugbetalingen; geen rekening- of kaartnummer",
                     "payment service, payment id, amount, state, refunds; no account or card number"},
            .purpose = {"de betaling innen, terugbetalen en in de administratie verantwoorden",
                        "taking the payment, paying back, and accounting for it in the books"},
            .bases = RETENTION_CONTRACT | RETENTION_DUTY,
            .statute = BOOKS,
            .recipients =
                {"de betaaldienst die u kiest (bedrag, bestelnummer en kenmerk); de Belastingdienst, als die erom "
                 "vraagt; onze boekhouder",
                 "the payment service that you choose (amount, order number and id); the tax authority "
                 "(Belastingdienst) where it asks; our bookkeeper"},
            .term = BOOK_YEARS,
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = BOOKS_AT_ERASURE,
        },
    [RETENTION_DECISION] =
        {
            .name = "decision",
            .tables = "decision",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Beslissingen over bestellingen", "Decisions about orders"},
            .data = {"uitkomst, redenen, de feiten waarop is beslist, de versie van de regels, wie besliste en wanneer",
                     "outcome, reasons, the facts decided on, the version of the rules, who decided and when"},
            .purpose = {"een geautomatiseerde beslissing kunnen uitleggen, nagaan en herzien",
                        "being able to explain, check and change an automated decision"},
            .bases = RETENTION_DUTY | RETENTION_INTEREST,
            .statute = {"AVG art. 5 lid 2, 15 lid 1 onder h en 22 lid 3; AWR art. 52 lid 4",
                        "GDPR art. 5(2), 15(1)(h) and 22(3); General State Taxes Act (AWR) art. 52(4)"},
            .recipients = MAILED,
            .term = BOOK_YEARS,
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = BOOKS_AT_ERASURE,
        },
    [RETENTION_REVIEW] =
        {
            .name = "review",
            .tables = "review review_statement review_opening",
            .persons = RETENTION_CUSTOMERS | RETENTION_STAFF_MEMBERS,
            .title = {"Herbeoordelingen door een mens", "Reviews by a human"},
            .data = {"wat u en onze medewerkers schreven, uitkomst, redenen, termijnen",
                     "what you and our staff wrote, outcome, reasons, dates"},
            .purpose = {"een mens naar een beslissing laten kijken, en dat kunnen verantwoorden",
                        "having a human look at a decision, and being able to account for that"},
            .bases = RETENTION_DUTY | RETENTION_INTEREST,
            .statute = {"AVG art. 22 lid 3", "GDPR art. 22(3)"},
            .recipients = MAILED,
            .term = BOOK_YEARS,
            .afterwards = RETENTION_SHREDDED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = CLAIMS_AT_ERASURE,
        },
    [RETENTION_REVIEW_LINK] =
        {
            .name = "review_link",
            .tables = "review_link",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Links om een mens te laten kijken", "Links that ask for a human to look"},
            .data = {"een controlegetal (hash) van de link in het bericht over een beslissing, begin en einde (90 "
                     "dagen)",
                     "a check value (hash) of the link in the message about a decision, beginning and end (90 days)"},
            .purpose = {"om een herbeoordeling kunnen vragen zonder in te loggen",
                        "being able to ask for a review without logging in"},
            .bases = RETENTION_DUTY,
            .statute = {"AVG art. 12 lid 2 en 22 lid 3", "GDPR art. 12(2) and 22(3)"},
            .recipients = MAILED,
            .term = TERM(0, RETENTION_HOURS, RETENTION_FROM_LAPSE),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_ERASED_NOW,
            .erasure_basis = {"AVG art. 17 lid 1", "GDPR art. 17(1)"},
        },
    [RETENTION_HISTORY] =
        {
            .name = "history",
            .tables = "history mail",
            .persons = RETENTION_CUSTOMERS | RETENTION_STAFF_MEMBERS,
            .title = {"Verloop van bestellingen", "History of orders"},
            .data = {"elke stap van een bestelling: wat, wanneer, door klant, medewerker, betaaldienst of regel",
                     "each step of an order: what, when, by customer, member of staff, payment service or rule"},
            .purpose = {"kunnen nagaan wat er met een bestelling en haar geld is gebeurd",
                        "being able to follow what happened to an order and its money"},
            .bases = RETENTION_DUTY | RETENTION_INTEREST,
            .statute = BOOKS,
            .recipients = NO_OTHERS,
            .term = BOOK_YEARS,
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = BOOKS_AT_ERASURE,
        },
    [RETENTION_VAT_CHECK] =
        {
            .name = "vat_check",
            .tables = "vat_number_check",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Controle van btw-nummers", "Checks of VAT numbers"},
            .data = {"of VIES het btw-nummer geldig noemt waarop uw btw rust, en wanneer; het nummer, het "
                     "raadplegingsnummer, en naam en adres die VIES erbij noemt, versleuteld",
                     "whether VIES calls the VAT number valid that your VAT rests on, and when; the number, the "
                     "consultation number, and the name and address that VIES gives with it, encrypted"},
            .purpose = {"kunnen aantonen dat een bestelling terecht zonder btw is berekend",
                        "being able to show that an order was rightly charged without VAT"},
            .bases = RETENTION_DUTY | RETENTION_INTEREST,
            .statute = {"Verordening (EU) 282/2011 art. 18 lid 1; AWR art. 52 lid 4",
                        "Regulation (EU) 282/2011 art. 18(1); General State Taxes Act (AWR) art. 52(4)"},
            .recipients = TAX_AUTHORITY,
            .recipients_with_vies =
                {"de Europese Commissie (VIES) en via haar de belastingdienst van het land dat het nummer gaf (voor "
                 "Noord-Ierland die van het Verenigd Koninkrijk), die het nummer en ons eigen btw-nummer krijgen; de "
                 "Belastingdienst, als die erom vraagt; onze boekhouder; wie onze server beheert",
                 "the European Commission (VIES) and through it the tax authority of the country that gave the number "
                 "out (for Northern Ireland that of the United Kingdom), which get the number and our own VAT number; "
                 "the tax authority (Belastingdienst) where it asks; our bookkeeper; whoever operates our server"},
            .term = BOOK_YEARS,
            .afterwards = RETENTION_SHREDDED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = BOOKS_AT_ERASURE,
        },

    /* ---- what payment providers tell, and the work that follows ---- */
    [RETENTION_EVENT] =
        {
            .name = "event",
            .tables = "event",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Berichten van betaaldiensten", "Messages of payment services"},
            .data = {"soort, betaalkenmerk, bedrag en tijd; het hele bericht, versleuteld, alleen als het bij geen "
                     "bestelling "
                     "past",
                     "kind, payment id, amount and time; the whole message, encrypted, only where it fits no order"},
            .purpose = {"fouten bij betalingen vinden en herstellen", "finding and mending errors with payments"},
            .bases = RETENTION_INTEREST,
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(1, RETENTION_YEARS, RETENTION_FROM_RECEIPT),
            .afterwards = RETENTION_SHREDDED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = CLAIMS_AT_ERASURE,
        },
    /* Providers repeat for days, and let one have an event sent again for a month or so. A month longer than the event:
     * whatever stands there has its key. */
    [RETENTION_EVENT_KEY] =
        {
            .name = "event_key",
            .tables = "event_key event_variant",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Kenmerken van ontvangen berichten", "Ids of messages received"},
            .data = {"het kenmerk van elk bericht van een betaaldienst, en een controlegetal (hash) van de inhoud",
                     "the id of each message of a payment service, and a check value (hash) of its content"},
            .purpose = {"een herhaald bericht herkennen, zodat niets twee keer gebeurt",
                        "recognising a message that is repeated, so that nothing happens twice"},
            .bases = RETENTION_INTEREST,
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(13, RETENTION_MONTHS, RETENTION_FROM_RECEIPT),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = CLAIMS_AT_ERASURE,
        },
    [RETENTION_EARLY_REVERSAL] =
        {
            .name = "early_reversal",
            .tables = "early_reversal",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Terugbetalingen die voor hun betaling binnenkwamen", "Refunds that came before their payment"},
            .data = {"betaalkenmerk, bedrag en tijd", "payment id, amount and time"},
            .purpose = {"een terugbetaling verrekenen zodra de betaling bekend is",
                        "applying a refund as soon as the payment is known"},
            .bases = RETENTION_INTEREST,
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(1, RETENTION_YEARS, RETENTION_FROM_RECEIPT),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = CLAIMS_AT_ERASURE,
        },
    [RETENTION_IDEMPOTENCY] =
        {
            .name = "idempotency",
            .tables = "idempotency",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Antwoorden op een bestelverzoek", "Answers to a request to order"},
            .data = {"het eerste antwoord op een bestelling, versleuteld", "the first answer to an order, encrypted"},
            .purpose = {"een bestelling die twee keer wordt verstuurd maar een keer plaatsen",
                        "placing an order once that is sent twice"},
            .bases = RETENTION_CONTRACT,
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(24, RETENTION_HOURS, RETENTION_FROM_RECEIPT),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_ERASED_NOW,
            .erasure_basis = {"AVG art. 17 lid 1", "GDPR art. 17(1)"},
        },
    [RETENTION_RESERVATION] =
        {
            .name = "reservation",
            .tables = "checkout_reservation",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Begonnen betaalverzoeken", "Requests to pay that were begun"},
            .data = {"bestelnummer, betaaldienst en bedrag", "order number, payment service and amount"},
            .purpose = {"u niet twee keer laten betalen als de betaaldienst hapert",
                        "not having you pay twice when the payment service falters"},
            .bases = RETENTION_CONTRACT,
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(24, RETENTION_HOURS, RETENTION_FROM_RECEIPT),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_ERASED_NOW,
            .erasure_basis = {"AVG art. 17 lid 1", "GDPR art. 17(1)"},
        },
    /* A job that is done is deleted at once; this is for those that were given up. */
    [RETENTION_JOB] =
        {
            .name = "job",
            .tables = "job",
            .persons = RETENTION_CUSTOMERS,
            .title = {"Werk dat niet is gelukt", "Work that did not succeed"},
            .data = {"alleen kenmerken: van een document, een betaling, een bericht",
                     "ids only: of a document, a payment, a message"},
            .purpose = {"mislukt werk alsnog kunnen doen", "being able to do failed work after all"},
            .bases = RETENTION_INTEREST,
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(1, RETENTION_YEARS, RETENTION_FROM_RECEIPT),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = CLAIMS_AT_ERASURE,
        },

    /* ---- ourselves ---- */
    [RETENTION_STAFF] =
        {
            .name = "staff",
            .tables = "staff",
            .persons = RETENTION_STAFF_MEMBERS,
            .title = {"Accounts van medewerkers", "Accounts of staff"},
            .data = {"e-mailadres, rol, geheim voor de inlogcode; het wachtwoord alleen als controlegetal (hash)",
                     "e-mail address, role, secret of the log-in code; the password only as a check value (hash)"},
            .purpose = {"medewerkers laten inloggen, en kunnen nagaan wie iets besliste",
                        "letting staff log in, and being able to tell who decided something"},
            .bases = RETENTION_INTEREST,
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(1, RETENTION_YEARS, RETENTION_FROM_LEAVING),
            .afterwards = RETENTION_ANONYMISED,
            .at_erasure = RETENTION_NOT_THEIRS,
            .erasure_basis = NONE,
        },
    [RETENTION_LEGAL_HOLD] =
        {
            .name = "legal_hold",
            .tables = "legal_hold",
            .persons = RETENTION_CUSTOMERS | RETENTION_STAFF_MEMBERS,
            .title = {"Bewaarbevelen", "Legal holds"},
            .data = {"welke bestelling of klant, de soort reden, wie het instelde en ophief, wanneer",
                     "which order or customer, the kind of reason, who set and lifted it, when"},
            .purpose = {"niets vernietigen dat nodig is in een geschil of onderzoek",
                        "destroying nothing that is needed in a dispute or an investigation"},
            .bases = RETENTION_INTEREST,
            .statute = {"AVG art. 17 lid 3 onder e en 18 lid 2", "GDPR art. 17(3)(e) and 18(2)"},
            .recipients = NO_OTHERS,
            .term = TERM(1, RETENTION_YEARS, RETENTION_FROM_LIFTING),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_RETAINED_UNTIL,
            .erasure_basis = CLAIMS_AT_ERASURE,
        },
    [RETENTION_LOG] =
        {
            .name = "log",
            .tables = "",
            .persons = RETENTION_NOBODY,
            .title = {"Logbestanden", "Logs"},
            .data = {"gebeurtenissen, tijden en kenmerken; geen namen, adressen, IP-adressen of inhoud",
                     "events, times and ids; no names, addresses, IP addresses or content"},
            .purpose = {"de server laten werken en misbruik opmerken", "keeping the server working and noticing abuse"},
            .bases = RETENTION_INTEREST,
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(1, RETENTION_YEARS, RETENTION_FROM_RECEIPT),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_NOT_THEIRS,
            .erasure_basis = NONE,
        },
    /* Keys of profiles, orders and staff end with what they seal, in its own category. */
    [RETENTION_DATA_KEY] =
        {
            .name = "data_key",
            .tables = "data_key",
            .persons = RETENTION_NOBODY,
            .title = {"Versleutelingssleutels", "Encryption keys"},
            .data = {"de sleutels van profielen, bestellingen, medewerkers en berichten, zelf ook versleuteld",
                     "the keys of profiles, orders, staff and messages, encrypted themselves"},
            .purpose = {"gegevens versleuteld opslaan, en ze kunnen vernietigen door hun sleutel te vernietigen",
                        "storing data encrypted, and being able to destroy them by destroying their key"},
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(1, RETENTION_YEARS, RETENTION_FROM_MONTH_END),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_NOT_THEIRS,
            .erasure_basis = NONE,
        },
    [RETENTION_RUN] =
        {
            .name = "retention_run",
            .tables = "retention_run",
            .persons = RETENTION_NOBODY,
            .title = {"Verslag van het opruimen", "Record of what was cleared"},
            .data = {"wanneer er is opgeruimd, hoeveel van elke soort, volgens welke versie van deze lijst",
                     "when data was cleared, how much of each kind, by which version of this list"},
            .purpose = {"kunnen aantonen dat bewaartermijnen worden nageleefd",
                        "being able to show that terms are kept"},
            .statute = {"AVG art. 5 lid 2", "GDPR art. 5(2)"},
            .recipients = NO_OTHERS,
            .term = TERM(10, RETENTION_YEARS, RETENTION_FROM_RECEIPT),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_NOT_THEIRS,
            .erasure_basis = NONE,
        },
    [RETENTION_AUDIT] =
        {
            .name = "audit",
            .tables = "audit_leaf audit_pending audit_tile audit_checkpoint audit_state",
            .persons = RETENTION_NOBODY,
            .title = {"Controlelogboek", "Audit log"},
            .data = {"van elke wijziging het kenmerk en een gezouten controlegetal; geen inhoud. Na de termijn, die "
                     "per "
                     "maand verstrijkt, blijven alleen getallen die niets over iemand zeggen",
                     "of every change its id and a salted digest; no content. After the term, which ends by the month, "
                     "only numbers stay that say nothing about anybody"},
            .purpose = {"merken dat er buiten het programma om iets is veranderd, verwijderd of toegevoegd",
                        "noticing that something was changed, removed or added behind the program's back"},
            .bases = RETENTION_INTEREST,
            .statute = {"AVG art. 5 lid 1 onder f en art. 32", "GDPR art. 5(1)(f) and 32"},
            .recipients = NO_OTHERS,
            .term = TERM(1, RETENTION_YEARS, RETENTION_FROM_RECEIPT),
            .afterwards = RETENTION_DELETED,
            .at_erasure = RETENTION_NOT_THEIRS,
            .erasure_basis = NONE,
        },
    /* The counter explains a series whose first invoices are gone: it is never touched. */
    [RETENTION_INSTALLATION] =
        {
            .name = "installation",
            .tables = "installation key_encryption_key schema_migration service discount_code document_counter "
                      "document_prefix order_information erasure_ledger",
            .persons = RETENTION_NOBODY,
            .title = {"Inrichting", "Installation"},
            .data = {"prijslijst, nummertellers, versies, de informatie die voor het bestellen is getoond, en de "
                     "kenmerken van gewiste accounts, zodat een teruggezette back-up niemand terugbrengt",
                     "price list, counters of numbers, versions, the information that is shown before ordering, and "
                     "the ids of erased accounts, so that a restored backup brings nobody back"},
            .purpose = {"de webwinkel laten werken", "keeping the shop working"},
            .statute = NONE,
            .recipients = NO_OTHERS,
            .term = TERM(0, RETENTION_OPEN, RETENTION_FROM_INSTALLATION),
            .afterwards = RETENTION_KEPT,
            .at_erasure = RETENTION_NOT_THEIRS,
            .erasure_basis = NONE,
        },
};

const struct retention_rule *retention_rule_of(enum retention_category category)
{
    return &rules[category];
}

const char *retention_recipients(enum retention_category category, bool asks_vies, enum language language)
{
    const struct retention_rule *rule = &rules[category];
    bool differs = asks_vies && rule->recipients_with_vies[language] != NULL;
    return differs ? rule->recipients_with_vies[language] : rule->recipients[language];
}
