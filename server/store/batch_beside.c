/*
 * What stands beside a batch: the month's key for bodies of events, events that the database refused, and whether the
 * database answers. The committer's thread.
 */
#include "akkoord/base/clock.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/batch.h"
#include "batch_audit.h"

enum status batch_seal_body(struct arena *arena, const struct batch_event *event, const struct uuid *row_id,
                            const struct batch_event_key *key, uint8_t **blob, size_t *length, struct error *error)
{
    const struct seal_context context = {
        .table = "event", .column = "body_sealed", .row_id = *row_id, .row_version = 1};
    return seal_bytes(arena, &key->key, &context, event->body, event->body_length, blob, length, error);
}

/* ---- the month's key ---- */

static enum status find_event_key(struct store *store, struct arena *arena, int64_t month_day,
                                  struct batch_event_key *key, bool *found, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_date(&params, month_day);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_batch_find_event_key, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *found = pg_result_rows(result) > 0;
    if (*found) {
        struct uuid id = pg_get_uuid(result, 0, 0);
        size_t length;
        const uint8_t *wrapped = pg_get_bytes(result, 0, 1, &length);
        vault_data_key_release(&key->key);
        key->month_day = 0;
        status = store_data_key_unwrap(store, &id, KEY_PURPOSE_EVENT, wrapped, length, &key->key, error);
        if (status == STATUS_OK)
            key->month_day = month_day;
    }
    pg_result_free(result);
    return status;
}

static enum status insert_event_key(struct store *store, struct arena *arena, int64_t month_day, int64_t at_us,
                                    struct uuid *kek_id, struct error *error)
{
    struct data_key fresh;
    struct wrapped_key wrapped;
    enum status status = vault_data_key_new(store->keyring, KEY_PURPOSE_EVENT, &fresh, &wrapped, error);
    if (status != STATUS_OK)
        return status;
    *kek_id = wrapped.kek_id;
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &fresh.id);
    pg_params_add_uuid(&params, &wrapped.kek_id);
    pg_params_add_bytes(&params, wrapped.bytes, sizeof(wrapped.bytes));
    pg_params_add_date(&params, month_day);
    pg_params_add_time(&params, at_us);
    status = pg_execute(store->pg, &sql_batch_insert_event_key, &params, NULL, error);
    vault_data_key_release(&fresh);
    return status;
}

enum status store_batch_event_key(struct store *store, struct arena *arena, int64_t at_us, struct batch_event_key *key,
                                  struct error *error)
{
    int year, month, day;
    clock_date_from_days(calendar_amsterdam_day(at_us), &year, &month, &day);
    int64_t month_day = clock_days_from_date(year, month, 1);
    if (key->month_day == month_day)
        return STATUS_OK;
    bool found = false;
    enum status status = find_event_key(store, arena, month_day, key, &found, error);
    if (status != STATUS_OK || found)
        return status;
    struct uuid kek_id;
    for (int tries = 0; tries < 2; tries++) {
        status = insert_event_key(store, arena, month_day, at_us, &kek_id, error);
        /* Read it back: another process may have been first. */
        if (status == STATUS_OK)
            status = find_event_key(store, arena, month_day, key, &found, error);
        if (status != STATUS_OK || found)
            return status;
        /* The KEK was retired by another process, which has put a newer one into the file. */
        keyring_refresh(store->keyring);
    }
    return store_kek_retired(&kek_id, error);
}

/* ---- what was refused ---- */

static enum status run_quarantine(struct store *store, struct arena *arena, const struct pg_params *params,
                                  const struct audit_entries *entries, int64_t at_us, struct error *error)
{
    struct pg_params leaf;
    pg_params_init(&leaf, arena);
    audit_leaf_params(entries, at_us, &leaf);
    struct pg_result *result = NULL;
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = pg_execute(store->pg, &sql_batch_insert_quarantined_event, params, &result, error);
    /* No row: the event's key is known already. */
    if (status == STATUS_OK && pg_result_affected(result) > 0)
        status = pg_execute(store->pg, &sql_audit_insert, &leaf, NULL, error);
    pg_result_free(result);
    if (status == STATUS_OK)
        status = pg_commit(store->pg, error);
    pg_rollback(store->pg);
    return status;
}

enum status store_batch_quarantine(struct store *store, struct arena *arena, const struct batch_event *event,
                                   int64_t at_us, const struct batch_event_key *event_key, struct error *error)
{
    const struct payment_event *told = event->event;
    struct uuid row_id = uuid_new();
    uint8_t *body;
    size_t body_length;
    enum status status = batch_seal_body(arena, event, &row_id, event_key, &body, &body_length, error);
    if (status != STATUS_OK)
        return status;
    struct audit_entries entries;
    static const struct uuid no_order = {{0}};
    status = audit_entries_begin(store, arena, &entries, error);
    if (status != STATUS_OK)
        return status;
    /* The statement has no time of the event, but that of its receipt. */
    struct payment_event kept = *told;
    kept.occurred_at_us = at_us;
    batch_audit_event(&entries, &kept, &row_id, &no_order, at_us, EVENT_QUARANTINED, &event_key->key.id, body,
                      body_length);
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &row_id);
    pg_params_add_text(&params, told->provider);
    pg_params_add_text(&params, told->event_id);
    pg_params_add_text(&params, payment_event_kind_name(told->kind));
    pg_params_add_text(&params, told->payment_id);
    pg_params_add_int64(&params, told->amount_minor);
    pg_params_add_text(&params, told->currency);
    pg_params_add_time(&params, at_us);
    pg_params_add_bytes(&params, told->body_sha256, SHA256_BYTES);
    pg_params_add_bool(&params, told->live);
    pg_params_add_uuid(&params, &event_key->key.id);
    pg_params_add_bytes(&params, body, body_length);
    return run_quarantine(store, arena, &params, &entries, at_us, error);
}

enum status store_probe(struct store *store, struct error *error)
{
    return pg_execute(store->pg, &sql_batch_probe, NULL, NULL, error);
}
