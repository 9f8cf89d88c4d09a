#pragma once
/*
 * A mail as the bytes that are sent: RFC 5322 with the MIME parts of RFC 2045 to 2047. Pure; any thread. The same
 * message always gives the same bytes, so that a repetition can be recognised.
 *
 *     multipart/mixed                   only with attachments
 *         multipart/alternative
 *             text/plain, text/html     UTF-8, quoted-printable
 *         attachments                   base64
 *
 * No text can break out of its place: what stands in a header is either plain letters and digits or an encoded word, a
 * control character becomes a space, and a line of a part can't look like a boundary.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

#define MAIL_BYTES_MAX ((size_t)24 << 20)

struct mail_address {
    const char *name; /* UTF-8; NULL: the address alone */
    const char *address;
};

struct mail_attachment {
    const char *file_name;  /* other than ASCII letters, digits, dots and hyphens become hyphens */
    const char *media_type; /* as "application/pdf" */
    const void *bytes;
    size_t length;
};

/* What a mail says: see letters.h. UTF-8, lines ended by LF. */
struct mail_letter {
    const char *subject;
    const char *text;
    const char *html;
};

struct mail_message {
    struct mail_address from;
    struct mail_address to;
    struct mail_letter letter;
    const char *id; /* without angle brackets; the same for a repetition of the same mail */
    int64_t date_us;
    enum language language;
    const struct mail_attachment *attachments;
    size_t attachments_count;
};

/* Lines end in CRLF; the bytes live in the arena. STATUS_INVALID `mail_address`: an address or the id holds what would
 * end it (a control character, white space, an angle bracket). STATUS_TOO_LARGE `mail_too_large`. */
enum status mail_compose(struct arena *arena, const struct mail_message *message, const char **bytes, size_t *length,
                         struct error *error) AKKOORD_MUST_CHECK;
