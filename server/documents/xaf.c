/*
 * Writes an audit file, element by element in the order of its schema. Owns the XML writer and an arena for the texts
 * under way, which is emptied with every transaction. Any thread, one at a time.
 * It won't compute an amount: what is booked is xaf_chart.c's.
 */
#include "akkoord/documents/xaf.h"

#include <inttypes.h>
#include <string.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/memory.h"
#include "akkoord/base/money.h"
#include "akkoord/documents/text.h"
#include "akkoord/documents/xml.h"
#include "akkoord/domain/calendar.h"

#define XAF_NAMESPACE           "http://www.auditfiles.nl/XAF/3.2"
#define BOOK_CURRENCY           "EUR"
#define SOFTWARE                "Akkoord"
#define JOURNAL_ID              "VRK"
#define MONTHS_OF_YEAR          12
#define BASIS_POINTS_OF_PERCENT 100
#define BOOK_DECIMALS_MAX       2

/* How long the schema lets a text be, in characters. */
enum {
    CHARACTERS_10 = 10,
    CHARACTERS_20 = 20,
    CHARACTERS_30 = 30,
    CHARACTERS_35 = 35,
    CHARACTERS_50 = 50,
    CHARACTERS_999 = 999
};

struct xaf {
    struct xml *xml;
    struct arena *arena;
    struct xaf_head head;
    bool has_customers;
};

/* ---- values ---- */

/* The first so many characters of a cleaned text; NULL when nothing is left. */
static const char *cut(struct xaf *xaf, const char *text, size_t characters_max)
{
    const char *clean = document_clean_text(xaf->arena, text);
    if (clean == NULL)
        return NULL;
    size_t characters = 0;
    for (const char *at = clean; *at != '\0'; at++) {
        bool is_first_byte = ((unsigned char)*at & 0xC0) != 0x80;
        if (is_first_byte && characters++ == characters_max)
            return arena_copy_bytes(xaf->arena, clean, (size_t)(at - clean));
    }
    return clean;
}

static void write_text(struct xaf *xaf, const char *name, const char *text, size_t characters_max)
{
    xml_element(xaf->xml, name, cut(xaf, text, characters_max));
}

static void write_date(struct xaf *xaf, const char *name, int64_t day)
{
    char text[CALENDAR_DATE_BYTES];
    calendar_format_date(day, text);
    xml_element(xaf->xml, name, text);
}

static void write_count(struct xaf *xaf, const char *name, int64_t count)
{
    char text[CALENDAR_DATE_BYTES];
    (void)snprintf(text, sizeof(text), "%" PRId64, count);
    xml_element(xaf->xml, name, text);
}

static void write_decimal(struct xaf *xaf, const char *name, int64_t amount_minor, const char *currency)
{
    struct money money = {.amount_minor = amount_minor < 0 ? -amount_minor : amount_minor};
    char text[MONEY_TEXT_BYTES];
    memcpy(money.currency, currency, sizeof(money.currency));
    money_format_decimal(&money, text);
    xml_element(xaf->xml, name, text);
}

static void write_amount(struct xaf *xaf, const char *name, int64_t amount_minor)
{
    write_decimal(xaf, name, amount_minor, BOOK_CURRENCY);
}

/* ISO 3166-1 that the schema has not heard of. */
static bool is_known_country(const char *country)
{
    static const char *const unknown[] = {"BL", "BQ", "CW", "GG", "ME", "MF", "SS", "SX", "TF", "TL", "TM", "XK"};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        if (strcmp(country, unknown[i]) == 0)
            return false;
    }
    return strlen(country) == 2;
}

static void write_country(struct xaf *xaf, const char *name, const char *country)
{
    if (country != NULL && is_known_country(country))
        xml_element(xaf->xml, name, country);
}

/* Of the currencies for which the European Central Bank gives a rate. */
static const char *known_currency(const char *currency)
{
    bool is_younger = strcmp(currency, "RON") == 0 || strcmp(currency, "TRY") == 0;
    return is_younger ? "ZZZ" : currency;
}

/* ---- header and company ---- */

static void write_header(struct xaf *xaf)
{
    const struct xaf_head *head = &xaf->head;
    int first = calendar_year(head->from_day);
    int last = calendar_year(head->to_day);
    xml_begin(xaf->xml, "header");
    xml_element(xaf->xml, "fiscalYear",
                first == last ? arena_format(xaf->arena, "%04d", first)
                              : arena_format(xaf->arena, "%04d-%04d", first, last));
    write_date(xaf, "startDate", head->from_day);
    write_date(xaf, "endDate", head->to_day);
    xml_element(xaf->xml, "curCode", BOOK_CURRENCY);
    write_date(xaf, "dateCreated", head->created_day);
    xml_element(xaf->xml, "softwareDesc", SOFTWARE);
    write_text(xaf, "softwareVersion", head->software_version, CHARACTERS_20);
    xml_end(xaf->xml);
}

static void write_address(struct xaf *xaf, const struct postal_address *address)
{
    if (address->street == NULL && address->city == NULL)
        return;
    xml_begin(xaf->xml, "streetAddress");
    write_text(xaf, "streetname", address->street, CHARACTERS_999);
    write_text(xaf, "city", address->city, CHARACTERS_50);
    write_text(xaf, "postalCode", address->postal_code, CHARACTERS_10);
    write_country(xaf, "country", address->country);
    xml_end(xaf->xml);
}

static void write_company(struct xaf *xaf)
{
    const struct seller *seller = xaf->head.seller;
    write_text(xaf, "companyIdent", seller->kvk_number, CHARACTERS_35);
    write_text(xaf, "companyName", seller->name, CHARACTERS_999);
    write_country(xaf, "taxRegistrationCountry", seller->address.country);
    write_text(xaf, "taxRegIdent", seller->vat_number, CHARACTERS_30);
    write_address(xaf, &seller->address);
}

static int64_t period_of(const struct xaf *xaf, int64_t day)
{
    int year;
    int month;
    int day_of_month;
    clock_date_from_days(day, &year, &month, &day_of_month);
    return (int64_t)(year - calendar_year(xaf->head.from_day)) * MONTHS_OF_YEAR + month;
}

enum status xaf_new(struct xaf **xaf, document_sink *sink, void *context, const struct xaf_head *head,
                    struct error *error)
{
    struct xaf *fresh = memory_alloc_zero(1, sizeof(*fresh));
    fresh->head = *head;
    fresh->arena = arena_new();
    enum status status = STATUS_OK;
    if (period_of(fresh, head->to_day) > XAF_PERIODS_MAX)
        status = error_set(error, STATUS_TOO_LARGE, "too_many_periods", "an audit file has no more than %d months",
                           XAF_PERIODS_MAX);
    if (status == STATUS_OK)
        status = xml_new_streaming(&fresh->xml, sink, context, error);
    if (status != STATUS_OK) {
        xaf_free(fresh);
        return status;
    }
    xml_begin(fresh->xml, "auditfile");
    xml_attribute(fresh->xml, "xmlns", XAF_NAMESPACE);
    write_header(fresh);
    xml_begin(fresh->xml, "company");
    write_company(fresh);
    *xaf = fresh;
    return STATUS_OK;
}

void xaf_free(struct xaf *xaf)
{
    if (xaf == NULL)
        return;
    xml_free(xaf->xml);
    arena_free(xaf->arena);
    free(xaf);
}

/* ---- customers ---- */

/* A UUID with its hyphens is one character too long. */
static const char *customer_code(struct xaf *xaf, const struct uuid *customer_id)
{
    char text[UUID_TEXT_BYTES];
    uuid_format(customer_id, text);
    char *code = arena_copy_text(xaf->arena, text);
    size_t length = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at != '-')
            code[length++] = *at;
    }
    code[length] = '\0';
    return code;
}

/* VAT numbers name Greece and Northern Ireland otherwise than ISO 3166-1 does. */
static const char *vat_country(struct xaf *xaf, const char *vat_number)
{
    const char *country = cut(xaf, vat_number, 2);
    if (country == NULL)
        return NULL;
    if (strcmp(country, "EL") == 0)
        return "GR";
    return strcmp(country, "XI") == 0 ? "GB" : country;
}

static bool is_capital(char letter)
{
    return letter >= 'A' && letter <= 'Z';
}

void xaf_add_customer(struct xaf *xaf, const struct uuid *customer_id, const struct buyer *buyer)
{
    if (!xaf->has_customers)
        xml_begin(xaf->xml, "customersSuppliers");
    xaf->has_customers = true;
    bool is_business = buyer->company != NULL;
    xml_begin(xaf->xml, "customerSupplier");
    xml_element(xaf->xml, "custSupID", customer_code(xaf, customer_id));
    write_text(xaf, "custSupName", is_business ? buyer->company : buyer->name, CHARACTERS_50);
    write_text(xaf, "contact", is_business ? buyer->name : NULL, CHARACTERS_50);
    write_text(xaf, "commerceNr", buyer->kvk_number, CHARACTERS_999);
    const char *country = vat_country(xaf, buyer->vat_number);
    if (country != NULL && is_capital(country[0]) && is_capital(country[1]))
        write_country(xaf, "taxRegistrationCountry", country);
    write_text(xaf, "taxRegIdent", buyer->vat_number, CHARACTERS_30);
    xml_element(xaf->xml, "custSupTp", "C");
    write_address(xaf, &buyer->address);
    xml_end(xaf->xml);
    arena_reset(xaf->arena);
}

/* ---- ledger, codes, periods ---- */

static void write_ledger(struct xaf *xaf)
{
    xml_begin(xaf->xml, "generalLedger");
    for (size_t i = 0; i < xaf_accounts_count; i++) {
        const char type[] = {xaf_accounts[i].type, '\0'};
        xml_begin(xaf->xml, "ledgerAccount");
        xml_element(xaf->xml, "accID", xaf_accounts[i].id);
        xml_element(xaf->xml, "accDesc", xaf_accounts[i].name);
        xml_element(xaf->xml, "accTp", type);
        xml_end(xaf->xml);
    }
    xml_end(xaf->xml);
}

static void write_percentage(struct xaf *xaf, const char *name, int64_t basis_points)
{
    xml_element(xaf->xml, name,
                arena_format(xaf->arena, "%" PRId64 ".%02" PRId64, basis_points / BASIS_POINTS_OF_PERCENT,
                             basis_points % BASIS_POINTS_OF_PERCENT));
}

static void write_vat_codes(struct xaf *xaf, const struct xaf_contents *contents)
{
    xml_begin(xaf->xml, "vatCodes");
    for (size_t i = 0; i < contents->vat_codes_count; i++) {
        const struct booking_line *line = &contents->vat_codes[i];
        char code[XAF_VAT_CODE_BYTES];
        xaf_vat_code(line, code);
        xml_begin(xaf->xml, "vatCode");
        xml_element(xaf->xml, "vatID", code);
        xml_element(xaf->xml, "vatDesc",
                    arena_format(xaf->arena, "Btw %s %" PRId64 ".%02" PRId64 "%% (%s), rubriek %s", line->country,
                                 line->vat_rate_basis_points / BASIS_POINTS_OF_PERCENT,
                                 line->vat_rate_basis_points % BASIS_POINTS_OF_PERCENT, line->vat_category,
                                 vat_box_name(line->box)));
        xml_element(xaf->xml, "vatToPayAccID", xaf_vat_account(line));
        xml_end(xaf->xml);
    }
    xml_end(xaf->xml);
}

static int64_t later(int64_t left, int64_t right)
{
    return left > right ? left : right;
}

/* The months, the first and last as far as the file goes. */
static void write_periods(struct xaf *xaf)
{
    const struct xaf_head *head = &xaf->head;
    int year;
    int month;
    int day_of_month;
    clock_date_from_days(head->from_day, &year, &month, &day_of_month);
    int64_t first_of_month = clock_days_from_date(year, month, 1);
    xml_begin(xaf->xml, "periods");
    while (first_of_month <= head->to_day) {
        int64_t first_of_next = calendar_add_months(first_of_month, 1);
        xml_begin(xaf->xml, "period");
        write_count(xaf, "periodNumber", period_of(xaf, first_of_month));
        write_date(xaf, "startDatePeriod", later(first_of_month, head->from_day));
        write_date(xaf, "endDatePeriod", first_of_next - 1 < head->to_day ? first_of_next - 1 : head->to_day);
        xml_end(xaf->xml);
        first_of_month = first_of_next;
    }
    xml_end(xaf->xml);
}

static void write_opening_balance(struct xaf *xaf)
{
    xml_begin(xaf->xml, "openingBalance");
    write_date(xaf, "opBalDate", xaf->head.from_day);
    write_count(xaf, "linesCount", 0);
    write_amount(xaf, "totalDebit", 0);
    write_amount(xaf, "totalCredit", 0);
    xml_end(xaf->xml);
}

void xaf_begin_transactions(struct xaf *xaf, const struct xaf_contents *contents)
{
    if (xaf->has_customers)
        xml_end(xaf->xml);
    write_ledger(xaf);
    write_vat_codes(xaf, contents);
    write_periods(xaf);
    write_opening_balance(xaf);
    xml_begin(xaf->xml, "transactions");
    write_count(xaf, "linesCount", contents->lines);
    write_amount(xaf, "totalDebit", contents->debit_minor);
    write_amount(xaf, "totalCredit", contents->credit_minor);
    xml_begin(xaf->xml, "journal");
    xml_element(xaf->xml, "jrnID", JOURNAL_ID);
    xml_element(xaf->xml, "desc", "Verkoopboek");
    xml_element(xaf->xml, "jrnTp", "S");
    xml_element(xaf->xml, "offsetAccID", XAF_ACCOUNT_DEBTORS);
    arena_reset(xaf->arena);
}

/* ---- transactions ---- */

static const char *side_of(int64_t debit_minor, enum document_kind kind, bool is_debtor)
{
    if (debit_minor != 0)
        return debit_minor > 0 ? "D" : "C";
    return (kind == DOCUMENT_INVOICE) == is_debtor ? "D" : "C";
}

static void write_vat(struct xaf *xaf, const struct booking_line *line, const char *side)
{
    char code[XAF_VAT_CODE_BYTES];
    xaf_vat_code(line, code);
    xml_begin(xaf->xml, "vat");
    xml_element(xaf->xml, "vatID", code);
    write_percentage(xaf, "vatPerc", line->vat_rate_basis_points);
    write_amount(xaf, "vatAmnt", line->vat_euro_minor);
    xml_element(xaf->xml, "vatAmntTp", side);
    xml_end(xaf->xml);
}

static void write_foreign(struct xaf *xaf, const struct invoice *invoice, const struct xaf_entry *entry)
{
    /* An amount has two decimals at most there. */
    if (currency_decimals(invoice->currency) > BOOK_DECIMALS_MAX)
        return;
    xml_begin(xaf->xml, "currency");
    xml_element(xaf->xml, "curCode", known_currency(invoice->currency));
    write_decimal(xaf, "curAmnt", entry->foreign_minor, invoice->currency);
    xml_end(xaf->xml);
}

static const char *describe(struct xaf *xaf, const struct invoice *invoice)
{
    if (invoice->kind == DOCUMENT_INVOICE)
        return arena_format(xaf->arena, "Factuur %s", invoice->number);
    return arena_format(xaf->arena, "Creditnota %s bij factuur %s", invoice->number, invoice->credited_number);
}

static void write_entry(struct xaf *xaf, const struct uuid *customer_id, const struct invoice *invoice,
                        const struct booking *booking, const struct xaf_entry *entry, int64_t number)
{
    const char *side = side_of(entry->debit_minor, invoice->kind, entry->is_debtor);
    xml_begin(xaf->xml, "trLine");
    write_count(xaf, "nr", number);
    xml_element(xaf->xml, "accID", entry->account);
    write_text(xaf, "docRef", invoice->number, CHARACTERS_999);
    write_date(xaf, "effDate", invoice->issue_day);
    xml_element(xaf->xml, "desc", describe(xaf, invoice));
    write_amount(xaf, "amnt", entry->debit_minor);
    xml_element(xaf->xml, "amntTp", side);
    if (entry->is_debtor) {
        bool is_invoice = invoice->kind == DOCUMENT_INVOICE;
        /* What belongs together in the debtors' account: an invoice and what takes it back. */
        write_text(xaf, "matchKeyID", is_invoice ? invoice->number : invoice->credited_number, CHARACTERS_35);
        xml_element(xaf->xml, "custSupID", customer_code(xaf, customer_id));
    }
    write_text(xaf, "invRef", invoice->number, CHARACTERS_999);
    write_text(xaf, "orderRef", invoice->order_number, CHARACTERS_999);
    if (entry->taxed != NULL)
        write_vat(xaf, entry->taxed, side);
    if (booking->is_foreign)
        write_foreign(xaf, invoice, entry);
    xml_end(xaf->xml);
}

void xaf_add_transaction(struct xaf *xaf, const struct uuid *customer_id, const struct invoice *invoice,
                         const struct booking *booking)
{
    struct xaf_entry entries[XAF_ENTRIES_MAX];
    size_t count = xaf_entries_of(booking, entries);
    xml_begin(xaf->xml, "transaction");
    write_text(xaf, "nr", invoice->number, CHARACTERS_35);
    xml_element(xaf->xml, "desc", describe(xaf, invoice));
    write_count(xaf, "periodNumber", period_of(xaf, invoice->issue_day));
    write_date(xaf, "trDt", invoice->issue_day);
    for (size_t i = 0; i < count; i++)
        write_entry(xaf, customer_id, invoice, booking, &entries[i], (int64_t)i + 1);
    xml_end(xaf->xml);
    arena_reset(xaf->arena);
}

enum status xaf_finish(struct xaf *xaf, struct error *error)
{
    return xml_finish_streaming(xaf->xml, error);
}
