/*
 * SMTP by the HTTP client: how a mail is put to curl, and what its outcome means. A call is prepared on the thread that
 * waits for it; reading the message and everything after is the client's thread.
 */
#include "akkoord/http/client_mail.h"

#include "client_call.h"

#define ANSWER_BYTES_MAX ((size_t)64 << 10) /* of what the server says; none of it is used */

#define ANSWER_TIMEOUT_S 20L /* to a farewell too */

#define SMTP_TRANSIENT     400
#define SMTP_PERMANENT     500
#define SMTP_AUTH_NEEDED   530
#define SMTP_AUTH_TOO_WEAK 534
#define SMTP_AUTH_FAILED   535

/* What is left to send; in the arena. */
struct reading {
    const char *bytes;
    size_t left;
};

static size_t give_bytes(char *out, size_t size, size_t count, void *context)
{
    struct reading *reading = context;
    size_t length = size * count < reading->left ? size * count : reading->left;
    memcpy(out, reading->bytes, length);
    reading->bytes += length;
    reading->left -= length;
    return length;
}

/* An operator's fault (530, 534, 535) is mended by the operator, and the mail then goes. */
static enum status explain_answer(long answer, struct error *error)
{
    if (answer == SMTP_AUTH_NEEDED || answer == SMTP_AUTH_TOO_WEAK || answer == SMTP_AUTH_FAILED)
        return error_set(error, STATUS_UNAVAILABLE, "mail_login_refused", "the mail server refuses our log-in");
    if (answer >= SMTP_PERMANENT)
        return error_set(error, STATUS_INVALID, "mail_refused", "the mail server refuses this mail for good");
    return error_set(error, STATUS_UNAVAILABLE, "mail_not_taken", "the mail server does not take this mail now");
}

/* A server that sends us away before it has heard of the mail, by its greeting or to ours, is in no state to judge it.
 */
static bool answer_is_about_mail(const struct client_call *call, CURLcode code)
{
    curl_off_t sent = 0;
    (void)curl_easy_getinfo(call->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return code != CURLE_REMOTE_ACCESS_DENIED && (code != CURLE_WEIRD_SERVER_REPLY || sent > 0);
}

static enum status explain_mail(const struct client_call *call, CURLcode code, struct error *error)
{
    long answer = 0;
    switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
        return error_set(error, STATUS_UNAVAILABLE, "cancelled", "the call was broken off");
    case CURLE_OPERATION_TIMEDOUT:
        return error_set(error, STATUS_UNAVAILABLE, "mail_timed_out", "the mail server did not answer in time");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        return error_set(error, STATUS_UNAVAILABLE, "mail_unreachable", "no mail server answers there");
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        return error_set(error, STATUS_UNAVAILABLE, "mail_tls_failed", "no trusted TLS connection could be made");
    case CURLE_LOGIN_DENIED:
        return error_set(error, STATUS_UNAVAILABLE, "mail_login_refused", "the mail server refuses our log-in");
    default:
        break;
    }
    (void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &answer);
    if (answer >= SMTP_TRANSIENT)
        return explain_answer(answer_is_about_mail(call, code) ? answer : SMTP_TRANSIENT, error);
    return error_set(error, STATUS_UNAVAILABLE, "mail_broken_off", "the conversation with the mail server broke off");
}

static long tls_of(const struct mail_server *server)
{
    return server->requires_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE;
}

static void set_options(CURL *curl, struct arena *arena, const struct mail_server *server,
                        const struct mail_envelope *envelope)
{
    struct reading *reading = ARENA_NEW(arena, struct reading);
    *reading = (struct reading){.bytes = envelope->bytes, .left = envelope->length};
    /* The path is the name that we greet with: the sender's domain, and not that of the machine. */
    const char *at = strrchr(envelope->from, '@');
    curl_easy_setopt(curl, CURLOPT_URL, arena_format(arena, "%s/%s", server->url, at != NULL ? at + 1 : "localhost"));
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)MAIL_SEND_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, ANSWER_TIMEOUT_S);
    /* A connection that is kept would keep what was said on it, addresses too. */
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, tls_of(server));
    if (server->certificate_file != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, server->certificate_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    if (server->user != NULL) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, server->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, server->password);
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, envelope->from);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_bytes);
    curl_easy_setopt(curl, CURLOPT_READDATA, reading);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)envelope->length);
}

enum status http_client_send_mail(struct http_client *client, struct arena *arena, const struct mail_server *server,
                                  const struct mail_envelope *envelope, struct error *error)
{
    struct client_call *call = client_call_new(arena, ANSWER_BYTES_MAX, explain_mail);
    struct http_client_response response;
    set_options(call->easy, arena, server, envelope);
    call->headers = curl_slist_append(NULL, envelope->to);
    curl_easy_setopt(call->easy, CURLOPT_MAIL_RCPT, call->headers);
    return client_call_wait(client, call, &response, error);
}
