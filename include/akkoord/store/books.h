#pragma once
/*
 * What was issued in a span of time, for bookkeeping: gone through in batches, so that any number of documents needs
 * the same memory. Reads only. All of it is one moment's: store_books_begin() comes first, store_books_end() last, and
 * what else the store is asked between, store_document_open() above all, is answered as of that moment too.
 */
#include <stdint.h>

#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/store/documents.h"
#include "akkoord/store/store.h"

/* Dates of issue, both included. */
struct books_range {
    int64_t from_day;
    int64_t to_day;
};

enum status store_books_begin(struct store *store, struct error *error) AKKOORD_MUST_CHECK;
/* Also after a failure. */
void store_books_end(struct store *store);

struct books_counts {
    int64_t documents;
    int64_t customers;
};
enum status store_books_count(struct store *store, const struct books_range *range, struct books_counts *counts,
                              struct error *error) AKKOORD_MUST_CHECK;

/* A visitor that fails ends it, with its error. It may use the store. */
typedef enum status books_document_visitor(void *context, const struct stored_document *document, struct error *error);
/* By date of issue, invoices before credit notes, then by number. */
enum status store_books_documents(struct store *store, const struct books_range *range, books_document_visitor *visit,
                                  void *context, struct error *error) AKKOORD_MUST_CHECK;

/* `document_id`: the customer's newest in the range, of those that can be opened. */
typedef enum status books_customer_visitor(void *context, const struct uuid *customer_id,
                                           const struct uuid *document_id, struct error *error);
enum status store_books_customers(struct store *store, const struct books_range *range, books_customer_visitor *visit,
                                  void *context, struct error *error) AKKOORD_MUST_CHECK;
