/*
 * Sample invoices for the tests and the bench of documents.
 */
#include "samples.h"

#include <cairo.h>

#include "akkoord/base/buffer.h"
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
        .subtotals = {{.vat_category = "S", .vat_rate_basis_points = 2100, .net_minor = 135000, .vat_minor = 28350},
                      {.vat_category = "S", .vat_rate_basis_points = 900, .net_minor = 11500, .vat_minor = 1035}},
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

struct invoice sample_discounted_invoice(struct arena *arena, enum language language)
{
    bool dutch = language == LANGUAGE_NL;
    struct invoice invoice = sample_invoice(arena, language);
    struct order_line *lines = ARENA_ARRAY(arena, struct order_line, 4);
    for (size_t i = 0; i < 3; i++)
        lines[i] = invoice.lines[i];
    lines[1].discount_minor = lines[1].discount_net_minor = 1500;
    lines[1].net_minor -= 1500;
    lines[1].discount_reason = dutch ? "vaste klant" : "regular customer";
    lines[3] = (struct order_line){.sku = "archive",
                                   .name = dutch ? "Archief, buiten de heffing" : "Archive, at the zero rate",
                                   .quantity = 1200,
                                   .unit_price_minor = 5,
                                   .net_minor = 6000,
                                   .vat_category = "Z"};
    invoice.lines = lines;
    invoice.lines_count = 4;
    invoice.discount_reason = dutch ? "voorjaarsactie" : "spring offer";
    invoice.totals = (struct totals){
        .lines_net_minor = 151000,
        .discount_net_minor = 15100,
        .net_minor = 135900,
        .vat_minor = 25232 + 932,
        .total_minor = 135900 + 25232 + 932,
        .subtotals = {{.vat_category = "S",
                       .vat_rate_basis_points = 2100,
                       .net_minor = 120150,
                       .vat_minor = 25232,
                       .discount_net_minor = 13350},
                      {.vat_category = "S",
                       .vat_rate_basis_points = 900,
                       .net_minor = 10350,
                       .vat_minor = 932,
                       .discount_net_minor = 1150},
                      {.vat_category = "Z", .net_minor = 5400, .discount_net_minor = 600}},
        .subtotals_count = 3,
    };
    invoice.supply_day = clock_days_from_date(2026, 11, 1);
    invoice.supply_end_day = clock_days_from_date(2026, 11, 30);
    invoice.due_day = clock_days_from_date(2026, 12, 7);
    invoice.prepaid_minor = 0;
    invoice.buyer.oin = "00000001234567890000";
    invoice.seller.bic = "ABNANL2A";
    return invoice;
}

/* Category and rate of a ground, and where its buyer is. */
struct ground_sample {
    const char *category;
    int64_t rate_basis_points;
    const char *country;
    const char *vat_number;
};

static const struct ground_sample ground_samples[VAT_GROUNDS] = {
    [VAT_GROUND_NONE] = {"S", 2100, "NL", NULL},
    [VAT_GROUND_EXEMPT] = {"E", 0, "NL", NULL},
    [VAT_GROUND_SMALL_BUSINESS] = {"E", 0, "NL", NULL},
    [VAT_GROUND_DOMESTIC_REVERSE_CHARGE] = {"AE", 0, "NL", "NL009999999B99"},
    [VAT_GROUND_REVERSE_CHARGE] = {"AE", 0, "DE", "DE123456788"},
    [VAT_GROUND_INTRA_COMMUNITY] = {"K", 0, "FR", "FR83404833048"},
    [VAT_GROUND_EXPORT] = {"G", 0, "CH", NULL},
    [VAT_GROUND_OUTSIDE_UNION] = {"G", 0, "US", NULL},
    [VAT_GROUND_ONE_STOP_SHOP] = {"S", 1900, "DE", NULL},
};

/* One line of 100.00 a ground, from the first to the last. */
static void fill_grounds(struct arena *arena, struct invoice *invoice, enum vat_ground first, enum vat_ground last)
{
    struct order_line *lines = ARENA_ARRAY(arena, struct order_line, VAT_GROUNDS);
    struct totals totals = {.lines_net_minor = 0};
    for (enum vat_ground ground = first; ground <= last; ground++) {
        const struct ground_sample *sample = &ground_samples[ground];
        struct order_line *line = &lines[totals.subtotals_count];
        struct vat_subtotal *subtotal = &totals.subtotals[totals.subtotals_count++];
        *line = (struct order_line){.sku = "service",
                                    .name = "Sample service",
                                    .quantity = 1,
                                    .unit_price_minor = 10000,
                                    .net_minor = 10000,
                                    .vat_rate_basis_points = sample->rate_basis_points};
        snprintf(line->vat_category, sizeof(line->vat_category), "%s", sample->category);
        *subtotal = (struct vat_subtotal){.vat_rate_basis_points = sample->rate_basis_points,
                                          .net_minor = 10000,
                                          .vat_minor = sample->rate_basis_points,
                                          .ground = ground};
        snprintf(subtotal->vat_category, sizeof(subtotal->vat_category), "%s", sample->category);
        if (ground == VAT_GROUND_ONE_STOP_SHOP)
            snprintf(subtotal->country, sizeof(subtotal->country), "%s", sample->country);
        totals.lines_net_minor += 10000;
        totals.vat_minor += sample->rate_basis_points;
    }
    totals.net_minor = totals.lines_net_minor;
    totals.total_minor = totals.net_minor + totals.vat_minor;
    invoice->lines = lines;
    invoice->lines_count = totals.subtotals_count;
    invoice->totals = totals;
    invoice->prepaid_minor = totals.total_minor;
}

struct invoice sample_invoice_of_ground(struct arena *arena, enum language language, enum vat_ground ground)
{
    struct invoice invoice = sample_frame(language);
    fill_grounds(arena, &invoice, ground, ground);
    invoice.buyer.address.country = ground_samples[ground].country;
    invoice.buyer.vat_number = ground_samples[ground].vat_number;
    invoice.seller.small_business = ground == VAT_GROUND_SMALL_BUSINESS;
    return invoice;
}

struct invoice sample_invoice_of_all_grounds(struct arena *arena, enum language language)
{
    struct invoice invoice = sample_frame(language);
    fill_grounds(arena, &invoice, VAT_GROUND_EXEMPT, VAT_GROUND_ONE_STOP_SHOP);
    invoice.buyer.address.country = "DE";
    invoice.buyer.vat_number = "DE123456788";
    return invoice;
}

struct invoice sample_dollar_invoice(struct arena *arena, enum language language)
{
    struct invoice invoice = sample_invoice(arena, language);
    snprintf(invoice.currency, sizeof(invoice.currency), "USD");
    invoice.prepaid_minor = 0;
    invoice.due_day = clock_days_from_date(2026, 12, 7);
    invoice.exchange = (struct exchange){.per_euro_millionths = 1084200,
                                         .day = clock_days_from_date(2026, 11, 20),
                                         .vat_euro_minor = 27103,
                                         .total_euro_minor = 162226};
    return invoice;
}

/* A PNG of cairo's, half transparent: a disc. */
static cairo_status_t append_bytes(void *closure, const unsigned char *bytes, unsigned int length)
{
    buffer_append((struct buffer *)closure, bytes, length);
    return CAIRO_STATUS_SUCCESS;
}

struct image sample_logo(struct arena *arena, int width, int height)
{
    struct buffer file;
    buffer_init(&file, (size_t)4 * 1024 * 1024);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_rgba(cairo, 0.8, 0.1, 0.1, 0.5);
    cairo_arc(cairo, height / 2.0, height / 2.0, height / 2.0, 0, 7);
    cairo_fill(cairo);
    cairo_set_source_rgb(cairo, 0.1, 0.2, 0.5);
    cairo_rectangle(cairo, height * 1.2, height * 0.25, width - height * 1.2, height * 0.5);
    cairo_fill(cairo);
    cairo_destroy(cairo);
    cairo_surface_write_to_png_stream(surface, append_bytes, &file);
    cairo_surface_destroy(surface);
    struct image image = {.png = (const uint8_t *)arena_copy_bytes(arena, file.data, file.length),
                          .length = file.length};
    buffer_release(&file);
    return image;
}
