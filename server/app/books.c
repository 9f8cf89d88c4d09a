/* Goes through issued documents for bookkeeping. Main thread. Never writes to the database. */
#include "books.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "akkoord/base/money.h"
#include "akkoord/domain/calendar.h"

#define CALL_TIMEOUT_MS 600000
#define BOOK_CURRENCY   "EUR"

enum status books_open(struct books *books, const struct books_range *range, struct error *error)
{
    *books = (struct books){.range = *range, .arena = arena_new(), .document_arena = arena_new()};
    enum status status = installation_open(&books->installation, error);
    if (status != STATUS_OK)
        return status;
    const struct pg_options options = {.url = books->installation.database.worker_url,
                                       .application = "akkoord invoices",
                                       .call_timeout_ms = CALL_TIMEOUT_MS};
    books->reader = store_new_with_options(&options, books->installation.keyring);
    status = store_books_begin(books->reader, error);
    if (status == STATUS_OK)
        status = store_books_count(books->reader, range, &books->counts, error);
    return status;
}

void books_close(struct books *books)
{
    if (books->reader != NULL)
        store_books_end(books->reader);
    store_free(books->reader);
    installation_close(&books->installation);
    arena_free(books->document_arena);
    arena_free(books->arena);
}

/* ---- what is shown ---- */

/* Elsewhere standard output may be the export itself. */
void books_progress_begin(struct books *books, const char *title, int64_t of)
{
    books->shows_progress = isatty(STDOUT_FILENO) == 1;
    if (books->shows_progress)
        progress_begin(&books->progress, "invoices", title, of);
}

void books_progress_end(struct books *books)
{
    if (books->shows_progress)
        progress_end(&books->progress);
    books->shows_progress = false;
}

static void format_amount(int64_t amount_minor, const char *currency, char out[MONEY_TEXT_BYTES])
{
    struct money money = {.amount_minor = amount_minor};
    (void)snprintf(money.currency, sizeof(money.currency), "%s", currency);
    money_format_decimal(&money, out);
}

static void tell_unreadable(struct books *books, const struct stored_document *stored, const struct error *fault)
{
    char date[CALENDAR_DATE_BYTES];
    char total[MONEY_TEXT_BYTES];
    books->unreadable++;
    calendar_format_date(stored->issue_day, date);
    format_amount(stored->total_minor, stored->currency, total);
    (void)fprintf(stderr, "unreadable=%s kind=%s issue_date=%s total=%s currency=%s reason=%s\n", stored->number,
                  document_kind_name(stored->kind), date, total, stored->currency, fault->code);
}

static void print_sum(const char *kind, int64_t documents, const struct booking_amounts *euros)
{
    char net[MONEY_TEXT_BYTES];
    char vat[MONEY_TEXT_BYTES];
    char total[MONEY_TEXT_BYTES];
    format_amount(euros->net_minor, BOOK_CURRENCY, net);
    format_amount(euros->vat_minor, BOOK_CURRENCY, vat);
    format_amount(euros->total_minor, BOOK_CURRENCY, total);
    (void)fprintf(stderr, "kind=%s documents=%" PRId64 " net=%s vat=%s total=%s currency=" BOOK_CURRENCY "\n", kind,
                  documents, net, vat, total);
}

void books_print_sums(const struct books *books)
{
    char from[CALENDAR_DATE_BYTES];
    char to[CALENDAR_DATE_BYTES];
    calendar_format_date(books->range.from_day, from);
    calendar_format_date(books->range.to_day, to);
    for (int kind = 0; kind < BOOKING_KINDS; kind++)
        print_sum(document_kind_name((enum document_kind)kind), books->sums[kind].documents, &books->sums[kind].euros);
    (void)fprintf(stderr, "from=%s to=%s documents=%" PRId64 " unreadable=%" PRId64 "\n", from, to,
                  books->sums[DOCUMENT_INVOICE].documents + books->sums[DOCUMENT_CREDIT_NOTE].documents,
                  books->unreadable);
}

/* ---- going through them ---- */

bool books_is_document_fault(const struct error *error)
{
    bool is_statement = strncmp(error->code, "statement_", strlen("statement_")) == 0;
    return !is_statement &&
           (error->status == STATUS_NOT_FOUND || error->status == STATUS_INTERNAL || error->status == STATUS_INVALID);
}

struct walk {
    struct books *books;
    enum books_round round;
    book_visitor *visit;
    void *context;
};

static enum status book(const struct walk *walk, const struct stored_document *stored, struct error *error)
{
    struct books *books = walk->books;
    struct opened_document document;
    enum status status = store_document_open(books->reader, books->document_arena, &stored->id, &document, error);
    if (status != STATUS_OK)
        return status;
    vault_data_key_release(&document.billing_key);
    struct book_entry entry = {.stored = stored, .invoice = &document.invoice, .customer_id = &document.customer_id};
    status = booking_of(&document.invoice, &entry.booking, error);
    if (status == STATUS_OK)
        status = walk->visit(walk->context, &entry, error);
    if (status == STATUS_OK && walk->round == BOOKS_FIRST_ROUND)
        status = booking_count(books->sums, &entry.booking, error);
    return status;
}

static enum status visit_stored(void *context, const struct stored_document *stored, struct error *error)
{
    const struct walk *walk = context;
    struct books *books = walk->books;
    struct error fault;
    arena_reset(books->document_arena);
    enum status status = book(walk, stored, &fault);
    if (books->shows_progress)
        progress_add(&books->progress, 1);
    if (status == STATUS_OK)
        return STATUS_OK;
    if (!books_is_document_fault(&fault)) {
        *error = fault;
        return status;
    }
    if (walk->round == BOOKS_FIRST_ROUND)
        tell_unreadable(books, stored, &fault);
    return STATUS_OK;
}

enum status books_walk(struct books *books, enum books_round round, book_visitor *visit, void *context,
                       struct error *error)
{
    struct walk walk = {.books = books, .round = round, .visit = visit, .context = context};
    return store_books_documents(books->reader, &books->range, visit_stored, &walk, error);
}
