/*
 * What is written to whom: everything is read and opened when the mail is sent, and nothing of it is kept.
 *
 * A mail goes to the address of the profile as it is now: the one given at the registration, which the confirmation of
 * an order has to reach whether it was proved or not (Directive 2011/83/EU art. 8(7)), or a later one, which takes its
 * place only once it is proved. Only the code that proves a new address goes to that one.
 */
#include "letters.h"

#include <inttypes.h>

#include "akkoord/base/clock.h"
#include "akkoord/documents/pdf.h"
#include "akkoord/mail/letters.h"
#include "akkoord/store/accounts.h"
#include "akkoord/store/customers.h"
#include "akkoord/store/decisions.h"
#include "akkoord/store/documents.h"
#include "akkoord/store/orders.h"
#include "akkoord/store/privacy_requests.h"
#include "akkoord/store/renditions.h"
#include "akkoord/store/review_links.h"
#include "akkoord/store/reviews.h"

struct writing {
    struct job_thread *thread;
    struct arena *arena;
    struct mail_message *message;
    struct letter_parties parties;
};

/* The recipient; STATUS_NOT_FOUND once they are erased. */
static enum status address_to(struct writing *writing, const struct uuid *customer_id, struct error *error)
{
    struct customer customer;
    enum status status = store_customer_load(writing->thread->store, writing->arena, customer_id, &customer, error);
    if (status != STATUS_OK)
        return status;
    writing->parties = (struct letter_parties){.language = customer.profile.language,
                                               .name = customer.profile.name,
                                               .seller = writing->thread->options->seller};
    writing->message->language = customer.profile.language;
    writing->message->to = (struct mail_address){.name = customer.profile.name, .address = customer.profile.email};
    return STATUS_OK;
}

/* ---- codes ---- */

static enum status write_about_code(struct writing *writing, const struct mail_job *mail, struct error *error)
{
    static const enum letter_code_purpose purposes[CODE_PURPOSES] = {
        [CODE_VERIFICATION] = LETTER_VERIFICATION,
        [CODE_PASSWORD_RESET] = LETTER_PASSWORD_RESET,
        [CODE_EMAIL_CHANGE] = LETTER_EMAIL_CHANGE,
        [CODE_LOG_IN] = LETTER_LOG_IN,
    };
    struct account_code code;
    enum status status = store_code_open(writing->thread->store, writing->arena, &mail->subject_id, &code, error);
    if (status == STATUS_OK && uuid_is_nil(&code.customer_id))
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "nobody has the address that was given");
    if (status == STATUS_OK && code.expires_at_us <= clock_now_us())
        status = error_set(error, STATUS_NOT_FOUND, "code_expired", "the time of this code is over");
    if (status == STATUS_OK)
        status = address_to(writing, &code.customer_id, error);
    if (status != STATUS_OK)
        return status;
    if (mail->kind == MAIL_EMAIL_CHANGE_NOTICE) {
        letter_write_email_change_notice(writing->arena, &writing->parties, &writing->message->letter);
        return STATUS_OK;
    }
    if (code.email != NULL)
        writing->message->to.address = code.email;
    letter_write_code(writing->arena, &writing->parties, purposes[code.purpose], code.text, code.expires_at_us,
                      &writing->message->letter);
    return STATUS_OK;
}

/* ---- decisions ---- */

static enum status attach_document(struct writing *writing, const struct uuid *id, const char *number,
                                   struct error *error)
{
    const uint8_t *bytes;
    size_t length;
    enum status status =
        store_rendition_get_or_render(writing->thread->store, writing->arena, id, RENDITION_PDF, document_render_pdf,
                                      &writing->thread->options->seller->logo, &bytes, &length, error);
    if (status != STATUS_OK)
        return status;
    struct mail_attachment *attachment = ARENA_NEW(writing->arena, struct mail_attachment);
    *attachment = (struct mail_attachment){.file_name = arena_format(writing->arena, "%s.pdf", number),
                                           .media_type = "application/pdf",
                                           .bytes = bytes,
                                           .length = length};
    writing->message->attachments = attachment;
    writing->message->attachments_count = 1;
    return STATUS_OK;
}

/* A repetition has a link of its own: of one that was made before only a hash is left. */
static enum status write_decision(struct writing *writing, const struct stored_order *order,
                                  const struct decision *decision, const struct decided_document *document,
                                  struct error *error)
{
    const char *link;
    enum status status = store_review_link_make(writing->thread->store, writing->arena,
                                                writing->thread->options->public_url, &decision->id, &link, error);
    if (status != STATUS_OK)
        return status;
    const struct letter_order shown = {
        .number = order->number,
        .lines = order->content.lines,
        .lines_count = order->content.lines_count,
        .totals = &order->content.totals,
        .currency = order->currency,
    };
    const char *attached = uuid_is_nil(&document->id) ? NULL : document->number;
    letter_write_decision(writing->arena, &writing->parties, &shown, decision, attached, link,
                          &writing->message->letter);
    return STATUS_OK;
}

static enum status write_about_decision(struct writing *writing, const struct uuid *decision_id, struct error *error)
{
    struct store *store = writing->thread->store;
    struct stored_decision stored;
    struct stored_order order;
    struct decided_document document;
    const struct decision *decision = &stored.decision;
    enum status status = store_decision_find(store, writing->arena, decision_id, &stored, error);
    if (status == STATUS_OK)
        status = store_order_find(store, writing->arena, &decision->order_id, NULL, &order, error);
    if (status == STATUS_OK)
        status = address_to(writing, &order.customer_id, error);
    if (status == STATUS_OK)
        status = store_mail_find_document(store, writing->arena, &decision->order_id, decision_id, &document, error);
    if (status == STATUS_OK && !uuid_is_nil(&document.id))
        status = attach_document(writing, &document.id, document.number, error);
    if (status == STATUS_OK)
        status = write_decision(writing, &order, decision, &document, error);
    return status;
}

/* ---- credit notes ---- */

static enum status write_credit_note(struct writing *writing, const struct uuid *document_id,
                                     const struct opened_document *document, struct error *error)
{
    const struct invoice *note = &document->invoice;
    enum status status = address_to(writing, &document->customer_id, error);
    if (status == STATUS_OK)
        status = attach_document(writing, document_id, note->number, error);
    if (status != STATUS_OK)
        return status;
    const struct letter_order shown = {
        .number = note->order_number,
        .lines = note->lines,
        .lines_count = note->lines_count,
        .totals = &note->totals,
        .currency = note->currency,
    };
    const struct letter_credit credit = {
        .number = note->number,
        .credited_number = note->credited_number,
        .reason = document->credit_reason,
        .sent_back_minor = note->prepaid_minor,
    };
    letter_write_credit_note(writing->arena, &writing->parties, &shown, &credit, &writing->message->letter);
    return STATUS_OK;
}

static enum status write_about_credit_note(struct writing *writing, const struct uuid *document_id, struct error *error)
{
    struct opened_document document;
    enum status status = store_document_open(writing->thread->store, writing->arena, document_id, &document, error);
    if (status != STATUS_OK)
        return status;
    status = write_credit_note(writing, document_id, &document, error);
    vault_data_key_release(&document.billing_key);
    return status;
}

/* ---- reviews ---- */

static enum status write_about_review(struct writing *writing, const struct uuid *review_id, struct error *error)
{
    struct store *store = writing->thread->store;
    struct review review;
    struct stored_order order;
    enum status status = store_review_find(store, writing->arena, review_id, NULL, &review, error);
    if (status == STATUS_OK)
        status = store_order_find(store, writing->arena, &review.order_id, NULL, &order, error);
    if (status == STATUS_OK)
        status = address_to(writing, &order.customer_id, error);
    if (status == STATUS_OK)
        letter_write_review(writing->arena, &writing->parties, order.number, review.outcome, review.reasons,
                            review.look == 1, &writing->message->letter);
    return status;
}

/* What staff asked last. */
static const struct review_statement *last_question(const struct review *review)
{
    for (size_t i = review->statements_count; i > 0; i--) {
        if (review->statements[i - 1].by == REVIEW_BY_STAFF)
            return &review->statements[i - 1];
    }
    return NULL;
}

/* Of several questions of one review each is a mail of its own. */
static void name_question(struct writing *writing, const struct review_statement *question)
{
    const char *id = writing->message->id;
    const char *at = strchr(id, '@');
    if (question != NULL && at != NULL)
        writing->message->id =
            arena_format(writing->arena, "%.*s.%" PRId64 "%s", (int)(at - id), id, question->at_us, at);
}

static enum status write_invitation(struct writing *writing, const struct review *review, const char *order_number,
                                    struct error *error)
{
    const char *link;
    const struct review_statement *question = last_question(review);
    enum status status =
        store_review_link_make(writing->thread->store, writing->arena, writing->thread->options->public_url,
                               &review->decision_id, &link, error);
    if (status != STATUS_OK)
        return status;
    name_question(writing, question);
    letter_write_review_invitation(writing->arena, &writing->parties, order_number,
                                   question != NULL ? question->text : NULL, review->due_at_us, link,
                                   &writing->message->letter);
    return STATUS_OK;
}

/* One that was decided meanwhile needs nothing any more. */
static enum status write_about_open_review(struct writing *writing, const struct mail_job *mail, struct error *error)
{
    struct store *store = writing->thread->store;
    struct review review;
    struct stored_order order;
    enum status status = store_review_find(store, writing->arena, &mail->subject_id, NULL, &review, error);
    if (status == STATUS_OK && review.state == REVIEW_DECIDED)
        status = error_set(error, STATUS_NOT_FOUND, "review_decided", "this review has been decided");
    if (status == STATUS_OK)
        status = store_order_find(store, writing->arena, &review.order_id, NULL, &order, error);
    if (status == STATUS_OK)
        status = address_to(writing, &order.customer_id, error);
    if (status == STATUS_OK && mail->kind == MAIL_REVIEW_INVITED)
        return write_invitation(writing, &review, order.number, error);
    if (status == STATUS_OK)
        letter_write_review_extension(writing->arena, &writing->parties, order.number, review.extension.reasons,
                                      review.due_at_us, &writing->message->letter);
    return status;
}

/* ---- requests ---- */

static enum status write_about_request(struct writing *writing, const struct mail_job *mail, struct error *error)
{
    struct privacy_request request;
    bool is_answer = mail->kind == MAIL_REQUEST_ANSWERED;
    enum status status =
        store_privacy_request_find(writing->thread->store, writing->arena, &mail->subject_id, NULL, &request, error);
    if (status == STATUS_OK)
        status = address_to(writing, &request.customer_id, error);
    if (status != STATUS_OK)
        return status;
    const struct letter_request told = {
        .kind = request.kind,
        .received_at_us = request.received_at_us,
        .due_at_us = request.due_at_us,
        .is_granted = request.state == PRIVACY_FULFILLED,
        .words = is_answer ? request.answer : request.extension,
    };
    if (is_answer)
        letter_write_request_answer(writing->arena, &writing->parties, &told, &writing->message->letter);
    else
        letter_write_request_extension(writing->arena, &writing->parties, &told, &writing->message->letter);
    return STATUS_OK;
}

enum status letters_write(struct job_thread *thread, struct arena *arena, const struct mail_job *mail,
                          struct mail_message *message, struct error *error)
{
    struct writing writing = {.thread = thread, .arena = arena, .message = message};
    switch (mail->kind) {
    case MAIL_REVIEW_INVITED:
    case MAIL_REVIEW_EXTENDED:
        return write_about_open_review(&writing, mail, error);
    case MAIL_REQUEST_EXTENDED:
    case MAIL_REQUEST_ANSWERED:
        return write_about_request(&writing, mail, error);
    case MAIL_DECISION:
        return write_about_decision(&writing, &mail->subject_id, error);
    case MAIL_REVIEW:
        return write_about_review(&writing, &mail->subject_id, error);
    case MAIL_CREDIT_NOTE:
        return write_about_credit_note(&writing, &mail->subject_id, error);
    case MAIL_VERIFICATION:
    case MAIL_PASSWORD_RESET:
    case MAIL_EMAIL_CHANGE:
    case MAIL_EMAIL_CHANGE_NOTICE:
    case MAIL_LOG_IN:
        break;
    }
    return write_about_code(&writing, mail, error);
}
