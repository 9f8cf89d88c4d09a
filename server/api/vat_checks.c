/* Checks of VAT numbers as the API shows them. Worker threads; no state. */
#include "akkoord/api/vat_checks.h"

#include "akkoord/api/page.h"

json_t *vat_check_to_json(struct arena *arena, const struct stored_vat_check *stored)
{
    const struct vat_check *check = &stored->check;
    if (!stored->is_there)
        return NULL;
    json_t *object = json_new_object(arena);
    json_set_text(object, "outcome", vat_check_outcome_name(check->outcome));
    json_set_time(object, "checked_at", stored->checked_at_us);
    json_set_text(object, "vat_number", check->vat_number);
    json_set_text(object, "consultation_number", check->consultation_number);
    json_set_text(object, "requested_at", check->requested_at);
    json_set_text(object, "name", check->name);
    json_set_text(object, "address", check->address);
    return object;
}

/* ?outcome=; *only is NULL when it is absent, else points to *outcome_read. */
static enum status read_outcome(struct api_call *call, enum vat_check_outcome *outcome_read,
                                const enum vat_check_outcome **only, struct error *error)
{
    const char *word;
    enum status status = http_request_query(call->request, call->arena, "outcome", &word, error);
    *only = NULL;
    if (status != STATUS_OK || word == NULL)
        return status;
    if (vat_check_outcome_parse(word, outcome_read) != STATUS_OK)
        return error_set_field(error, STATUS_INVALID, "word", "outcome", "must be valid, invalid or unavailable");
    *only = outcome_read;
    return STATUS_OK;
}

static json_t *item_to_json(struct arena *arena, const struct listed_vat_check *listed)
{
    json_t *item = json_new_object(arena);
    json_set_uuid(item, "order", &listed->order_id);
    json_set_text(item, "number", listed->order_number);
    json_set_text(item, "status", order_status_name(listed->order_status));
    json_set_text(item, "outcome", vat_check_outcome_name(listed->outcome));
    json_set_time(item, "checked_at", listed->checked_at_us);
    return item;
}

enum status api_staff_vat_checks_list(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct api_page page;
    enum vat_check_outcome outcome_read;
    const enum vat_check_outcome *only;
    struct listed_vat_check *checks = NULL;
    size_t count = 0;
    enum status status = read_outcome(call, &outcome_read, &only, error);
    if (status == STATUS_OK)
        status = api_call_page(call, &page, error);
    if (status != STATUS_OK)
        return status;
    /* One more than asked for tells whether there is a next page. */
    size_t limit = (size_t)page.limit;
    status = store_vat_checks_list(call->store, call->arena, only, &page.after_id, limit + 1, &checks, &count, error);
    if (status != STATUS_OK)
        return status;
    json_t *items = json_new_array(call->arena);
    for (size_t i = 0; i < count && i < limit; i++)
        json_append_value(items, item_to_json(call->arena, &checks[i]));
    api_answer_list(call, answer, items,
                    count > limit ? api_cursor(call->arena, 0, &checks[limit - 1].order_id) : NULL);
    return STATUS_OK;
}
