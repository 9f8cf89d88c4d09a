/* Reads and writes akkoord.checkout_reservation. Whatever thread owns the store runs it. */
#include "akkoord/store/reservations.h"

#include "akkoord/pg/sql.h"

/* $1 and $2 of every statement. The hash lives in the arena, as the parameters point to it. */
static void add_purpose(struct pg_params *params, struct arena *arena, const struct reservation_purpose *purpose)
{
    uint8_t *hash = arena_alloc(arena, SHA256_BYTES);
    crypto_sha256(purpose->text, strlen(purpose->text), hash);
    pg_params_init(params, arena);
    pg_params_add_uuid(params, &purpose->customer_id);
    pg_params_add_bytes(params, hash, SHA256_BYTES);
}

static void read_reservation(struct arena *arena, const struct pg_result *result, struct reservation *reservation)
{
    *reservation = (struct reservation){
        .order_id = pg_get_uuid(result, 0, 0),
        .attempt_id = pg_get_uuid(result, 0, 2),
        .provider = arena_copy_text(arena, pg_get_text(result, 0, 3)),
        .amount_minor = pg_get_int64(result, 0, 4),
        .request = arena_copy_text(arena, pg_get_text(result, 0, 6)),
        .created_at_us = pg_get_time(result, 0, 7),
    };
    snprintf(reservation->order_number, sizeof(reservation->order_number), "%s", pg_get_text(result, 0, 1));
    snprintf(reservation->currency, sizeof(reservation->currency), "%s", pg_get_text(result, 0, 5));
}

enum status store_reservation_find(struct store *store, struct arena *arena, const struct reservation_purpose *purpose,
                                   struct reservation *reserved, bool *found, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    add_purpose(&params, arena, purpose);
    enum status status = pg_execute(store->pg, &sql_reservation_find, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *found = pg_result_rows(result) > 0;
    if (*found)
        read_reservation(arena, result, reserved);
    pg_result_free(result);
    return STATUS_OK;
}

enum status store_reservation_make(struct store *store, struct arena *arena, const struct reservation_purpose *purpose,
                                   const struct reservation *wanted, struct reservation *reserved, struct error *error)
{
    struct pg_params params;
    bool found = false;
    add_purpose(&params, arena, purpose);
    pg_params_add_uuid(&params, &wanted->order_id);
    pg_params_add_text(&params, wanted->order_number);
    pg_params_add_uuid(&params, &wanted->attempt_id);
    pg_params_add_text(&params, wanted->provider);
    pg_params_add_int64(&params, wanted->amount_minor);
    pg_params_add_text(&params, wanted->currency);
    pg_params_add_text(&params, wanted->request);
    pg_params_add_time(&params, wanted->created_at_us);
    enum status status = pg_execute(store->pg, &sql_reservation_insert, &params, NULL, error);
    if (status == STATUS_OK)
        status = store_reservation_find(store, arena, purpose, reserved, &found, error);
    if (status == STATUS_OK && !found)
        status = error_set(error, STATUS_UNAVAILABLE, "unavailable", "the same request is under way; try again");
    return status;
}

enum status store_reservation_drop(struct store *store, struct arena *arena, const struct reservation_purpose *purpose,
                                   const struct uuid *attempt_id, struct error *error)
{
    struct pg_params params;
    add_purpose(&params, arena, purpose);
    pg_params_add_uuid(&params, attempt_id);
    return pg_execute(store->pg, &sql_reservation_delete, &params, NULL, error);
}
