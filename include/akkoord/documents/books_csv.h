#pragma once
/*
 * Invoices and credit notes as a table for bookkeeping (csv.h): a row for each document and VAT subtotal. Amounts of a
 * credit note are negative. `net`, `vat` and the `document_` amounts are in `currency`, the last two columns in euros.
 * Pure; any thread.
 */
#include "akkoord/base/arena.h"
#include "akkoord/documents/csv.h"
#include "akkoord/domain/booking.h"
#include "akkoord/domain/invoice.h"

void books_csv_head(struct csv *csv);
/* `arena` holds texts for the while. A document without subtotals has one row. */
void books_csv_document(struct csv *csv, struct arena *arena, const struct invoice *invoice,
                        const struct booking *booking);
