/*
 * Sample invoices for the tests and the bench of documents.
 */
#include "samples.h"

#include "akkoord/base/clock.h"

static struct invoice sample_frame(enum language language)
{
    struct invoice invoice = {
        .kind = DOCUMENT_INVOICE,
        .language = language,
        .number = "2026-000042",
        .issue_day = clock_days_from_date(2026, 11, 23),
        .supply_day = clock_days_from_date(2026, 11, 22),
        .supply_end_day = clock_days_from_date(2026, 11, 22),
        .order_number = "A-000123",
        .reference = "PO 4711 / website",
        .seller = {.name = "Sample Studio",
                   .address = {"Voorbeeldstraat 1", "1234 AB", "Utrecht", "NL"},
                   .kvk_number = "12345678",
                   .vat_number = "NL001234567B01",
                   .iban = "NL02ABNA0123456789",
                   .email = "billing@example.com"},
        .buyer = {.name = "Sample Customer",
                  .company = "Example Company B.V.",
                  .address = {"Testlaan 12-B", "9999 ZZ", "Groningen", "NL"},
                  .vat_number = "NL009999999B99",
                  .kvk_number = "87654321",
                  .email = "customer@example.com"},
        .currency = "EUR",
    };
    return invoice;
}

struct invoice sample_invoice(struct arena *arena, enum language language)
{
    bool dutch = language == LANGUAGE_NL;
    struct order_line *lines = ARENA_ARRAY(arena, struct order_line, 3);
    lines[0] =
        (struct order_line){.sku = "identity",
                            .name = dutch ? "Huisstijl: logo, kleur en letter" : "Identity: logo, colour and type",
                            .quantity = 1,
                            .unit_price_minor = 125000,
                            .net_minor = 125000,
                            .vat_category = "S",
                            .vat_rate_basis_points = 2100};
    lines[1] = (struct order_line){.sku = "copy",
                                   .name = dutch ? "Tekstredactie van de website, inclusief één ronde van correcties "
                                                   "op de aangeleverde bladzijden"
                                                 : "Editing of the website's texts, with one round of corrections of "
                                                   "the pages that were handed in",
                                   .quantity = 4,
                                   .unit_price_minor = 2500,
                                   .net_minor = 10000,
                                   .vat_category = "S",
                                   .vat_rate_basis_points = 2100};
    lines[2] = (struct order_line){.sku = "book",
                                   .name = dutch ? "Stijlboek, gedrukt" : "Style guide, printed",
                                   .quantity = 2,
                                   .unit_price_minor = 5750,
                                   .net_minor = 11500,
                                   .vat_category = "S",
                                   .vat_rate_basis_points = 900};
    struct invoice invoice = sample_frame(language);
    invoice.lines = lines;
    invoice.lines_count = 3;
    invoice.totals = (struct totals){
        .lines_net_minor = 146500,
        .net_minor = 146500,
        .vat_minor = 29385,
        .total_minor = 175885,
        .subtotals = {{"S", 2100, 135000, 28350}, {"S", 900, 11500, 1035}},
        .subtotals_count = 2,
    };
    invoice.prepaid_minor = invoice.totals.total_minor;
    return invoice;
}

struct invoice sample_credit_note(struct arena *arena, enum language language)
{
    struct invoice note = sample_invoice(arena, language);
    note.kind = DOCUMENT_CREDIT_NOTE;
    memcpy(note.credited_number, note.number, sizeof(note.credited_number));
    note.credited_day = note.issue_day;
    note.issue_day += 9;
    snprintf(note.number, sizeof(note.number), "CN2026-000007");
    return note;
}

struct invoice sample_long_invoice(struct arena *arena, enum language language, size_t lines_count)
{
    struct order_line *lines = ARENA_ARRAY(arena, struct order_line, lines_count);
    int64_t net_minor = 0;
    for (size_t i = 0; i < lines_count; i++) {
        const char *more = i % 7 == 3 ? ", with a name that is long enough to be wrapped over two lines" : "";
        int64_t line_minor = (int64_t)(i + 1) * 100;
        lines[i] = (struct order_line){.sku = "hour",
                                       .name = arena_format(arena, "Sample service %zu%s", i + 1, more),
                                       .quantity = 1,
                                       .unit_price_minor = line_minor,
                                       .net_minor = line_minor,
                                       .vat_category = "S",
                                       .vat_rate_basis_points = 2100};
        net_minor += line_minor;
    }
    struct invoice invoice = sample_frame(language);
    int64_t vat_minor = net_minor * 21 / 100;
    invoice.lines = lines;
    invoice.lines_count = lines_count;
    invoice.totals = (struct totals){
        .lines_net_minor = net_minor,
        .net_minor = net_minor,
        .vat_minor = vat_minor,
        .total_minor = net_minor + vat_minor,
        .subtotals =
            {{.vat_category = "S", .vat_rate_basis_points = 2100, .net_minor = net_minor, .vat_minor = vat_minor}},
        .subtotals_count = 1,
    };
    return invoice;
}

struct invoice sample_untaxed_invoice(struct arena *arena, enum language language, const char *category,
                                      enum vat_ground ground)
{
    struct invoice invoice = sample_long_invoice(arena, language, 1);
    struct order_line *line = ARENA_NEW(arena, struct order_line);
    *line = invoice.lines[0];
    snprintf(line->vat_category, sizeof(line->vat_category), "%s", category);
    line->vat_rate_basis_points = 0;
    invoice.lines = line;
    invoice.totals.vat_minor = 0;
    invoice.totals.total_minor = invoice.totals.net_minor;
    struct vat_subtotal *subtotal = &invoice.totals.subtotals[0];
    *subtotal = (struct vat_subtotal){.net_minor = invoice.totals.net_minor, .ground = ground};
    snprintf(subtotal->vat_category, sizeof(subtotal->vat_category), "%s", category);
    return invoice;
}

struct invoice sample_reduced_invoice(struct arena *arena, enum language language)
{
    struct invoice invoice = sample_invoice(arena, language);
    struct order_line *lines = ARENA_ARRAY(arena, struct order_line, 3);
    memcpy(lines, invoice.lines, 3 * sizeof(lines[0]));
    lines[1].discount_minor = lines[1].discount_net_minor = 1000;
    lines[1].discount_reason = language == LANGUAGE_NL ? "Zomeractie" : "Summer sale";
    lines[1].net_minor = 9000;
    invoice.lines = lines;
    invoice.totals = (struct totals){
        .lines_net_minor = 145500,
        .discount_net_minor = 7275,
        .net_minor = 138225,
        .vat_minor = 27716,
        .total_minor = 165941,
        .subtotals = {{"S", 2100, 127300, 26733, .discount_net_minor = 6700},
                      {"S", 900, 10925, 983, .discount_net_minor = 575}},
        .subtotals_count = 2,
    };
    invoice.prepaid_minor = 0;
    invoice.due_day = invoice.issue_day + 14;
    return invoice;
}

struct invoice sample_invoice_of_text(struct arena *arena, const char *text)
{
    struct invoice invoice = sample_long_invoice(arena, LANGUAGE_NL, 3);
    struct order_line *lines = ARENA_ARRAY(arena, struct order_line, 3);
    for (size_t i = 0; i < 3; i++) {
        lines[i] = invoice.lines[i];
        lines[i].name = text;
    }
    invoice.lines = lines;
    invoice.order_number = text;
    invoice.reference = text;
    invoice.buyer.name = text;
    invoice.buyer.company = text;
    invoice.buyer.address = (struct postal_address){text, text, text, "NL"};
    invoice.buyer.vat_number = text;
    invoice.buyer.kvk_number = text;
    return invoice;
}
