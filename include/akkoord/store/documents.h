#pragma once
/*
 * Issued documents, invoices and credit notes: rows of akkoord.document, written by the committer alone (batch.h) and
 * changed by nobody. Their content is that of the order, opened here to fill struct invoice.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/store/store.h"

struct stored_document {
    struct uuid id;
    struct uuid order_id;
    enum document_kind kind;
    char number[DOCUMENT_NUMBER_BYTES];
    int64_t issue_day; /* Europe/Amsterdam */
    int64_t total_minor;
    int64_t prepaid_minor; /* not read for the books */
    char currency[CURRENCY_BYTES];
};

/* "invoice" and "credit_note", in the API and in the database. */
const char *document_kind_name(enum document_kind kind);

/* Of several orders at once, by order and then as they were issued; the array lives in the arena. */
enum status store_documents_of_orders(struct store *store, struct arena *arena, const struct uuid *order_ids,
                                      size_t order_ids_count, struct stored_document **documents, size_t *count,
                                      struct error *error) AKKOORD_MUST_CHECK;

/* The newest document of kind invoice of an order. `customer_id`: whose it must be; NULL for staff. STATUS_NOT_FOUND
 * also when none was issued. */
enum status store_document_find_invoice(struct store *store, struct arena *arena, const struct uuid *order_id,
                                        const struct uuid *customer_id, struct stored_document *document,
                                        struct error *error) AKKOORD_MUST_CHECK;
/* Any document, by its number; the rest as above. */
enum status store_document_find_number(struct store *store, struct arena *arena, const char *number,
                                       const struct uuid *customer_id, struct stored_document *document,
                                       struct error *error) AKKOORD_MUST_CHECK;

/*
 * A document as every format is drawn from it, with the key that its order's content and its renditions are sealed
 * under. Release `billing_key` with vault_data_key_release(); the rest lives in the arena.
 * STATUS_NOT_FOUND: no such document (`not_found`), or its content was shredded (`data_key_erased`).
 */
struct opened_document {
    struct invoice invoice;
    const char *credit_reason; /* of a credit note that staff drew up; else NULL */
    struct uuid customer_id;
    struct data_key billing_key;
};
enum status store_document_open(struct store *store, struct arena *arena, const struct uuid *id,
                                struct opened_document *document, struct error *error) AKKOORD_MUST_CHECK;
