/* What is said to Stripe and Mollie, and what their answers mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/clock.h"
#include "akkoord/webhooks/client.h"

#define ORDER_TEXT   "018bcfe5-6800-7000-8000-000000000001"
#define ATTEMPT_TEXT "018bcfe5-6800-7000-8000-000000000002"
#define NOW_US       (INT64_C(1700000000) * CLOCK_US_PER_SECOND)
#define RULE(title, function)                                                                                          \
    {                                                                                                                  \
        (title), (function), NULL, NULL, NULL                                                                          \
    }

static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct checkout_terms sample_terms(int64_t life_s)
{
    struct checkout_terms terms = {
        .order_number = "A0000001",
        .amount_minor = 12100,
        .currency = "EUR",
        .at_us = NOW_US,
        .expires_at_us = NOW_US + life_s * CLOCK_US_PER_SECOND,
        .public_url = "https://shop.example.com",
    };
    assert_int_equal(uuid_parse(ORDER_TEXT, 36, &terms.order_id), STATUS_OK);
    assert_int_equal(uuid_parse(ATTEMPT_TEXT, 36, &terms.attempt_id), STATUS_OK);
    return terms;
}

static struct provider_answer answer_of(int status, const char *body)
{
    return (struct provider_answer){.status = status, .body = body, .body_length = strlen(body)};
}

/* ---- checkouts ---- */

static void assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("%s is missing in %s", part, text);
}

static void stripe_is_asked_for_a_session_that_carries_our_order(void **state)
{
    (void)state;
    const struct checkout_terms terms = sample_terms(1209600);
    struct provider_request request = provider_client_find("stripe")->ask_checkout(arena, &terms);
    assert_true(request.is_post);
    assert_string_equal(request.path, "/v1/checkout/sessions");
    assert_string_equal(request.content_type, "application/x-www-form-urlencoded");
    assert_string_equal(request.idempotency_key, ATTEMPT_TEXT);
    assert_holds(request.body, "client_reference_id=" ORDER_TEXT);
    assert_holds(request.body, "metadata%5Border_id%5D=" ORDER_TEXT);
    assert_holds(request.body, "payment_intent_data%5Bmetadata%5D%5Border_id%5D=" ORDER_TEXT);
    assert_holds(request.body, "payment_intent_data%5Bmetadata%5D%5Battempt_id%5D=" ATTEMPT_TEXT);
    assert_holds(request.body, "unit_amount%5D=12100");
    assert_holds(request.body, "currency%5D=eur");
    assert_holds(request.body, "success_url=https%3A%2F%2Fshop.example.com%2Fcheckout%2Freturn%3Forder%3D" ORDER_TEXT);
}

static void the_same_terms_give_the_same_request(void **state)
{
    (void)state;
    static const char *const names[] = {"stripe", "mollie"};
    const struct checkout_terms terms = sample_terms(3600);
    for (size_t i = 0; i < 2; i++) {
        const struct provider_client *client = provider_client_find(names[i]);
        assert_string_equal(client->ask_checkout(arena, &terms).body, client->ask_checkout(arena, &terms).body);
    }
}

static void a_stripe_session_lives_from_half_an_hour_to_a_day(void **state)
{
    (void)state;
    static const struct {
        int64_t order_life_s;
        const char *expires;
    } cases[] = {{60, "expires_at=1700001860&"}, {7200, "expires_at=1700007200&"}, {1209600, "expires_at=1700086340&"}};
    for (size_t i = 0; i < 3; i++) {
        const struct checkout_terms terms = sample_terms(cases[i].order_life_s);
        assert_holds(provider_client_find("stripe")->ask_checkout(arena, &terms).body, cases[i].expires);
    }
}

static void mollie_is_asked_for_a_payment_with_a_decimal_amount(void **state)
{
    (void)state;
    const struct checkout_terms terms = sample_terms(3600);
    struct provider_request request = provider_client_find("mollie")->ask_checkout(arena, &terms);
    assert_string_equal(request.path, "/v2/payments");
    assert_string_equal(request.idempotency_key, ATTEMPT_TEXT);
    assert_holds(request.body, "\"amount\":{\"currency\":\"EUR\",\"value\":\"121.00\"}");
    assert_holds(request.body, "\"webhookUrl\":\"https://shop.example.com/webhooks/mollie\"");
    assert_holds(request.body, "\"metadata\":{\"order_id\":\"" ORDER_TEXT "\"}");
}

#define STRIPE_SESSION                                                                                                 \
    "{\"id\":\"cs_test_1\",\"object\":\"checkout.session\",\"amount_total\":12100,\"currency\":\"eur\",\"url\":"       \
    "\"https://checkout.example.com/c/1\"}"
#define MOLLIE_PAYMENT                                                                                                 \
    "{\"resource\":\"payment\",\"id\":\"tr_1\",\"amount\":{\"value\":\"121.00\",\"currency\":\"EUR\"},\"_links\":"     \
    "{\"checkout\":{\"href\":\"https://checkout.example.com/c/1\"}}}"

static void a_checkout_is_taken_from_a_good_answer(void **state)
{
    (void)state;
    const struct checkout_terms terms = sample_terms(3600);
    struct checkout checkout;
    struct provider_answer answer = answer_of(200, STRIPE_SESSION);
    assert_int_equal(provider_client_find("stripe")->read_checkout(arena, &terms, &answer, &checkout, NULL), STATUS_OK);
    assert_string_equal(checkout.payment_id, "cs_test_1");
    assert_string_equal(checkout.url, "https://checkout.example.com/c/1");
    answer = answer_of(201, MOLLIE_PAYMENT);
    assert_int_equal(provider_client_find("mollie")->read_checkout(arena, &terms, &answer, &checkout, NULL), STATUS_OK);
    assert_string_equal(checkout.payment_id, "tr_1");
}

static void an_answer_that_is_not_what_was_asked_for_is_not_believed(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        const char *code;
    } cases[] = {
        {200, "", "provider_nonsense"},
        {200, "[]", "provider_nonsense"},
        {200, "{}", "provider_nonsense"},
        {200, "<html>", "provider_nonsense"},
        {200, "{\"id\":\"cs_1\",\"id\":\"cs_2\"}", "provider_nonsense"},
        {200, "{\"id\":42,\"amount_total\":12100,\"currency\":\"eur\",\"url\":\"https://a.example\"}",
         "provider_nonsense"},
        {200, "{\"id\":\"cs_1\",\"amount_total\":12101,\"currency\":\"eur\",\"url\":\"https://a.example\"}",
         "provider_nonsense"},
        {200, "{\"id\":\"cs_1\",\"amount_total\":12100,\"currency\":\"usd\",\"url\":\"https://a.example\"}",
         "provider_nonsense"},
        {200, "{\"id\":\"cs_1\",\"amount_total\":12100,\"currency\":\"eur\",\"url\":\"javascript:alert(1)\"}",
         "provider_nonsense"},
        {200, "{\"id\":\"pi_1\",\"amount_total\":12100,\"currency\":\"eur\",\"url\":\"https://a.example\"}",
         "provider_nonsense"},
        {200,
         "{\"id\":\"cs_1\",\"object\":\"payment_link\",\"amount_total\":12100,\"currency\":\"eur\",\"url\":"
         "\"https://a.example\"}",
         "provider_nonsense"},
        {302, "{}", "provider_nonsense"},
        {400, "{}", "provider_refused"},
        {400, "{\"error\":{\"code\":\"parameter_missing\",\"type\":\"invalid_request_error\"}}", "provider_refused"},
        {400, "{\"error\":{\"code\":\"amount_too_small\",\"type\":\"invalid_request_error\"}}", "amount_refused"},
        {400, "{\"error\":{\"code\":\"amount_too_large\",\"type\":\"invalid_request_error\"}}", "amount_refused"},
        {422, "{\"error\":{\"code\":\"amount_too_small\"}}", "provider_refused"},
        {401, "", "provider_refused"},
        {409, "", "provider_busy"},
        {429, "", "provider_limited"},
        {500, "", "provider_failed"},
        {503, "<html>", "provider_failed"},
    };
    const struct checkout_terms terms = sample_terms(3600);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct checkout checkout;
        struct error error;
        struct provider_answer answer = answer_of(cases[i].status, cases[i].body);
        assert_int_equal(provider_client_find("stripe")->read_checkout(arena, &terms, &answer, &checkout, &error),
                         STATUS_UNAVAILABLE);
        assert_string_equal(error.code, cases[i].code);
    }
}

static void a_definite_no_to_the_amount_is_told_from_any_other(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        const char *code;
    } cases[] = {
        {422, "{\"status\":422,\"detail\":\"The amount is higher than the maximum\",\"field\":\"amount\"}",
         "amount_refused"},
        {422, "{\"status\":422,\"detail\":\"The webhook URL is invalid\",\"field\":\"webhookUrl\"}",
         "provider_refused"},
        {422, "{\"status\":422,\"field\":null}", "provider_refused"},
        {422, "", "provider_refused"},
        {400, "{\"field\":\"amount\"}", "provider_refused"},
    };
    const struct checkout_terms terms = sample_terms(3600);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct checkout checkout;
        struct error error;
        struct provider_answer answer = answer_of(cases[i].status, cases[i].body);
        assert_int_equal(provider_client_find("mollie")->read_checkout(arena, &terms, &answer, &checkout, &error),
                         STATUS_UNAVAILABLE);
        assert_string_equal(error.code, cases[i].code);
    }
}

/* ---- what became of a payment ---- */

static enum status read_state(const char *provider, const char *id, const char *body, struct fetched_payment *payment)
{
    struct provider_answer answer = answer_of(200, body);
    return provider_client_find(provider)->read_payment(arena, id, &answer, NOW_US, payment, NULL);
}

#define MOLLIE_STATE(status, more)                                                                                     \
    "{\"resource\":\"payment\",\"id\":\"tr_1\",\"mode\":\"live\",\"status\":\"" status                                 \
    "\",\"amount\":{\"value\":\"121.00\",\"currency\":\"EUR\"},\"metadata\":{\"order_id\":\"" ORDER_TEXT "\"}" more    \
    "}"

static void mollie_states_become_events(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        size_t events;
        enum payment_event_kind kind;
        const char *event_id;
    } cases[] = {
        {MOLLIE_STATE("open", ""), 0, PAYMENT_EVENT_OTHER, NULL},
        {MOLLIE_STATE("pending", ""), 0, PAYMENT_EVENT_OTHER, NULL},
        {MOLLIE_STATE("authorized", ""), 0, PAYMENT_EVENT_OTHER, NULL},
        {MOLLIE_STATE("paid", ""), 1, PAYMENT_EVENT_APPROVED, "tr_1:paid"},
        {MOLLIE_STATE("failed", ""), 1, PAYMENT_EVENT_FAILED, "tr_1:failed"},
        {MOLLIE_STATE("canceled", ""), 1, PAYMENT_EVENT_FAILED, "tr_1:canceled"},
        {MOLLIE_STATE("expired", ""), 1, PAYMENT_EVENT_EXPIRED, "tr_1:expired"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fetched_payment payment;
        assert_int_equal(read_state("mollie", "tr_1", cases[i].body, &payment), STATUS_OK);
        assert_int_equal(payment.events_count, cases[i].events);
        if (cases[i].events == 0)
            continue;
        assert_int_equal(payment.events[0].kind, cases[i].kind);
        assert_string_equal(payment.events[0].event_id, cases[i].event_id);
        assert_string_equal(payment.events[0].payment_id, "tr_1");
        assert_true(payment.events[0].has_order_id);
        assert_true(payment.events[0].live);
    }
}

static void what_went_back_at_mollie_comes_after_what_came_in(void **state)
{
    (void)state;
    struct fetched_payment payment;
    assert_int_equal(
        read_state("mollie", "tr_1",
                   MOLLIE_STATE("paid", ",\"amountRefunded\":{\"value\":\"10.00\",\"currency\":\"EUR\"},"
                                        "\"amountChargedBack\":{\"value\":\"111.00\",\"currency\":\"EUR\"}"),
                   &payment),
        STATUS_OK);
    assert_int_equal(payment.events_count, 3);
    assert_int_equal(payment.events[0].kind, PAYMENT_EVENT_APPROVED);
    assert_int_equal(payment.events[0].amount_minor, 12100);
    assert_string_equal(payment.events[1].event_id, "tr_1:refunded:1000");
    assert_true(payment.events[1].refund_is_total);
    assert_false(payment.events[1].refund_is_full);
    assert_string_equal(payment.events[2].event_id, "tr_1:charged_back:11100");
}

static void the_same_state_is_the_same_event_and_another_amount_leaves_a_trace(void **state)
{
    (void)state;
    struct fetched_payment first, second, other;
    assert_int_equal(read_state("mollie", "tr_1", MOLLIE_STATE("paid", ""), &first), STATUS_OK);
    assert_int_equal(read_state("mollie", "tr_1", MOLLIE_STATE("paid", ",\"locale\":null"), &second), STATUS_OK);
    assert_memory_equal(first.events[0].body_sha256, second.events[0].body_sha256, SHA256_BYTES);
    assert_int_equal(read_state("mollie", "tr_1",
                                "{\"id\":\"tr_1\",\"mode\":\"live\",\"status\":\"paid\",\"amount\":{\"value\":\"1.00\","
                                "\"currency\":\"EUR\"},\"metadata\":\"anything\"}",
                                &other),
                     STATUS_OK);
    assert_string_equal(first.events[0].event_id, other.events[0].event_id);
    assert_memory_not_equal(first.events[0].body_sha256, other.events[0].body_sha256, SHA256_BYTES);
    assert_false(other.events[0].has_order_id);
}

#define STRIPE_STATE(status, payment_status, intent)                                                                   \
    "{\"id\":\"cs_1\",\"object\":\"checkout.session\",\"livemode\":false,\"status\":\"" status                         \
    "\",\"payment_status\":\"" payment_status                                                                          \
    "\",\"amount_total\":12100,\"currency\":\"eur\",\"client_reference_id\":"                                          \
    "\"" ORDER_TEXT "\",\"metadata\":{\"attempt_id\":\"" ATTEMPT_TEXT "\"},\"payment_intent\":" intent "}"
#define STRIPE_INTENT(status, charge)                                                                                  \
    "{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"livemode\":false,\"status\":\"" status                           \
    "\",\"amount_received\":12100,\"currency\":\"eur\",\"latest_charge\":" charge "}"

static void stripe_states_become_events_of_the_intent(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        size_t events;
        enum payment_event_kind kind;
        const char *event_id;
    } cases[] = {
        {STRIPE_STATE("open", "unpaid", "null"), 0, PAYMENT_EVENT_OTHER, NULL},
        {STRIPE_STATE("open", "unpaid", STRIPE_INTENT("requires_payment_method", "null")), 0, PAYMENT_EVENT_OTHER,
         NULL},
        {STRIPE_STATE("complete", "unpaid", STRIPE_INTENT("processing", "null")), 0, PAYMENT_EVENT_OTHER, NULL},
        {STRIPE_STATE("complete", "unpaid", STRIPE_INTENT("requires_capture", "null")), 0, PAYMENT_EVENT_OTHER, NULL},
        {STRIPE_STATE("complete", "unpaid", STRIPE_INTENT("requires_payment_method", "null")), 1, PAYMENT_EVENT_FAILED,
         "pi_1:failed"},
        {STRIPE_STATE("expired", "unpaid", "null"), 1, PAYMENT_EVENT_EXPIRED, "cs_1:expired"},
        {STRIPE_STATE("complete", "paid", "\"pi_1\""), 1, PAYMENT_EVENT_APPROVED, "pi_1:paid"},
        {STRIPE_STATE("complete", "paid", STRIPE_INTENT("succeeded", "null")), 1, PAYMENT_EVENT_APPROVED, "pi_1:paid"},
        {STRIPE_STATE("complete", "paid",
                      STRIPE_INTENT("succeeded", "{\"id\":\"ch_1\",\"amount_refunded\":100,\"disputed\":true}")),
         3, PAYMENT_EVENT_APPROVED, "pi_1:paid"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fetched_payment payment;
        assert_int_equal(read_state("stripe", "cs_1", cases[i].body, &payment), STATUS_OK);
        assert_int_equal(payment.events_count, cases[i].events);
        if (cases[i].events == 0)
            continue;
        assert_int_equal(payment.events[0].kind, cases[i].kind);
        assert_string_equal(payment.events[0].event_id, cases[i].event_id);
        assert_true(payment.events[0].has_order_id);
        assert_false(payment.events[0].live);
        if (payment.is_paid)
            assert_string_equal(payment.events[0].payment_alias, "cs_1");
    }
}

static void a_stripe_intent_can_be_asked_about_too(void **state)
{
    (void)state;
    struct fetched_payment payment;
    assert_int_equal(read_state("stripe", "pi_1", STRIPE_INTENT("succeeded", "{\"amount_refunded\":12100}"), &payment),
                     STATUS_OK);
    assert_int_equal(payment.events_count, 2);
    assert_true(payment.events[1].refund_is_full);
    assert_int_equal(read_state("stripe", "pi_1", STRIPE_INTENT("canceled", "null"), &payment), STATUS_OK);
    assert_int_equal(payment.events[0].kind, PAYMENT_EVENT_FAILED);
    assert_int_equal(read_state("stripe", "pi_1", STRIPE_INTENT("requires_payment_method", "null"), &payment),
                     STATUS_OK);
    assert_int_equal(payment.events_count, 0);
}

static void an_answer_about_another_payment_is_nonsense_and_none_is_not_found(void **state)
{
    (void)state;
    struct fetched_payment payment;
    struct provider_answer missing = answer_of(404, "{}");
    assert_int_equal(read_state("mollie", "tr_2", MOLLIE_STATE("paid", ""), &payment), STATUS_UNAVAILABLE);
    assert_int_equal(read_state("stripe", "cs_2", STRIPE_STATE("complete", "paid", "null"), &payment),
                     STATUS_UNAVAILABLE);
    assert_int_equal(provider_client_find("mollie")->read_payment(arena, "tr_1", &missing, NOW_US, &payment, NULL),
                     STATUS_NOT_FOUND);
    assert_int_equal(provider_client_find("stripe")->read_payment(arena, "cs_1", &missing, NOW_US, &payment, NULL),
                     STATUS_NOT_FOUND);
}

static void an_answer_that_is_no_payment_is_nonsense(void **state)
{
    (void)state;
    static const struct {
        const char *provider;
        const char *id;
        const char *body;
    } cases[] = {
        {"mollie", "tr_1",
         "{\"id\":\"tr_1\",\"resource\":\"order\",\"mode\":\"test\",\"status\":\"paid\",\"amount\":"
         "{\"value\":\"1.00\",\"currency\":\"EUR\"}}"},
        {"mollie", "tr_1",
         "{\"id\":\"tr_1\",\"mode\":\"prod\",\"status\":\"paid\",\"amount\":{\"value\":\"1.00\","
         "\"currency\":\"EUR\"}}"},
        {"mollie", "tr_1", MOLLIE_STATE("paid", ",\"amountRefunded\":{\"value\":\"10\",\"currency\":\"EUR\"}")},
        {"stripe", "cs_1", STRIPE_STATE("complete", "paid", "\"ch_1\"")},
        {"stripe", "cs_1", STRIPE_STATE("complete", "paid", "\"pi_../x\"")},
        {"stripe", "cs_1", STRIPE_STATE("complete", "paid", "{\"id\":\"../x\"}")},
        {"stripe", "cs_1", STRIPE_STATE("complete", "paid", "7")},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fetched_payment payment;
        assert_int_equal(read_state(cases[i].provider, cases[i].id, cases[i].body, &payment), STATUS_UNAVAILABLE);
    }
}

/* Mollie sends "1.00", "10" of a currency without cents, and never anything else: what is no such text was not written
 * by Mollie, or not as it is documented, and is not guessed at. */
static void an_amount_of_mollie_has_exactly_the_decimals_of_its_currency(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        const char *currency;
        int64_t amount_minor; /* -1: nonsense */
    } cases[] = {
        {"544.50", "EUR", 54450}, {"0.05", "EUR", 5},      {"1000000.00", "EUR", 100000000},
        {"544", "JPY", 544},      {"0.00", "EUR", 0},      {"544.5", "EUR", -1},
        {"544", "EUR", -1},       {"544.", "EUR", -1},     {"544.500", "EUR", -1},
        {".50", "EUR", -1},       {"00.50", "EUR", -1},    {"0544.50", "EUR", -1},
        {"544,50", "EUR", -1},    {"1,000.00", "EUR", -1}, {"-544.50", "EUR", -1},
        {"+544.50", "EUR", -1},   {" 544.50", "EUR", -1},  {"544.50 ", "EUR", -1},
        {"5e2", "EUR", -1},       {"544.00", "JPY", -1},   {"", "EUR", -1},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fetched_payment payment = {0};
        const char *body = arena_format(arena,
                                        "{\"id\":\"tr_1\",\"mode\":\"live\",\"status\":\"paid\",\"amount\":{"
                                        "\"value\":\"%s\",\"currency\":\"%s\"}}",
                                        cases[i].value, cases[i].currency);
        enum status status = read_state("mollie", "tr_1", body, &payment);
        if (status != (cases[i].amount_minor < 0 ? STATUS_UNAVAILABLE : STATUS_OK))
            fail_msg("\"%s\" %s: status %d", cases[i].value, cases[i].currency, (int)status);
        if (cases[i].amount_minor >= 0)
            assert_int_equal(payment.amount_minor, cases[i].amount_minor);
    }
}

static void an_id_that_could_change_the_path_is_never_sent(void **state)
{
    (void)state;
    static const char *const ids[] = {"", "tr_", "tr_a/b", "cs_", "cs_a?b", "pi_../x", "ch_1", "cs_a.b", "tr_%2e"};
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct provider_request request;
        assert_int_equal(provider_client_find("stripe")->ask_payment(arena, ids[i], &request, NULL), STATUS_INVALID);
        assert_int_equal(provider_client_find("mollie")->ask_payment(arena, ids[i], &request, NULL), STATUS_INVALID);
    }
}

/* ---- refunds ---- */

static void a_refund_has_a_key_of_payment_and_amount(void **state)
{
    (void)state;
    struct refund_terms terms = {.provider_payment_id = "tr_1", .amount_minor = 1000, .currency = "EUR", .attempts = 1};
    assert_int_equal(uuid_parse(ATTEMPT_TEXT, 36, &terms.payment_id), STATUS_OK);
    struct provider_request mollie = provider_client_find("mollie")->ask_refund(arena, &terms);
    assert_string_equal(mollie.path, "/v2/payments/tr_1/refunds");
    assert_string_equal(mollie.idempotency_key, ATTEMPT_TEXT ":1000");
    assert_holds(mollie.body, "\"value\":\"10.00\"");
    terms.provider_payment_id = "pi_1";
    struct provider_request stripe = provider_client_find("stripe")->ask_refund(arena, &terms);
    assert_string_equal(stripe.path, "/v1/refunds");
    assert_string_equal(stripe.idempotency_key, ATTEMPT_TEXT ":1000");
    assert_holds(stripe.body, "payment_intent=pi_1&amount=1000");
    terms.attempts = 4;
    assert_string_equal(provider_client_find("stripe")->ask_refund(arena, &terms).idempotency_key,
                        ATTEMPT_TEXT ":1000:1");
}

static void a_refund_after_failed_ones_has_a_key_of_its_own(void **state)
{
    (void)state;
    static const char *const names[] = {"stripe", "mollie"};
    struct refund_terms terms = {
        .provider_payment_id = "pi_1", .amount_minor = 1000, .currency = "EUR", .attempts = 1, .failed_refunds = 2};
    assert_int_equal(uuid_parse(ATTEMPT_TEXT, 36, &terms.payment_id), STATUS_OK);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(provider_client_find(names[i])->ask_refund(arena, &terms).idempotency_key,
                            ATTEMPT_TEXT ":1000:failed-2");
    terms.attempts = 4;
    assert_string_equal(provider_client_find("stripe")->ask_refund(arena, &terms).idempotency_key,
                        ATTEMPT_TEXT ":1000:failed-2:1");
}

static enum status read_refund(const char *provider, int status, const char *body, struct made_refund *refund,
                               struct error *error)
{
    const struct refund_terms terms = {.provider_payment_id = "pi_1", .amount_minor = 1000, .currency = "EUR"};
    const struct provider_answer answer = answer_of(status, body);
    return provider_client_find(provider)->read_refund(arena, &terms, &answer, refund, error);
}

static void a_refund_that_failed_is_not_made(void **state)
{
    (void)state;
    struct error error;
    struct made_refund refund;
    assert_int_equal(
        read_refund("stripe", 200, "{\"object\":\"refund\",\"status\":\"pending\",\"amount\":1000}", &refund, &error),
        STATUS_OK);
    assert_false(refund.has_failed);
    assert_string_equal(refund.id, "");
    assert_int_equal(read_refund("stripe", 200,
                                 "{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"failed\",\"amount\":1000}",
                                 &refund, &error),
                     STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "refund_failed");
    assert_true(refund.has_failed);
    assert_string_equal(refund.id, "re_1");
    assert_int_equal(read_refund("mollie", 201,
                                 "{\"status\":\"pending\",\"amount\":{\"value\":\"10.00\",\"currency\":\"EUR\"}}",
                                 &refund, &error),
                     STATUS_OK);
    assert_int_equal(read_refund("mollie", 201,
                                 "{\"status\":\"pending\",\"amount\":{\"value\":\"99.00\",\"currency\":\"EUR\"}}",
                                 &refund, &error),
                     STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "provider_nonsense");
    assert_int_equal(read_refund("stripe", 200,
                                 "{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"failed\",\"amount\":9900}",
                                 &refund, &error),
                     STATUS_UNAVAILABLE);
    assert_string_equal(error.code, "provider_nonsense");
    assert_false(refund.has_failed); /* of another refund than was asked for, nothing is believed */
}

static void the_event_of_a_refund_is_the_one_that_a_fetch_would_give(void **state)
{
    (void)state;
    struct fetched_payment payment, fetched;
    struct payment_event event;
    assert_int_equal(read_state("mollie", "tr_1", MOLLIE_STATE("paid", ""), &payment), STATUS_OK);
    fetched_payment_note_refund(&payment, 12100, &event);
    assert_int_equal(read_state("mollie", "tr_1",
                                MOLLIE_STATE("paid", ",\"amountRefunded\":{\"value\":\"121.00\",\"currency\":\"EUR\"}"),
                                &fetched),
                     STATUS_OK);
    assert_string_equal(event.event_id, fetched.events[1].event_id);
    assert_memory_equal(event.body_sha256, fetched.events[1].body_sha256, SHA256_BYTES);
    assert_true(event.refund_is_full);
    assert_int_equal(payment.refunded_minor, 12100);
}

/* ---- refunds that fail later ---- */

#define MOLLIE_REFUND(id, value, status)                                                                               \
    "{\"resource\":\"refund\",\"id\":\"" id "\",\"paymentId\":\"tr_1\",\"amount\":{\"value\":\"" value                 \
    "\",\"currency\":\"EUR\"},\"status\":\"" status "\"}"
#define MOLLIE_REFUNDED(value, refunds)                                                                                \
    MOLLIE_STATE("paid", ",\"amountRefunded\":{\"value\":\"" value "\",\"currency\":\"EUR\"},"                         \
                         "\"_embedded\":{\"refunds\":[" refunds "]}")
#define STRIPE_REFUND(id, amount, status)                                                                              \
    "{\"id\":\"" id "\",\"object\":\"refund\",\"amount\":" amount ",\"status\":\"" status "\"}"
#define STRIPE_REFUNDED(amount, refunds)                                                                               \
    STRIPE_INTENT("succeeded", "{\"amount_refunded\":" amount                                                          \
                               ",\"refunds\":{\"object\":\"list\",\"has_more\":false,\"data\":[" refunds "]}}")

static void payments_are_asked_for_with_their_refunds(void **state)
{
    (void)state;
    struct provider_request request;
    assert_int_equal(provider_client_find("mollie")->ask_payment(arena, "tr_1", &request, NULL), STATUS_OK);
    assert_string_equal(request.path, "/v2/payments/tr_1?embed=refunds");
    assert_int_equal(provider_client_find("stripe")->ask_payment(arena, "pi_1", &request, NULL), STATUS_OK);
    assert_string_equal(request.path, "/v1/payment_intents/pi_1?expand%5B%5D=latest_charge.refunds");
    assert_int_equal(provider_client_find("stripe")->ask_payment(arena, "cs_1", &request, NULL), STATUS_OK);
    assert_string_equal(request.path, "/v1/checkout/sessions/cs_1?expand%5B%5D=payment_intent.latest_charge.refunds");
}

static void a_failed_refund_is_an_event_of_its_own_and_comes_before_the_sum_of_all(void **state)
{
    (void)state;
    static const struct {
        const char *provider, *id, *body, *failed, *all;
    } cases[] = {
        {"mollie", "tr_1",
         MOLLIE_REFUNDED("10.00",
                         MOLLIE_REFUND("re_2", "10.00", "queued") "," MOLLIE_REFUND("re_1", "20.00", "failed")),
         "tr_1:refund_failed:re_1", "tr_1:refunded:3000"},
        {"mollie", "tr_1",
         MOLLIE_REFUNDED("10.00",
                         MOLLIE_REFUND("re_2", "10.00", "refunded") "," MOLLIE_REFUND("re_1", "20.00", "canceled")),
         "tr_1:refund_failed:re_1", "tr_1:refunded:3000"},
        {"stripe", "pi_1",
         STRIPE_REFUNDED("1000", STRIPE_REFUND("re_2", "1000", "pending") "," STRIPE_REFUND("re_1", "2000", "failed")),
         "pi_1:refund_failed:re_1", "pi_1:refunded:3000"},
        {"stripe", "pi_1",
         STRIPE_REFUNDED("1000",
                         STRIPE_REFUND("re_2", "1000", "succeeded") "," STRIPE_REFUND("re_1", "2000", "canceled")),
         "pi_1:refund_failed:re_1", "pi_1:refunded:3000"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fetched_payment payment;
        assert_int_equal(read_state(cases[i].provider, cases[i].id, cases[i].body, &payment), STATUS_OK);
        assert_int_equal(payment.events_count, 3);
        const struct payment_event *failed = &payment.events[1];
        assert_int_equal(failed->kind, PAYMENT_EVENT_REFUND_FAILED);
        assert_string_equal(failed->event_id, cases[i].failed);
        assert_string_equal(failed->refund_id, "re_1");
        assert_int_equal(failed->amount_minor, 2000);
        const struct payment_event *all = &payment.events[2];
        assert_int_equal(all->kind, PAYMENT_EVENT_REFUNDED);
        assert_string_equal(all->event_id, cases[i].all);
        assert_string_equal(all->refund_id, "");
        assert_int_equal(all->amount_minor, 3000);
        assert_int_equal(all->refund_failed_minor, 2000);
        assert_true(all->refund_is_total);
        assert_int_equal(payment.refunded_minor, 1000);
        assert_int_equal(payment.failed_refunds, 1);
    }
}

static void a_refund_that_fails_and_one_like_it_are_two_states(void **state)
{
    (void)state;
    struct fetched_payment payment;
    struct payment_event event;
    const struct made_refund second = {.id = "re_2"};
    assert_int_equal(
        read_state("mollie", "tr_1", MOLLIE_REFUNDED("0.00", MOLLIE_REFUND("re_1", "121.00", "failed")), &payment),
        STATUS_OK);
    assert_string_equal(payment.events[2].event_id, "tr_1:refunded:12100");
    assert_false(payment.events[2].refund_is_full);
    fetched_payment_note_refund(&payment, 12100, &event);
    assert_string_equal(event.event_id, "tr_1:refunded:24200");
    assert_int_equal(event.amount_minor - event.refund_failed_minor, 12100);
    assert_true(event.refund_is_full);
    fetched_payment_name_refund(&payment, &second, 12100, &event);
    assert_int_equal(event.kind, PAYMENT_EVENT_REFUNDED);
    assert_string_equal(event.event_id, "tr_1:refund:re_2");
    assert_string_equal(event.refund_id, "re_2");
    assert_false(event.refund_is_total);
}

static void a_list_and_a_total_that_do_not_agree_count_as_the_larger(void **state)
{
    (void)state;
    struct fetched_payment payment;
    /* A total that leaves nothing out, and a list with room for one. */
    assert_int_equal(
        read_state("stripe", "pi_1", STRIPE_REFUNDED("5000", STRIPE_REFUND("re_1", "2000", "failed")), &payment),
        STATUS_OK);
    assert_int_equal(payment.refunded_minor, 5000);
    assert_int_equal(payment.made_minor, 5000);
    /* A total that is behind its list. */
    assert_int_equal(
        read_state("stripe", "pi_1", STRIPE_REFUNDED("0", STRIPE_REFUND("re_1", "2000", "pending")), &payment),
        STATUS_OK);
    assert_int_equal(payment.refunded_minor, 2000);
}

/* What the list answers about a payment that was read from `body`. */
static enum status read_list(const char *provider, const char *id, const char *body, int status, const char *list,
                             struct fetched_payment *payment)
{
    const struct provider_answer answer = answer_of(status, list);
    assert_int_equal(read_state(provider, id, body, payment), STATUS_OK);
    assert_true(payment->lacks_refunds);
    return provider_client_find(provider)->read_refunds(arena, &answer, payment, NULL);
}

static void refunds_that_an_answer_leaves_out_are_listed(void **state)
{
    (void)state;
    struct fetched_payment payment;
    assert_string_equal(provider_client_find("mollie")->ask_refunds(arena, "tr_1").path,
                        "/v2/payments/tr_1/refunds?limit=250");
    assert_string_equal(provider_client_find("stripe")->ask_refunds(arena, "pi_1").path,
                        "/v1/refunds?payment_intent=pi_1&limit=100");
    assert_int_equal(
        read_list("mollie", "tr_1", MOLLIE_STATE("paid", ""), 200,
                  "{\"count\":1,\"_embedded\":{\"refunds\":[" MOLLIE_REFUND("re_1", "10.00", "failed") "]}}", &payment),
        STATUS_OK);
    assert_int_equal(payment.events_count, 3);
    assert_string_equal(payment.events[1].event_id, "tr_1:refund_failed:re_1");
    assert_string_equal(payment.events[2].event_id, "tr_1:refunded:1000");
    /* Of more than ten only the newest stand in the charge; those are not counted twice. */
    assert_int_equal(
        read_list(
            "stripe", "pi_1",
            STRIPE_INTENT("succeeded", "{\"amount_refunded\":100,\"disputed\":true,\"refunds\":{\"has_more\":true,"
                                       "\"data\":[" STRIPE_REFUND("re_2", "300", "failed") "]}}"),
            200,
            "{\"object\":\"list\",\"has_more\":false,\"data\":[" STRIPE_REFUND(
                "re_2", "300", "failed") "," STRIPE_REFUND("re_1", "200", "failed") "," STRIPE_REFUND("re_0", "100",
                                                                                                      "succeeded") "]}",
            &payment),
        STATUS_OK);
    assert_int_equal(payment.failed_refunds, 2);
    assert_int_equal(payment.events_count, 5);
    assert_int_equal(payment.events[1].kind, PAYMENT_EVENT_CHARGED_BACK);
    assert_string_equal(payment.events[4].event_id, "pi_1:refunded:600");
    assert_int_equal(payment.refunded_minor, 100);
    /* A charge that is only named. */
    assert_int_equal(read_state("stripe", "pi_1", STRIPE_INTENT("succeeded", "\"ch_1\""), &payment), STATUS_OK);
    assert_true(payment.lacks_refunds);
    assert_int_equal(read_state("stripe", "pi_1", STRIPE_REFUNDED("0", ""), &payment), STATUS_OK);
    assert_false(payment.lacks_refunds);
}

static void a_list_that_can_not_be_had_leaves_the_total(void **state)
{
    (void)state;
    struct fetched_payment payment;
    static const char total[] = MOLLIE_STATE("paid", ",\"amountRefunded\":{\"value\":\"10.00\",\"currency\":\"EUR\"}");
    assert_int_equal(read_list("mollie", "tr_1", total, 403, "{}", &payment), STATUS_OK);
    assert_string_equal(payment.events[1].event_id, "tr_1:refunded:1000");
    assert_int_equal(read_list("mollie", "tr_1", total, 500, "{}", &payment), STATUS_UNAVAILABLE);
    assert_int_equal(read_list("mollie", "tr_1", total, 200, "{\"_embedded\":{}}", &payment), STATUS_UNAVAILABLE);
    assert_int_equal(read_list("mollie", "tr_1", total, 200, "{\"_embedded\":{\"refunds\":[1]}}", &payment),
                     STATUS_UNAVAILABLE);
}

static void a_list_of_refunds_that_is_none_is_not_believed(void **state)
{
    (void)state;
    static const struct {
        const char *provider, *id, *body;
    } cases[] = {
        {"mollie", "tr_1", MOLLIE_REFUNDED("10.00", "1")},
        {"mollie", "tr_1", MOLLIE_REFUNDED("10.00", "{\"status\":\"failed\"}")},
        {"mollie", "tr_1", MOLLIE_REFUNDED("10.00", MOLLIE_REFUND("", "10.00", "failed"))},
        {"mollie", "tr_1", MOLLIE_REFUNDED("10.00", MOLLIE_REFUND("re_1", "-10.00", "failed"))},
        {"mollie", "tr_1",
         MOLLIE_REFUNDED("10.00", "{\"id\":\"re_1\",\"status\":\"failed\",\"amount\":{\"value\":\"10.00\","
                                  "\"currency\":\"USD\"}}")},
        {"stripe", "pi_1", STRIPE_REFUNDED("1000", STRIPE_REFUND("re_1", "-1", "failed"))},
        {"stripe", "pi_1", STRIPE_REFUNDED("1000", STRIPE_REFUND("", "1000", "failed"))},
        {"stripe", "pi_1", STRIPE_REFUNDED("1000", "{\"id\":\"re_1\",\"object\":\"refund\",\"amount\":1000}")},
        {"stripe", "pi_1",
         STRIPE_REFUNDED("1000", "{\"id\":\"re_1\",\"object\":\"charge\",\"amount\":1000,\"status\":\"failed\"}")},
        {"stripe", "pi_1",
         STRIPE_REFUNDED("1000", STRIPE_REFUND("re_1", "900000000000000",
                                               "failed") "," STRIPE_REFUND("re_2", "900000000000000", "failed"))},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fetched_payment payment;
        if (read_state(cases[i].provider, cases[i].id, cases[i].body, &payment) != STATUS_UNAVAILABLE)
            fail_msg("believed: %s", cases[i].body);
    }
}

static void of_many_failures_the_newest_are_told(void **state)
{
    (void)state;
    struct buffer refunds;
    struct fetched_payment payment;
    buffer_init(&refunds, 65536);
    for (int i = 0; i < PROVIDER_FAILED_REFUNDS_MAX + 8; i++)
        buffer_append_format(&refunds,
                             "%s{\"id\":\"re_%d\",\"status\":\"failed\",\"amount\":{\"value\":\"1.00\","
                             "\"currency\":\"EUR\"}}",
                             i > 0 ? "," : "", i);
    const char *body = arena_format(arena, MOLLIE_REFUNDED("0.00", "%s"), buffer_text(&refunds));
    assert_int_equal(read_state("mollie", "tr_1", body, &payment), STATUS_OK);
    assert_int_equal(payment.events_count, 2 + PROVIDER_FAILED_REFUNDS_MAX);
    assert_string_equal(payment.events[1].refund_id, "re_0");
    assert_int_equal(payment.failed_refunds, PROVIDER_FAILED_REFUNDS_MAX + 8);
    buffer_release(&refunds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("Stripe is asked for a session that carries our order",
             stripe_is_asked_for_a_session_that_carries_our_order),
        RULE("the same terms give the same request", the_same_terms_give_the_same_request),
        RULE("a Stripe session lives from half an hour to a day", a_stripe_session_lives_from_half_an_hour_to_a_day),
        RULE("Mollie is asked for a payment with a decimal amount",
             mollie_is_asked_for_a_payment_with_a_decimal_amount),
        RULE("a checkout is taken from a good answer", a_checkout_is_taken_from_a_good_answer),
        RULE("an answer that is not what was asked for is not believed",
             an_answer_that_is_not_what_was_asked_for_is_not_believed),
        RULE("a definite no to the amount is told from any other", a_definite_no_to_the_amount_is_told_from_any_other),
        RULE("Mollie's states become events", mollie_states_become_events),
        RULE("what went back at Mollie comes after what came in", what_went_back_at_mollie_comes_after_what_came_in),
        RULE("the same state is the same event, and another amount leaves a trace",
             the_same_state_is_the_same_event_and_another_amount_leaves_a_trace),
        RULE("Stripe's states become events of the intent", stripe_states_become_events_of_the_intent),
        RULE("a Stripe intent can be asked about too", a_stripe_intent_can_be_asked_about_too),
        RULE("an answer about another payment is nonsense, and none is not found",
             an_answer_about_another_payment_is_nonsense_and_none_is_not_found),
        RULE("an answer that is no payment is nonsense", an_answer_that_is_no_payment_is_nonsense),
        RULE("an amount of Mollie has exactly the decimals of its currency",
             an_amount_of_mollie_has_exactly_the_decimals_of_its_currency),
        RULE("an id that could change the path is never sent", an_id_that_could_change_the_path_is_never_sent),
        RULE("a refund has a key of payment and amount", a_refund_has_a_key_of_payment_and_amount),
        RULE("a refund after failed ones has a key of its own", a_refund_after_failed_ones_has_a_key_of_its_own),
        RULE("a refund that failed is not made", a_refund_that_failed_is_not_made),
        RULE("payments are asked for with their refunds", payments_are_asked_for_with_their_refunds),
        RULE("a failed refund is an event of its own, and comes before the sum of all",
             a_failed_refund_is_an_event_of_its_own_and_comes_before_the_sum_of_all),
        RULE("a refund that fails and one like it are two states", a_refund_that_fails_and_one_like_it_are_two_states),
        RULE("a list and a total that do not agree count as the larger",
             a_list_and_a_total_that_do_not_agree_count_as_the_larger),
        RULE("refunds that an answer leaves out are listed", refunds_that_an_answer_leaves_out_are_listed),
        RULE("a list that can not be had leaves the total", a_list_that_can_not_be_had_leaves_the_total),
        RULE("a list of refunds that is none is not believed", a_list_of_refunds_that_is_none_is_not_believed),
        RULE("of many failures the newest are told", of_many_failures_the_newest_are_told),
        RULE("the event of a refund is the one that a fetch would give",
             the_event_of_a_refund_is_the_one_that_a_fetch_would_give),
    };
    return cmocka_run_group_tests_name("provider clients", tests, begin, end);
}
