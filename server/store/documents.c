/* Reads akkoord.document and opens what a document shows. Whatever thread owns the store runs it. Never writes. */
#include "akkoord/store/documents.h"

#include "akkoord/domain/calendar.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/credit_content.h"
#include "akkoord/store/order_content.h"
#include "rows.h"

static const char *const kind_names[] = {[DOCUMENT_INVOICE] = "invoice", [DOCUMENT_CREDIT_NOTE] = "credit_note"};

const char *document_kind_name(enum document_kind kind)
{
    return kind_names[kind];
}

static enum status document_kind_parse(const char *text, enum document_kind *kind)
{
    for (size_t i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++) {
        if (strcmp(text, kind_names[i]) == 0) {
            *kind = (enum document_kind)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

/* ---- rows ---- */

static enum status kind_unreadable(struct error *error)
{
    return error_set(error, STATUS_INTERNAL, "document_unreadable", "a document is of a kind that is not known");
}

/* Columns as in sql/document/of_orders.sql. */
static enum status read_row(const struct pg_result *result, size_t row, struct stored_document *document,
                            struct error *error)
{
    *document = (struct stored_document){
        .id = pg_get_uuid(result, row, 0),
        .order_id = pg_get_uuid(result, row, 1),
        .issue_day = pg_get_date(result, row, 4),
        .total_minor = pg_get_int64(result, row, 5),
        .prepaid_minor = pg_get_int64(result, row, 7),
    };
    snprintf(document->number, sizeof(document->number), "%s", pg_get_text(result, row, 3));
    snprintf(document->currency, sizeof(document->currency), "%s", pg_get_text(result, row, 6));
    if (document_kind_parse(pg_get_text(result, row, 2), &document->kind) != STATUS_OK)
        return kind_unreadable(error);
    return STATUS_OK;
}

enum status store_documents_of_orders(struct store *store, struct arena *arena, const struct uuid *order_ids,
                                      size_t order_ids_count, struct stored_document **documents, size_t *count,
                                      struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    store_add_uuids(&params, order_ids, order_ids_count);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_document_of_orders, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *documents = ARENA_ARRAY(arena, struct stored_document, *count);
    for (size_t i = 0; i < *count && status == STATUS_OK; i++)
        status = read_row(result, i, &(*documents)[i], error);
    pg_result_free(result);
    return status;
}

static enum status find_one(struct store *store, const struct pg_statement *statement, const struct pg_params *params,
                            struct stored_document *document, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, statement, params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such document");
    else if (status == STATUS_OK)
        status = read_row(result, 0, document, error);
    pg_result_free(result);
    return status;
}

enum status store_document_find_invoice(struct store *store, struct arena *arena, const struct uuid *order_id,
                                        const struct uuid *customer_id, struct stored_document *document,
                                        struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, order_id);
    pg_params_add_uuid(&params, customer_id);
    return find_one(store, &sql_document_find_invoice, &params, document, error);
}

enum status store_document_find_number(struct store *store, struct arena *arena, const char *number,
                                       const struct uuid *customer_id, struct stored_document *document,
                                       struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, number);
    pg_params_add_uuid(&params, customer_id);
    return find_one(store, &sql_document_find_number, &params, document, error);
}

/* ---- opening ---- */

enum {
    OPEN_KIND,
    OPEN_NUMBER,
    OPEN_ISSUE_DATE,
    OPEN_PREPAID,
    OPEN_DOCUMENT_VERSION,
    OPEN_CREDITED_NUMBER,
    OPEN_CREDITED_DATE,
    OPEN_SUPPLIED_AT,
    OPEN_ORDER_ID,
    OPEN_ORDER_NUMBER,
    OPEN_CUSTOMER_ID,
    OPEN_CONTENT_VERSION,
    OPEN_CONTENT,
    OPEN_KEY_ID,
    OPEN_WRAPPED,
    OPEN_DOCUMENT_ID,
    OPEN_OWN_CONTENT,
};

static enum status open_key(struct store *store, const struct pg_result *result, struct data_key *key,
                            struct error *error)
{
    if (pg_is_null(result, 0, OPEN_WRAPPED))
        return error_set(error, STATUS_NOT_FOUND, "data_key_erased", "the key of this content was destroyed");
    struct uuid key_id = pg_get_uuid(result, 0, OPEN_KEY_ID);
    size_t length;
    const uint8_t *wrapped = pg_get_bytes(result, 0, OPEN_WRAPPED, &length);
    return store_data_key_unwrap(store, &key_id, KEY_PURPOSE_BILLING, wrapped, length, key, error);
}

static enum status open_content(struct arena *arena, const struct pg_result *result, const struct data_key *key,
                                struct order_content *content, const char **credit_reason, struct error *error)
{
    const struct order_content_place place = {
        .order_id = pg_get_uuid(result, 0, OPEN_ORDER_ID),
        .customer_id = pg_get_uuid(result, 0, OPEN_CUSTOMER_ID),
        .content_version = pg_get_int64(result, 0, OPEN_CONTENT_VERSION),
    };
    /* What an issued document shows may never change under it. */
    if (place.content_version != pg_get_int64(result, 0, OPEN_DOCUMENT_VERSION))
        return error_set(error, STATUS_INTERNAL, "content_changed", "the content of an issued document was replaced");
    size_t length;
    if (!pg_is_null(result, 0, OPEN_OWN_CONTENT)) {
        struct credit_note note;
        struct uuid id = pg_get_uuid(result, 0, OPEN_DOCUMENT_ID);
        const uint8_t *own = pg_get_bytes(result, 0, OPEN_OWN_CONTENT, &length);
        enum status status =
            credit_content_open(arena, key, &id, &place.customer_id, own, length, content, &note, error);
        if (status == STATUS_OK && note.request != NULL)
            *credit_reason = note.request->reason;
        return status;
    }
    const uint8_t *blob = pg_get_bytes(result, 0, OPEN_CONTENT, &length);
    return order_content_open(arena, key, &place, blob, length, content, error);
}

static enum status fill_invoice(struct arena *arena, const struct pg_result *result,
                                const struct order_content *content, struct invoice *invoice, struct error *error)
{
    *invoice = (struct invoice){
        .language = content->language,
        .issue_day = pg_get_date(result, 0, OPEN_ISSUE_DATE),
        .supply_day = calendar_amsterdam_day(pg_get_time(result, 0, OPEN_SUPPLIED_AT)),
        .supply_end_day = calendar_amsterdam_day(pg_get_time(result, 0, OPEN_SUPPLIED_AT)),
        .order_number = arena_copy_text(arena, pg_get_text(result, 0, OPEN_ORDER_NUMBER)),
        .reference = content->reference,
        .seller = content->seller,
        .buyer = content->buyer,
        .lines = content->lines,
        .lines_count = content->lines_count,
        .totals = content->totals,
        .discount_reason = content->discount_reason,
        .exchange = content->exchange,
        .prepaid_minor = pg_get_int64(result, 0, OPEN_PREPAID),
    };
    memcpy(invoice->currency, content->currency, sizeof(invoice->currency));
    snprintf(invoice->number, sizeof(invoice->number), "%s", pg_get_text(result, 0, OPEN_NUMBER));
    if (!pg_is_null(result, 0, OPEN_CREDITED_NUMBER)) {
        snprintf(invoice->credited_number, sizeof(invoice->credited_number), "%s",
                 pg_get_text(result, 0, OPEN_CREDITED_NUMBER));
        invoice->credited_day = pg_get_date(result, 0, OPEN_CREDITED_DATE);
    }
    if (document_kind_parse(pg_get_text(result, 0, OPEN_KIND), &invoice->kind) != STATUS_OK)
        return kind_unreadable(error);
    const struct issued_amounts issued = {invoice->kind, invoice->issue_day, invoice->totals.total_minor,
                                          invoice->prepaid_minor};
    invoice->due_day = invoice_due_day(&invoice->seller, &issued);
    return STATUS_OK;
}

static enum status open_row(struct store *store, struct arena *arena, const struct pg_result *result,
                            struct opened_document *document, struct error *error)
{
    struct order_content content;
    document->customer_id = pg_get_uuid(result, 0, OPEN_CUSTOMER_ID);
    document->credit_reason = NULL;
    enum status status = open_key(store, result, &document->billing_key, error);
    if (status != STATUS_OK)
        return status;
    status = open_content(arena, result, &document->billing_key, &content, &document->credit_reason, error);
    if (status == STATUS_OK)
        status = fill_invoice(arena, result, &content, &document->invoice, error);
    if (status != STATUS_OK)
        vault_data_key_release(&document->billing_key);
    return status;
}

enum status store_document_open(struct store *store, struct arena *arena, const struct uuid *id,
                                struct opened_document *document, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_document_open, &params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such document");
    else if (status == STATUS_OK)
        status = open_row(store, arena, result, document, error);
    pg_result_free(result);
    return status;
}
