/*
 * Erasing a customer. Whatever thread owns the store runs it.
 *
 * The customer's row is locked first, so that no order is placed meanwhile; the ledger is written last before the
 * commit, so that a crash leaves either nothing, or an entry that does no harm (erasures.h).
 */
#include "akkoord/store/erase_customer.h"

#include "akkoord/base/clock.h"
#include "akkoord/domain/privacy_request.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"

static struct pg_params id_params(struct arena *arena, const struct uuid *customer_id)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, customer_id);
    return params;
}

/* ---- whether ---- */

static enum status lock_customer(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                 enum language *language, struct error *error)
{
    const struct pg_params params = id_params(arena, customer_id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_erasure_lock_customer, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    if (pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such customer");
    else if (language_parse(pg_get_text(result, 0, 0), language) != STATUS_OK)
        status = error_set(error, STATUS_INTERNAL, "customer_unreadable", "a customer's language is not known");
    else if (pg_get_bool(result, 0, 1))
        status = error_set(error, STATUS_CONFLICT, "legal_hold",
                           "your data are needed for a legal claim at the moment, and can't be erased until it ends "
                           "(GDPR art. 17(3)(e)); ask us about it");
    pg_result_free(result);
    return status;
}

static enum status check_money(struct store *store, struct arena *arena, const struct uuid *customer_id,
                               struct error *error)
{
    const struct pg_params params = id_params(arena, customer_id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_erasure_money_under_way, &params, &result, error);
    if (status == STATUS_OK && pg_get_bool(result, 0, 0))
        status = error_set(error, STATUS_CONFLICT, "order_open",
                           "money is under way for an order of yours: cancel what you have not paid, or wait until it "
                           "is settled");
    pg_result_free(result);
    return status;
}

/* ---- what ---- */

static enum status find_keys(struct store *store, struct arena *arena, struct erasure *erasure, struct error *error)
{
    struct pg_params params = id_params(arena, &erasure->subject_id);
    struct pg_result *result = NULL;
    pg_params_add_int64(&params, ERASURE_KEYS_MAX);
    enum status status = pg_execute(store->pg, &sql_erasure_keys_of_customer, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    erasure->keys_count = pg_result_rows(result);
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, erasure->keys_count);
    for (size_t i = 0; i < erasure->keys_count; i++)
        ids[i] = pg_get_uuid(result, i, 0);
    erasure->key_ids = ids;
    pg_result_free(result);
    return STATUS_OK;
}

static enum status find_last_step(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                  int64_t *last_step_us, bool *is_oss, struct error *error)
{
    const struct pg_params params = id_params(arena, customer_id);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_erasure_last_step, &params, &result, error);
    bool has_orders = status == STATUS_OK && pg_result_rows(result) > 0;
    *last_step_us = has_orders ? pg_get_time(result, 0, 0) : 0;
    *is_oss = has_orders && pg_get_bool(result, 0, 1);
    pg_result_free(result);
    return status;
}

/* ---- how ---- */

static enum status delete_rows(struct store *store, struct arena *arena, const struct uuid *customer_id,
                               struct error *error)
{
    struct pg_params whom;
    pg_params_init(&whom, arena);
    struct pg_array *ids = pg_array_begin(&whom, PG_UUID_ARRAY);
    pg_array_add_uuid(ids, customer_id);
    pg_array_end(ids);
    struct pg_batch_item items[] = {
        {.statement = &sql_erasure_delete_idempotency, .params = &whom},
        {.statement = &sql_erasure_delete_reservations, .params = &whom},
        {.statement = &sql_erasure_forget_texts, .params = &whom},
        {.statement = &sql_erasure_delete_customers, .params = &whom},
    };
    size_t count = sizeof(items) / sizeof(items[0]);
    enum status status = pg_execute_batch(store->pg, items, count, NULL, error);
    const struct pg_result *requests = items[2].result;
    for (size_t i = 0; status == STATUS_OK && i < pg_result_rows(requests); i++) {
        struct uuid id = pg_get_uuid(requests, i, 0);
        store_audit_touch(store, AUDIT_REQUEST, NULL, &id);
    }
    if (status == STATUS_OK)
        store_audit_touch(store, AUDIT_CUSTOMER, NULL, customer_id);
    pg_batch_release(items, count);
    return status;
}

static enum status note_report(struct store *store, struct arena *arena, const struct erasure *erasure,
                               const char *report, char receipt[TOKEN_TEXT_BYTES], struct error *error)
{
    uint8_t hash[SHA256_BYTES];
    struct uuid id = uuid_new();
    struct pg_params params;
    token_new(receipt, hash);
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &id);
    pg_params_add_uuid(&params, &erasure->subject_id);
    pg_params_add_time(&params, erasure->at_us);
    pg_params_add_time(&params, privacy_request_due_us(erasure->at_us, PRIVACY_REQUEST_MONTHS));
    pg_params_add_bytes(&params, hash, sizeof(hash));
    pg_params_add_text(&params, report);
    return store_execute_touching(store, &sql_erasure_note_report, &params, NULL, AUDIT_REQUEST, NULL, &id, error);
}

static enum status erase(struct store *store, struct arena *arena, struct erasure_ledger *ledger,
                         const struct erasure *erasure, const char *report, char receipt[TOKEN_TEXT_BYTES],
                         struct error *error)
{
    enum status status = delete_rows(store, arena, &erasure->subject_id, error);
    if (status == STATUS_OK)
        status = note_report(store, arena, erasure, report, receipt, error);
    if (status == STATUS_OK)
        status = store_erasure_record(store, arena, ledger, erasure, error);
    return status == STATUS_OK ? store_commit(store, error) : status;
}

enum status store_customer_erase(struct store *store, struct arena *arena, struct erasure_ledger *ledger,
                                 const struct uuid *customer_id, erasure_report_writer *write_report,
                                 char receipt[TOKEN_TEXT_BYTES], struct error *error)
{
    struct erasure erasure = {.subject_id = *customer_id, .at_us = clock_now_us()};
    enum language language = LANGUAGE_NL;
    int64_t last_step_us = 0;
    bool is_oss = false;
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = lock_customer(store, arena, customer_id, &language, error);
    if (status == STATUS_OK)
        status = check_money(store, arena, customer_id, error);
    if (status == STATUS_OK)
        status = find_keys(store, arena, &erasure, error);
    if (status == STATUS_OK)
        status = find_last_step(store, arena, customer_id, &last_step_us, &is_oss, error);
    if (status == STATUS_OK) {
        const char *report = write_report(arena, language, erasure.at_us, last_step_us, is_oss);
        status = erase(store, arena, ledger, &erasure, report, receipt, error);
    }
    pg_rollback(store->pg);
    return status;
}

/* ---- the report ---- */

enum status store_erasure_report_find(struct store *store, struct arena *arena, const char *receipt,
                                      const char **report, struct error *error)
{
    uint8_t hash[SHA256_BYTES];
    struct pg_params params;
    struct pg_result *result = NULL;
    if (token_hash(receipt, strlen(receipt), hash, NULL) != STATUS_OK)
        return error_set(error, STATUS_NOT_FOUND, "not_found", "this is no receipt of ours");
    pg_params_init(&params, arena);
    pg_params_add_bytes(&params, hash, sizeof(hash));
    enum status status = pg_execute(store->pg, &sql_erasure_find_report, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    if (pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "this is no receipt of ours");
    else
        *report = arena_copy_text(arena, pg_get_text(result, 0, 0));
    pg_result_free(result);
    return status;
}
