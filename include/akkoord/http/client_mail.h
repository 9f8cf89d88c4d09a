#pragma once
/*
 * Mail handed to a mail server over SMTP (RFC 5321, submission as in RFC 6409), by a client of client.h, bounded in
 * time like any other call. Give it a client of its own: libcurl waits for the answer to its farewell, and nothing else
 * moves on that client meanwhile. Nothing of a mail is logged here.
 */
#include "akkoord/http/client.h"

#define MAIL_SEND_TIMEOUT_MS 30000

/* Where mail is handed in. Texts must outlive the calls. */
struct mail_server {
    const char *url;              /* smtp://host:port or smtps://host:port */
    const char *user;             /* NULL: without logging in */
    const char *password;         /* NULL as well then */
    const char *certificate_file; /* whom to trust, PEM; NULL: whom the system trusts */
    /* smtp:// goes on only over STARTTLS. False for a server on this machine that nobody has a certificate for. */
    bool requires_tls;
};

struct mail_envelope {
    const char *from; /* addresses without angle brackets */
    const char *to;
    const char *bytes; /* a whole message, lines ended by CRLF */
    size_t length;
};

/*
 * Waits until the server has taken the mail; not on an event loop. STATUS_OK: it answers for the mail from now on.
 *
 * STATUS_INVALID `mail_refused`: the server will never take this mail (an answer 5xx to the recipient or the mail).
 * STATUS_UNAVAILABLE, the same may succeed later: `mail_not_taken` (4xx), `mail_login_refused`, `mail_tls_failed` (no
 * STARTTLS, or no certificate that is trusted), `mail_unreachable`, `mail_timed_out` (it may have been taken),
 * `mail_broken_off`, `cancelled`. STATUS_BUSY `too_many_calls`.
 */
enum status http_client_send_mail(struct http_client *client, struct arena *arena, const struct mail_server *server,
                                  const struct mail_envelope *envelope, struct error *error) AKKOORD_MUST_CHECK;
