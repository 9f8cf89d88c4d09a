/*
 * The shared half of normalising: what an id, an amount, a currency and an order reference may be, whoever sends them.
 * Pure; any thread. It decides no kind of event and knows no provider's names.
 */
#include "fields.h"

enum status webhook_copy_id(const char *text, size_t length, const char *field, size_t capacity, char *id,
                            struct error *error)
{
    if (length == 0)
        return error_set_field(error, STATUS_INVALID, "required", field, "this id must not be empty");
    if (length >= capacity)
        return error_set_field(error, STATUS_INVALID, "length", field, "this id is too long");
    for (size_t i = 0; i < length; i++) {
        if (text[i] <= ' ' || text[i] > '~')
            return error_set_field(error, STATUS_INVALID, "range", field, "this id must be visible ASCII");
    }
    memcpy(id, text, length);
    id[length] = '\0';
    return STATUS_OK;
}

enum status webhook_get_id(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                           size_t capacity, char *id, struct error *error)
{
    const char *text;
    enum status status = json_get_text(object, prefix, key, presence, SIZE_MAX, &text, error);
    if (status != STATUS_OK)
        return status;
    if (text == NULL) {
        id[0] = '\0';
        return STATUS_OK;
    }
    char field[ERROR_FIELD_BYTES];
    snprintf(field, sizeof(field), "%s%s", prefix, key);
    return webhook_copy_id(text, strlen(text), field, capacity, id, error);
}

enum status webhook_get_amount(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                               struct payment_event *event, struct error *error)
{
    return json_get_integer(object, prefix, key, presence, 0, WEBHOOK_AMOUNT_MINOR_MAX, &event->amount_minor, error);
}

enum status webhook_get_currency(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                                 struct payment_event *event, struct error *error)
{
    const char *text;
    enum status status = json_get_text(object, prefix, key, presence, CURRENCY_BYTES - 1, &text, error);
    if (status != STATUS_OK || text == NULL)
        return status;
    if (currency_parse(text, strlen(text), event->currency) == STATUS_OK)
        return STATUS_OK;
    char field[ERROR_FIELD_BYTES];
    snprintf(field, sizeof(field), "%s%s", prefix, key);
    return error_set_field(error, STATUS_INVALID, "range", field, "a currency is three letters");
}

void webhook_set_order(struct payment_event *event, const char *reference)
{
    event->has_order_id = reference != NULL && uuid_parse(reference, strlen(reference), &event->order_id) == STATUS_OK;
    event->has_foreign_reference = reference != NULL && !event->has_order_id;
}

void webhook_set_attempt(struct payment_event *event, const json_t *metadata)
{
    const json_t *text = json_object_get(metadata, "attempt_id");
    if (!json_is_string(text) ||
        uuid_parse(json_string_value(text), json_string_length(text), &event->attempt_id) != STATUS_OK)
        event->attempt_id = (struct uuid){{0}};
}

bool webhook_refund_has_failed(const char *status)
{
    return status != NULL && (strcmp(status, "failed") == 0 || strcmp(status, "canceled") == 0);
}
