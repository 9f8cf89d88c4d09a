/* The page after paying. Event loops' threads; static, so that nothing of the address can get into it. */
#include "akkoord/api/return_page.h"

#include <string.h>

#define PAGE(title, dutch, english)                                                                                    \
    "<!DOCTYPE html>\n<html lang=\"nl\">\n<head><meta charset=\"utf-8\"><title>" title                                 \
    "</title>\n<meta name=\"viewport\" content=\"width=device-width, "                                                 \
    "initial-scale=1\"></head>\n<body><main>\n<h1>" title "</h1>\n<p>" dutch "</p>\n<p lang=\"en\">" english           \
    "</p>\n</main></body>\n</html>\n"

static const char returned[] = PAGE(
    "Bedankt", "Zodra de betaaldienst de betaling bevestigt, nemen wij uw bestelling aan. U kunt deze pagina sluiten.",
    "Thank you. As soon as the payment provider confirms the payment we accept your order. You can close this page.");
static const char cancelled[] =
    PAGE("Niet betaald", "De betaling is afgebroken. Uw bestelling staat nog open; u kunt opnieuw betalen.",
         "The payment was broken off. Your order is still open; you can pay again.");

static void answer_page(void *context, struct http_exchange *exchange)
{
    static const struct http_header headers[] = {
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
        {"Referrer-Policy", "no-referrer"},
    };
    const char *outcome = http_request_parameter(http_exchange_request(exchange), "outcome");
    (void)context;
    const char *page = strcmp(outcome, "return") == 0 ? returned : strcmp(outcome, "cancelled") == 0 ? cancelled : NULL;
    if (page == NULL) {
        http_exchange_answer_problem(exchange, 404, "not_found", "no such page");
        return;
    }
    const struct http_answer answer = {
        .status = 200,
        .content_type = "text/html; charset=utf-8",
        .headers = headers,
        .header_count = sizeof(headers) / sizeof(headers[0]),
        .body = page,
        .body_length = strlen(page),
    };
    http_exchange_answer(exchange, &answer);
}

struct http_route return_page_route(void)
{
    return (struct http_route){.method = HTTP_GET, .pattern = "/checkout/{outcome}", .handler = answer_page};
}
