/* Provider "mollie": the form that names a payment, and signed events. */
#include "delivery.h"

#define SECRET       "mollie_test_signing_secret"
#define OTHER_SECRET "mollie_other_secret"

/* The vector: signed elsewhere. */
#define VECTOR_BODY                                                                                                    \
    "{\"resource\":\"event\",\"id\":\"event_GvJ8WHrp5isUdRub9CJyH\",\"type\":\"payment-link.paid\","                   \
    "\"entityId\":\"pl_qng5gbbv8NAZ5gpM5ZYgx\",\"createdAt\":\"2023-11-14T22:13:20.0Z\"}"
#define VECTOR_HEX "6eed5737381133a6b0b70aec49d95363f33a500ce13e9c17b4bed2eaeb849065"

#define PAYMENT_EVENT_BODY                                                                                             \
    "{\"resource\":\"event\",\"id\":\"event_1\",\"type\":\"payment.paid\",\"entityId\":\"tr_7UhSN1zuXS\"}"

static void sign(struct delivery *delivery, const char *secret, const char *format)
{
    uint8_t mac[SHA256_BYTES];
    char hex[2 * SHA256_BYTES + 1];
    char value[DELIVERY_VALUE_BYTES];
    crypto_hmac_sha256(secret, strlen(secret), delivery->body, delivery->body_length, mac);
    hex_encode(mac, sizeof(mac), hex);
    snprintf(value, sizeof(value), "%s%s", format, hex);
    delivery_add_header(delivery, "X-Mollie-Signature", value);
}

static void a_form_that_names_a_payment_is_a_ping_without_any_secret(void **state)
{
    (void)state;
    static const char *const forms[] = {"id=tr_7UhSN1zuXS", "id=tr%5F7UhSN1zuXS", "id=tr%5f7UhSN1zuXS",
                                        "id=tr_7UhSN1zuXS&testByMollie=1", "a=b&id=tr_7UhSN1zuXS"};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct delivery delivery = delivery_of("mollie", NULL, forms[i]);
        assert_int_equal(delivery_read(&delivery), WEBHOOK_PING_UNSIGNED);
        assert_string_equal(delivery.event.provider, "mollie");
        assert_string_equal(delivery.event.payment_id, "tr_7UhSN1zuXS");
    }
}

static void what_is_no_such_form_is_malformed(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "",
        "id",
        "id=",
        "id=tr_",
        "id=tr",
        "ID=tr_7UhSN1zuXS",
        "id=ord_7UhSN1zuXS",
        "id=hello",
        "id=tr_7UhSN1zuXS&id=tr_7UhSN1zuXS",
        "id=tr_7UhSN1zuXS/refunds",
        "id=tr_../../v2/balances",
        "id=tr_%2e%2e",
        "id=tr_7UhSN1zuXS%00",
        "id=tr_7UhSN1zuXS ",
        "id=tr_a+b",
        "id=tr_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "payment=tr_7UhSN1zuXS",
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct delivery delivery = delivery_of("mollie", SECRET, forms[i]);
        assert_int_equal(delivery_read(&delivery), WEBHOOK_MALFORMED);
        assert_string_equal(delivery.error.field, "id");
    }
    struct delivery delivery = delivery_of("mollie", SECRET, "id=tr_a");
    delivery.body_length++; /* the NUL at its end */
    assert_int_equal(delivery_read(&delivery), WEBHOOK_MALFORMED);
}

static void the_vector_verifies_and_an_event_about_no_payment_needs_nothing(void **state)
{
    (void)state;
    static const char *const values[] = {"sha256=" VECTOR_HEX, VECTOR_HEX};
    for (size_t i = 0; i < 2; i++) {
        struct delivery delivery = delivery_of("mollie", SECRET, VECTOR_BODY);
        delivery_add_header(&delivery, "X-Mollie-Signature", values[i]);
        assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
        assert_string_equal(delivery.event.event_id, "event_GvJ8WHrp5isUdRub9CJyH");
        assert_int_equal(delivery.event.kind, PAYMENT_EVENT_OTHER);
        assert_string_equal(delivery.event.payment_id, "");
    }
}

static void a_signed_event_about_a_payment_is_a_ping_for_it(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        PAYMENT_EVENT_BODY,
        "{\"resource\":\"event\",\"id\":\"event_1\",\"type\":\"refund.refunded\",\"entityId\":\"re_1\","
        "\"_embedded\":{\"entity\":{\"resource\":\"refund\",\"id\":\"re_1\",\"paymentId\":\"tr_7UhSN1zuXS\"}}}",
    };
    for (size_t i = 0; i < 2; i++) {
        struct delivery delivery = delivery_of("mollie", SECRET, bodies[i]);
        sign(&delivery, SECRET, "sha256=");
        assert_int_equal(delivery_read(&delivery), WEBHOOK_PING);
        assert_string_equal(delivery.event.payment_id, "tr_7UhSN1zuXS");
    }
}

static void any_secret_and_any_header_may_fit(void **state)
{
    (void)state;
    struct delivery rotated = delivery_of("mollie", OTHER_SECRET "," SECRET, PAYMENT_EVENT_BODY);
    sign(&rotated, SECRET, "sha256=");
    assert_int_equal(delivery_read(&rotated), WEBHOOK_PING);
    struct delivery twice = delivery_of("mollie", SECRET, PAYMENT_EVENT_BODY);
    sign(&twice, OTHER_SECRET, "sha256=");
    sign(&twice, SECRET, "");
    assert_int_equal(delivery_read(&twice), WEBHOOK_PING);
}

static void what_is_signed_must_be_signed_well(void **state)
{
    (void)state;
    static const char *const secrets[] = {SECRET, NULL};
    for (size_t i = 0; i < 2; i++) {
        struct delivery wrong = delivery_of("mollie", secrets[i], PAYMENT_EVENT_BODY);
        sign(&wrong, OTHER_SECRET, "sha256=");
        assert_int_equal(delivery_read(&wrong), WEBHOOK_UNSIGNED);
        struct delivery form = delivery_of("mollie", secrets[i], "id=tr_7UhSN1zuXS");
        delivery_add_header(&form, "X-Mollie-Signature", "sha256=");
        assert_int_equal(delivery_read(&form), WEBHOOK_UNSIGNED);
        struct delivery missing = delivery_of("mollie", secrets[i], PAYMENT_EVENT_BODY);
        assert_int_equal(delivery_read(&missing), WEBHOOK_UNSIGNED);
    }
    struct delivery other_scheme = delivery_of("mollie", SECRET, PAYMENT_EVENT_BODY);
    sign(&other_scheme, SECRET, "sha1=");
    assert_int_equal(delivery_read(&other_scheme), WEBHOOK_UNSIGNED);
}

static void a_signed_body_that_is_no_event_is_malformed(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{}",
        "[]",
        "{\"id\":\"event_1\"}",
        "{\"type\":\"payment.paid\"}",
        "{\"id\":1,\"type\":\"payment.paid\"}",
        "{\"id\":\"event_1\",\"id\":\"event_2\",\"type\":\"payment.paid\"}",
        "{\"id\":\"event_1\",\"type\":\"a\"",
        "{\"id\":\"event_1\",\"type\":\"a\",\"entityId\":{}}",
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct delivery delivery = delivery_of("mollie", SECRET, bodies[i]);
        sign(&delivery, SECRET, "sha256=");
        assert_int_equal(delivery_read(&delivery), WEBHOOK_MALFORMED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("a form that names a payment is a ping, without any secret",
             a_form_that_names_a_payment_is_a_ping_without_any_secret),
        RULE("what is no such form is malformed", what_is_no_such_form_is_malformed),
        RULE("the vector verifies, and an event about no payment needs nothing",
             the_vector_verifies_and_an_event_about_no_payment_needs_nothing),
        RULE("a signed event about a payment is a ping for it", a_signed_event_about_a_payment_is_a_ping_for_it),
        RULE("any secret and any header may fit", any_secret_and_any_header_may_fit),
        RULE("what is signed must be signed well, and JSON must be signed", what_is_signed_must_be_signed_well),
        RULE("a signed body that is no event is malformed", a_signed_body_that_is_no_event_is_malformed),
    };
    return cmocka_run_group_tests_name("provider mollie", tests, NULL, NULL);
}
