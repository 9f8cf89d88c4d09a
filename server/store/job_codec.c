/* The codec of jobs' payloads: identifiers and amounts only. Pure. */
#include "akkoord/base/json.h"
#include "akkoord/store/jobs.h"
#include "akkoord/store/mails.h"

#define EVENT_ID_TEXT_MAX 255
#define BODY_BYTES_MAX    65536

static enum status malformed(struct error *error)
{
    return error_set(error, STATUS_INVALID, "job_payload", "the payload of this job can't be read");
}

static enum status read_id(struct arena *arena, const char *payload, const char *key, struct uuid *id,
                           struct error *error)
{
    json_t *object;
    const char *text;
    if (json_parse_object(arena, payload, strlen(payload), &object, error) != STATUS_OK ||
        json_get_text(object, "", key, JSON_REQUIRED, UUID_TEXT_BYTES - 1, &text, error) != STATUS_OK ||
        uuid_parse(text, strlen(text), id) != STATUS_OK)
        return malformed(error);
    return STATUS_OK;
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
    return read_id(arena, payload, "document", document_id, error);
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

const char *job_fetch_kind(struct arena *arena, const char *provider)
{
    return arena_format(arena, JOB_FETCH_PREFIX "%s", provider);
}

const char *job_refund_kind(struct arena *arena, const char *provider)
{
    return arena_format(arena, JOB_REFUND_PREFIX "%s", provider);
}

const char *job_fetch_key(struct arena *arena, const struct fetch_job *fetch)
{
    return arena_format(arena, "%s/%s", fetch->provider, fetch->payment_id);
}

const char *job_write_fetch(struct arena *arena, const struct fetch_job *fetch)
{
    json_t *payload = json_new_object(arena);
    size_t length;
    json_set_text(payload, "provider", fetch->provider);
    json_set_text(payload, "payment", fetch->payment_id);
    return json_write(arena, payload, &length);
}

enum status job_read_fetch(struct arena *arena, const char *payload, struct fetch_job *fetch, struct error *error)
{
    json_t *object;
    if (json_parse_object(arena, payload, strlen(payload), &object, error) != STATUS_OK ||
        json_get_text(object, "", "provider", JSON_REQUIRED, PROVIDER_BYTES - 1, &fetch->provider, error) !=
            STATUS_OK ||
        json_get_text(object, "", "payment", JSON_REQUIRED, PAYMENT_ID_BYTES - 1, &fetch->payment_id, error) !=
            STATUS_OK)
        return malformed(error);
    return STATUS_OK;
}

const char *job_write_refund(struct arena *arena, const struct uuid *payment_id)
{
    json_t *payload = json_new_object(arena);
    size_t length;
    json_set_uuid(payload, "payment", payment_id);
    return json_write(arena, payload, &length);
}

enum status job_read_refund(struct arena *arena, const char *payload, struct uuid *payment_id, struct error *error)
{
    return read_id(arena, payload, "payment", payment_id, error);
}

const char *job_write_ask_vies(struct arena *arena, const struct uuid *order_id)
{
    json_t *payload = json_new_object(arena);
    size_t length;
    json_set_uuid(payload, "order", order_id);
    return json_write(arena, payload, &length);
}

enum status job_read_ask_vies(struct arena *arena, const char *payload, struct uuid *order_id, struct error *error)
{
    return read_id(arena, payload, "order", order_id, error);
}

const char *mail_job_write(struct arena *arena, const struct mail_job *mail)
{
    json_t *payload = json_new_object(arena);
    size_t length;
    json_set_text(payload, "mail", mail_kind_name(mail->kind));
    json_set_uuid(payload, "subject", &mail->subject_id);
    return json_write(arena, payload, &length);
}

enum status mail_job_read(struct arena *arena, const char *payload, struct mail_job *mail, struct error *error)
{
    json_t *object;
    const char *kind;
    if (read_id(arena, payload, "subject", &mail->subject_id, error) != STATUS_OK ||
        json_parse_object(arena, payload, strlen(payload), &object, error) != STATUS_OK ||
        json_get_text(object, "", "mail", JSON_REQUIRED, UUID_TEXT_BYTES, &kind, error) != STATUS_OK)
        return malformed(error);
    for (size_t i = 0; i < MAIL_KINDS; i++) {
        mail->kind = (enum mail_kind)i;
        if (strcmp(kind, mail_kind_name(mail->kind)) == 0)
            return STATUS_OK;
    }
    return malformed(error);
}
