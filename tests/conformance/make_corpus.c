/*
 * Writes a corpus of electronic documents for tests/conformance/run: random orders, the same at every run.
 *
 *     make_corpus FOLDER
 *
 * The first documents are chosen, so that each case that exists stands among them whatever chance brings; then come
 * random mixes of them. Amounts are those of domain/tax.h, as for every order. A file's name begins with the basis of
 * its prices, "net-" or "gross-", for sums.py.
 */
#include <errno.h>
#include <inttypes.h>

#include "akkoord/base/clock.h"
#include "akkoord/documents/ubl.h"
#include "akkoord/domain/tax.h"

#define SEED             UINT64_C(20261123)
#define CHOSEN_DOCUMENTS 24
#define DOCUMENTS        96

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

/* One document's case. */
struct plan {
    enum document_kind kind;
    enum language language;
    enum payment payment;
    bool business;
    bool price_includes_vat;
    bool odd_texts;
    size_t lines_count;
    int rates_count; /* of `rates`, from the first */
};

struct rate {
    const char *category;
    int64_t basis_points;
};

static const struct rate rates[] = {{"S", 2100}, {"S", 900}, {"Z", 0}, {"S", 550}, {"S", 1337}};
#define RATES ((int)(sizeof(rates) / sizeof(rates[0])))

/* What people paste into forms. Bytes that are no UTF-8 and characters that are no XML are meant. */
static const char *const odd_texts[] = {
    "<b>Fish & chips</b> ]]> &amp; \"quoted\" 'too'",
    "line one\r\nline two\ttab \x01\x0b\x1f end",
    "broken \xff\xc0\xaf bytes \xed\xa0\x80 surrogate \xef\xbf\xbe noncharacter",
    "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80 \xce\xb4\xce\xb5\xce\xaf\xce\xb3\xce\xbc\xce\xb1",
    "\xe4\xbd\xa0\xe5\xa5\xbd \xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7 \xe2\x80\xae right to left",
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
    static const size_t counts[] = {1, 2, 3, 10, 37, 200};
    return (struct plan){
        .kind = position % 4 == 3 ? DOCUMENT_CREDIT_NOTE : DOCUMENT_INVOICE,
        .language = position % 2 == 0 ? LANGUAGE_NL : LANGUAGE_EN,
        .payment = (enum payment)(position / 2 % PAYMENTS),
        .business = position % 3 != 0,
        .price_includes_vat = position % 5 == 4,
        .odd_texts = position % 6 == 5,
        .lines_count = counts[position % 6],
        .rates_count = position % RATES + 1,
    };
}

static struct plan random_plan(uint64_t *state)
{
    return (struct plan){
        .kind = choose(state, 3) == 0 ? DOCUMENT_CREDIT_NOTE : DOCUMENT_INVOICE,
        .language = choose(state, 2) == 0 ? LANGUAGE_NL : LANGUAGE_EN,
        .payment = (enum payment)choose(state, PAYMENTS),
        .business = choose(state, 2) == 0,
        .price_includes_vat = choose(state, 5) == 0,
        .odd_texts = choose(state, 4) == 0,
        .lines_count = (size_t)(choose(state, 8) == 0 ? 1 + choose(state, ORDER_LINES_MAX) : 1 + choose(state, 12)),
        .rates_count = (int)(1 + choose(state, RATES)),
    };
}

/* ---- documents ---- */

static const struct order_line *make_lines(struct arena *arena, const struct plan *plan, uint64_t *state,
                                           struct totals *totals)
{
    struct order_line *lines = ARENA_ARRAY(arena, struct order_line, plan->lines_count);
    for (size_t i = 0; i < plan->lines_count; i++) {
        const struct rate *rate = &rates[choose(state, plan->rates_count)];
        bool large = choose(state, 6) == 0;
        lines[i] = (struct order_line){
            .sku = arena_format(arena, "service-%zu", i + 1),
            .name = text_of(arena, plan, state, "Sample service"),
            .quantity = 1 + choose(state, large ? 5000 : 12),
            .unit_price_minor = choose(state, 20) == 0 ? 0 : 1 + choose(state, large ? 5000000 : 20000),
            .vat_rate_basis_points = rate->basis_points,
            .price_includes_vat = plan->price_includes_vat,
        };
        snprintf(lines[i].vat_category, sizeof(lines[i].vat_category), "%s", rate->category);
    }
    struct error error;
    if (tax_compute_totals(lines, plan->lines_count, totals, &error) != STATUS_OK) {
        fprintf(stderr, "make_corpus: %s: %s\n", error.field, error.detail);
        exit(1);
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

static struct buyer make_buyer(struct arena *arena, const struct plan *plan, uint64_t *state)
{
    struct buyer buyer = {
        .name = text_of(arena, plan, state, "Sample Customer"),
        .address = {text_of(arena, plan, state, "Voorbeeldlaan 12"), "1234 AB", "Utrecht", "NL"},
        .email = "customer@example.com",
    };
    if (plan->business) {
        buyer.company = text_of(arena, plan, state, "Example Company B.V.");
        buyer.kvk_number = choose(state, 4) == 0 ? NULL : "87654321";
        buyer.vat_number = choose(state, 4) == 0 ? NULL : "NL009999999B99";
    }
    return buyer;
}

static struct invoice make_invoice(struct arena *arena, const struct plan *plan, int position, uint64_t *state)
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
                   .iban = "NL02 ABNA 0123 4567 89",
                   .email = "billing@example.com"},
        .buyer = make_buyer(arena, plan, state),
        .currency = "EUR",
        .lines_count = plan->lines_count,
    };
    invoice.supply_day = invoice.issue_day - choose(state, 3);
    invoice.supply_end_day = invoice.supply_day;
    invoice.lines = make_lines(arena, plan, state, &invoice.totals);
    invoice.prepaid_minor = prepaid_minor(plan, invoice.totals.total_minor, state);
    if (plan->kind == DOCUMENT_CREDIT_NOTE) {
        snprintf(invoice.number, sizeof(invoice.number), "CN2026-%06d", position);
        snprintf(invoice.credited_number, sizeof(invoice.credited_number), "2026-%06d", position);
        invoice.credited_day = invoice.issue_day - 1;
    } else {
        snprintf(invoice.number, sizeof(invoice.number), "2026-%06d", position);
    }
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

static void write_document(const char *folder, int position, uint64_t *state)
{
    struct arena *arena = arena_new();
    const struct plan plan = position < CHOSEN_DOCUMENTS ? chosen_plan(position) : random_plan(state);
    const struct invoice invoice = make_invoice(arena, &plan, position + 1, state);
    const uint8_t *bytes;
    size_t length;
    struct error error;
    if (document_render_ubl(&invoice, arena, &bytes, &length, &error) != STATUS_OK) {
        fprintf(stderr, "make_corpus: %s: %s: %s\n", invoice.number, error.code, error.detail);
        exit(1);
    }
    const char *basis = plan.price_includes_vat ? "gross" : "net";
    write_file(arena_format(arena, "%s/%s-%s.xml", folder, basis, invoice.number), bytes, length);
    arena_free(arena);
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 2) {
        fprintf(stderr, "usage: make_corpus FOLDER\n");
        return 2;
    }
    uint64_t state = SEED;
    for (int position = 0; position < DOCUMENTS; position++)
        write_document(arguments[1], position, &state);
    return 0;
}
