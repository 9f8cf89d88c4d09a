/*
 * Sends one mail: to the mail server, or where none is set into a folder. The mail lane's threads.
 *
 * Between the server's answer and our note that it was sent a crash may fall: then it is sent again, under the same
 * Message-ID, so that a repetition is recognised.
 */
#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/store/review_workflow.h"
#include "letters.h"
#include "mail_folder.h"

/* Which are sent once; the others say the same code again. */
static bool is_noted(const struct mail_job *mail)
{
    return mail->kind == MAIL_DECISION || mail->kind == MAIL_REVIEW || mail->kind == MAIL_CREDIT_NOTE;
}

static const char *message_id(struct arena *arena, const struct mail_job *mail, const char *from)
{
    char id[UUID_TEXT_BYTES];
    const char *at = strrchr(from, '@');
    return arena_format(arena, "%s.%s@%s", mail_kind_name(mail->kind), uuid_format(&mail->subject_id, id),
                        at != NULL ? at + 1 : "localhost");
}

static enum status hand_over(struct job_thread *thread, struct arena *arena, const struct mail_job *mail,
                             const struct mail_message *message, struct error *error)
{
    const struct mail_transport *transport = &thread->options->mail;
    const char *bytes;
    size_t length;
    enum status status = mail_compose(arena, message, &bytes, &length, error);
    if (status != STATUS_OK)
        return status;
    if (transport->server == NULL)
        return mail_folder_write(arena, transport->folder, mail, bytes, length, error);
    const struct mail_envelope envelope = {
        .from = message->from.address, .to = message->to.address, .bytes = bytes, .length = length};
    return http_client_send_mail(transport->client, arena, transport->server, &envelope, error);
}

static enum status write_and_send(struct job_thread *thread, struct arena *arena, const struct mail_job *mail,
                                  struct error *error)
{
    const struct jobs_options *options = thread->options;
    struct mail_message message = {
        .from = {.name = options->seller->name, .address = options->mail.from},
        .id = message_id(arena, mail, options->mail.from),
        .date_us = clock_now_us(),
    };
    enum status status = letters_write(thread, arena, mail, &message, error);
    if (status == STATUS_OK)
        status = hand_over(thread, arena, mail, &message, error);
    return status;
}

enum status job_send_mail(struct job_thread *thread, struct arena *arena, const struct job *job, struct error *error)
{
    struct mail_job mail;
    bool is_sent = false;
    enum status status = mail_job_read(arena, job->payload, &mail, error);
    if (status == STATUS_OK && is_noted(&mail))
        status = store_mail_is_sent(thread->store, arena, &mail, &is_sent, error);
    if (status != STATUS_OK || is_sent)
        return status;
    status = write_and_send(thread, arena, &mail, error);
    if (status == STATUS_NOT_FOUND)
        log_event(LOG_INFO, "mail.dropped", log_text("kind", mail_kind_name(mail.kind)),
                  log_uuid("subject", &mail.subject_id), log_text("code", error->code));
    if (status != STATUS_OK)
        return status;
    log_event(LOG_INFO, "mail.sent", log_text("kind", mail_kind_name(mail.kind)),
              log_uuid("subject", &mail.subject_id));
    if (mail.kind == MAIL_REVIEW)
        status = store_review_note_notified(thread->store, arena, &mail.subject_id, ACTOR_CLOCK, error);
    return status == STATUS_OK && is_noted(&mail) ? store_mail_note_sent(thread->store, arena, &mail, error) : status;
}
