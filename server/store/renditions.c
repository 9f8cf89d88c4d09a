/* The kept bytes of documents. Whatever thread owns the store runs it. */
#include "akkoord/store/renditions.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"

/* As in the database. */
static const char *format_name(enum rendition_format format)
{
    switch (format) {
    case RENDITION_PDF:
        return "pdf";
    case RENDITION_UBL:
        return "ubl";
    case RENDITION_CII:
        break;
    }
    return "cii";
}

static struct seal_context context_of(const struct uuid *document_id, enum rendition_format format,
                                      const struct opened_document *document)
{
    return (struct seal_context){.table = "rendition",
                                 .column = "bytes_sealed",
                                 .row_id = *document_id,
                                 .subject_id = document->customer_id,
                                 .row_version = (int64_t)format};
}

static enum status open_row(struct arena *arena, const struct pg_result *result, const struct seal_context *context,
                            const struct data_key *key, const uint8_t **bytes, size_t *length, struct error *error)
{
    size_t expected_length;
    const uint8_t *expected = pg_get_bytes(result, 0, 0, &expected_length);
    size_t blob_length;
    const uint8_t *blob = pg_get_bytes(result, 0, 1, &blob_length);
    uint8_t *opened;
    uint8_t sha256[SHA256_BYTES];
    enum status status = seal_open_bytes(arena, key, context, blob, blob_length, &opened, length, error);
    if (status != STATUS_OK)
        return status;
    crypto_sha256(opened, *length, sha256);
    if (!crypto_equal(expected, expected_length, sha256, sizeof(sha256)))
        return error_set(error, STATUS_INTERNAL, "rendition_damaged", "the kept bytes have another SHA-256 than noted");
    *bytes = opened;
    return STATUS_OK;
}

/* STATUS_NOT_FOUND when there is none yet. */
static enum status load(struct store *store, struct arena *arena, const struct uuid *document_id,
                        enum rendition_format format, const struct opened_document *document, const uint8_t **bytes,
                        size_t *length, struct error *error)
{
    const struct seal_context context = context_of(document_id, format, document);
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, document_id);
    pg_params_add_text(&params, format_name(format));
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_rendition_load, &params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "this document has not been rendered yet");
    else if (status == STATUS_OK)
        status = open_row(arena, result, &context, &document->billing_key, bytes, length, error);
    pg_result_free(result);
    return status;
}

/* Does nothing when there is one. */
static enum status insert(struct store *store, struct arena *arena, const struct uuid *document_id,
                          enum rendition_format format, const struct opened_document *document, const uint8_t *bytes,
                          size_t length, struct error *error)
{
    const struct seal_context context = context_of(document_id, format, document);
    uint8_t *blob;
    size_t blob_length;
    uint8_t sha256[SHA256_BYTES];
    crypto_sha256(bytes, length, sha256);
    enum status status = seal_bytes(arena, &document->billing_key, &context, bytes, length, &blob, &blob_length, error);
    if (status != STATUS_OK)
        return status;
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, document_id);
    pg_params_add_text(&params, format_name(format));
    pg_params_add_bytes(&params, sha256, sizeof(sha256));
    pg_params_add_bytes(&params, blob, blob_length);
    pg_params_add_text(&params, AKKOORD_VERSION);
    pg_params_add_time(&params, clock_now_us());
    static const enum audit_facet facets[] = {
        [RENDITION_PDF] = AUDIT_PDF, [RENDITION_UBL] = AUDIT_UBL, [RENDITION_CII] = AUDIT_CII};
    status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = store_execute_touching(store, &sql_rendition_insert, &params, NULL, facets[format], NULL, document_id,
                                        error);
    /* Its number stands there since its commit, and is drawn now. */
    if (status == STATUS_OK) {
        store_audit_touch(store, AUDIT_DOCUMENT_NUMBER, NULL, document_id);
        status = store_commit(store, error);
    }
    pg_rollback(store->pg);
    return status;
}

/* What was issued must be drawable: a renderer's refusal is our fault, not the reader's. */
static enum status draw(rendition_renderer *render, const struct invoice *invoice, struct arena *arena,
                        const uint8_t **bytes, size_t *length, struct error *error)
{
    struct error fault = {.status = STATUS_OK};
    if (render(invoice, arena, bytes, length, &fault) == STATUS_OK)
        return STATUS_OK;
    return error_set(error, STATUS_INTERNAL, fault.code, "%s", fault.detail);
}

enum status store_rendition_get_or_render(struct store *store, struct arena *arena, const struct uuid *document_id,
                                          enum rendition_format format, rendition_renderer *render,
                                          const struct image *logo, const uint8_t **bytes, size_t *length,
                                          struct error *error)
{
    struct opened_document document;
    enum status status = store_document_open(store, arena, document_id, &document, error);
    if (status != STATUS_OK)
        return status;
    document.invoice.seller.logo = *logo;
    status = load(store, arena, document_id, format, &document, bytes, length, error);
    if (status == STATUS_NOT_FOUND) {
        status = draw(render, &document.invoice, arena, bytes, length, error);
        if (status == STATUS_OK)
            status = insert(store, arena, document_id, format, &document, *bytes, *length, error);
        /* Somebody may have been quicker: what is kept is what is delivered. */
        if (status == STATUS_OK)
            status = load(store, arena, document_id, format, &document, bytes, length, error);
    }
    vault_data_key_release(&document.billing_key);
    return status;
}
