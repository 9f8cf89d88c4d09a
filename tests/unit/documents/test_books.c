/* Tests of documents/csv.h, zip_stream.h and xaf.h. The archive is read by libzip, the audit file by libxml2's XPath.
 */
#include "rule.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <string.h>
#include <zip.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/buffer.h"
#include "akkoord/base/clock.h"
#include "akkoord/documents/csv.h"
#include "akkoord/documents/xaf.h"
#include "akkoord/documents/zip_stream.h"
#include "samples.h"

#define BYTES_MAX ((size_t)1 << 28)

static bool take(void *context, const void *bytes, size_t length)
{
    struct buffer *buffer = context;
    buffer_append(buffer, bytes, length);
    return !buffer->overflowed;
}

static bool refuse(void *context, const void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    return length == 0;
}

/* ---- csv ---- */

static void a_cell_is_quoted_and_defused_as_it_needs(void **state)
{
    (void)state;
    static const struct {
        const char *text, *cell;
    } cases[] = {
        {NULL, ""},
        {"", ""},
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"say \"so\"", "\"say \"\"so\"\"\""},
        {"\"", "\"\"\"\""},
        {"two\r\nlines", "\"two\r\nlines\""},
        {" spaced", "\" spaced\""},
        {"=1+1", "'=1+1"},
        {"+31", "'+31"},
        {"-5", "'-5"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\t=1", "'\t=1"},
        {"\r=1", "\"'\r=1\""},
        {"\n=1", "\"'\n=1\""},
        {"=\"x\",1", "\"'=\"\"x\"\",1\""},
        {"1=1", "1=1"},
        {"漢字", "漢字"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buffer out;
        struct csv csv;
        buffer_init(&out, 1000);
        csv_init(&csv, &out);
        csv_text(&csv, cases[i].text);
        assert_string_equal(buffer_text(&out), cases[i].cell);
        buffer_release(&out);
    }
}

static void numbers_and_dates_are_plain_and_negative_ones_too(void **state)
{
    (void)state;
    struct buffer out;
    struct csv csv;
    buffer_init(&out, 1000);
    csv_init(&csv, &out);
    csv_amount(&csv, -12100, "EUR");
    csv_amount(&csv, 5, "EUR");
    csv_amount(&csv, 500, "JPY");
    csv_rate(&csv, 905);
    csv_count(&csv, 7);
    csv_date(&csv, clock_days_from_date(2026, 2, 3));
    csv_date(&csv, 0);
    csv_end_row(&csv);
    csv_text(&csv, "next");
    csv_end_row(&csv);
    assert_string_equal(buffer_text(&out), "-121.00,0.05,500,9.05,7,2026-02-03,\r\nnext\r\n");
    buffer_release(&out);
}

/* ---- zip ---- */

static zip_t *open_archive(const struct buffer *bytes)
{
    zip_error_t fault;
    zip_error_init(&fault);
    zip_source_t *source = zip_source_buffer_create(bytes->data, bytes->length, 0, &fault);
    assert_non_null(source);
    zip_t *archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &fault);
    if (archive == NULL)
        fail_msg("libzip: %s", zip_error_strerror(&fault));
    return archive;
}

static void expect_entry(zip_t *archive, const char *name, const void *bytes, size_t length)
{
    zip_stat_t stat;
    assert_int_equal(zip_stat(archive, name, 0, &stat), 0);
    assert_int_equal(stat.size, length);
    zip_file_t *file = zip_fopen(archive, name, 0);
    assert_non_null(file);
    char *read = test_malloc(length + 1);
    assert_int_equal(zip_fread(file, read, length + 1), length);
    assert_memory_equal(read, bytes, length);
    assert_int_equal(zip_fclose(file), 0); /* looks at the CRC */
    test_free(read);
}

static void an_archive_is_read_by_libzip(void **state)
{
    (void)state;
    struct buffer out;
    struct error error;
    size_t large = 3000000;
    char *noise = test_malloc(large);
    uint32_t random = 1;
    for (size_t i = 0; i < large; i++)
        noise[i] = (char)((random = random * 1664525U + 1013904223U) >> 24);
    buffer_init(&out, BYTES_MAX);
    struct zip_stream *zip = zip_stream_new(take, &out);
    assert_int_equal(zip_stream_add(zip, "empty", "", 0, &error), STATUS_OK);
    assert_int_equal(zip_stream_add(zip, "ubl/é.xml", "<a/>", 4, &error), STATUS_OK);
    assert_int_equal(zip_stream_add(zip, "noise", noise, large, &error), STATUS_OK);
    assert_int_equal(zip_stream_finish(zip, &error), STATUS_OK);
    zip_stream_free(zip);
    zip_t *archive = open_archive(&out);
    assert_int_equal(zip_get_num_entries(archive, 0), 3);
    expect_entry(archive, "empty", "", 0);
    expect_entry(archive, "ubl/é.xml", "<a/>", 4);
    expect_entry(archive, "noise", noise, large);
    zip_discard(archive);
    buffer_release(&out);
    test_free(noise);
}

static void more_entries_than_16_bits_count_are_all_there(void **state)
{
    (void)state;
    static const int counts[] = {65534, 65535, 65536};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct buffer out;
        struct error error;
        char name[32];
        buffer_init(&out, BYTES_MAX);
        struct zip_stream *zip = zip_stream_new(take, &out);
        for (int entry = 0; entry < counts[i]; entry++) {
            snprintf(name, sizeof(name), "%d", entry);
            assert_int_equal(zip_stream_add(zip, name, name, strlen(name), &error), STATUS_OK);
        }
        assert_int_equal(zip_stream_finish(zip, &error), STATUS_OK);
        zip_stream_free(zip);
        zip_t *archive = open_archive(&out);
        assert_int_equal(zip_get_num_entries(archive, 0), counts[i]);
        expect_entry(archive, name, name, strlen(name));
        zip_discard(archive);
        buffer_release(&out);
    }
}

static void a_sink_that_will_not_ends_the_archive(void **state)
{
    (void)state;
    struct error error;
    struct zip_stream *zip = zip_stream_new(refuse, NULL);
    assert_int_equal(zip_stream_add(zip, "a", "b", 1, &error), STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "file_write");
    zip_stream_free(zip);
}

/* ---- the audit file ---- */

static const struct uuid customer = {.bytes = {1, 2, 3}};

static struct xaf_head head_of(const struct seller *seller)
{
    return (struct xaf_head){.seller = seller,
                             .from_day = clock_days_from_date(2026, 1, 15),
                             .to_day = clock_days_from_date(2027, 2, 10),
                             .created_day = clock_days_from_date(2027, 3, 1),
                             .software_version = "a version that is longer than twenty"};
}

static void write_file(struct buffer *out, const struct invoice *const *invoices, size_t count)
{
    struct arena *arena = arena_new();
    struct xaf_contents *contents = ARENA_NEW(arena, struct xaf_contents);
    struct booking bookings[4];
    struct error error = {0};
    struct xaf *xaf;
    const struct xaf_head head = head_of(&invoices[0]->seller);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(booking_of(invoices[i], &bookings[i], &error), STATUS_OK);
        assert_int_equal(xaf_contents_add(contents, &bookings[i], &error), STATUS_OK);
    }
    assert_int_equal(contents->debit_minor, contents->credit_minor);
    assert_int_equal(xaf_new(&xaf, take, out, &head, &error), STATUS_OK);
    xaf_add_customer(xaf, &customer, &invoices[0]->buyer);
    xaf_begin_transactions(xaf, contents);
    for (size_t i = 0; i < count; i++)
        xaf_add_transaction(xaf, &customer, invoices[i], &bookings[i]);
    assert_int_equal(xaf_finish(xaf, &error), STATUS_OK);
    xaf_free(xaf);
    arena_free(arena);
}

struct reading {
    xmlDoc *document;
    xmlXPathContext *context;
};

static struct reading read_file(const struct buffer *bytes)
{
    struct reading reading = {.document =
                                  xmlReadMemory(bytes->data, (int)bytes->length, "x.xaf", NULL, XML_PARSE_NONET)};
    assert_non_null(reading.document);
    reading.context = xmlXPathNewContext(reading.document);
    assert_int_equal(
        xmlXPathRegisterNs(reading.context, (const xmlChar *)"x", (const xmlChar *)"http://www.auditfiles.nl/XAF/3.2"),
        0);
    return reading;
}

static void release_reading(struct reading *reading)
{
    xmlXPathFreeContext(reading->context);
    xmlFreeDoc(reading->document);
}

static void expect_text(const struct reading *reading, const char *path, const char *wanted)
{
    char expression[500];
    snprintf(expression, sizeof(expression), "string(%s)", path);
    xmlXPathObject *found = xmlXPathEvalExpression((const xmlChar *)expression, reading->context);
    assert_non_null(found);
    if (strcmp((const char *)found->stringval, wanted) != 0)
        fail_msg("%s is \"%s\", not \"%s\"", path, (const char *)found->stringval, wanted);
    xmlXPathFreeObject(found);
}

#define LINES "//x:transaction[1]/x:trLine"

static void another_currency_is_booked_in_euros_beside_its_own_amount(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    struct buffer out;
    memcpy(invoice.currency, "USD", sizeof(invoice.currency));
    invoice.issue_day = clock_days_from_date(2026, 3, 31);
    invoice.exchange = (struct exchange){
        .per_euro_millionths = 1250000, .day = 0, .vat_euro_minor = 23508, .total_euro_minor = 140708};
    const struct invoice *invoices[] = {&invoice};
    buffer_init(&out, BYTES_MAX);
    write_file(&out, invoices, 1);
    struct reading file = read_file(&out);
    expect_text(&file, "//x:transactions/x:totalDebit", "1407.08");
    expect_text(&file, "//x:transactions/x:totalCredit", "1407.08");
    expect_text(&file, LINES "[1]/x:accID", "1300");
    expect_text(&file, LINES "[1]/x:amnt", "1407.08");
    expect_text(&file, LINES "[1]/x:currency/x:curCode", "USD");
    expect_text(&file, LINES "[1]/x:currency/x:curAmnt", "1758.85");
    expect_text(&file, "sum(" LINES "[starts-with(x:accID, '15')]/x:amnt)", "235.08");
    expect_text(&file, "round(100 * sum(" LINES "[starts-with(x:accID, '8')]/x:amnt))", "117200");
    expect_text(&file, "//x:transaction/x:periodNumber", "3");
    release_reading(&file);
    buffer_release(&out);
    arena_free(arena);
}

static void texts_are_cut_and_what_the_schema_does_not_know_is_left_out(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    struct buffer out;
    invoice.issue_day = clock_days_from_date(2027, 1, 1);
    invoice.buyer.name = "Ξένος\x01 & <Σία> "
                         "漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢";
    invoice.buyer.company = NULL;
    invoice.buyer.vat_number = "EL123456789";
    invoice.buyer.address.country = "ME";
    const struct invoice *invoices[] = {&invoice};
    buffer_init(&out, BYTES_MAX);
    write_file(&out, invoices, 1);
    struct reading file = read_file(&out);
    expect_text(&file, "string-length(//x:custSupName)", "50");
    expect_text(&file, "starts-with(//x:custSupName, 'Ξένος & <Σία> 漢')", "true");
    expect_text(&file, "//x:customerSupplier/x:taxRegistrationCountry", "GR");
    expect_text(&file, "count(//x:customerSupplier/x:streetAddress/x:country)", "0");
    expect_text(&file, "//x:custSupID", "01020300000000000000000000000000");
    expect_text(&file, "//x:fiscalYear", "2026-2027");
    expect_text(&file, "string-length(//x:softwareVersion)", "20");
    /* The fourteenth month of these two years is cut at both ends of the file. */
    expect_text(&file, "count(//x:period)", "14");
    expect_text(&file, "//x:period[1]/x:startDatePeriod", "2026-01-15");
    expect_text(&file, "//x:period[1]/x:endDatePeriod", "2026-01-31");
    expect_text(&file, "//x:period[14]/x:endDatePeriod", "2027-02-10");
    expect_text(&file, "//x:transaction/x:periodNumber", "13");
    release_reading(&file);
    buffer_release(&out);
    arena_free(arena);
}

static void a_credit_note_turns_every_side_and_matches_its_invoice(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct invoice note = sample_credit_note(arena, LANGUAGE_NL);
    struct buffer out;
    note.issue_day = clock_days_from_date(2026, 12, 31);
    const struct invoice *invoices[] = {&note};
    buffer_init(&out, BYTES_MAX);
    write_file(&out, invoices, 1);
    struct reading file = read_file(&out);
    expect_text(&file, LINES "[1]/x:amntTp", "C");
    expect_text(&file, "count(" LINES "[position() > 1][x:amntTp = 'D'])", "4");
    expect_text(&file, "count(" LINES "/x:vat[x:vatAmntTp = 'D'])", "2");
    expect_text(&file, LINES "[1]/x:matchKeyID", note.credited_number);
    expect_text(&file, LINES "[1]/x:invRef", note.number);
    release_reading(&file);
    buffer_release(&out);
    arena_free(arena);
}

static void a_sink_that_will_not_ends_the_audit_file(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    const struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    const struct xaf_contents *contents = ARENA_NEW(arena, struct xaf_contents);
    const struct xaf_head head = head_of(&invoice.seller);
    struct error error = {0};
    struct xaf *xaf;
    assert_int_equal(xaf_new(&xaf, refuse, NULL, &head, &error), STATUS_OK);
    xaf_begin_transactions(xaf, contents);
    assert_int_equal(xaf_finish(xaf, &error), STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "file_write");
    xaf_free(xaf);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("a cell is quoted where RFC 4180 asks for it, and a formula defused",
             a_cell_is_quoted_and_defused_as_it_needs),
        RULE("numbers and dates are plain, negative ones too", numbers_and_dates_are_plain_and_negative_ones_too),
        RULE("an archive is read by libzip, checks and all", an_archive_is_read_by_libzip),
        RULE("more entries than 16 bits count are all there", more_entries_than_16_bits_count_are_all_there),
        RULE("a sink that will not ends the archive", a_sink_that_will_not_ends_the_archive),
        RULE("another currency is booked in euros, beside its own amount",
             another_currency_is_booked_in_euros_beside_its_own_amount),
        RULE("texts are cut to the schema's lengths, and what it does not know is left out",
             texts_are_cut_and_what_the_schema_does_not_know_is_left_out),
        RULE("a credit note turns every side, and matches its invoice",
             a_credit_note_turns_every_side_and_matches_its_invoice),
        RULE("a sink that will not ends the audit file", a_sink_that_will_not_ends_the_audit_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
