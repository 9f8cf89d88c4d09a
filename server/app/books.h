#pragma once
/*
 * What `akkoord invoices` goes through: every document of a span of time, opened, with what is booked of it. One that
 * can't be opened is told of on standard error, counted, and makes the command fail in the end. Main thread.
 */
#include <stdbool.h>

#include "akkoord/app/installation.h"
#include "akkoord/base/arena.h"
#include "akkoord/domain/booking.h"
#include "akkoord/domain/vat_summary.h"
#include "akkoord/store/books.h"
#include "akkoord/store/documents.h"
#include "progress.h"

struct books {
    struct books_range range;
    struct installation installation; /* its store is free to write */
    struct store *reader;             /* sees one moment */
    struct arena *arena;              /* of the whole run */
    struct arena *document_arena;     /* emptied with each document */
    struct books_counts counts;
    struct booking_sums sums[BOOKING_KINDS]; /* control totals: of every document that was handed to a visitor */
    int64_t unreadable;
    bool shows_progress;
    struct progress progress;
};

/* The caller closes it also after a failure. */
enum status books_open(struct books *books, const struct books_range *range, struct error *error) AKKOORD_MUST_CHECK;
void books_close(struct books *books);

/* On a terminal; `of` documents will be gone through. */
void books_progress_begin(struct books *books, const char *title, int64_t of);
void books_progress_end(struct books *books);

/* What lies in books->document_arena lives until the visitor returns. */
struct book_entry {
    const struct stored_document *stored;
    const struct invoice *invoice;
    const struct uuid *customer_id;
    struct booking booking;
};
/* A visitor may find a document unfit (as books_is_document_fault() says): that is told, and the next one comes. */
typedef enum status book_visitor(void *context, const struct book_entry *entry, struct error *error);

enum books_round {
    BOOKS_FIRST_ROUND, /* counts, and tells of what can't be opened */
    BOOKS_LATER_ROUND, /* the same documents again */
};
enum status books_walk(struct books *books, enum books_round round, book_visitor *visit, void *context,
                       struct error *error) AKKOORD_MUST_CHECK;
/* A fault of one document, and not of the database or the file. */
bool books_is_document_fault(const struct error *error);

/* The control totals, on standard error. */
void books_print_sums(const struct books *books);

/* Arguments as main() got them. */
struct invoices_arguments {
    struct books_range range;
    const char *format;
    const char *output; /* NULL: standard output */
    enum vat_period by;
};
int invoices_export(const struct invoices_arguments *arguments);
int invoices_vat(const struct invoices_arguments *arguments);
