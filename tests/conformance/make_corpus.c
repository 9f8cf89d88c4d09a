/*
 * Writes a corpus of electronic documents for tests/conformance/run: random orders, the same at every run.
 *
 *     make_corpus FOLDER
 *
 * The first documents are chosen, an invoice, a credit note and a partial credit note of each case, so that all of them
 * stand there whatever chance brings; then come random mixes. A file's name begins with what sums.py has to know of it:
 * the basis of its prices ("net-", "gross-", or "mixed-" where every rate has net prices and some have others too),
 * after "partial-" when its amounts are those of domain/credit.h. It goes on with the case:
 *
 *     net-service-de-2026-000027.ubl.xml    the UBL
 *     net-service-de-2026-000027.cii.xml    the CII
 *     net-service-de-2026-000027.a3.pdf     of every fifth, the PDF: as soon as it says of itself that it is PDF/A
 */
#include <errno.h>
#include <inttypes.h>

#include "akkoord/base/clock.h"
#include "akkoord/documents/cii.h"
#include "akkoord/documents/pdf.h"
#include "akkoord/documents/ubl.h"
#include "akkoord/domain/credit.h"
#include "akkoord/domain/tax.h"
#include "cases.h"

#define SEED             UINT64_C(20261123)
#define CHOSEN_PER_CASE  3 /* an invoice, a credit note, a partial one */
#define RANDOM_DOCUMENTS 56
#define LINES_MAX        200
#define CASES_AT_HOME    11 /* the first of them: NLCIUS and its like */

/* ---- chance ---- */

/* SplitMix64: small, and the same everywhere. */
static uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = *state;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

/* 0 to count - 1. */
static int64_t choose(uint64_t *state, int64_t count)
{
    return (int64_t)(next_random(state) % (uint64_t)count);
}

/* ---- what an order may hold ---- */

enum payment { PAID, UNPAID, PAID_IN_PART, PAID_TOO_MUCH, PAYMENTS };

enum basis { BASIS_NET, BASIS_GROSS, BASIS_MIXED, BASES };
static const char *const basis_names[BASES] = {"net", "gross", "mixed"};

/* What a credit note takes back of its invoice. */
enum extent {
    ALL,
    UNITS,         /* of some lines */
    AMOUNTS,       /* with VAT, of some rates */
    LATER_UNITS,   /* after another note took units */
    LATER_AMOUNTS, /* the same */
    REST,          /* what other notes left, units or an amount */
    EXTENTS,
};

/* What one document is like, beside its case. */
struct plan {
    const struct corpus_case *corpus_case;
    const struct case_currency *currency;
    enum document_kind kind;
    enum language language;
    enum payment payment;
    enum extent extent; /* of a credit note */
    enum basis basis;
    bool odd_texts;
    bool line_discounts;
    bool period;
    bool account; /* the seller has one, and a term */
    int64_t discount_percent;
    size_t lines_count;
};

/* What people paste into forms. Bytes that are no UTF-8 and characters that are no XML are meant. */
static const char *const odd_texts[] = {
    "<b>Fish & chips</b> ]]> &amp; \"quoted\" 'too'",
    "line one\r\nline two\ttab \x01\x0b\x1f end",
    "broken \xff\xc0\xaf bytes \xed\xa0\x80 surrogate \xef\xbf\xbe noncharacter",
    "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80 \xce\xb4\xce\xb5\xce\xaf\xce\xb3\xce\xbc\xce\xb1",
    "\xe4\xbd\xa0\xe5\xa5\xbd \xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7 \xe2\x80\xae right to left",
    "\xec\x95\x88\xeb\x85\x95 \xe0\xb8\xaa\xe0\xb8\xa7\xe0\xb8\xb1\xe0\xb8\xaa",
    "\xe0\xa4\xa8\xe0\xa4\xae\xe0\xa4\xb8\xe0\xa5\x8d\xe0\xa4\xa4\xe0\xa5\x87",
    "emoji \xf0\x9f\x8e\x89 and z\xcc\x81\xcc\x82\xcc\x83\xcc\x84 marks",
    "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///x\">]>&e;",
};
#define ODD_TEXTS ((int64_t)(sizeof(odd_texts) / sizeof(odd_texts[0])))

static const char *text_of(struct arena *arena, const struct plan *plan, uint64_t *state, const char *plain)
{
    if (!plan->odd_texts)
        return plain;
    const char *odd = odd_texts[choose(state, ODD_TEXTS)];
    return choose(state, 8) == 0 ? arena_format(arena, "%s %01200d", odd, 7) : odd;
}

static struct plan chosen_plan(int position)
{
    static const size_t counts[] = {1, 2, 3, 10, 37, LINES_MAX};
    int number = position / CHOSEN_PER_CASE;
    int which = position % CHOSEN_PER_CASE;
    return (struct plan){
        .corpus_case = &corpus_cases[number],
        .currency = &corpus_currencies[number % 6 == 3 ? 1 + number / 6 % (corpus_currencies_count - 1) : 0],
        .kind = which > 0 ? DOCUMENT_CREDIT_NOTE : DOCUMENT_INVOICE,
        .extent = which == 2 ? (enum extent)(UNITS + number % (EXTENTS - UNITS)) : ALL,
        .language = (number + position) % 2 == 0 ? LANGUAGE_NL : LANGUAGE_EN,
        .payment = (enum payment)(number % PAYMENTS),
        .basis = number % 5 == 4                                  ? BASIS_GROSS
                 : number == 2 || (number % 5 == 2 && which == 2) ? BASIS_MIXED
                                                                  : BASIS_NET,
        .odd_texts = number % 6 == 5,
        .line_discounts = number % 3 == 1,
        .period = number % 4 == 2,
        .account = true,
        .discount_percent = number % 4 == 3 ? 1 + number : 0,
        .lines_count = counts[(2 * number + which) % 6],
    };
}

static struct plan random_plan(uint64_t *state)
{
    return (struct plan){
        .corpus_case = &corpus_cases[choose(state, choose(state, 2) == 0 ? CASES_AT_HOME : corpus_cases_count)],
        .currency = &corpus_currencies[choose(state, 3) == 0 ? choose(state, corpus_currencies_count) : 0],
        .kind = choose(state, 3) == 0 ? DOCUMENT_CREDIT_NOTE : DOCUMENT_INVOICE,
        .extent = (enum extent)choose(state, EXTENTS),
        .language = choose(state, 2) == 0 ? LANGUAGE_NL : LANGUAGE_EN,
        .payment = (enum payment)choose(state, PAYMENTS),
        .basis = (enum basis)choose(state, BASES),
        .odd_texts = choose(state, 4) == 0,
        .line_discounts = choose(state, 2) == 0,
        .period = choose(state, 4) == 0,
        .account = choose(state, 6) != 0,
        .discount_percent = choose(state, 2) == 0 ? choose(state, 101) : 0,
        .lines_count = (size_t)(choose(state, 12) == 0 ? 1 + choose(state, LINES_MAX) : 1 + choose(state, 12)),
    };
}

/* ---- documents ---- */

static int rates_of(const struct corpus_case *corpus_case)
{
    int count = 0;
    while (count < CASE_RATES_MAX && corpus_case->rates[count].category != NULL)
        count++;
    return count;
}

/* Where the bases are mixed, the first line of a rate has a net price. */
static bool price_includes_vat(const struct plan *plan, bool is_first_of_rate, uint64_t *state)
{
    return plan->basis == BASIS_GROSS || (plan->basis == BASIS_MIXED && !is_first_of_rate && choose(state, 2) == 0);
}

/* Every rate of the case has a line, where there are enough. */
static struct order_line *make_lines(struct arena *arena, const struct plan *plan, uint64_t *state)
{
    struct order_line *lines = ARENA_ARRAY(arena, struct order_line, plan->lines_count);
    int rates_count = rates_of(plan->corpus_case);
    for (size_t i = 0; i < plan->lines_count; i++) {
        const struct case_rate *rate =
            &plan->corpus_case->rates[i < (size_t)rates_count ? (int64_t)i : choose(state, rates_count)];
        bool large = choose(state, 6) == 0;
        lines[i] = (struct order_line){
            .sku = choose(state, 8) == 0 ? NULL : arena_format(arena, "service-%zu", i + 1),
            .name = text_of(arena, plan, state, "Sample service"),
            .quantity = 1 + choose(state, large ? 5000 : 12),
            .unit_price_minor = choose(state, 20) == 0 ? 0 : 1 + choose(state, large ? 5000000 : 20000),
            .vat_rate_basis_points = rate->basis_points,
            .price_includes_vat = price_includes_vat(plan, i < (size_t)rates_count, state),
        };
        snprintf(lines[i].vat_category, sizeof(lines[i].vat_category), "%s", rate->category);
        if (plan->line_discounts && choose(state, 2) == 0) {
            lines[i].discount_minor = choose(state, lines[i].unit_price_minor * lines[i].quantity + 1);
            lines[i].discount_reason = choose(state, 3) == 0 ? NULL : text_of(arena, plan, state, "Summer & sale");
        }
    }
    return lines;
}

static int64_t prepaid_minor(const struct plan *plan, int64_t total_minor, uint64_t *state)
{
    switch (plan->payment) {
    case PAID:
        return total_minor;
    case PAID_IN_PART:
        return choose(state, total_minor + 1);
    case PAID_TOO_MUCH:
        return total_minor + 1 + choose(state, 5000);
    case UNPAID:
    case PAYMENTS:
        break;
    }
    return 0;
}

/* The case's, with what somebody may have typed: texts of their own, and numbers that mean nothing here. */
static struct buyer make_buyer(struct arena *arena, const struct plan *plan, uint64_t *state)
{
    struct buyer buyer = plan->corpus_case->buyer;
    buyer.email = "customer@example.com";
    if (!plan->odd_texts)
        return buyer;
    buyer.name = text_of(arena, plan, state, buyer.name);
    if (buyer.company != NULL)
        buyer.company = text_of(arena, plan, state, buyer.company);
    if (buyer.address.street != NULL)
        buyer.address.street = text_of(arena, plan, state, buyer.address.street);
    return buyer;
}

static struct invoice make_frame(struct arena *arena, const struct plan *plan, int position, uint64_t *state)
{
    struct invoice invoice = {
        .kind = plan->kind,
        .language = plan->language,
        .issue_day = clock_days_from_date(2026, 1, 1) + choose(state, 730),
        .order_number = arena_format(arena, "A-%06d", position),
        .reference = choose(state, 2) == 0 ? NULL : text_of(arena, plan, state, "PO 4711 / website"),
        .seller = {.name = "Sample Studio",
                   .address = {"Voorbeeldstraat 1", "1234 AB", "Utrecht", "NL"},
                   .kvk_number = "12345678",
                   .vat_number = "NL001234567B01",
                   .iban = plan->account ? "NL02 ABNA 0123 4567 89" : NULL,
                   .bic = choose(state, 2) == 0 ? NULL : "ABNANL2A",
                   .email = "billing@example.com"},
        .buyer = make_buyer(arena, plan, state),
        .exchange = {.per_euro_millionths = plan->currency->per_euro_millionths},
    };
    snprintf(invoice.currency, sizeof(invoice.currency), "%s", plan->currency->code);
    invoice.exchange.day = invoice.issue_day - 1;
    invoice.supply_day = invoice.issue_day - choose(state, 3);
    invoice.supply_end_day = invoice.supply_day + (plan->period ? 1 + choose(state, 40) : 0);
    if (plan->discount_percent > 0)
        invoice.discount_reason = choose(state, 3) == 0 ? NULL : text_of(arena, plan, state, "Regular customer");
    return invoice;
}

/* ---- partial credit notes ---- */

/* One line or all, some of their units. */
static struct credit_request ask_units(struct arena *arena, const struct credit_state *left, uint64_t *state)
{
    struct credit_part *parts = ARENA_ARRAY(arena, struct credit_part, left->lines_count);
    struct credit_request request = {.parts = parts, .reason = "Fewer"};
    bool all = choose(state, 2) == 0;
    int64_t only = choose(state, (int64_t)left->lines_count);
    for (size_t i = 0; i < left->lines_count; i++) {
        int64_t quantity = left->lines[i].quantity - left->quantities[i];
        if (quantity > 0 && (all || (int64_t)i == only))
            parts[request.parts_count++] =
                (struct credit_part){.line = (int64_t)i + 1, .quantity = 1 + choose(state, quantity)};
    }
    return request;
}

/* A part of what is left of each rate; always some of the first, so that there is something. */
static struct credit_request ask_amounts(struct arena *arena, const struct credit_state *left, const char *reason,
                                         uint64_t *state)
{
    struct credit_amount *amounts = ARENA_ARRAY(arena, struct credit_amount, VAT_SUBTOTALS_MAX);
    struct credit_request request = {.amounts = amounts, .reason = reason};
    for (size_t i = 0; i < left->totals->subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &left->totals->subtotals[i];
        int64_t gross = subtotal->net_minor - left->net_minor[i] + subtotal->vat_minor - left->vat_minor[i];
        if (gross == 0 || (request.amounts_count > 0 && choose(state, 3) == 0))
            continue;
        struct credit_amount *amount = &amounts[request.amounts_count++];
        amount->vat_rate_basis_points = subtotal->vat_rate_basis_points;
        amount->gross_minor = 1 + choose(state, gross);
        memcpy(amount->vat_category, subtotal->vat_category, sizeof(amount->vat_category));
    }
    return request;
}

/* Takes one note; false when it would cost nothing, or there is nothing left to ask for. */
static bool take_note(struct arena *arena, struct credit_state *left, const struct credit_request *request,
                      struct credit_note *note)
{
    struct error error;
    return request->parts_count + request->amounts_count > 0 &&
           credit_compute(arena, left, request, note, &error) == STATUS_OK &&
           credit_state_add(left, note, 0, &error) == STATUS_OK;
}

/* Of the invoice, the lines and totals of a note over a part of it, as store/batch_credits.c seals them. False when
 * chance left nothing to credit: then it stays a note over all. */
static bool credit_part_of(struct arena *arena, const struct plan *plan, struct invoice *invoice, uint64_t *state)
{
    struct error error;
    struct credit_state left;
    struct credit_note note;
    if (credit_state_init(&left, arena, invoice->lines, invoice->lines_count, &invoice->totals, &error) != STATUS_OK)
        return false;
    left.language = invoice->language;
    left.discount_reason = invoice->discount_reason;
    struct credit_request request;
    if (plan->extent >= LATER_UNITS) {
        request = ask_units(arena, &left, state);
        (void)take_note(arena, &left, &request, &note);
    }
    if (credit_state_is_exhausted(&left))
        return false;
    if (plan->extent == REST) {
        if (choose(state, 2) == 0) {
            request = ask_amounts(arena, &left, "Earlier", state);
            (void)take_note(arena, &left, &request, &note);
        }
        if (credit_state_is_exhausted(&left))
            return false;
        credit_compute_rest(arena, &left, &note);
    } else {
        bool units = plan->extent == UNITS || plan->extent == LATER_UNITS;
        request = units ? ask_units(arena, &left, state)
                        : ask_amounts(arena, &left, text_of(arena, plan, state, "Agreed by telephone"), state);
        if (!take_note(arena, &left, &request, &note))
            return false;
    }
    invoice->lines = note.lines;
    invoice->lines_count = note.lines_count;
    invoice->totals = note.totals;
    invoice->discount_reason = NULL;
    return invoice->exchange.per_euro_millionths == 0 ||
           tax_in_euros(&invoice->totals, invoice->currency, &invoice->exchange);
}

static struct invoice make_invoice(struct arena *arena, const struct plan *plan, int position, uint64_t *state,
                                   bool *is_partial)
{
    struct invoice invoice = make_frame(arena, plan, position, state);
    corpus_compute(&invoice, make_lines(arena, plan, state), plan->lines_count, plan->corpus_case,
                   plan->discount_percent);
    *is_partial =
        plan->kind == DOCUMENT_CREDIT_NOTE && plan->extent != ALL && credit_part_of(arena, plan, &invoice, state);
    invoice.prepaid_minor = prepaid_minor(plan, invoice.totals.total_minor, state);
    if (plan->kind == DOCUMENT_CREDIT_NOTE) {
        snprintf(invoice.number, sizeof(invoice.number), "CN2026-%06d", position);
        snprintf(invoice.credited_number, sizeof(invoice.credited_number), "2026-%06d", position);
        invoice.credited_day = invoice.issue_day - 1;
        return invoice;
    }
    snprintf(invoice.number, sizeof(invoice.number), "2026-%06d", position);
    if (plan->account && invoice.prepaid_minor < invoice.totals.total_minor)
        invoice.due_day = invoice.issue_day + 14;
    return invoice;
}

static void write_file(const char *path, const uint8_t *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    bool written = file != NULL && fwrite(bytes, 1, length, file) == length;
    if (file == NULL || fclose(file) != 0 || !written) {
        fprintf(stderr, "make_corpus: %s: %s\n", path, strerror(errno));
        exit(1);
    }
}

typedef enum status renderer(const struct invoice *invoice, struct arena *arena, const uint8_t **bytes, size_t *length,
                             struct error *error);

static void render(struct arena *arena, renderer *render_format, const struct invoice *invoice, const uint8_t **bytes,
                   size_t *length)
{
    struct error error;
    if (render_format(invoice, arena, bytes, length, &error) != STATUS_OK) {
        fprintf(stderr, "make_corpus: %s: %s: %s: %s\n", invoice->number, error.code, error.field, error.detail);
        exit(1);
    }
}

/* Metadata of PDF/A stand there as they are (ISO 19005-3, 6.6.2.1). */
static bool says_pdf_a(const uint8_t *bytes, size_t length)
{
    static const char mark[] = "pdfaid:part";
    return memmem(bytes, length, mark, sizeof(mark) - 1) != NULL;
}

/* For sums.py: a line of an amount includes VAT, whatever the prices were. */
static const char *basis_of(const struct plan *plan, const struct invoice *invoice, bool is_partial)
{
    for (size_t i = 0; i < invoice->lines_count && is_partial; i++) {
        if (invoice->lines[i].sku != NULL && strcmp(invoice->lines[i].sku, "credit") == 0)
            return basis_names[BASIS_GROSS];
    }
    return basis_names[plan->basis];
}

static void write_document(const char *folder, int position, const struct plan *plan, uint64_t *state)
{
    struct arena *arena = arena_new();
    bool is_partial;
    const struct invoice invoice = make_invoice(arena, plan, position + 1, state, &is_partial);
    const char *path = arena_format(arena, "%s/%s%s-%s-%s", folder, is_partial ? "partial-" : "",
                                    basis_of(plan, &invoice, is_partial), plan->corpus_case->name, invoice.number);
    const uint8_t *bytes;
    size_t length;
    render(arena, document_render_ubl, &invoice, &bytes, &length);
    write_file(arena_format(arena, "%s.ubl.xml", path), bytes, length);
    render(arena, document_render_cii, &invoice, &bytes, &length);
    write_file(arena_format(arena, "%s.cii.xml", path), bytes, length);
    if (position % 5 == 0) {
        render(arena, document_render_pdf, &invoice, &bytes, &length);
        if (says_pdf_a(bytes, length))
            write_file(arena_format(arena, "%s.a3.pdf", path), bytes, length);
    }
    arena_free(arena);
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 2) {
        fprintf(stderr, "usage: make_corpus FOLDER\n");
        return 2;
    }
    uint64_t state = SEED;
    int chosen = CHOSEN_PER_CASE * corpus_cases_count;
    for (int position = 0; position < chosen + RANDOM_DOCUMENTS; position++) {
        const struct plan plan = position < chosen ? chosen_plan(position) : random_plan(&state);
        write_document(arguments[1], position, &plan, &state);
    }
    return 0;
}
