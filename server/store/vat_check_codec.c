/* What VIES answered as JSON, and sealed (vat_checks.h). Pure; any thread. */
#include "akkoord/base/json.h"
#include "akkoord/store/vat_checks.h"

#define TEXT_BYTES_MAX 1024

static struct seal_context context_of(const struct uuid *order_id, const struct uuid *customer_id)
{
    return (struct seal_context){.table = "vat_number_check",
                                 .column = "answer_sealed",
                                 .row_id = *order_id,
                                 .subject_id = *customer_id,
                                 .row_version = 1};
}

enum status vat_check_seal(struct arena *arena, const struct data_key *key, const struct uuid *order_id,
                           const struct uuid *customer_id, const struct vat_check *check, uint8_t **blob,
                           size_t *blob_length, struct error *error)
{
    const struct seal_context context = context_of(order_id, customer_id);
    size_t length;
    json_t *object = json_new_object(arena);
    json_set_text(object, "vat_number", check->vat_number);
    json_set_text(object, "consultation_number", check->consultation_number);
    json_set_text(object, "requested_at", check->requested_at);
    json_set_text(object, "name", check->name);
    json_set_text(object, "address", check->address);
    const char *text = json_write(arena, object, &length);
    return seal_bytes(arena, key, &context, text, length, blob, blob_length, error);
}

static enum status read_check(struct arena *arena, const char *text, size_t length, struct vat_check *check)
{
    static const char *const known[] = {"vat_number", "consultation_number", "requested_at", "name", "address", NULL};
    json_t *object;
    enum status status = json_parse_object(arena, text, length, &object, NULL);
    if (status == STATUS_OK)
        status = json_refuse_unknown(object, "", known, NULL);
    if (status == STATUS_OK)
        status = json_get_text(object, "", "vat_number", JSON_REQUIRED, TEXT_BYTES_MAX, &check->vat_number, NULL);
    if (status == STATUS_OK)
        status = json_get_text(object, "", "consultation_number", JSON_OPTIONAL, TEXT_BYTES_MAX,
                               &check->consultation_number, NULL);
    if (status == STATUS_OK)
        status = json_get_text(object, "", "requested_at", JSON_OPTIONAL, TEXT_BYTES_MAX, &check->requested_at, NULL);
    if (status == STATUS_OK)
        status = json_get_text(object, "", "name", JSON_OPTIONAL, TEXT_BYTES_MAX, &check->name, NULL);
    if (status == STATUS_OK)
        status = json_get_text(object, "", "address", JSON_OPTIONAL, TEXT_BYTES_MAX, &check->address, NULL);
    return status;
}

enum status vat_check_open(struct arena *arena, const struct data_key *key, const struct uuid *order_id,
                           const struct uuid *customer_id, const void *blob, size_t blob_length,
                           struct vat_check *check, struct error *error)
{
    const struct seal_context context = context_of(order_id, customer_id);
    uint8_t *text;
    size_t length;
    enum status status = seal_open_bytes(arena, key, &context, blob, blob_length, &text, &length, error);
    if (status != STATUS_OK)
        return status;
    if (read_check(arena, (const char *)text, length, check) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "content_unreadable", "a sealed answer of VIES is not in its format");
    return STATUS_OK;
}
