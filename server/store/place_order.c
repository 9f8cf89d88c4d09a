/* Places orders, exactly once under an Idempotency-Key. Whatever thread owns the store runs it. */
#include "akkoord/base/clock.h"
#include "akkoord/domain/tax.h"
#include "akkoord/domain/transition.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/jobs.h"
#include "akkoord/store/orders.h"
#include "batch_audit.h"

/* ---- idempotency ---- */

static struct seal_context response_context(const struct uuid *row_id, const struct uuid *customer_id)
{
    return (struct seal_context){.table = "idempotency",
                                 .column = "response_sealed",
                                 .row_id = *row_id,
                                 .subject_id = *customer_id,
                                 .row_version = 1};
}

/* The random row id goes into the hash, so that equal bodies of two rows can't be told from the database. */
static void hash_body(struct arena *arena, const struct uuid *row_id, const struct idempotency_request *request,
                      uint8_t hash[SHA256_BYTES])
{
    size_t length = sizeof(row_id->bytes) + request->body_length;
    char *bytes = arena_alloc(arena, length);
    memcpy(bytes, row_id->bytes, sizeof(row_id->bytes));
    memcpy(bytes + sizeof(row_id->bytes), request->body, request->body_length);
    crypto_sha256(bytes, length, hash);
}

/* $1 to $3 of find.sql and forget.sql. The hash lives in the arena, as the parameters point to it. */
static void add_key_params(struct pg_params *params, struct arena *arena, const struct idempotency_request *request)
{
    uint8_t *hash = arena_alloc(arena, SHA256_BYTES);
    crypto_sha256(request->key, strlen(request->key), hash);
    pg_params_init(params, arena);
    pg_params_add_uuid(params, &request->customer_id);
    pg_params_add_bytes(params, hash, SHA256_BYTES);
    pg_params_add_time(params, clock_now_us() - IDEMPOTENCY_HOURS * INT64_C(3600) * CLOCK_US_PER_SECOND);
}

static enum status open_response(struct store *store, struct arena *arena, const struct pg_result *result,
                                 const struct idempotency_request *request, const char **response,
                                 size_t *response_length, struct error *error)
{
    struct uuid row_id = pg_get_uuid(result, 0, 0);
    uint8_t hash[SHA256_BYTES];
    size_t stored_length;
    const uint8_t *stored = pg_get_bytes(result, 0, 1, &stored_length);
    hash_body(arena, &row_id, request, hash);
    if (!crypto_equal(stored, stored_length, hash, sizeof(hash)))
        return error_set(error, STATUS_CONFLICT, "idempotency_mismatch",
                         "this Idempotency-Key came with another body before");
    struct uuid key_id = pg_get_uuid(result, 0, 3);
    size_t blob_length;
    const uint8_t *blob = pg_get_bytes(result, 0, 2, &blob_length);
    size_t wrapped_length;
    const uint8_t *wrapped = pg_get_bytes(result, 0, 4, &wrapped_length);
    const struct seal_context context = response_context(&row_id, &request->customer_id);
    struct data_key key;
    uint8_t *opened;
    enum status status =
        store_data_key_unwrap(store, &key_id, KEY_PURPOSE_BILLING, wrapped, wrapped_length, &key, error);
    if (status != STATUS_OK)
        return status;
    status = seal_open_bytes(arena, &key, &context, blob, blob_length, &opened, response_length, error);
    vault_data_key_release(&key);
    if (status == STATUS_OK)
        *response = (const char *)opened;
    return status;
}

enum status store_idempotency_find(struct store *store, struct arena *arena, const struct idempotency_request *request,
                                   const char **response, size_t *response_length, struct error *error)
{
    struct pg_params params;
    add_key_params(&params, arena, request);
    struct pg_result *result = NULL;
    *response = NULL;
    enum status status = pg_execute(store->pg, &sql_idempotency_find, &params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) > 0)
        status = open_response(store, arena, result, request, response, response_length, error);
    pg_result_free(result);
    return status;
}

/* ---- the statements of one placing, all in the arena ---- */

/* $7 to $22 of place.sql, after those of the key. */
static void add_order_params(struct pg_params *params, const struct stored_order *order, const struct uuid *salt,
                             const uint8_t *blob, size_t blob_length)
{
    pg_params_add_uuid(params, &order->id);
    pg_params_add_text(params, order->number);
    pg_params_add_text(params, order_status_name(order->status));
    pg_params_add_text(params, order->currency);
    pg_params_add_int64(params, order->net_minor);
    pg_params_add_int64(params, order->vat_minor);
    pg_params_add_int64(params, order->total_minor);
    pg_params_add_time(params, order->expires_at_us);
    pg_params_add_text(params, language_name(order->language));
    pg_params_add_int64(params, ORDER_CONTENT_VERSION_FIRST);
    pg_params_add_bytes(params, blob, blob_length);
    pg_params_add_time(params, order->created_at_us);
    pg_params_add_text(params, order->information_version);
    pg_params_add_bool(params, order->information_shown);
    pg_params_add_bool(params, tax_is_one_stop_shop(&order->content.totals));
    pg_params_add_uuid(params, salt);
}

/* $1 to $12 of place_beside.sql, before those of the leaf. */
static void add_beside_params(struct pg_params *params, const struct stored_order *order, const struct uuid *step_id)
{
    const struct payment *payment = &order->payments[0];
    pg_params_add_uuid(params, &payment->id);
    pg_params_add_uuid(params, &order->id);
    pg_params_add_text(params, payment->provider);
    pg_params_add_text(params, payment->provider_payment_id[0] != '\0' ? payment->provider_payment_id : NULL);
    pg_params_add_text(params, payment_status_name(payment->status));
    pg_params_add_int64(params, payment->amount_minor);
    pg_params_add_text(params, payment->currency);
    pg_params_add_bool(params, payment->live);
    pg_params_add_text(params, payment->checkout_url);
    pg_params_add_time(params, payment->created_at_us);
    pg_params_add_uuid(params, step_id);
    pg_params_add_text(params, actor_name(ACTOR_CUSTOMER));
}

static enum status idempotency_params(struct arena *arena, const struct idempotency_request *request,
                                      const struct stored_order *order, const struct data_key *key,
                                      const char *response, size_t response_length, struct pg_params **params,
                                      struct error *error)
{
    struct uuid *row_id = ARENA_NEW(arena, struct uuid);
    uint8_t *hashes = arena_alloc(arena, (size_t)2 * SHA256_BYTES);
    uint8_t *blob;
    size_t blob_length;
    *row_id = uuid_new();
    const struct seal_context context = response_context(row_id, &request->customer_id);
    enum status status = seal_bytes(arena, key, &context, response, response_length, &blob, &blob_length, error);
    if (status != STATUS_OK)
        return status;
    crypto_sha256(request->key, strlen(request->key), hashes);
    hash_body(arena, row_id, request, hashes + SHA256_BYTES);
    *params = ARENA_NEW(arena, struct pg_params);
    pg_params_init(*params, arena);
    pg_params_add_uuid(*params, &request->customer_id);
    pg_params_add_bytes(*params, hashes, SHA256_BYTES);
    pg_params_add_uuid(*params, row_id);
    pg_params_add_bytes(*params, hashes + SHA256_BYTES, SHA256_BYTES);
    pg_params_add_uuid(*params, &order->id);
    pg_params_add_bytes(*params, blob, blob_length);
    pg_params_add_time(*params, order->created_at_us);
    return STATUS_OK;
}

/* ---- placing ---- */

#define PLACE_STATEMENTS_MAX 5

/* The order's data key, and whether the database refused it. */
struct new_key {
    struct data_key key;
    struct pg_params params; /* of place.sql, of which the key's come first */
    struct uuid kek_id;
    bool is_missing;
};

/* What is stored with the order, beside it. */
struct beside {
    const struct idempotency_request *idempotency; /* NULL: no answer is kept */
    const char *response;
    size_t response_length;
    bool asks_vies;
};

/* A transaction by itself, as a batch without a BEGIN is. */
struct placing {
    struct pg_batch_item items[PLACE_STATEMENTS_MAX];
    size_t count;
    size_t idempotency_index; /* of its insert among the items */
    size_t order_index;
};

static void add_statement(struct placing *placing, const struct pg_statement *statement, const struct pg_params *params)
{
    placing->items[placing->count++] = (struct pg_batch_item){.statement = statement, .params = params};
}

/* One round trip. `key_is_missing`: the data key was not inserted, and so nothing else. */
static enum status run_statements(struct store *store, struct placing *placing, bool *key_is_missing,
                                  struct error *error)
{
    size_t failed = placing->count;
    enum status status = pg_execute_batch(store->pg, placing->items, placing->count, &failed, error);
    const struct pg_result *inserted = placing->items[placing->order_index].result;
    *key_is_missing = inserted != NULL && !pg_get_bool(inserted, 0, 0);
    bool customer_is_gone = inserted != NULL && !*key_is_missing && !pg_get_bool(inserted, 0, 1);
    pg_batch_release(placing->items, placing->count);
    /* What stands beside the order was refused then, as there is none. */
    if (customer_is_gone)
        return error_set(error, STATUS_NOT_FOUND, "not_found", "there is no such customer");
    if (status == STATUS_CONFLICT && failed == placing->idempotency_index)
        return error_set(error, STATUS_CONFLICT, "idempotency_taken", "another request with this key was first");
    return status;
}

/* Replaces what an old request left under the same Idempotency-Key. */
static enum status add_idempotency(struct placing *placing, struct arena *arena, const struct stored_order *order,
                                   const struct beside *beside, const struct data_key *key, struct error *error)
{
    struct pg_params *forget = ARENA_NEW(arena, struct pg_params);
    struct pg_params *insert = NULL;
    if (beside->idempotency == NULL)
        return STATUS_OK;
    add_key_params(forget, arena, beside->idempotency);
    enum status status = idempotency_params(arena, beside->idempotency, order, key, beside->response,
                                            beside->response_length, &insert, error);
    add_statement(placing, &sql_idempotency_forget, forget);
    placing->idempotency_index = placing->count;
    add_statement(placing, &sql_idempotency_insert, insert);
    return status;
}

static void add_vies_job(struct placing *placing, struct arena *arena, const struct stored_order *order)
{
    char *id = arena_alloc(arena, UUID_TEXT_BYTES);
    struct pg_params *params = ARENA_NEW(arena, struct pg_params);
    const struct keyed_job job = {.key = uuid_format(&order->id, id), .payload = job_write_ask_vies(arena, &order->id)};
    store_jobs_keyed_params(arena, JOB_ASK_VIES, &job, 1, params);
    add_statement(placing, &sql_job_insert_keyed, params);
}

static enum status place_under_key(struct store *store, struct arena *arena, const struct stored_order *order,
                                   const struct beside *beside, struct new_key *new_key, struct error *error)
{
    const struct data_key *key = &new_key->key;
    const struct order_content_place place = {
        .order_id = order->id, .customer_id = order->customer_id, .content_version = ORDER_CONTENT_VERSION_FIRST};
    const struct uuid step_id = uuid_new();
    struct audit_entries entries;
    struct uuid salt;
    crypto_random_shown(salt.bytes, sizeof(salt.bytes));
    struct placing placing = {.count = 0, .idempotency_index = PLACE_STATEMENTS_MAX};
    uint8_t *blob;
    size_t blob_length;
    enum status status = audit_entries_begin(store, arena, &entries, error);
    if (status == STATUS_OK)
        status = order_content_seal(arena, key, &place, &order->content, &blob, &blob_length, error);
    if (status == STATUS_OK)
        status = add_idempotency(&placing, arena, order, beside, key, error);
    if (status != STATUS_OK)
        return status;
    add_order_params(&new_key->params, order, &salt, blob, blob_length);
    placing.order_index = placing.count;
    add_statement(&placing, &sql_order_place, &new_key->params);
    if (beside->asks_vies)
        add_vies_job(&placing, arena, order);
    batch_audit_placed(&entries, order, &salt, &key->id, blob, blob_length, &step_id);
    struct pg_params *rows = ARENA_NEW(arena, struct pg_params);
    pg_params_init(rows, arena);
    add_beside_params(rows, order, &step_id);
    audit_leaf_params(&entries, order->created_at_us, rows);
    add_statement(&placing, &sql_order_place_beside, rows);
    return run_statements(store, &placing, &new_key->is_missing, error);
}

enum status store_order_place(struct store *store, struct arena *arena, const struct stored_order *order,
                              const struct idempotency_request *idempotency, const char *response,
                              size_t response_length, bool asks_vies, struct error *error)
{
    const struct beside beside = {
        .idempotency = idempotency, .response = response, .response_length = response_length, .asks_vies = asks_vies};
    struct new_key key;
    for (int tries = 0; tries < 2; tries++) {
        key = (struct new_key){.is_missing = false};
        enum status status = store_data_key_prepare(store, arena, KEY_PURPOSE_BILLING, &order->customer_id, &key.key,
                                                    &key.params, &key.kek_id, error);
        if (status == STATUS_OK)
            status = place_under_key(store, arena, order, &beside, &key, error);
        vault_data_key_release(&key.key);
        if (status == STATUS_OK || !key.is_missing)
            return status;
        /* Another process began a new epoch: its keys are in the file. */
        keyring_refresh(store->keyring);
    }
    return store_kek_retired(&key.kek_id, error);
}
