#pragma once
/*
 * The mails that follow from a commit: jobs of the kind `send_mail`, and which of them were sent (rows of
 * akkoord.mail).
 *
 *     payload  {"mail": "<kind>", "subject": "<id>"}; key: both, with a slash between
 *
 * A job names what it is about and nothing else: the mail is written when it is sent, from what is sealed. About a
 * decision, a review and a credit note exactly one is sent, however often its job is added or repeated; the address of
 * a code is told its code again if need be, which is the same one.
 */
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/store/store.h"

#define JOB_SEND_MAIL "send_mail"

enum mail_kind {
    MAIL_VERIFICATION, /* these five: the subject is a code, accounts.h */
    MAIL_PASSWORD_RESET,
    MAIL_EMAIL_CHANGE,
    MAIL_EMAIL_CHANGE_NOTICE,
    MAIL_LOG_IN,
    MAIL_DECISION,         /* a decision */
    MAIL_REVIEW,           /* the outcome of a review */
    MAIL_CREDIT_NOTE,      /* a credit note that staff drew up: the document */
    MAIL_REVIEW_INVITED,   /* a review: staff ask for the customer's view */
    MAIL_REVIEW_EXTENDED,  /* a review */
    MAIL_REQUEST_EXTENDED, /* these two: a request over one's own data */
    MAIL_REQUEST_ANSWERED,
};
#define MAIL_KINDS 12

struct mail_job {
    enum mail_kind kind;
    struct uuid subject_id;
};

/* "decision", "password_reset", ... */
const char *mail_kind_name(enum mail_kind kind);

/* Pure; in the arena. */
const char *mail_job_key(struct arena *arena, const struct mail_job *mail);
const char *mail_job_write(struct arena *arena, const struct mail_job *mail);
/* STATUS_INVALID `job_payload`. */
enum status mail_job_read(struct arena *arena, const char *payload, struct mail_job *mail,
                          struct error *error) AKKOORD_MUST_CHECK;

/* Adds the job, in the caller's transaction or alone; one that waits already is joined. */
enum status store_mail_add(struct store *store, struct arena *arena, const struct mail_job *mail,
                           struct error *error) AKKOORD_MUST_CHECK;
/* The same for the decision that issued a document, which is attached to its mail: the batch adds no job for such a
 * decision (batch_write.c), but the job that draws the document does. Without a decision staff drew it up, and the mail
 * is about the document itself. */
enum status store_mail_add_of_document(struct store *store, struct arena *arena, const struct uuid *document_id,
                                       struct error *error) AKKOORD_MUST_CHECK;

/* Whether the mail about a decision, a review or a credit note was sent. */
enum status store_mail_is_sent(struct store *store, struct arena *arena, const struct mail_job *mail, bool *is_sent,
                               struct error *error) AKKOORD_MUST_CHECK;
enum status store_mail_note_sent(struct store *store, struct arena *arena, const struct mail_job *mail,
                                 struct error *error) AKKOORD_MUST_CHECK;

/* What a decision issued. */
struct decided_document {
    struct uuid id; /* nil: nothing */
    char number[DOCUMENT_NUMBER_BYTES];
};
enum status store_mail_find_document(struct store *store, struct arena *arena, const struct uuid *order_id,
                                     const struct uuid *decision_id, struct decided_document *document,
                                     struct error *error) AKKOORD_MUST_CHECK;
