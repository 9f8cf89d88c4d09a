#pragma once
/* The forms that a setting's text may have. Pure; each returns false when the text is not of its form. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/app/settings.h"

struct value_url {
    bool is_secure;   /* https or smtps */
    bool is_loopback; /* localhost, 127.0.0.0/8 or ::1 */
    bool has_path;    /* more than one slash after the host */
};

/* Decimal digits with an optional minus, nothing else, within [minimum, maximum]. */
bool value_integer(const char *text, int64_t minimum, int64_t maximum, int64_t *number);
/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080" (which becomes 127.0.0.1); the host comes out without brackets. */
bool value_listen(const char *text, char host[SETTINGS_HOST_BYTES], uint16_t *port, bool *is_loopback);
/* http or https, a host, an optional port and path; no user, query or fragment. */
bool value_url(const char *text, struct value_url *url);
/* The same of smtp or smtps. */
bool value_mail_url(const char *text, struct value_url *url);
/* "10.0.0.0/8,fd00::/8,192.0.2.1"; bits after the prefix must be zero, as they are a slip otherwise. */
bool value_cidrs(const char *text, struct settings_cidr cidrs[SETTINGS_PROXIES_MAX], size_t *count);
/* Neither space nor control nor a byte above ASCII. */
bool value_is_printable(const char *text);
bool value_ends_with(const char *text, const char *end);

/* New text that the caller frees; NULL when the working folder is not known. */
char *value_absolute_path(const char *relative);
char *value_format_url(const char *scheme, const char *host, uint16_t port);
void value_strip_slash(char *text);
/* Cleanses, frees and clears; *text may be NULL. */
void value_release(char **text);
