/* Provider "stripe": Stripe-Signature, and the snapshot events that say something about money. */
#include "akkoord/base/memory.h"
#include "delivery.h"

#define SECRET       "whsec_test_secret"
#define OTHER_SECRET "whsec_other_secret"

/* The vector: signed elsewhere. */
#define VECTOR_BODY                                                                                                    \
    "{\"id\":\"evt_test_1\",\"object\":\"event\",\"type\":\"checkout.session.completed\",\"created\":1700000000,"      \
    "\"livemode\":false,\"data\":{\"object\":{\"id\":\"cs_test_1\",\"object\":\"checkout.session\",\"amount_total\":"  \
    "12100,\"currency\":\"eur\",\"payment_status\":\"paid\",\"client_reference_id\":\"ORD-2024-0001\"}}}"
#define VECTOR_V1 "d93a4ceacfe3c082320eeda787f24c1070ea66be9a4a1e2a640ecef04b9fa619"

/* An event around an object, and the objects, shortened but with the nulls and nesting that Stripe sends. */
#define EVENT(type, object)                                                                                            \
    "{\"id\":\"evt_1\",\"object\":\"event\",\"api_version\":\"2025-03-31.basil\",\"created\":1699999999,\"data\":"     \
    "{\"object\":" object ",\"previous_attributes\":{\"status\":null}},\"livemode\":true,\"pending_webhooks\":1,"      \
    "\"request\":{\"id\":null,\"idempotency_key\":null},\"type\":\"" type "\"}"
#define SESSION(fields)                                                                                                \
    "{\"id\":\"cs_1\",\"object\":\"checkout.session\",\"adaptive_pricing\":{\"enabled\":true},\"after_expiration\":"   \
    "null,\"automatic_tax\":{\"enabled\":false,\"liability\":null},\"custom_fields\":[],\"customer_details\":"         \
    "{\"address\":{\"city\":null},\"tax_ids\":[]},\"currency_conversion\":null,\"mode\":\"payment\"," fields "}"
#define INTENT(fields)                                                                                                 \
    "{\"id\":\"pi_1\",\"object\":\"payment_intent\",\"amount_capturable\":0,\"amount_details\":{\"tip\":{}},"          \
    "\"last_payment_error\":null,\"next_action\":null,\"payment_method_types\":[\"card\",\"ideal\"]," fields "}"
#define CHARGE(fields)                                                                                                 \
    "{\"id\":\"ch_1\",\"object\":\"charge\",\"amount\":12100,\"amount_captured\":12100,\"balance_transaction\":"       \
    "\"txn_1\",\"billing_details\":{\"address\":null,\"email\":null},\"fraud_details\":{},\"outcome\":{\"risk_"        \
    "score\":"                                                                                                         \
    "12.5},\"disputed\":false," fields "}"
#define REFUND(fields)                                                                                                 \
    "{\"id\":\"re_1\",\"object\":\"refund\",\"amount\":100,\"balance_transaction\":null,\"charge\":\"ch_1\","          \
    "\"currency\":"                                                                                                    \
    "\"eur\",\"destination_details\":{\"type\":\"card\"},\"reason\":null," fields "}"
#define DISPUTE(fields)                                                                                                \
    "{\"id\":\"du_1\",\"object\":\"dispute\",\"balance_transactions\":[{\"amount\":-12100,\"exchange_rate\":null}],"   \
    "\"evidence\":{\"access_activity_log\":null},\"reason\":\"fraudulent\",\"status\":\"needs_response\"," fields "}"

#define ORDER_METADATA "\"metadata\":{\"order_id\":\"" ORDER_TEXT "\"}"
#define PAID_SESSION                                                                                                   \
    EVENT(                                                                                                             \
        "checkout.session.completed",                                                                                  \
        SESSION("\"amount_total\":12100,\"currency\":\"eur\",\"payment_intent\":\"pi_1\",\"payment_status\":\"paid\"," \
                "\"client_reference_id\":\"" ORDER_TEXT "\",\"metadata\":{}"))

/* What Stripe's newer API sends: ids only, and a time as text. */
static const char thin_event[] =
    "{\"id\":\"evt_1\",\"object\":\"v2.core.event\",\"type\":\"v1.charge.refunded\",\"created\":"
    "\"2026-09-17T06:20:52.246Z\",\"related_object\":{\"id\":\"ch_1\"},\"livemode\":\"no\"}";

static struct delivery signed_body(const char *body)
{
    struct delivery delivery = delivery_of("stripe", SECRET, body);
    delivery_sign_stripe(&delivery, SECRET, NOW_S);
    return delivery;
}

static void the_published_vector_verifies(void **state)
{
    (void)state;
    struct delivery delivery = delivery_of("stripe", SECRET, VECTOR_BODY);
    delivery_add_header(&delivery, "stripe-signature", "t=1700000000,v1=" VECTOR_V1);
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    const struct payment_event *event = &delivery.event;
    assert_string_equal(event->provider, "stripe");
    assert_string_equal(event->event_id, "evt_test_1");
    assert_string_equal(event->payment_id, "cs_test_1");
    assert_string_equal(event->payment_alias, "");
    assert_false(event->has_order_id);
    assert_true(event->has_foreign_reference);
    assert_int_equal(event->kind, PAYMENT_EVENT_APPROVED);
    assert_int_equal(event->amount_minor, 12100);
    assert_string_equal(event->currency, "EUR");
    assert_false(event->live);
    assert_int_equal(event->occurred_at_us, NOW_S * CLOCK_US_PER_SECOND);
    uint8_t digest[SHA256_BYTES];
    crypto_sha256(VECTOR_BODY, strlen(VECTOR_BODY), digest);
    assert_memory_equal(event->body_sha256, digest, sizeof(digest));
}

struct expectation {
    const char *body;
    const char *payment_id;
    const char *payment_alias;
    int64_t amount_minor;
    const char *currency;
    enum payment_event_kind kind;
    bool has_order_id;
    bool refund_is_full;
};

static void check(const struct expectation *expected)
{
    struct delivery delivery = signed_body(expected->body);
    if (delivery_read(&delivery) != WEBHOOK_EVENT)
        fail_msg("%s: %s: %s", delivery.error.field, delivery.error.detail, expected->body);
    const struct payment_event *event = &delivery.event;
    assert_string_equal(event->event_id, "evt_1");
    assert_int_equal(event->kind, expected->kind);
    assert_string_equal(event->payment_id, expected->payment_id);
    assert_string_equal(event->payment_alias, expected->payment_alias);
    assert_int_equal(event->has_order_id, expected->has_order_id);
    assert_false(event->has_foreign_reference);
    assert_int_equal(event->amount_minor, expected->amount_minor);
    assert_string_equal(event->currency, expected->currency);
    assert_int_equal(event->refund_is_total, expected->kind == PAYMENT_EVENT_REFUNDED);
    assert_int_equal(event->refund_is_full, expected->refund_is_full);
    assert_true(event->live);
    assert_int_equal(event->occurred_at_us, (NOW_S - 1) * CLOCK_US_PER_SECOND);
}

static void sessions_are_followed(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {PAID_SESSION, "pi_1", "cs_1", 12100, "EUR", PAYMENT_EVENT_APPROVED, true, false},
        {EVENT(
             "checkout.session.completed",
             SESSION("\"amount_total\":12100,\"currency\":\"eur\",\"payment_intent\":null,\"payment_status\":\"paid\","
                     "\"client_reference_id\":null," ORDER_METADATA)),
         "cs_1", "", 12100, "EUR", PAYMENT_EVENT_APPROVED, true, false},
        {EVENT("checkout.session.completed",
               SESSION("\"amount_total\":12100,\"currency\":\"eur\",\"payment_intent\":{\"id\":\"pi_2\",\"object\":"
                       "\"payment_intent\"},\"payment_status\":\"paid\",\"metadata\":null")),
         "pi_2", "cs_1", 12100, "EUR", PAYMENT_EVENT_APPROVED, false, false},
        {EVENT("checkout.session.completed",
               SESSION("\"amount_total\":12100,\"currency\":\"eur\",\"payment_intent\":\"pi_1\",\"payment_status\":"
                       "\"unpaid\"," ORDER_METADATA)),
         "pi_1", "cs_1", 12100, "EUR", PAYMENT_EVENT_OTHER, true, false},
        {EVENT("checkout.session.completed",
               SESSION("\"amount_total\":null,\"currency\":null,\"payment_intent\":null,\"setup_intent\":\"seti_1\","
                       "\"payment_status\":\"no_payment_required\"")),
         "cs_1", "", 0, "", PAYMENT_EVENT_OTHER, false, false},
        {EVENT("checkout.session.async_payment_succeeded",
               SESSION("\"amount_total\":12100,\"currency\":\"eur\",\"payment_intent\":\"pi_1\",\"payment_status\":"
                       "\"paid\"," ORDER_METADATA)),
         "pi_1", "cs_1", 12100, "EUR", PAYMENT_EVENT_APPROVED, true, false},
        {EVENT("checkout.session.async_payment_failed",
               SESSION("\"amount_total\":12100,\"currency\":\"eur\",\"payment_intent\":\"pi_1\",\"payment_status\":"
                       "\"unpaid\"," ORDER_METADATA)),
         "pi_1", "cs_1", 12100, "EUR", PAYMENT_EVENT_FAILED, true, false},
        {EVENT("checkout.session.expired", SESSION("\"amount_total\":null,\"currency\":null,\"payment_intent\":null,"
                                                   "\"payment_status\":\"unpaid\"," ORDER_METADATA)),
         "cs_1", "", 0, "", PAYMENT_EVENT_EXPIRED, true, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check(&cases[i]);
}

static void intents_charges_and_disputes_are_followed(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {EVENT("payment_intent.succeeded",
               INTENT("\"amount\":12200,\"amount_received\":12100,\"currency\":\"eur\"," ORDER_METADATA)),
         "pi_1", "", 12100, "EUR", PAYMENT_EVENT_APPROVED, true, false},
        {EVENT("payment_intent.payment_failed",
               INTENT("\"amount\":12100,\"amount_received\":0,\"currency\":\"eur\"," ORDER_METADATA)),
         "pi_1", "", 12100, "EUR", PAYMENT_EVENT_FAILED, true, false},
        {EVENT("payment_intent.canceled",
               INTENT("\"amount\":12100,\"amount_received\":0,\"currency\":\"eur\",\"metadata\":{}")),
         "pi_1", "", 12100, "EUR", PAYMENT_EVENT_FAILED, false, false},
        {EVENT("charge.refunded", CHARGE("\"amount_refunded\":100,\"refunded\":false,\"currency\":\"eur\","
                                         "\"payment_intent\":\"pi_1\"," ORDER_METADATA)),
         "pi_1", "", 100, "EUR", PAYMENT_EVENT_REFUNDED, true, false},
        {EVENT("charge.refunded", CHARGE("\"amount_refunded\":12100,\"refunded\":true,\"currency\":\"eur\","
                                         "\"payment_intent\":{\"id\":\"pi_1\"},\"metadata\":{}")),
         "pi_1", "", 12100, "EUR", PAYMENT_EVENT_REFUNDED, false, true},
        {EVENT("charge.refunded", CHARGE("\"amount_refunded\":12100,\"refunded\":true,\"currency\":\"eur\","
                                         "\"payment_intent\":null,\"metadata\":{}")),
         "ch_1", "", 12100, "EUR", PAYMENT_EVENT_REFUNDED, false, true},
        {EVENT("charge.dispute.created", DISPUTE("\"amount\":12100,\"currency\":\"eur\",\"charge\":\"ch_1\","
                                                 "\"payment_intent\":\"pi_1\",\"metadata\":{}")),
         "pi_1", "", 12100, "EUR", PAYMENT_EVENT_CHARGED_BACK, false, false},
        {EVENT("charge.dispute.created", DISPUTE("\"amount\":12100,\"currency\":\"eur\",\"charge\":{\"id\":\"ch_1\"},"
                                                 "\"payment_intent\":null,\"metadata\":{}")),
         "ch_1", "", 12100, "EUR", PAYMENT_EVENT_CHARGED_BACK, false, false},
        {EVENT("charge.dispute.created", DISPUTE("\"amount\":12100,\"currency\":\"eur\"")), "du_1", "", 12100, "EUR",
         PAYMENT_EVENT_CHARGED_BACK, false, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check(&cases[i]);
}

static void refunds_are_followed_by_their_ids_and_what_became_of_them(void **state)
{
    (void)state;
#define OF_INTENT(status) REFUND("\"payment_intent\":\"pi_1\",\"status\":" status "," ORDER_METADATA)
    static const struct {
        const char *body;
        const char *payment_id;
        enum payment_event_kind kind;
    } cases[] = {
        {EVENT("refund.created", OF_INTENT("\"pending\"")), "pi_1", PAYMENT_EVENT_REFUNDED},
        {EVENT("refund.created", OF_INTENT("\"requires_action\"")), "pi_1", PAYMENT_EVENT_REFUNDED},
        {EVENT("refund.updated", OF_INTENT("\"succeeded\"")), "pi_1", PAYMENT_EVENT_REFUNDED},
        {EVENT("refund.updated", OF_INTENT("\"failed\"")), "pi_1", PAYMENT_EVENT_REFUND_FAILED},
        {EVENT("refund.updated", OF_INTENT("\"canceled\"")), "pi_1", PAYMENT_EVENT_REFUND_FAILED},
        {EVENT("refund.updated", OF_INTENT("null")), "pi_1", PAYMENT_EVENT_OTHER},
        {EVENT("charge.refund.updated", OF_INTENT("\"failed\"")), "pi_1", PAYMENT_EVENT_REFUND_FAILED},
        {EVENT("refund.failed", OF_INTENT("\"failed\"")), "pi_1", PAYMENT_EVENT_REFUND_FAILED},
        {EVENT("refund.failed", OF_INTENT("null")), "pi_1", PAYMENT_EVENT_REFUND_FAILED},
        {EVENT("refund.failed", REFUND("\"payment_intent\":null,\"status\":\"failed\"")), "ch_1",
         PAYMENT_EVENT_REFUND_FAILED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct delivery delivery = signed_body(cases[i].body);
        assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
        const struct payment_event *event = &delivery.event;
        assert_int_equal(event->kind, cases[i].kind);
        assert_string_equal(event->refund_id, "re_1");
        assert_string_equal(event->payment_id, cases[i].payment_id);
        assert_int_equal(event->amount_minor, 100);
        assert_string_equal(event->currency, "EUR");
        assert_false(event->refund_is_total);
        assert_false(event->has_order_id); /* it names its payment, and nothing else */
    }
#undef OF_INTENT
}

static void the_client_reference_goes_before_metadata(void **state)
{
    (void)state;
    struct delivery delivery = signed_body(
        EVENT("checkout.session.completed",
              SESSION("\"amount_total\":1,\"currency\":\"eur\",\"payment_status\":\"paid\",\"client_reference_id\":"
                      "\"another shop's\"," ORDER_METADATA)));
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    assert_false(delivery.event.has_order_id);
    assert_true(delivery.event.has_foreign_reference);
}

static void an_unlisted_type_may_have_any_shape(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"id\":\"evt_1\",\"type\":\"customer.created\"}",
        thin_event,
        "{\"id\":\"evt_1\",\"type\":\"charge.updated\",\"data\":{\"object\":{\"amount\":-1}}}",
        "{\"id\":\"evt_1\",\"type\":\"charge.succeeded\",\"data\":null}",
        "{\"id\":\"evt_1\",\"type\":\"\"}",
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct delivery delivery = signed_body(bodies[i]);
        assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
        assert_int_equal(delivery.event.kind, PAYMENT_EVENT_OTHER);
        assert_string_equal(delivery.event.event_id, "evt_1");
        assert_int_equal(delivery.event.occurred_at_us, delivery.received_at_us);
    }
}

static void any_other_shape_is_malformed(void **state)
{
    (void)state;
#define COMPLETED(fields) EVENT("checkout.session.completed", SESSION(fields))
    static const struct {
        const char *body;
        const char *field;
    } cases[] = {
        {"", ""},
        {"payment_status=paid", ""},
        {"{\"id\":\"evt_1\",\"id\":\"evt_2\",\"type\":\"x\"}", ""},
        {"{\"type\":\"customer.created\"}", "id"},
        {"{\"id\":\"\",\"type\":\"customer.created\"}", "id"},
        {"{\"id\":1,\"type\":\"customer.created\"}", "id"},
        {"{\"id\":\"evt_1\"}", "type"},
        {"{\"id\":\"evt_1\",\"type\":[]}", "type"},
        {"{\"id\":\"evt_1\",\"type\":\"charge.refunded\"}", "data"},
        {"{\"id\":\"evt_1\",\"type\":\"charge.refunded\",\"data\":{}}", "data.object"},
        {"{\"id\":\"evt_1\",\"type\":\"charge.refunded\",\"data\":{\"object\":\"ch_1\"}}", "data.object"},
        {"{\"id\":\"evt_1\",\"type\":\"charge.refunded\",\"livemode\":1,\"data\":{}}", "livemode"},
        {"{\"id\":\"evt_1\",\"type\":\"charge.refunded\",\"created\":-1,\"data\":{}}", "created"},
        {"{\"id\":\"evt_1\",\"type\":\"charge.refunded\",\"created\":1.5,\"data\":{}}", "created"},
        {"{\"id\":\"evt_1\",\"type\":\"charge.refunded\",\"created\":253402300800,\"data\":{}}", "created"},
        {EVENT("charge.refunded", "{}"), "data.object.id"},
        {EVENT("charge.refunded", "{\"id\":\"\"}"), "data.object.id"},
        {COMPLETED("\"amount_total\":1,\"currency\":\"eur\""), "data.object.payment_status"},
        {COMPLETED("\"payment_status\":\"paid\",\"currency\":\"eur\""), "data.object.amount_total"},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":null,\"currency\":\"eur\""),
         "data.object.amount_total"},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":121.0,\"currency\":\"eur\""),
         "data.object.amount_total"},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":1e3,\"currency\":\"eur\""),
         "data.object.amount_total"},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":-1,\"currency\":\"eur\""), "data.object.amount_total"},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":9223372036854775808,\"currency\":\"eur\""), ""},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":1"), "data.object.currency"},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":1,\"currency\":\"euro\""), "data.object.currency"},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":1,\"currency\":\"eur\",\"payment_intent\":\"\""),
         "data.object.payment_intent"},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":1,\"currency\":\"eur\",\"payment_intent\":1"),
         "data.object.payment_intent"},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":1,\"currency\":\"eur\",\"payment_intent\":{}"),
         "data.object.payment_intent.id"},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":1,\"currency\":\"eur\",\"metadata\":\"x\""),
         "data.object.metadata"},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":1,\"currency\":\"eur\",\"metadata\":{\"order_id\":1}"),
         "data.object.metadata.order_id"},
        {COMPLETED("\"payment_status\":\"paid\",\"amount_total\":1,\"currency\":\"eur\",\"client_reference_id\":1"),
         "data.object.client_reference_id"},
        {EVENT("payment_intent.succeeded", INTENT("\"amount\":12100,\"currency\":\"eur\"")),
         "data.object.amount_received"},
        {EVENT("charge.dispute.created", DISPUTE("\"currency\":\"eur\"")), "data.object.amount"},
        {EVENT("refund.failed", "{\"id\":\"re_1\",\"status\":\"failed\",\"currency\":\"eur\"}"), "data.object.amount"},
        {EVENT("refund.created", "{\"id\":\"re_1\",\"status\":\"pending\",\"amount\":-1,\"currency\":\"eur\"}"),
         "data.object.amount"},
        {EVENT("refund.updated", REFUND("\"status\":1")), "data.object.status"},
        {EVENT("refund.updated", "{\"status\":\"failed\",\"amount\":100,\"currency\":\"eur\"}"), "data.object.id"},
        {EVENT("charge.refunded", CHARGE("\"currency\":\"eur\"")), "data.object.amount_refunded"},
        {EVENT("charge.refunded", CHARGE("\"amount_refunded\":1,\"currency\":\"eur\",\"refunded\":\"yes\"")),
         "data.object.refunded"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct delivery delivery = signed_body(cases[i].body);
        if (delivery_read(&delivery) != WEBHOOK_MALFORMED)
            fail_msg("not refused: %s", cases[i].body);
        assert_string_equal(delivery.error.field, cases[i].field);
    }
#undef COMPLETED
}

static void what_is_not_live_is_test_money(void **state)
{
    (void)state;
    struct delivery delivery =
        signed_body("{\"id\":\"evt_1\",\"type\":\"payment_intent.succeeded\",\"data\":{\"object\":{\"id\":\"pi_1\","
                    "\"amount_received\":1,\"currency\":\"eur\"}}}");
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    assert_false(delivery.event.live);
    assert_int_equal(delivery.event.occurred_at_us, delivery.received_at_us);
}

/* Radar's outcome, where the API version puts it; what is no score or word of Stripe's is no reason to refuse an event.
 */
static void the_outcome_of_a_charge_is_read(void **state)
{
    (void)state;
#define APPROVED(fields) EVENT("payment_intent.succeeded", INTENT("\"amount_received\":1,\"currency\":\"eur\"," fields))
#define OUTCOME          "\"outcome\":{\"network_status\":\"approved_by_network\",\"risk_level\":\"elevated\",\"risk_score\":66}"
    static const struct {
        const char *body;
        int64_t score; /* -1: none */
        const char *level;
    } cases[] = {
        {APPROVED("\"latest_charge\":{\"id\":\"ch_1\"," OUTCOME "}"), 66, "elevated"},
        {APPROVED("\"charges\":{\"object\":\"list\",\"data\":[{\"id\":\"ch_1\"," OUTCOME "}]}"), 66, "elevated"},
        {APPROVED("\"latest_charge\":\"ch_1\""), -1, ""},
        {APPROVED("\"latest_charge\":{\"outcome\":{\"risk_score\":0}}"), 0, ""},
        {APPROVED("\"latest_charge\":{\"outcome\":{\"risk_score\":101,\"risk_level\":\"Not A Word\"}}"), -1, ""},
        {APPROVED("\"latest_charge\":{\"outcome\":{\"risk_score\":\"66\",\"risk_level\":7}}"), -1, ""},
        {APPROVED("\"latest_charge\":{\"outcome\":null}"), -1, ""},
        {EVENT("charge.refunded", CHARGE("\"amount_refunded\":1,\"currency\":\"eur\",\"payment_intent\":\"pi_1\"")), -1,
         ""},
        {EVENT("charge.refunded",
               "{\"id\":\"ch_1\",\"amount_refunded\":1,\"currency\":\"eur\",\"payment_intent\":\"pi_1\"," OUTCOME "}"),
         66, "elevated"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct delivery delivery = signed_body(cases[i].body);
        assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
        const struct payment_risk *risk = &delivery.event.risk;
        assert_int_equal(risk->has_score ? risk->score : -1, cases[i].score);
        assert_string_equal(risk->level, cases[i].level);
    }
#undef APPROVED
#undef OUTCOME
}

static void a_connected_account_claims_no_order(void **state)
{
    (void)state;
    struct delivery delivery = signed_body(
        "{\"id\":\"evt_1\",\"type\":\"payment_intent.succeeded\",\"livemode\":true,\"account\":\"acct_1\","
        "\"data\":{\"object\":{\"id\":\"pi_1\",\"amount_received\":12100,\"currency\":\"eur\"," ORDER_METADATA "}}}");
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    assert_int_equal(delivery.event.kind, PAYMENT_EVENT_APPROVED);
    assert_string_equal(delivery.event.payment_id, "pi_1");
    assert_false(delivery.event.has_order_id);
    assert_true(delivery.event.has_foreign_reference);
}

static void every_altered_byte_is_refused(void **state)
{
    (void)state;
    char *body = memory_copy_text(VECTOR_BODY);
    struct delivery delivery = signed_body(body);
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    for (size_t at = 0; at < delivery.body_length; at++) {
        for (int change = 1; change < 256; change++) {
            body[at] = (char)(VECTOR_BODY[at] ^ change);
            assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
        }
        body[at] = VECTOR_BODY[at];
    }
    char *value = delivery.values[0];
    for (size_t at = 0, length = strlen(value); at < length; at++) {
        char right = value[at];
        for (int change = 1; change < 256; change++) {
            value[at] = (char)(right ^ change);
            assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
        }
        value[at] = right;
    }
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    free(body);
}

static void a_signature_lives_for_300_seconds_either_side(void **state)
{
    (void)state;
    static const struct {
        int64_t offset_s;
        enum webhook_verdict verdict;
    } cases[] = {{0, WEBHOOK_EVENT},    {299, WEBHOOK_EVENT},  {300, WEBHOOK_EVENT},     {301, WEBHOOK_UNSIGNED},
                 {-299, WEBHOOK_EVENT}, {-300, WEBHOOK_EVENT}, {-301, WEBHOOK_UNSIGNED}, {-NOW_S, WEBHOOK_UNSIGNED}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct delivery delivery = signed_body(VECTOR_BODY);
        delivery.received_at_us += cases[i].offset_s * CLOCK_US_PER_SECOND;
        assert_int_equal(delivery_read(&delivery), cases[i].verdict);
    }
}

static void the_header_is_read_as_stripe_writes_it(void **state)
{
    (void)state;
#define WRONG_V1 "0000000000000000000000000000000000000000000000000000000000000000"
    static const struct {
        const char *value;
        enum webhook_verdict verdict;
    } cases[] = {
        {"t=1700000000,v1=" VECTOR_V1, WEBHOOK_EVENT},
        {"v1=" VECTOR_V1 ",t=1700000000", WEBHOOK_EVENT},
        {"t=1700000000,v1=" WRONG_V1 ",v1=" VECTOR_V1 ",v0=" WRONG_V1, WEBHOOK_EVENT},
        {"t=1700000000,scheme,v1=" VECTOR_V1 ",", WEBHOOK_EVENT},
        {"t=1700000000,v1=" VECTOR_V1 ",v1=" WRONG_V1, WEBHOOK_EVENT},
        {"t=1700000000,v0=" VECTOR_V1, WEBHOOK_UNSIGNED},
        {"t=1700000000,v1=" WRONG_V1, WEBHOOK_UNSIGNED},
        {"t=1700000000,v1=", WEBHOOK_UNSIGNED},
        {"t=1700000000", WEBHOOK_UNSIGNED},
        {"t=,v1=" VECTOR_V1, WEBHOOK_UNSIGNED},
        {"v1=" VECTOR_V1, WEBHOOK_UNSIGNED},
        {"t=1700000000,t=1700000000,v1=" VECTOR_V1, WEBHOOK_UNSIGNED},
        {"t=1699999999,t=1700000000,v1=" VECTOR_V1, WEBHOOK_UNSIGNED},
        {"t=1700000000,v1=D93A4CEACFE3C082320EEDA787F24C1070EA66BE9A4A1E2A640ECEF04B9FA619", WEBHOOK_UNSIGNED},
        {"t=1700000000,v1=" VECTOR_V1 "0", WEBHOOK_UNSIGNED},
        {"t=01700000000,v1=" VECTOR_V1, WEBHOOK_UNSIGNED},
        {"t=1700000000;v1=" VECTOR_V1, WEBHOOK_UNSIGNED},
        {"==,=,,,", WEBHOOK_UNSIGNED},
        {",", WEBHOOK_UNSIGNED},
        {"", WEBHOOK_UNSIGNED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct delivery delivery = delivery_of("stripe", SECRET, VECTOR_BODY);
        delivery_add_header(&delivery, "STRIPE-SIGNATURE", cases[i].value);
        if (delivery_read(&delivery) != cases[i].verdict)
            fail_msg("wrong verdict: %s", cases[i].value);
    }
#undef WRONG_V1
}

static void a_missing_or_second_header_is_refused(void **state)
{
    (void)state;
    struct delivery missing = delivery_of("stripe", SECRET, VECTOR_BODY);
    assert_int_equal(delivery_read(&missing), WEBHOOK_UNSIGNED);
    struct delivery twice = signed_body(VECTOR_BODY);
    delivery_sign_stripe(&twice, SECRET, NOW_S);
    assert_int_equal(delivery_read(&twice), WEBHOOK_UNSIGNED);
}

static void every_configured_secret_is_tried_and_none_is_none(void **state)
{
    (void)state;
    struct delivery delivery = signed_body(VECTOR_BODY);
    delivery.secrets = OTHER_SECRET "," SECRET;
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    delivery.secrets = SECRET "," OTHER_SECRET;
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    delivery.secrets = OTHER_SECRET;
    assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
    delivery.secrets = NULL;
    assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
}

static void a_body_at_the_limit_is_read(void **state)
{
    (void)state;
    char *body = memory_alloc(BODY_LIMIT + 1);
    static const char end[] = "\",\"id\":\"evt_1\",\"type\":\"x\"}";
    int start = snprintf(body, BODY_LIMIT, "{\"note\":\"");
    memset(body + start, 'x', BODY_LIMIT - (size_t)start);
    memcpy(body + BODY_LIMIT - strlen(end), end, sizeof(end));
    struct delivery delivery = signed_body(body);
    assert_int_equal(delivery.body_length, BODY_LIMIT);
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("the published vector verifies and is normalised", the_published_vector_verifies),
        RULE("Checkout sessions are followed", sessions_are_followed),
        RULE("intents, charges and disputes are followed", intents_charges_and_disputes_are_followed),
        RULE("refunds are followed by their ids and what became of them",
             refunds_are_followed_by_their_ids_and_what_became_of_them),
        RULE("the client reference goes before metadata", the_client_reference_goes_before_metadata),
        RULE("an unlisted type may have any shape", an_unlisted_type_may_have_any_shape),
        RULE("any other shape is malformed, and the field is named", any_other_shape_is_malformed),
        RULE("what is not said to be live is test money", what_is_not_live_is_test_money),
        RULE("a charge's risk score and level are read, where there are any", the_outcome_of_a_charge_is_read),
        RULE("a connected account's reference claims no order", a_connected_account_claims_no_order),
        RULE("every altered byte of body or header is refused", every_altered_byte_is_refused),
        RULE("a signature lives for 300 seconds either side", a_signature_lives_for_300_seconds_either_side),
        RULE("the header is read as Stripe writes it, strictly", the_header_is_read_as_stripe_writes_it),
        RULE("a missing or second header is refused", a_missing_or_second_header_is_refused),
        RULE("every configured secret is tried, and none is none", every_configured_secret_is_tried_and_none_is_none),
        RULE("a body of 256 KiB is read", a_body_at_the_limit_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
