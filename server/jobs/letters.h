#pragma once
/* What is written to whom: from a mail job to a mail. The mail lane's threads. Internal to jobs. */
#include "akkoord/mail/message.h"
#include "akkoord/store/mails.h"
#include "lanes.h"

/* Fills recipient, letter, language and attachments of `message`, all in the arena. STATUS_NOT_FOUND: whom or what it
 * was about is gone (erased, shredded, a code whose time is over), so nothing is to be sent. */
enum status letters_write(struct job_thread *thread, struct arena *arena, const struct mail_job *mail,
                          struct mail_message *message, struct error *error) AKKOORD_MUST_CHECK;
