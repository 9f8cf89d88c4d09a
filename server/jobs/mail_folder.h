#pragma once
/* Where mail goes while no mail server is set: files to look at. Internal to jobs. */
#include "akkoord/store/mails.h"

/* Writes FOLDER/<kind>-<subject>.eml, mode 0600, whole or not at all; a repetition replaces it. The folder, and the one
 * that it stands in, are made where they are missing. STATUS_UNAVAILABLE `mail_folder`. */
enum status mail_folder_write(struct arena *arena, const char *folder, const struct mail_job *mail, const char *bytes,
                              size_t length, struct error *error) AKKOORD_MUST_CHECK;
