/* What each kind of job does. Lanes' threads; every one of these may run twice. */
#include <inttypes.h>

#include "akkoord/base/clock.h"
#include "akkoord/documents/cii.h"
#include "akkoord/documents/pdf.h"
#include "akkoord/documents/ubl.h"
#include "akkoord/store/mails.h"
#include "akkoord/store/renditions.h"
#include "akkoord/webhooks/standard_webhook.h"
#include "lanes.h"

/* So that every format is there, as of the day of issue, before anybody asks; the first to store one wins. The mail
 * that it is attached to follows: added here, it costs the batch that issued the document nothing. */
enum status job_render_document(struct job_thread *thread, struct arena *arena, const struct job *job,
                                struct error *error)
{
    static const struct {
        enum rendition_format format;
        rendition_renderer *render;
    } formats[] = {{RENDITION_PDF, document_render_pdf},
                   {RENDITION_UBL, document_render_ubl},
                   {RENDITION_CII, document_render_cii}};
    struct uuid document_id;
    enum status status = job_read_document(arena, job->payload, &document_id, error);
    for (size_t i = 0; status == STATUS_OK && i < sizeof(formats) / sizeof(formats[0]); i++) {
        const uint8_t *bytes;
        size_t length;
        status = store_rendition_get_or_render(thread->store, arena, &document_id, formats[i].format, formats[i].render,
                                               &thread->options->seller->logo, &bytes, &length, error);
    }
    return status == STATUS_OK ? store_mail_add_of_document(thread->store, arena, &document_id, error) : status;
}

static enum status send_signed(struct job_thread *thread, struct arena *arena, const struct sandbox_webhook *webhook,
                               struct http_client_response *response, struct error *error)
{
    int64_t timestamp_s = clock_now_us() / CLOCK_US_PER_SECOND;
    char signature[STANDARD_WEBHOOK_SIGNATURE_BYTES];
    standard_webhook_sign(thread->options->sandbox_secret, webhook->event_id, timestamp_s, webhook->body,
                          strlen(webhook->body), signature);
    const struct http_header headers[] = {
        {"Content-Type", "application/json"}, {"User-Agent", "Akkoord-Sandbox"},
        {"webhook-id", webhook->event_id},    {"webhook-timestamp", arena_format(arena, "%" PRId64, timestamp_s)},
        {"webhook-signature", signature},
    };
    const struct http_client_request request = {
        .method = HTTP_POST,
        .url = arena_format(arena, "%s/webhooks/sandbox", thread->options->own_url),
        .headers = headers,
        .header_count = sizeof(headers) / sizeof(headers[0]),
        .body = webhook->body,
        .body_length = strlen(webhook->body),
    };
    return http_client_send(thread->options->own_client, arena, &request, response, error);
}

/* The same id and body at every attempt, the time and signature of this one: as Standard Webhooks asks. */
enum status job_send_sandbox_webhook(struct job_thread *thread, struct arena *arena, const struct job *job,
                                     struct error *error)
{
    struct sandbox_webhook webhook;
    enum status status = job_read_sandbox_webhook(arena, job->payload, &webhook, error);
    if (status != STATUS_OK)
        return status;
    if (thread->options->sandbox_secret == NULL)
        return error_set(error, STATUS_UNAVAILABLE, "sandbox_off", "this server runs without the sandbox");
    struct http_client_response response;
    status = send_signed(thread, arena, &webhook, &response, error);
    if (status == STATUS_OK && (response.status < 200 || response.status > 299))
        return error_set(error, STATUS_UNAVAILABLE, "webhook_not_taken", "the webhook was answered %d",
                         response.status);
    return status;
}
