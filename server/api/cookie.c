/* Reading and setting the session's cookie, RFC 6265 sections 4.1 and 4.2. Workers; no state. */
#include "akkoord/api/cookie.h"

#define ATTRIBUTES "Path=/; Secure; HttpOnly; SameSite=Lax"

const char *cookie_token(const struct http_request *request, size_t *length)
{
    static const char name[] = COOKIE_NAME "=";
    const char *found = NULL;
    const char *pair = http_request_header(request, "Cookie");
    while (pair != NULL && *pair != '\0') {
        pair += strspn(pair, "; ");
        size_t pair_length = strcspn(pair, ";");
        if (strncmp(pair, name, sizeof(name) - 1) == 0) {
            if (found != NULL)
                return NULL;
            found = pair + sizeof(name) - 1;
            *length = pair_length - (sizeof(name) - 1);
        }
        pair += pair_length;
    }
    return found;
}

enum status cookie_check_origin(const struct http_request *request, const char *public_url, struct error *error)
{
    const char *site = http_request_header(request, "Sec-Fetch-Site");
    const char *origin = http_request_header(request, "Origin");
    /* Browsers keep both fields out of scripts' hands. */
    bool is_ours = site != NULL ? strcmp(site, "same-origin") == 0 : origin != NULL && strcmp(origin, public_url) == 0;
    if (!is_ours)
        return error_set(error, STATUS_FORBIDDEN, "forbidden", "with a cookie this must come from a page of this site");
    return STATUS_OK;
}

enum status cookie_asked_for(struct api_call *call, bool *asked, struct error *error)
{
    const char *value = NULL;
    *asked = false;
    enum status status = http_request_query(call->request, call->arena, "cookie", &value, error);
    if (status != STATUS_OK || value == NULL)
        return status;
    if (strcmp(value, "1") != 0)
        return error_set_field(error, STATUS_INVALID, "range", "cookie", "the parameter is 1 or left out");
    *asked = true;
    return cookie_check_origin(call->request, call->options->public_url, error);
}

void cookie_set(struct api_call *call, struct http_answer *answer, const char *token, int64_t seconds)
{
    api_answer_add_header(
        call, answer, "Set-Cookie",
        arena_format(call->arena, COOKIE_NAME "=%s; " ATTRIBUTES "; Max-Age=%lld", token, (long long)seconds));
}

void cookie_clear(struct api_call *call, struct http_answer *answer)
{
    api_answer_add_header(call, answer, "Set-Cookie", COOKIE_NAME "=; " ATTRIBUTES "; Max-Age=0");
}
