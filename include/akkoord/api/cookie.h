#pragma once
/*
 * The session in a cookie, for pages: the same token as a bearer's, which scripts then never see.
 *
 *     Set-Cookie: __Host-akkoord=TOKEN; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=...
 *
 * A log-in sets it when asked to by ?cookie=1; the answer's `token` is then null. Lax, so that a customer who comes
 * back from the payment provider's page is still known. What changes something, and comes with the cookie, must come
 * from a page of ours: the browser says so in Sec-Fetch-Site (W3C Fetch Metadata), an older one in Origin. A bearer
 * token is its own proof, and goes before a cookie.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/api/call.h"

#define COOKIE_NAME "__Host-akkoord"

/* The cookie's value within its field; NULL when there is none, or two. */
const char *cookie_token(const struct http_request *request, size_t *length);
/* STATUS_FORBIDDEN unless a page of ours sent it. `public_url` has no slash at its end. */
enum status cookie_check_origin(const struct http_request *request, const char *public_url,
                                struct error *error) AKKOORD_MUST_CHECK;

/* Before the log-in: whether a cookie is asked for, and may be given to whoever sent this. STATUS_INVALID, field
 * `cookie`; STATUS_FORBIDDEN as above, as nobody may be logged in by a stranger's page. */
enum status cookie_asked_for(struct api_call *call, bool *asked, struct error *error) AKKOORD_MUST_CHECK;
/* Sets the cookie on an answer that has been made. */
void cookie_set(struct api_call *call, struct http_answer *answer, const char *token, int64_t seconds);
/* Takes it away. */
void cookie_clear(struct api_call *call, struct http_answer *answer);
