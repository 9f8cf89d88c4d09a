/* What VIES said of buyers' VAT numbers. Whatever thread owns the store runs it. Invariant: the first answer that is
 * recorded of an order stays, whoever comes later. */
#include "akkoord/store/vat_checks.h"

#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"

static struct pg_params id_params(struct arena *arena, const struct uuid *id)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    return params;
}

enum status store_vat_check_is_restricted(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                          bool *is_restricted, struct error *error)
{
    const struct pg_params params = id_params(arena, customer_id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_vat_check_is_restricted, &params, &result, error);
    *is_restricted = status == STATUS_OK && pg_get_bool(result, 0, 0);
    pg_result_free(result);
    return status;
}

/* ---- recording ---- */

/* The order's customer and billing key, which the caller releases. */
static enum status find_key(struct store *store, struct arena *arena, const struct uuid *order_id,
                            struct uuid *customer_id, struct data_key *key, struct error *error)
{
    const struct pg_params params = id_params(arena, order_id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_vat_check_key_of_order, &params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such order");
    else if (status == STATUS_OK && pg_is_null(result, 0, 2))
        status = error_set(error, STATUS_NOT_FOUND, "data_key_erased", "the content of this order was destroyed");
    if (status == STATUS_OK) {
        size_t length;
        struct uuid key_id = pg_get_uuid(result, 0, 1);
        const uint8_t *wrapped = pg_get_bytes(result, 0, 2, &length);
        *customer_id = pg_get_uuid(result, 0, 0);
        status = store_data_key_unwrap(store, &key_id, KEY_PURPOSE_BILLING, wrapped, length, key, error);
    }
    pg_result_free(result);
    return status;
}

static enum status seal_answer(struct store *store, struct arena *arena, const struct uuid *order_id,
                               const struct vat_check *check, uint8_t **blob, size_t *blob_length, struct error *error)
{
    struct uuid customer_id;
    struct data_key key;
    enum status status = find_key(store, arena, order_id, &customer_id, &key, error);
    if (status != STATUS_OK)
        return status;
    status = vat_check_seal(arena, &key, order_id, &customer_id, check, blob, blob_length, error);
    vault_data_key_release(&key);
    return status;
}

/* In a transaction; commits where it has inserted something. */
static enum status insert(struct store *store, const struct uuid *order_id, const struct pg_params *params,
                          bool *is_first, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_vat_check_insert, params, &result, error);
    *is_first = status == STATUS_OK && pg_result_affected(result) > 0;
    pg_result_free(result);
    if (!*is_first)
        return status;
    store_audit_touch(store, AUDIT_VAT_CHECK, order_id, order_id);
    return store_commit(store, error);
}

enum status store_vat_check_record(struct store *store, struct arena *arena, const struct uuid *order_id,
                                   const struct vat_check *check, int64_t at_us, bool *is_first, struct error *error)
{
    uint8_t *blob;
    size_t blob_length;
    *is_first = false;
    enum status status = seal_answer(store, arena, order_id, check, &blob, &blob_length, error);
    if (status != STATUS_OK)
        return status;
    struct pg_params params = id_params(arena, order_id);
    pg_params_add_text(&params, vat_check_outcome_name(check->outcome));
    pg_params_add_time(&params, at_us);
    pg_params_add_bytes(&params, blob, blob_length);
    status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = insert(store, order_id, &params, is_first, error);
    pg_rollback(store->pg);
    return status;
}

/* ---- the list ---- */

static enum status read_row(struct arena *arena, const struct pg_result *result, size_t row,
                            struct listed_vat_check *listed, struct error *error)
{
    *listed = (struct listed_vat_check){.order_id = pg_get_uuid(result, row, 0),
                                        .order_number = arena_copy_text(arena, pg_get_text(result, row, 1)),
                                        .checked_at_us = pg_get_time(result, row, 4)};
    if (order_status_parse(pg_get_text(result, row, 2), &listed->order_status) != STATUS_OK ||
        vat_check_outcome_parse(pg_get_text(result, row, 3), &listed->outcome) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "vat_check_unreadable", "a word in the database is not known here");
    return STATUS_OK;
}

enum status store_vat_checks_list(struct store *store, struct arena *arena, const enum vat_check_outcome *only,
                                  const struct uuid *after, size_t limit, struct listed_vat_check **checks,
                                  size_t *count, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, only != NULL ? vat_check_outcome_name(*only) : NULL);
    pg_params_add_uuid(&params, uuid_is_nil(after) ? NULL : after);
    pg_params_add_int64(&params, (int64_t)limit);
    enum status status = pg_execute(store->pg, &sql_vat_check_list, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *checks = ARENA_ARRAY(arena, struct listed_vat_check, *count);
    for (size_t i = 0; i < *count && status == STATUS_OK; i++)
        status = read_row(arena, result, i, &(*checks)[i], error);
    pg_result_free(result);
    return status;
}
