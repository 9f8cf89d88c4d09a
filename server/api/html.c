/* The few things that every page of ours needs: see html.h. Pure; any thread. */
#include "akkoord/api/html.h"

#include <string.h>

#include "akkoord/base/crypto.h"

void html_escape(struct buffer *html, const char *text)
{
    buffer_append_html(html, text, strlen(text));
}

const char *html_policy(struct arena *arena, const char *style)
{
    uint8_t digest[SHA256_BYTES];
    char text[BASE64_BYTES(SHA256_BYTES)];
    crypto_sha256(style, strlen(style), digest);
    base64_encode(digest, sizeof(digest), text);
    return arena_format(arena,
                        "default-src 'none'; style-src 'sha256-%s'; form-action 'self'; base-uri 'none'; "
                        "frame-ancestors 'none'",
                        text);
}

bool html_is_wanted(const struct http_request *request)
{
    const char *accept = http_request_header(request, "Accept");
    return accept != NULL && strstr(accept, "text/html") != NULL;
}
