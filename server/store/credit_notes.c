/* Opens credit notes for staff. Whatever thread owns the store runs it. Never writes. */
#include "akkoord/store/credit_notes.h"

#include "akkoord/pg/sql.h"
#include "akkoord/store/credit_content.h"
#include "rows.h"

enum {
    COLUMN_ID,
    COLUMN_NUMBER,
    COLUMN_CREDITED_NUMBER,
    COLUMN_CONTENT,
    COLUMN_CUSTOMER_ID,
    COLUMN_KEY_ID,
    COLUMN_WRAPPED,
};

static enum status read_row(struct arena *arena, const struct pg_result *result, size_t row, const struct data_key *key,
                            struct stored_credit_note *stored, struct error *error)
{
    struct uuid id = pg_get_uuid(result, row, COLUMN_ID);
    struct uuid customer_id = pg_get_uuid(result, row, COLUMN_CUSTOMER_ID);
    struct order_content content;
    struct credit_note note;
    size_t length;
    const uint8_t *blob = pg_get_bytes(result, row, COLUMN_CONTENT, &length);
    enum status status = credit_content_open(arena, key, &id, &customer_id, blob, length, &content, &note, error);
    if (status != STATUS_OK)
        return status;
    store_read_text(result, row, COLUMN_NUMBER, stored->number, sizeof(stored->number));
    store_read_text(result, row, COLUMN_CREDITED_NUMBER, stored->credited_number, sizeof(stored->credited_number));
    stored->reason = note.request != NULL ? note.request->reason : NULL;
    stored->refund = note.request != NULL ? note.request->refund : NULL;
    stored->parts = note.parts;
    stored->parts_count = note.parts_count;
    stored->totals = note.totals;
    return STATUS_OK;
}

/* All of one order, and so under one key. */
static enum status read_rows(struct store *store, struct arena *arena, const struct pg_result *result,
                             struct stored_credit_note *notes, size_t count, struct error *error)
{
    if (pg_is_null(result, 0, COLUMN_WRAPPED))
        return error_set(error, STATUS_NOT_FOUND, "data_key_erased", "the key of this content was destroyed");
    struct uuid key_id = pg_get_uuid(result, 0, COLUMN_KEY_ID);
    struct data_key key;
    size_t length;
    const uint8_t *wrapped = pg_get_bytes(result, 0, COLUMN_WRAPPED, &length);
    enum status status = store_data_key_unwrap(store, &key_id, KEY_PURPOSE_BILLING, wrapped, length, &key, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = read_row(arena, result, i, &key, &notes[i], error);
    vault_data_key_release(&key);
    return status;
}

enum status store_credit_notes_of_order(struct store *store, struct arena *arena, const struct uuid *order_id,
                                        struct stored_credit_note **notes, size_t *count, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, order_id);
    enum status status = pg_execute(store->pg, &sql_document_credit_notes, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *notes = ARENA_ARRAY(arena, struct stored_credit_note, *count);
    if (*count > 0)
        status = read_rows(store, arena, result, *notes, *count, error);
    pg_result_free(result);
    return status;
}

enum status store_order_has_refund(struct store *store, struct arena *arena, const struct uuid *order_id,
                                   const char *refund_id, bool *has_refund, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, order_id);
    pg_params_add_text(&params, refund_id);
    enum status status = pg_execute(store->pg, &sql_payment_has_refund, &params, &result, error);
    if (status == STATUS_OK)
        *has_refund = pg_get_bool(result, 0, 0);
    pg_result_free(result);
    return status;
}
