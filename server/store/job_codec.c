/* The codec of jobs' payloads: identifiers and amounts only. Pure. */
#include "akkoord/base/json.h"
#include "akkoord/store/jobs.h"

#define EVENT_ID_TEXT_MAX 255
#define BODY_BYTES_MAX    65536

static enum status malformed(struct error *error)
{
    return error_set(error, STATUS_INVALID, "job_payload", "the payload of this job can't be read");
}

const char *job_write_document(struct arena *arena, const struct uuid *document_id)
{
    json_t *payload = json_new_object(arena);
    size_t length;
    json_set_uuid(payload, "document", document_id);
    return json_write(arena, payload, &length);
}

enum status job_read_document(struct arena *arena, const char *payload, struct uuid *document_id, struct error *error)
{
    json_t *object;
    const char *id;
    if (json_parse_object(arena, payload, strlen(payload), &object, error) != STATUS_OK ||
        json_get_text(object, "", "document", JSON_REQUIRED, UUID_TEXT_BYTES - 1, &id, error) != STATUS_OK ||
        uuid_parse(id, strlen(id), document_id) != STATUS_OK)
        return malformed(error);
    return STATUS_OK;
}

const char *job_write_sandbox_webhook(struct arena *arena, const struct sandbox_webhook *webhook)
{
    json_t *payload = json_new_object(arena);
    size_t length;
    json_set_text(payload, "event", webhook->event_id);
    json_set_text(payload, "body", webhook->body);
    return json_write(arena, payload, &length);
}

enum status job_read_sandbox_webhook(struct arena *arena, const char *payload, struct sandbox_webhook *webhook,
                                     struct error *error)
{
    json_t *object;
    if (json_parse_object(arena, payload, strlen(payload), &object, error) != STATUS_OK ||
        json_get_text(object, "", "event", JSON_REQUIRED, EVENT_ID_TEXT_MAX, &webhook->event_id, error) != STATUS_OK ||
        json_get_text(object, "", "body", JSON_REQUIRED, BODY_BYTES_MAX, &webhook->body, error) != STATUS_OK)
        return malformed(error);
    return STATUS_OK;
}
