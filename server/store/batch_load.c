/*
 * The first round trip of a batch: which events are new, and the rows that may change, locked. Runs on the committer's
 * thread. Decides nothing.
 */
#include "akkoord/store/batch.h"

#include "akkoord/base/crypto.h"
#include "akkoord/pg/sql.h"
#include "batch_credits.h"
#include "rows.h"

static int compare_keys(const void *left, const void *right)
{
    const struct payment_event *a = (*(const struct batch_event *const *)left)->event;
    const struct payment_event *b = (*(const struct batch_event *const *)right)->event;
    int order = strcmp(a->provider, b->provider);
    return order != 0 ? order : strcmp(a->event_id, b->event_id);
}

/* Events in the order of their keys, the order in which rows and locks are taken; of one key the first that came. */
static int compare_events(const void *left, const void *right)
{
    const struct batch_event *a = *(const struct batch_event *const *)left;
    const struct batch_event *b = *(const struct batch_event *const *)right;
    int order = compare_keys(left, right);
    return order != 0 ? order : (a > b) - (a < b);
}

/* Pointers to the events by key, the first of each key only. */
static struct batch_event **sort_events(const struct batch *batch, size_t *count)
{
    struct batch_event **sorted = ARENA_ARRAY(batch->arena, struct batch_event *, batch->events_count);
    for (size_t i = 0; i < batch->events_count; i++)
        sorted[i] = &batch->events[i];
    qsort(sorted, batch->events_count, sizeof(struct batch_event *), compare_events);
    size_t kept = 0;
    for (size_t i = 0; i < batch->events_count; i++) {
        if (kept == 0 || compare_keys(&sorted[kept - 1], &sorted[i]) != 0)
            sorted[kept++] = sorted[i];
    }
    *count = kept;
    return sorted;
}

static int compare_int64(const void *left, const void *right)
{
    const int64_t *a = left;
    const int64_t *b = right;
    return (*a > *b) - (*a < *b);
}

/* The advisory lock of one id of a payment. Two ids with one number only make two batches wait for each other. */
static int64_t payment_lock_key(const char *provider, const char *payment_id)
{
    uint8_t digest[SHA256_BYTES];
    char text[PROVIDER_BYTES + PAYMENT_ID_BYTES];
    int length = snprintf(text, sizeof(text), "%s/%s", provider, payment_id);
    crypto_sha256(text, (size_t)length, digest);
    int64_t key;
    memcpy(&key, digest, sizeof(key));
    return key;
}

/* Ids that providers gave. */
struct provider_ids {
    const char **providers;
    const char **ids;
    size_t count;
};

/* Every id by which an event names its payment. */
static struct provider_ids collect_payment_ids(const struct batch *batch)
{
    struct provider_ids ids = {.providers = ARENA_ARRAY(batch->arena, const char *, 2 * batch->events_count),
                               .ids = ARENA_ARRAY(batch->arena, const char *, 2 * batch->events_count)};
    for (size_t i = 0; i < batch->events_count; i++) {
        const struct payment_event *event = batch->events[i].event;
        const char *names[] = {event->payment_id, event->payment_alias};
        for (size_t j = 0; j < 2; j++) {
            if (names[j][0] == '\0')
                continue;
            ids.providers[ids.count] = event->provider;
            ids.ids[ids.count++] = names[j];
        }
    }
    return ids;
}

static void add_provider_ids(struct pg_params *params, const struct provider_ids *ids)
{
    struct pg_array *providers = pg_array_begin(params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < ids->count; i++)
        pg_array_add_text(providers, ids->providers[i]);
    pg_array_end(providers);
    struct pg_array *names = pg_array_begin(params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < ids->count; i++)
        pg_array_add_text(names, ids->ids[i]);
    pg_array_end(names);
}

static int compare_refunds(const void *left, const void *right)
{
    const struct batch_refund *a = left;
    const struct batch_refund *b = right;
    int order = strcmp(a->provider, b->provider);
    return order != 0 ? order : strcmp(a->refund_id, b->refund_id);
}

/* The refunds that events name, each once, in the order in which their rows are written. */
static void collect_refunds(struct batch *batch)
{
    size_t named = 0;
    batch->refunds = ARENA_ARRAY(batch->arena, struct batch_refund, batch->events_count);
    for (size_t i = 0; i < batch->events_count; i++) {
        const struct payment_event *event = batch->events[i].event;
        if (event->refund_id[0] != '\0')
            batch->refunds[named++] = (struct batch_refund){
                .provider = event->provider, .refund_id = event->refund_id, .payment_id = event->payment_id};
    }
    if (named > 1)
        qsort(batch->refunds, named, sizeof(*batch->refunds), compare_refunds);
    for (size_t i = 0; i < named; i++) {
        if (i == 0 || compare_refunds(&batch->refunds[batch->refunds_count - 1], &batch->refunds[i]) != 0)
            batch->refunds[batch->refunds_count++] = batch->refunds[i];
    }
}

static void make_refund_params(struct pg_params *params, const struct batch *batch)
{
    struct provider_ids ids = {.providers = ARENA_ARRAY(batch->arena, const char *, batch->refunds_count),
                               .ids = ARENA_ARRAY(batch->arena, const char *, batch->refunds_count),
                               .count = batch->refunds_count};
    for (size_t i = 0; i < ids.count; i++) {
        ids.providers[i] = batch->refunds[i].provider;
        ids.ids[i] = batch->refunds[i].refund_id;
    }
    pg_params_init(params, batch->arena);
    add_provider_ids(params, &ids);
}

static void make_event_key_params(struct pg_params *params, const struct batch *batch, struct batch_event **sorted,
                                  size_t count)
{
    pg_params_init(params, batch->arena);
    struct pg_array *providers = pg_array_begin(params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_text(providers, sorted[i]->event->provider);
    pg_array_end(providers);
    struct pg_array *ids = pg_array_begin(params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_text(ids, sorted[i]->event->event_id);
    pg_array_end(ids);
    struct pg_array *bodies = pg_array_begin(params, PG_BYTES_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_bytes(bodies, sorted[i]->event->body_sha256, SHA256_BYTES);
    pg_array_end(bodies);
    pg_params_add_time(params, batch->at_us);
}

static void make_lock_params(struct pg_params *params, const struct batch *batch, const struct provider_ids *ids)
{
    int64_t *keys = ARENA_ARRAY(batch->arena, int64_t, ids->count);
    for (size_t i = 0; i < ids->count; i++)
        keys[i] = payment_lock_key(ids->providers[i], ids->ids[i]);
    qsort(keys, ids->count, sizeof(*keys), compare_int64);
    pg_params_init(params, batch->arena);
    struct pg_array *array = pg_array_begin(params, PG_INT64_ARRAY);
    for (size_t i = 0; i < ids->count; i++) {
        if (i == 0 || keys[i] != keys[i - 1])
            pg_array_add_int64(array, keys[i]);
    }
    pg_array_end(array);
}

/* ---- reading what came back ---- */

static void read_new_events(const struct pg_result *result, struct batch_event **sorted, size_t count)
{
    for (size_t row = 0; row < pg_result_rows(result); row++) {
        struct payment_event key;
        store_read_text(result, row, 0, key.provider, sizeof(key.provider));
        store_read_text(result, row, 1, key.event_id, sizeof(key.event_id));
        const struct batch_event wanted = {.event = &key};
        const struct batch_event *const pointer = &wanted;
        struct batch_event **found = bsearch(&pointer, sorted, count, sizeof(struct batch_event *), compare_keys);
        if (found != NULL)
            (*found)->is_new = true;
    }
}

static enum status read_orders(const struct pg_result *result, struct batch *batch, struct error *error)
{
    batch->orders_count = pg_result_rows(result);
    batch->orders = ARENA_ARRAY(batch->arena, struct batch_order, batch->orders_count);
    for (size_t row = 0; row < batch->orders_count; row++) {
        struct batch_order *found = &batch->orders[row];
        struct order *order = &found->order;
        order->id = pg_get_uuid(result, row, 0);
        if (order_status_parse(pg_get_text(result, row, 1), &order->status) != STATUS_OK)
            return error_set(error, STATUS_INTERNAL, "unknown_order_status", "an order has a status unknown here");
        order->total_minor = pg_get_int64(result, row, 2);
        store_read_text(result, row, 3, order->currency, sizeof(order->currency));
        order->expires_at_us = pg_get_time(result, row, 4);
        order->content_version = pg_get_int64(result, row, 5);
        order->invoice_id = pg_get_optional_uuid(result, row, 6);
        order->decision_id = pg_get_optional_uuid(result, row, 7);
        order->decisions_count = pg_get_int64(result, row, 8);
        found->customer_id = pg_get_uuid(result, row, 9);
        found->billing_key_id = pg_get_uuid(result, row, 10);
        order->payment_id = pg_get_optional_uuid(result, row, 11);
        found->audit_salt = pg_get_uuid(result, row, 12);
        order->credited_minor = pg_get_int64(result, row, 13);
    }
    return STATUS_OK;
}

/* Columns of both tables that have one, from `column` on. */
static struct reversal read_reversal(const struct pg_result *result, size_t row, int column)
{
    bool is_full_told = !pg_is_null(result, row, column + 6);
    return (struct reversal){
        .refunded_minor = pg_get_int64(result, row, column),
        .refunded_in_full = pg_get_bool(result, row, column + 1),
        .charged_back = pg_get_bool(result, row, column + 2),
        .total_minor = pg_get_int64(result, row, column + 3),
        .named_minor = pg_get_int64(result, row, column + 4),
        .failed_minor = pg_get_int64(result, row, column + 5),
        .is_full_told = is_full_told,
        .full_minor = is_full_told ? pg_get_int64(result, row, column + 6) : 0,
    };
}

static enum status read_payment(const struct pg_result *result, size_t row, struct payment *payment,
                                struct error *error)
{
    payment->id = pg_get_uuid(result, row, 0);
    store_read_text(result, row, 2, payment->provider, sizeof(payment->provider));
    store_read_text(result, row, 3, payment->provider_payment_id, sizeof(payment->provider_payment_id));
    store_read_text(result, row, 4, payment->provider_alias, sizeof(payment->provider_alias));
    if (payment_status_parse(pg_get_text(result, row, 5), &payment->status) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "unknown_payment_status", "a payment has a status unknown here");
    payment->amount_minor = pg_get_int64(result, row, 6);
    store_read_text(result, row, 7, payment->currency, sizeof(payment->currency));
    payment->live = pg_get_bool(result, row, 8);
    payment->reversal = read_reversal(result, row, 9);
    payment->refunded_at_us = pg_get_time(result, row, 16);
    payment->is_attempt = pg_get_bool(result, row, 17);
    payment->created_at_us = pg_get_time(result, row, 18);
    return STATUS_OK;
}

/* Rows come by order, oldest first, so each order's payments are one run of a single array. */
static enum status read_payments(const struct pg_result *result, struct batch *batch, struct error *error)
{
    size_t rows = pg_result_rows(result);
    struct payment *payments = ARENA_ARRAY(batch->arena, struct payment, rows);
    for (size_t row = 0; row < rows; row++) {
        enum status status = read_payment(result, row, &payments[row], error);
        if (status != STATUS_OK)
            return status;
        struct uuid order_id = pg_get_uuid(result, row, 1);
        struct batch_order *found = batch_find_order(batch, &order_id);
        /* A payment that appeared with its order after the orders were locked: its event was not in this batch. */
        if (found == NULL)
            continue;
        if (found->order.payments_count == 0)
            found->order.payments = &payments[row];
        found->order.payments_count++;
        /* Full: the first addition moves the run to an array of its own. */
        found->order.payments_capacity = found->order.payments_count;
    }
    return STATUS_OK;
}

static void read_early(const struct pg_result *result, struct batch *batch)
{
    size_t rows = pg_result_rows(result);
    batch->early_capacity = rows + batch->events_count;
    batch->early = ARENA_ARRAY(batch->arena, struct batch_early, batch->early_capacity);
    for (size_t row = 0; row < rows; row++) {
        const char *provider = pg_get_text(result, row, 0);
        const char *payment_id = pg_get_text(result, row, 1);
        batch->early[batch->early_count++] = (struct batch_early){
            .provider = arena_copy_text(batch->arena, provider),
            .payment_id = arena_copy_text(batch->arena, payment_id),
            .reversal = read_reversal(result, row, 2),
        };
    }
}

static struct batch_refund *find_refund(const struct batch *batch, const char *provider, const char *refund_id)
{
    const struct batch_refund wanted = {.provider = provider, .refund_id = refund_id};
    if (batch->refunds_count == 0)
        return NULL;
    return bsearch(&wanted, batch->refunds, batch->refunds_count, sizeof(wanted), compare_refunds);
}

static void read_refunds(const struct pg_result *result, struct batch *batch)
{
    for (size_t row = 0; row < pg_result_rows(result); row++) {
        struct batch_refund *found = find_refund(batch, pg_get_text(result, row, 0), pg_get_text(result, row, 1));
        if (found != NULL)
            found->refund = (struct named_refund){.is_known = true,
                                                  .amount_minor = pg_get_int64(result, row, 2),
                                                  .has_failed = pg_get_bool(result, row, 3)};
    }
}

static void release_key(void *key)
{
    vault_data_key_release(key);
}

static void unwrap_review_key(const struct pg_result *result, size_t row, int column, struct store *store,
                              const struct uuid *key_id, struct batch_review *review)
{
    enum status status = STATUS_NOT_FOUND;
    if (!pg_is_null(result, row, column)) {
        size_t length;
        const uint8_t *wrapped = pg_get_bytes(result, row, column, &length);
        status = store_data_key_unwrap(store, key_id, KEY_PURPOSE_BILLING, wrapped, length, &review->billing_key, NULL);
    }
    review->is_readable = status == STATUS_OK;
    review->is_erased = status == STATUS_NOT_FOUND;
}

static enum status read_reviews(const struct pg_result *result, struct store *store, struct batch *batch,
                                struct error *error)
{
    size_t rows = pg_result_rows(result);
    batch->reviews = ARENA_ARRAY(batch->arena, struct batch_review, rows);
    for (size_t row = 0; row < rows; row++) {
        struct batch_review *review = &batch->reviews[batch->reviews_count++];
        review->id = pg_get_uuid(result, row, 0);
        review->order_id = pg_get_uuid(result, row, 1);
        review->decision_id = pg_get_uuid(result, row, 2);
        review->is_decided = strcmp(pg_get_text(result, row, 3), "decided") == 0;
        if (decision_outcome_parse(pg_get_text(result, row, 4), &review->decision_outcome) != STATUS_OK)
            return error_set(error, STATUS_INTERNAL, "unknown_outcome", "a decision has an outcome unknown here");
        review->proposed_at_us = pg_is_null(result, row, 6) ? 0 : pg_get_time(result, row, 6);
        struct batch_order *order = batch_find_order(batch, &review->order_id);
        if (order == NULL)
            return error_set(error, STATUS_INTERNAL, "review_without_order", "a review has no order");
        unwrap_review_key(result, row, 5, store, &order->billing_key_id, review);
        if (review->is_readable)
            arena_on_free(batch->arena, release_key, &review->billing_key);
    }
    return STATUS_OK;
}

static int compare_payment_ids(const void *left, const void *right)
{
    const struct batch_payment_id *a = left;
    const struct batch_payment_id *b = right;
    int order = strcmp(a->provider, b->provider);
    return order != 0 ? order : strcmp(a->payment_id, b->payment_id);
}

static void index_payments(struct batch *batch)
{
    size_t payments = 0;
    for (size_t i = 0; i < batch->orders_count; i++)
        payments += batch->orders[i].order.payments_count;
    batch->payment_ids = ARENA_ARRAY(batch->arena, struct batch_payment_id, 2 * payments);
    for (size_t i = 0; i < batch->orders_count; i++) {
        const struct order *order = &batch->orders[i].order;
        for (size_t j = 0; j < order->payments_count; j++) {
            const struct payment *payment = &order->payments[j];
            const char *names[] = {payment->provider_payment_id, payment->provider_alias};
            for (size_t k = 0; k < 2; k++) {
                if (names[k][0] != '\0')
                    batch->payment_ids[batch->payment_ids_count++] =
                        (struct batch_payment_id){/* The payments may move; their texts are kept. */
                                                  .provider = arena_copy_text(batch->arena, payment->provider),
                                                  .payment_id = arena_copy_text(batch->arena, names[k]),
                                                  .order_index = i};
            }
        }
    }
    qsort(batch->payment_ids, batch->payment_ids_count, sizeof(*batch->payment_ids), compare_payment_ids);
}

enum status store_batch_load(struct store *store, struct batch *batch, struct error *error)
{
    enum { BEGIN, EVENT_KEYS, LOCK_PAYMENTS, LOCK_ORDERS, PAYMENTS, EARLY, FIRST_RARE, RARE = 2 };
    size_t sorted_count;
    struct batch_event **sorted = sort_events(batch, &sorted_count);
    struct provider_ids ids = collect_payment_ids(batch);

    struct pg_params keys, locks, orders, early, reviews, refunds;
    make_event_key_params(&keys, batch, sorted, sorted_count);
    make_lock_params(&locks, batch, &ids);
    pg_params_init(&orders, batch->arena);
    store_add_uuids(&orders, batch->order_ids, batch->order_ids_count);
    store_add_uuids(&orders, batch->review_ids, batch->review_ids_count);
    add_provider_ids(&orders, &ids);
    pg_params_init(&early, batch->arena);
    add_provider_ids(&early, &ids);
    pg_params_init(&reviews, batch->arena);
    store_add_uuids(&reviews, batch->review_ids, batch->review_ids_count);
    collect_refunds(batch);
    make_refund_params(&refunds, batch);

    struct pg_batch_item items[FIRST_RARE + RARE] = {
        [BEGIN] = {.statement = &pg_statement_begin},
        [EVENT_KEYS] = {.statement = &sql_batch_insert_event_keys, .params = &keys},
        [LOCK_PAYMENTS] = {.statement = &sql_batch_lock_payments, .params = &locks},
        [LOCK_ORDERS] = {.statement = &sql_batch_lock_orders, .params = &orders},
        [PAYMENTS] = {.statement = &sql_batch_load_payments, .params = &orders},
        [EARLY] = {.statement = &sql_batch_load_early_reversals, .params = &early},
    };
    /* Hardly any batch decides a review, or tells of refunds by their ids. */
    size_t count = FIRST_RARE;
    struct pg_batch_item *of_reviews = batch->review_ids_count > 0 ? &items[count++] : NULL;
    struct pg_batch_item *of_refunds = batch->refunds_count > 0 ? &items[count++] : NULL;
    if (of_reviews != NULL)
        *of_reviews = (struct pg_batch_item){.statement = &sql_batch_lock_reviews, .params = &reviews};
    if (of_refunds != NULL)
        *of_refunds = (struct pg_batch_item){.statement = &sql_batch_load_refunds, .params = &refunds};
    enum status status = pg_execute_batch(store->pg, items, count, NULL, error);
    if (status == STATUS_OK) {
        read_new_events(items[EVENT_KEYS].result, sorted, sorted_count);
        status = read_orders(items[LOCK_ORDERS].result, batch, error);
    }
    if (status == STATUS_OK)
        status = read_payments(items[PAYMENTS].result, batch, error);
    if (status == STATUS_OK) {
        index_payments(batch);
        read_early(items[EARLY].result, batch);
        if (of_refunds != NULL)
            read_refunds(of_refunds->result, batch);
        if (of_reviews != NULL)
            status = read_reviews(of_reviews->result, store, batch, error);
    }
    pg_batch_release(items, count);
    if (status == STATUS_OK)
        status = batch_load_credits(store, batch, error);
    if (status != STATUS_OK)
        pg_rollback(store->pg);
    return status;
}

/* ---- finding things in what was loaded ---- */

static int compare_order_to_id(const void *id, const void *order)
{
    return uuid_compare(id, &((const struct batch_order *)order)->order.id);
}

struct batch_order *batch_find_order(const struct batch *batch, const struct uuid *id)
{
    if (batch->orders_count == 0)
        return NULL;
    return bsearch(id, batch->orders, batch->orders_count, sizeof(*batch->orders), compare_order_to_id);
}

struct batch_review *batch_find_review(const struct batch *batch, const struct uuid *id)
{
    for (size_t i = 0; i < batch->reviews_count; i++) {
        if (uuid_equal(&batch->reviews[i].id, id))
            return &batch->reviews[i];
    }
    return NULL;
}

static struct batch_order *find_indexed(const struct batch *batch, const char *provider, const char *payment_id)
{
    struct batch_payment_id wanted = {.provider = provider, .payment_id = payment_id};
    const struct batch_payment_id *found = NULL;
    if (payment_id[0] != '\0' && batch->payment_ids_count > 0)
        found = bsearch(&wanted, batch->payment_ids, batch->payment_ids_count, sizeof(wanted), compare_payment_ids);
    return found != NULL ? &batch->orders[found->order_index] : NULL;
}

struct batch_order *batch_find_payment_order(const struct batch *batch, const struct payment_event *event)
{
    struct batch_order *found = find_indexed(batch, event->provider, event->payment_id);
    if (found == NULL)
        found = find_indexed(batch, event->provider, event->payment_alias);
    for (size_t i = 0; found == NULL && !event->has_order_id && i < batch->orders_count; i++) {
        if (order_find_payment(&batch->orders[i].order, event) != NULL)
            found = &batch->orders[i];
    }
    return found;
}

struct batch_early *batch_find_early(struct batch *batch, const struct payment_event *event, bool create)
{
    for (size_t i = 0; i < batch->early_count; i++) {
        struct batch_early *early = &batch->early[i];
        if (strcmp(early->provider, event->provider) == 0 &&
            (strcmp(early->payment_id, event->payment_id) == 0 || strcmp(early->payment_id, event->payment_alias) == 0))
            return early;
    }
    if (!create)
        return NULL;
    struct batch_early *early = &batch->early[batch->early_count++];
    *early = (struct batch_early){.provider = event->provider, .payment_id = event->payment_id};
    return early;
}

struct named_refund *batch_find_refund(const struct batch *batch, const struct payment_event *event)
{
    if (event->refund_id[0] == '\0')
        return NULL;
    struct batch_refund *found = find_refund(batch, event->provider, event->refund_id);
    return found != NULL ? &found->refund : NULL;
}
