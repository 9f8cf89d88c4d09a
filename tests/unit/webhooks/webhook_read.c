/*
 * Reads or signs one webhook, for end-to-end tests that compare it with the providers' own libraries. The body comes on
 * standard input.
 *
 *     webhook_read read PROVIDER SECRETS RECEIVED_AT_S [NAME VALUE]...   prints verdict=... and the event as key=value
 *     webhook_read sign SECRET ID TIMESTAMP_S                            prints the webhook-signature header
 */
#include <inttypes.h>
#include <unistd.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/clock.h"
#include "akkoord/webhooks/provider.h"
#include "akkoord/webhooks/standard_webhook.h"

#define BODY_BYTES_MAX 1048576
#define HEADERS_MAX    32

static void read_body(struct buffer *body)
{
    char chunk[4096];
    ssize_t count;
    buffer_init(body, BODY_BYTES_MAX);
    while ((count = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0)
        buffer_append(body, chunk, (size_t)count);
}

static bool parse_secrets(const char *provider, const char *text, struct webhook_secrets *secrets)
{
    struct error error;
    const struct webhook_provider *found = webhook_provider_find(provider);
    if (found == NULL) {
        fprintf(stderr, "no such provider\n");
        return false;
    }
    if (webhook_secrets_parse(found, text, secrets, &error) == STATUS_OK)
        return true;
    fprintf(stderr, "%s: %s\n", error.field, error.detail);
    return false;
}

static void print_event(const struct payment_event *event)
{
    char order[UUID_TEXT_BYTES] = "";
    char occurred_at[CLOCK_RFC3339_BYTES];
    char digest[2 * SHA256_BYTES + 1];
    if (event->has_order_id)
        uuid_format(&event->order_id, order);
    clock_format_rfc3339(event->occurred_at_us, occurred_at);
    hex_encode(event->body_sha256, sizeof(event->body_sha256), digest);
    printf("provider=%s\nevent_id=%s\npayment_id=%s\npayment_alias=%s\norder_id=%s\nforeign_reference=%d\nkind=%s\n"
           "amount_minor=%" PRId64 "\ncurrency=%s\nrefund_is_total=%d\nrefund_is_full=%d\nlive=%d\noccurred_at=%s\n"
           "body_sha256=%s\n",
           event->provider, event->event_id, event->payment_id, event->payment_alias, order,
           event->has_foreign_reference, payment_event_kind_name(event->kind), event->amount_minor, event->currency,
           event->refund_is_total, event->refund_is_full, event->live, occurred_at, digest);
}

static int read_webhook(int count, char **arguments)
{
    struct webhook_secrets secrets;
    struct webhook_header headers[HEADERS_MAX];
    size_t headers_count = 0;
    if (!parse_secrets(arguments[0], arguments[1], &secrets))
        return 2;
    for (int i = 3; i + 1 < count && headers_count < HEADERS_MAX; i += 2)
        headers[headers_count++] =
            (struct webhook_header){arguments[i], strlen(arguments[i]), arguments[i + 1], strlen(arguments[i + 1])};
    struct buffer body;
    read_body(&body);
    struct webhook_input input = {.headers = headers,
                                  .headers_count = headers_count,
                                  .body = body.data,
                                  .body_length = body.length,
                                  .received_at_us = strtoll(arguments[2], NULL, 10) * CLOCK_US_PER_SECOND};
    struct arena *arena = arena_new();
    struct payment_event event;
    struct error error;
    switch (webhook_provider_find(arguments[0])->read(&secrets, &input, arena, &event, &error)) {
    case WEBHOOK_EVENT:
        printf("verdict=event\n");
        print_event(&event);
        break;
    case WEBHOOK_PING:
    case WEBHOOK_PING_UNSIGNED:
        printf("verdict=ping\nprovider=%s\npayment_id=%s\n", event.provider, event.payment_id);
        break;
    case WEBHOOK_UNSIGNED:
        printf("verdict=unsigned\ndetail=%s\n", error.detail);
        break;
    case WEBHOOK_MALFORMED:
        printf("verdict=malformed\nfield=%s\ndetail=%s\n", error.field, error.detail);
        break;
    }
    arena_free(arena);
    buffer_release(&body);
    webhook_secrets_release(&secrets);
    return 0;
}

static int sign_webhook(char **arguments)
{
    struct webhook_secrets secrets;
    if (!parse_secrets("sandbox", arguments[0], &secrets))
        return 2;
    struct buffer body;
    read_body(&body);
    char signature[STANDARD_WEBHOOK_SIGNATURE_BYTES];
    standard_webhook_sign(&secrets.items[0], arguments[1], strtoll(arguments[2], NULL, 10), body.data, body.length,
                          signature);
    printf("%s\n", signature);
    buffer_release(&body);
    webhook_secrets_release(&secrets);
    return 0;
}

int main(int count, char **arguments)
{
    if (count >= 5 && strcmp(arguments[1], "read") == 0)
        return read_webhook(count - 2, arguments + 2);
    if (count == 5 && strcmp(arguments[1], "sign") == 0)
        return sign_webhook(arguments + 2);
    fprintf(stderr, "usage: webhook_read read PROVIDER SECRETS RECEIVED_AT_S [NAME VALUE]... < body\n"
                    "       webhook_read sign SECRET ID TIMESTAMP_S < body\n");
    return 2;
}
