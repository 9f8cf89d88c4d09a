/* Jobs that send mail, and which mails were sent. Whatever thread owns the store runs it. */
#include "akkoord/store/mails.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/jobs.h"
#include "rows.h"

static const char *const kind_names[MAIL_KINDS] = {
    [MAIL_VERIFICATION] = "verification",
    [MAIL_PASSWORD_RESET] = "password_reset",
    [MAIL_EMAIL_CHANGE] = "email_change",
    [MAIL_EMAIL_CHANGE_NOTICE] = "email_change_notice",
    [MAIL_LOG_IN] = "log_in",
    [MAIL_DECISION] = "decision",
    [MAIL_REVIEW] = "review",
    [MAIL_CREDIT_NOTE] = "credit_note",
    [MAIL_REVIEW_INVITED] = "review_invited",
    [MAIL_REVIEW_EXTENDED] = "review_extended",
    [MAIL_REQUEST_EXTENDED] = "request_extended",
    [MAIL_REQUEST_ANSWERED] = "request_answered",
};

const char *mail_kind_name(enum mail_kind kind)
{
    return kind_names[kind];
}

const char *mail_job_key(struct arena *arena, const struct mail_job *mail)
{
    char id[UUID_TEXT_BYTES];
    return arena_format(arena, "%s/%s", kind_names[mail->kind], uuid_format(&mail->subject_id, id));
}

enum status store_mail_add(struct store *store, struct arena *arena, const struct mail_job *mail, struct error *error)
{
    const struct keyed_job job = {.key = mail_job_key(arena, mail), .payload = mail_job_write(arena, mail)};
    return store_jobs_add_keyed(store, arena, JOB_SEND_MAIL, &job, 1, error);
}

enum status store_mail_add_of_document(struct store *store, struct arena *arena, const struct uuid *document_id,
                                       struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, document_id);
    struct pg_result *result = NULL;
    struct mail_job mail = {.kind = MAIL_DECISION};
    enum status status = pg_execute(store->pg, &sql_mail_decision_of_document, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    bool found = pg_result_rows(result) > 0;
    if (found && pg_is_null(result, 0, 0))
        mail = (struct mail_job){.kind = MAIL_CREDIT_NOTE, .subject_id = *document_id};
    else if (found)
        mail.subject_id = pg_get_uuid(result, 0, 0);
    pg_result_free(result);
    return found ? store_mail_add(store, arena, &mail, error) : STATUS_OK;
}

static void add_mail(struct pg_params *params, struct arena *arena, const struct mail_job *mail)
{
    pg_params_init(params, arena);
    pg_params_add_text(params, kind_names[mail->kind]);
    pg_params_add_uuid(params, &mail->subject_id);
}

enum status store_mail_is_sent(struct store *store, struct arena *arena, const struct mail_job *mail, bool *is_sent,
                               struct error *error)
{
    struct pg_params params;
    add_mail(&params, arena, mail);
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_mail_is_sent, &params, &result, error);
    if (status == STATUS_OK)
        *is_sent = pg_get_bool(result, 0, 0);
    pg_result_free(result);
    return status;
}

enum status store_mail_note_sent(struct store *store, struct arena *arena, const struct mail_job *mail,
                                 struct error *error)
{
    struct pg_params params;
    add_mail(&params, arena, mail);
    pg_params_add_time(&params, clock_now_us());
    return pg_execute(store->pg, &sql_mail_note_sent, &params, NULL, error);
}

enum status store_mail_find_document(struct store *store, struct arena *arena, const struct uuid *order_id,
                                     const struct uuid *decision_id, struct decided_document *document,
                                     struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, order_id);
    pg_params_add_uuid(&params, decision_id);
    struct pg_result *result = NULL;
    *document = (struct decided_document){.number = ""};
    enum status status = pg_execute(store->pg, &sql_mail_document_of_decision, &params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) > 0) {
        document->id = pg_get_uuid(result, 0, 0);
        store_read_text(result, 0, 1, document->number, sizeof(document->number));
    }
    pg_result_free(result);
    return status;
}
