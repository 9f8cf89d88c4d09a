/* What providers told us, for staff. Worker threads; no state. */
#include "akkoord/store/events.h"
#include "akkoord/api/staff.h"

static json_t *event_to_json(struct arena *arena, const struct listed_event *event)
{
    json_t *json = json_new_object(arena);
    json_set_uuid(json, "id", &event->id);
    json_set_text(json, "provider", event->provider);
    json_set_text(json, "kind", event->kind);
    json_set_text(json, "payment", event->payment_id[0] != '\0' ? event->payment_id : NULL);
    if (uuid_is_nil(&event->order_id))
        json_set_text(json, "order", NULL);
    else
        json_set_uuid(json, "order", &event->order_id);
    json_set_text(json, "outcome", event->outcome);
    json_set_time(json, "received_at", event->received_at_us);
    return json;
}

/* ?matched=true, false, or absent: the filter then stays as it is. */
static enum status read_filter(struct api_call *call, enum event_filter *filter, struct error *error)
{
    const char *matched;
    enum status status = http_request_query(call->request, call->arena, "matched", &matched, error);
    if (status != STATUS_OK || matched == NULL)
        return status;
    if (strcmp(matched, "true") == 0)
        *filter = EVENTS_MATCHED;
    else if (strcmp(matched, "false") == 0)
        *filter = EVENTS_UNMATCHED;
    else
        return error_set_field(error, STATUS_INVALID, "word", "matched", "must be true or false");
    return STATUS_OK;
}

enum status api_staff_events_list(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct api_page page;
    enum event_filter filter = EVENTS_ALL;
    struct listed_event *events = NULL;
    size_t count = 0;
    enum status status = read_filter(call, &filter, error);
    if (status == STATUS_OK)
        status = api_call_page(call, &page, error);
    if (status != STATUS_OK)
        return status;
    /* One more than asked for, to see whether another page follows. */
    size_t limit = (size_t)page.limit;
    status = store_events_list(call->store, call->arena, filter, &page.after_id, limit + 1, &events, &count, error);
    if (status != STATUS_OK)
        return status;
    json_t *items = json_new_array(call->arena);
    for (size_t i = 0; i < count && i < limit; i++)
        json_append_value(items, event_to_json(call->arena, &events[i]));
    const char *next = count > limit ? api_cursor(call->arena, 0, &events[limit - 1].id) : NULL;
    api_answer_list(call, answer, items, next);
    return STATUS_OK;
}
