#pragma once
/* Where mail goes while no mail server is set: files to look at. Internal to jobs. */
#include <stdint.h>

#include "akkoord/store/mails.h"

/* A mail in the folder is plain text that outlives its customer's erasure: long enough to look at, and then gone. */
#define MAIL_FOLDER_DAYS 7

/* Writes FOLDER/<kind>-<subject>.eml, mode 0600, whole or not at all; a repetition replaces it. The folder, and the one
 * that it stands in, are made where they are missing. STATUS_UNAVAILABLE `mail_folder`. */
enum status mail_folder_write(struct arena *arena, const char *folder, const struct mail_job *mail, const char *bytes,
                              size_t length, struct error *error) AKKOORD_MUST_CHECK;
/* Deletes what was written there before a time, in microseconds since 1970; as much of it as can be. A folder that is
 * not there is empty. */
void mail_folder_forget(const char *folder, int64_t before_us);
