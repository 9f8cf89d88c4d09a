/*
 * `akkoord invoices export`: what was issued in a span of time, as a table, an archive or an audit file. Main thread.
 * Personal data goes into that file in the clear, and nowhere else. The database is only read, but that a document
 * which was never drawn is drawn and kept, as a customer's download would have done.
 */
#include <stdio.h>
#include <string.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"
#include "akkoord/documents/books_csv.h"
#include "akkoord/documents/ubl.h"
#include "akkoord/documents/xaf.h"
#include "akkoord/documents/zip_stream.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/store/renditions.h"
#include "books.h"
#include "books_codec.h"
#include "books_file.h"
#include "first_start.h"

#define ROWS_BYTES_MAX ((size_t)1 << 20)
#define XAF_ROUNDS     2

struct export
{
    struct books books;
    struct books_file file;
    struct buffer rows;     /* of one document, or the manifest */
    struct zip_stream *zip; /* ubl-zip */
    struct xaf *xaf;        /* xaf */
    struct xaf_contents *contents;
};

/* ---- csv ---- */

static enum status hand_over_rows(struct export *export, struct error *error)
{
    if (export->rows.overflowed)
        return error_set(error, STATUS_TOO_LARGE, "document_too_long", "the rows of one document are too large");
    bool written = books_file_write(&export->file, buffer_text(&export->rows), export->rows.length);
    buffer_clear(&export->rows);
    return written ? STATUS_OK : books_file_fail(&export->file, error);
}

static enum status write_rows(void *context, const struct book_entry *entry, struct error *error)
{
    struct export *export = context;
    struct csv csv;
    csv_init(&csv, &export->rows);
    books_csv_document(&csv, export->books.document_arena, entry->invoice, &entry->booking);
    return hand_over_rows(export, error);
}

static enum status export_csv(struct export *export, struct error *error)
{
    struct csv csv;
    buffer_init(&export->rows, ROWS_BYTES_MAX);
    csv_init(&csv, &export->rows);
    books_csv_head(&csv);
    books_progress_begin(&export->books, "invoices", export->books.counts.documents);
    enum status status = hand_over_rows(export, error);
    if (status == STATUS_OK)
        status = books_walk(&export->books, BOOKS_FIRST_ROUND, write_rows, export, error);
    return status;
}

/* ---- ubl-zip ---- */

/* A number may have been given signs that a file's name should not have. */
static const char *file_name(struct arena *arena, const char *number)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    char *name = arena_format(arena, "ubl/%s.xml", number);
    for (char *at = name + strlen("ubl/"); *at != '\0'; at++) {
        if (strchr(plain, *at) == NULL)
            *at = '_';
    }
    return name;
}

static enum status write_entry(void *context, const struct book_entry *entry, struct error *error)
{
    struct export *export = context;
    struct arena *arena = export->books.document_arena;
    const struct image no_logo = {.png = NULL};
    const uint8_t *bytes;
    size_t length;
    uint8_t sha256[SHA256_BYTES];
    char sha256_text[SHA256_TEXT_BYTES];
    /* By the store that may write: what was never drawn is kept from now on. */
    enum status status =
        store_rendition_get_or_render(export->books.installation.store, arena, &entry->stored->id, RENDITION_UBL,
                                      document_render_ubl, &no_logo, &bytes, &length, error);
    if (status != STATUS_OK)
        return status;
    const char *name = file_name(arena, entry->invoice->number);
    status = zip_stream_add(export->zip, name, bytes, length, error);
    if (status != STATUS_OK)
        return status;
    crypto_sha256(bytes, length, sha256);
    hex_encode(sha256, sizeof(sha256), sha256_text);
    books_manifest_add(&export->rows, arena, entry, name, sha256_text);
    return STATUS_OK;
}

static enum status export_zip(struct export *export, struct error *error)
{
    struct books *books = &export->books;
    buffer_init(&export->rows, BOOKS_MANIFEST_BYTES_MAX);
    books_manifest_begin(&export->rows, &books->range);
    export->zip = zip_stream_new(books_file_write, &export->file);
    books_progress_begin(books, "invoices", books->counts.documents);
    enum status status = books_walk(books, BOOKS_FIRST_ROUND, write_entry, export, error);
    if (status != STATUS_OK)
        return status;
    books_manifest_end(&export->rows, books->arena, books);
    if (export->rows.overflowed)
        return error_set(error, STATUS_TOO_LARGE, "archive_too_large", "the manifest is too large");
    status = zip_stream_add(export->zip, "manifest.json", buffer_text(&export->rows), export->rows.length, error);
    if (status == STATUS_OK)
        status = zip_stream_finish(export->zip, error);
    return status;
}

/* ---- xaf ---- */

static enum status count_transaction(void *context, const struct book_entry *entry, struct error *error)
{
    struct export *export = context;
    return xaf_contents_add(export->contents, &entry->booking, error);
}

static enum status write_customer(void *context, const struct uuid *customer_id, const struct uuid *document_id,
                                  struct error *error)
{
    struct export *export = context;
    struct books *books = &export->books;
    struct opened_document document;
    struct error fault;
    static const struct buyer unknown = {.name = NULL};
    arena_reset(books->document_arena);
    enum status status = store_document_open(books->reader, books->document_arena, document_id, &document, &fault);
    if (status == STATUS_OK)
        vault_data_key_release(&document.billing_key);
    else if (!books_is_document_fault(&fault)) {
        *error = fault;
        return status;
    }
    /* Transactions refer to them: they have to be there, if only by their id. */
    xaf_add_customer(export->xaf, customer_id, status == STATUS_OK ? &document.invoice.buyer : &unknown);
    return STATUS_OK;
}

static enum status write_transaction(void *context, const struct book_entry *entry, struct error *error)
{
    struct export *export = context;
    (void)error; /* kept until xaf_finish() */
    xaf_add_transaction(export->xaf, entry->customer_id, entry->invoice, &entry->booking);
    return export->file.fault == 0 ? STATUS_OK : books_file_fail(&export->file, error);
}

static enum status begin_xaf(struct export *export, struct error *error)
{
    struct books *books = &export->books;
    struct seller *seller = ARENA_NEW(books->arena, struct seller);
    enum status status = first_start_seller(&books->installation.settings, books->arena, seller, error);
    if (status != STATUS_OK)
        return status;
    const struct xaf_head head = {.seller = seller,
                                  .from_day = books->range.from_day,
                                  .to_day = books->range.to_day,
                                  .created_day = calendar_amsterdam_day(clock_now_us()),
                                  .software_version = AKKOORD_VERSION};
    return xaf_new(&export->xaf, books_file_write, &export->file, &head, error);
}

/* Its totals stand in front: every document is looked at twice. */
static enum status export_xaf(struct export *export, struct error *error)
{
    struct books *books = &export->books;
    export->contents = ARENA_NEW(books->arena, struct xaf_contents);
    books_progress_begin(books, "invoices", books->counts.documents * XAF_ROUNDS);
    enum status status = books_walk(books, BOOKS_FIRST_ROUND, count_transaction, export, error);
    if (status == STATUS_OK)
        status = begin_xaf(export, error);
    if (status == STATUS_OK)
        status = store_books_customers(books->reader, &books->range, write_customer, export, error);
    if (status != STATUS_OK)
        return status;
    xaf_begin_transactions(export->xaf, export->contents);
    status = books_walk(books, BOOKS_LATER_ROUND, write_transaction, export, error);
    if (status == STATUS_OK)
        status = xaf_finish(export->xaf, error);
    return status;
}

/* ---- the command ---- */

typedef enum status exporter(struct export *export, struct error *error);

static exporter *exporter_of(const char *format)
{
    if (strcmp(format, "csv") == 0)
        return export_csv;
    return strcmp(format, "xaf") == 0 ? export_xaf : export_zip;
}

static enum status run(struct export *export, const struct invoices_arguments *arguments, struct error *error)
{
    enum status status = books_open(&export->books, &arguments->range, error);
    if (status == STATUS_OK)
        status = books_file_open(&export->file, arguments->output, error);
    if (status == STATUS_OK)
        status = exporter_of(arguments->format)(export, error);
    books_progress_end(&export->books);
    if (status == STATUS_OK)
        status = books_file_commit(&export->file, error);
    if (status == STATUS_OK)
        books_print_sums(&export->books);
    return status;
}

int invoices_export(const struct invoices_arguments *arguments)
{
    struct export export = {.file = {.descriptor = -1}};
    struct error error;
    enum status status = run(&export, arguments, &error);
    bool is_complete = export.books.unreadable == 0;
    xaf_free(export.xaf);
    zip_stream_free(export.zip);
    buffer_release(&export.rows);
    books_file_close(&export.file);
    books_close(&export.books);
    if (status != STATUS_OK)
        return command_fail(&error);
    return is_complete ? EXIT_DONE : EXIT_FAILED;
}
