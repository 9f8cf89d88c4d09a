/*
 * Lists akkoord.event for staff. Whatever thread owns the store runs it. Never writes.
 *
 * The table has no index over ids, as that would cost every event that comes in. What nobody has looked into yet has a
 * small one of its own; everything else is searched backwards in time, in windows that grow until a page is full.
 */
#include "akkoord/store/events.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"

#define HOUR_US (3600 * CLOCK_US_PER_SECOND)
#define DAY_US  (24 * HOUR_US)

/* An event's id is made at most this long before or after received_at: the committer answers within seconds. */
#define ID_LAG_US (60 * CLOCK_US_PER_SECOND)

static const int64_t window_spans_us[] = {HOUR_US, DAY_US, 30 * DAY_US, INT64_MAX};
#define WINDOWS (sizeof(window_spans_us) / sizeof(window_spans_us[0]))

static const struct uuid last_id = {
    {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

/* The milliseconds in front of a version 7 UUID. */
static int64_t time_of_id_us(const struct uuid *id)
{
    int64_t milliseconds = 0;
    for (int i = 0; i < 6; i++)
        milliseconds = milliseconds << 8 | id->bytes[i];
    return milliseconds * 1000;
}

/* The least UUID of a time. */
static struct uuid first_id_of_time(int64_t time_us)
{
    struct uuid id = {{0}};
    int64_t milliseconds = time_us / 1000;
    for (int i = 0; i < 6; i++)
        id.bytes[i] = (uint8_t)(milliseconds >> (40 - 8 * i));
    return id;
}

static enum status read_events(struct store *store, struct arena *arena, const struct pg_statement *statement,
                               const struct pg_params *params, struct listed_event **events, size_t *count,
                               struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, statement, params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *events = ARENA_ARRAY(arena, struct listed_event, *count);
    for (size_t i = 0; i < *count; i++)
        (*events)[i] = (struct listed_event){
            .id = pg_get_uuid(result, i, 0),
            .provider = arena_copy_text(arena, pg_get_text(result, i, 1)),
            .kind = arena_copy_text(arena, pg_get_text(result, i, 2)),
            .payment_id = arena_copy_text(arena, pg_get_text(result, i, 3)),
            .order_id = pg_get_optional_uuid(result, i, 4),
            .received_at_us = pg_get_time(result, i, 5),
            .outcome = arena_copy_text(arena, pg_get_text(result, i, 6)),
        };
    pg_result_free(result);
    return STATUS_OK;
}

static enum status list_window(struct store *store, struct arena *arena, bool matched_only, const struct uuid *before,
                               int64_t from_us, int64_t until_us, size_t limit, struct listed_event **events,
                               size_t *count, struct error *error)
{
    struct uuid first = first_id_of_time(from_us);
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_time(&params, from_us > ID_LAG_US ? from_us - ID_LAG_US : 1);
    pg_params_add_time(&params, until_us + ID_LAG_US);
    pg_params_add_uuid(&params, &first);
    pg_params_add_uuid(&params, before);
    pg_params_add_bool(&params, matched_only);
    pg_params_add_int64(&params, (int64_t)limit);
    return read_events(store, arena, &sql_event_list, &params, events, count, error);
}

enum status store_events_list(struct store *store, struct arena *arena, enum event_filter filter,
                              const struct uuid *after, size_t limit, struct listed_event **events, size_t *count,
                              struct error *error)
{
    const struct uuid *before = uuid_is_nil(after) ? &last_id : after;
    if (filter == EVENTS_UNMATCHED) {
        struct pg_params params;
        pg_params_init(&params, arena);
        pg_params_add_uuid(&params, before);
        pg_params_add_int64(&params, (int64_t)limit);
        return read_events(store, arena, &sql_event_list_unmatched, &params, events, count, error);
    }
    int64_t until_us = clock_now_us() + ID_LAG_US;
    if (!uuid_is_nil(after) && time_of_id_us(after) < until_us)
        until_us = time_of_id_us(after);
    for (size_t i = 0; i < WINDOWS; i++) {
        int64_t from_us = until_us > window_spans_us[i] ? until_us - window_spans_us[i] : 0;
        enum status status =
            list_window(store, arena, filter == EVENTS_MATCHED, before, from_us, until_us, limit, events, count, error);
        if (status != STATUS_OK || *count == limit || from_us == 0)
            return status;
    }
    return STATUS_OK;
}
