/*
 * `akkoord demo`: the whole main job against the server that runs, over HTTP, as a customer and as a member of staff.
 * Main thread. Each line that it prints was read back from the API; only the member of staff is made through the store,
 * as there is no call for that.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "akkoord/app/cli.h"
#include "akkoord/app/installation.h"
#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/memory.h"
#include "akkoord/http/client.h"
#include "akkoord/store/staff.h"
#include "akkoord/vault/password.h"
#include "akkoord/vault/totp.h"
#include "demo_codec.h"
#include "files.h"

#define POLL_MS        50
#define WAIT_MS        8000
#define SECRET_BYTES   16
#define SECRET_TEXT    (2 * SECRET_BYTES + 1)
#define HEADERS_MAX    2
#define PATH_BYTES_MAX 4096

struct demo {
    struct installation installation;
    struct arena *arena;
    struct http_client *client;
    const char *step; /* what is being tried, for the line that says what failed */
    const char *customer_token;
    const char *staff_token;
    const char *order_id;
    const char *checkout_url;
    const char *decision_id;
    const char *invoice;
    const char *review_id;
};

struct answer {
    struct arena *arena;
    struct http_client_response response;
};

static const char *read_answer(const struct answer *answer, const char *path)
{
    return demo_read(answer->arena, answer->response.body, answer->response.body_length, path);
}

/* ---- calls ---- */

/* `path` after the server's URL; `body` and `token` may be NULL. An answer other than `expected` is a failure. */
static enum status call(struct demo *demo, enum http_method method, const char *path, const char *token,
                        const char *body, int expected, struct answer *answer, struct error *error)
{
    struct http_header headers[HEADERS_MAX];
    size_t count = 0;
    if (body != NULL)
        headers[count++] = (struct http_header){"Content-Type", "application/json"};
    if (token != NULL)
        headers[count++] = (struct http_header){"Authorization", arena_format(demo->arena, "Bearer %s", token)};
    const struct http_client_request request = {
        .method = method,
        .url = arena_format(demo->arena, "%s%s", demo->installation.settings.public_url, path),
        .headers = headers,
        .header_count = count,
        .body = body,
        .body_length = body != NULL ? strlen(body) : 0,
    };
    *answer = (struct answer){.arena = demo->arena};
    enum status status = http_client_send(demo->client, demo->arena, &request, &answer->response, error);
    if (status != STATUS_OK || answer->response.status == expected)
        return status;
    const char *code = read_answer(answer, "code");
    return error_set(error, STATUS_INTERNAL, "unexpected_answer", "%s answered %d%s%s", path, answer->response.status,
                     code != NULL ? " " : "", code != NULL ? code : "");
}

/* A text that the answer must have. */
static enum status take(const struct answer *answer, const char *path, const char **text, struct error *error)
{
    *text = read_answer(answer, path);
    if (*text == NULL || (*text)[0] == '\0')
        return error_set(error, STATUS_INTERNAL, "unexpected_answer", "the answer has no %s", path);
    return STATUS_OK;
}

static void random_text(char text[SECRET_TEXT])
{
    uint8_t bytes[SECRET_BYTES];
    crypto_random(bytes, sizeof(bytes));
    hex_encode(bytes, sizeof(bytes), text);
    memory_cleanse(bytes, sizeof(bytes));
}

/* ---- as a customer ---- */

static enum status register_customer(struct demo *demo, struct error *error)
{
    char password[SECRET_TEXT], name[SECRET_TEXT];
    struct answer answer;
    const char *id;
    demo->step = "registering a customer";
    random_text(password);
    random_text(name);
    const char *email = arena_format(demo->arena, "sample.%s@example.com", name);
    enum status status = call(demo, HTTP_POST, "/v1/customers", NULL, demo_write_customer(demo->arena, email, password),
                              201, &answer, error);
    if (status == STATUS_OK)
        status = take(&answer, "token", &demo->customer_token, error);
    if (status == STATUS_OK)
        status = take(&answer, "id", &id, error);
    if (status == STATUS_OK)
        (void)printf("customer=%s\n", id);
    return status;
}

static enum status place_order(struct demo *demo, struct error *error)
{
    struct answer answer;
    const char *sku, *number;
    demo->step = "ordering";
    enum status status = call(demo, HTTP_GET, "/v1/services", NULL, NULL, 200, &answer, error);
    if (status == STATUS_OK)
        status = take(&answer, "services.0.sku", &sku, error);
    if (status != STATUS_OK)
        return status;
    const char *body = demo_write_order(demo->arena, sku, read_answer(&answer, "services.1.sku"));
    status = call(demo, HTTP_POST, "/v1/orders", demo->customer_token, body, 201, &answer, error);
    if (status == STATUS_OK)
        status = take(&answer, "id", &demo->order_id, error);
    if (status == STATUS_OK)
        status = take(&answer, "number", &number, error);
    if (status == STATUS_OK)
        status = take(&answer, "payment.checkout_url", &demo->checkout_url, error);
    if (status == STATUS_OK)
        (void)printf("order=%s\nnumber=%s\n", demo->order_id, number);
    return status;
}

/* The sandbox sends its webhook, signed and twice, to the server. */
static enum status pay(struct demo *demo, struct error *error)
{
    struct answer answer;
    const char *event;
    demo->step = "paying through the sandbox";
    const char *path = strstr(demo->checkout_url, "/sandbox/");
    if (path == NULL)
        return error_set(error, STATUS_INTERNAL, "unexpected_answer", "checkout_url is not the sandbox's");
    enum status status =
        call(demo, HTTP_POST, arena_format(demo->arena, "%s/approve", path), NULL, NULL, 202, &answer, error);
    if (status == STATUS_OK)
        status = take(&answer, "webhooks.0.id", &event, error);
    if (status == STATUS_OK)
        (void)printf("webhook=%s\n", event);
    return status;
}

static enum status wait_for_decision(struct demo *demo, struct answer *answer, struct error *error)
{
    const char *path = arena_format(demo->arena, "/v1/orders/%s", demo->order_id);
    int64_t deadline_us = clock_monotonic_us() + WAIT_MS * INT64_C(1000);
    const char *status_text = "";
    demo->step = "waiting for the decision";
    for (;;) {
        enum status status = call(demo, HTTP_GET, path, demo->customer_token, NULL, 200, answer, error);
        if (status == STATUS_OK)
            status = take(answer, "status", &status_text, error);
        if (status != STATUS_OK || strcmp(status_text, "awaiting_payment") != 0)
            return status;
        if (clock_monotonic_us() > deadline_us)
            return error_set(error, STATUS_UNAVAILABLE, "no_decision", "the order still waits for its payment");
        (void)usleep(POLL_MS * 1000);
    }
}

static enum status show_decision(struct demo *demo, struct error *error)
{
    struct answer answer;
    const char *status_text, *outcome, *reason;
    enum status status = wait_for_decision(demo, &answer, error);
    if (status == STATUS_OK)
        status = take(&answer, "status", &status_text, error);
    if (status == STATUS_OK)
        status = take(&answer, "decision.id", &demo->decision_id, error);
    if (status == STATUS_OK)
        status = take(&answer, "decision.outcome", &outcome, error);
    if (status == STATUS_OK)
        status = take(&answer, "decision.reasons.0.code", &reason, error);
    if (status == STATUS_OK)
        status = take(&answer, "invoices.0.number", &demo->invoice, error);
    if (status != STATUS_OK)
        return status;
    const char *reasons = reason;
    for (int i = 1; (reason = read_answer(&answer, arena_format(demo->arena, "decision.reasons.%d.code", i))) != NULL;
         i++)
        reasons = arena_format(demo->arena, "%s,%s", reasons, reason);
    (void)printf("status=%s\ndecision=%s\nreasons=%s\ninvoice=%s\n", status_text, outcome, reasons, demo->invoice);
    return STATUS_OK;
}

/* ---- the invoice's file ---- */

/* A new folder of our own, under the user's runtime folder or else where temporary files go. */
static bool make_folder(char path[PATH_BYTES_MAX])
{
    const char *const places[] = {getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"), "/tmp"};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (places[i] == NULL || places[i][0] != '/')
            continue;
        (void)snprintf(path, PATH_BYTES_MAX, "%s/akkoord-demo-XXXXXX", places[i]);
        if (mkdtemp(path) != NULL)
            return true;
    }
    return false;
}

static enum status fetch_invoice(struct demo *demo, struct error *error)
{
    struct answer answer;
    char folder[PATH_BYTES_MAX];
    demo->step = "fetching the invoice";
    enum status status = call(demo, HTTP_GET, arena_format(demo->arena, "/v1/invoices/%s.pdf", demo->invoice),
                              demo->customer_token, NULL, 200, &answer, error);
    if (status != STATUS_OK)
        return status;
    if (answer.response.body_length < 5 || memcmp(answer.response.body, "%PDF-", 5) != 0)
        return error_set(error, STATUS_INTERNAL, "unexpected_answer", "the invoice is no PDF");
    if (!make_folder(folder))
        return error_set(error, STATUS_UNAVAILABLE, "file_write", "there is no folder for the PDF: %s",
                         strerrordesc_np(errno));
    const char *path = arena_format(demo->arena, "%s/%s.pdf", folder, demo->invoice);
    status = file_create(path, 0600, answer.response.body, answer.response.body_length, error);
    if (status == STATUS_OK)
        (void)printf("pdf=%s\n", path);
    return status;
}

/* ---- the review ---- */

static enum status ask_for_review(struct demo *demo, struct error *error)
{
    struct answer answer;
    demo->step = "asking for a review";
    const char *body = demo_write_text(demo->arena, "statement",
                                       "Please let a member of staff look at this decision as well.", NULL, NULL);
    enum status status = call(demo, HTTP_POST, arena_format(demo->arena, "/v1/decisions/%s/reviews", demo->decision_id),
                              demo->customer_token, body, 201, &answer, error);
    if (status == STATUS_OK)
        status = take(&answer, "id", &demo->review_id, error);
    if (status == STATUS_OK)
        (void)printf("review=%s\n", demo->review_id);
    return status;
}

static enum status log_in_staff(struct demo *demo, struct error *error)
{
    char password[SECRET_TEXT], name[SECRET_TEXT], hash[PASSWORD_HASH_BYTES], code[TOTP_CODE_BYTES];
    uint8_t totp_secret[TOTP_SECRET_BYTES];
    struct uuid id;
    struct answer answer;
    demo->step = "logging a member of staff in";
    random_text(password);
    random_text(name);
    totp_secret_new(totp_secret);
    const struct new_staff staff = {.email = arena_format(demo->arena, "staff.%s@example.com", name),
                                    .password_hash = hash,
                                    .totp_secret = totp_secret,
                                    .role = STAFF_REVIEWER};
    enum status status = password_hash(password, strlen(password), hash, error);
    if (status == STATUS_OK)
        status = store_staff_add(demo->installation.store, demo->arena, &staff, &id, error);
    totp_code(totp_secret, totp_step(clock_now_us()), code);
    memory_cleanse(totp_secret, sizeof(totp_secret));
    if (status == STATUS_OK)
        status = call(demo, HTTP_POST, "/v1/staff/sessions", NULL,
                      demo_write_log_in(demo->arena, staff.email, password, code), 201, &answer, error);
    memory_cleanse(password, sizeof(password));
    return status == STATUS_OK ? take(&answer, "token", &demo->staff_token, error) : status;
}

static enum status decide_review(struct demo *demo, struct error *error)
{
    struct answer answer;
    demo->step = "deciding the review";
    const char *path = arena_format(demo->arena, "/v1/staff/reviews/%s", demo->review_id);
    enum status status = call(demo, HTTP_GET, path, demo->staff_token, NULL, 200, &answer, error);
    if (status != STATUS_OK)
        return status;
    const char *body = demo_write_text(
        demo->arena, "outcome", "upheld", "reasons",
        "I compared the order with what the payment service reported: amount and currency are the same.");
    return call(demo, HTTP_POST, arena_format(demo->arena, "%s/outcome", path), demo->staff_token, body, 200, &answer,
                error);
}

/* As the customer sees it. */
static enum status show_review(struct demo *demo, struct error *error)
{
    struct answer answer;
    const char *state, *outcome;
    demo->step = "reading the review";
    enum status status = call(demo, HTTP_GET, arena_format(demo->arena, "/v1/reviews/%s", demo->review_id),
                              demo->customer_token, NULL, 200, &answer, error);
    if (status == STATUS_OK)
        status = take(&answer, "state", &state, error);
    if (status == STATUS_OK)
        status = take(&answer, "outcome", &outcome, error);
    if (status == STATUS_OK)
        (void)printf("review_state=%s\nreview_outcome=%s\n", state, outcome);
    return status;
}

/* ---- the whole ---- */

/* The sandbox is the server's: ours only says whether it may be there. */
static enum status check_server(struct demo *demo, struct error *error)
{
    struct answer answer;
    if (!demo->installation.settings.sandbox)
        return error_set(error, STATUS_INVALID, "setting", "the demo pays through the sandbox, which is switched off");
    return call(demo, HTTP_GET, "/readyz", NULL, NULL, 200, &answer, error);
}

static enum status walk_through(struct demo *demo, struct error *error)
{
    static enum status (*const steps[])(struct demo *, struct error *) = {
        check_server,  register_customer, place_order,  pay,           show_decision,
        fetch_invoice, ask_for_review,    log_in_staff, decide_review, show_review,
    };
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < sizeof(steps) / sizeof(steps[0]); i++) {
        status = steps[i](demo, error);
        (void)fflush(stdout);
    }
    return status;
}

static int run(int argc, char **argv)
{
    (void)argv;
    if (argc != 1)
        return command_misused(&command_demo);
    /* What is asked for must be on this machine: a demo in front of a proxy would not be one. */
    struct http_client_options options = {.direct = true};
    struct demo demo = {.arena = arena_new(), .step = "reaching the server"};
    struct error error;
    enum status status = installation_open(&demo.installation, &error);
    if (status == STATUS_OK) {
        options.certificate_file = demo.installation.settings.tls_cert_file;
        demo.client = http_client_new(&options);
        status = walk_through(&demo, &error);
    }
    if (status != STATUS_OK)
        (void)fprintf(stderr, "akkoord: %s failed: %s%s%s\n", demo.step, error.field, error.field[0] != '\0' ? " " : "",
                      error.detail);
    http_client_free(demo.client);
    installation_close(&demo.installation);
    arena_free(demo.arena);
    return status == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
}

const struct subcommand command_demo = {
    .name = "demo",
    .summary = "walk a sample order through payment, acceptance, invoice and review",
    .usage =
        "Usage: akkoord demo\n"
        "\n"
        "Against the server that runs here, with the sandbox: registers a sample customer, orders, pays by a signed\n"
        "webhook, fetches the invoice, asks for a review and decides it as a sample member of staff. Prints what\n"
        "happened as key=value lines; pdf= is a file outside the data folder that only you can read.\n",
    .run = run,
};
