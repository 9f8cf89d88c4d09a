/* Providers "standard" and "sandbox": signatures of Standard Webhooks, and the payment body that goes with them. */
#include "akkoord/base/memory.h"
#include "delivery.h"

#define SECRET       "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
#define OTHER_SECRET "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
#define PAID                                                                                                           \
    "{\"type\":\"payment.paid\",\"timestamp\":\"2023-11-14T22:13:19.5Z\",\"data\":{\"payment\":\"p_1\",\"order\":"     \
    "\"" ORDER_TEXT "\",\"amount\":12100,\"currency\":\"EUR\"}}"

/* The vector: signed elsewhere. */
#define VECTOR_ID "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
#define VECTOR_BODY                                                                                                    \
    "{\"type\":\"payment.paid\",\"timestamp\":\"2023-11-14T22:13:20Z\",\"data\":{\"order\":\"ORD-2024-0001\","         \
    "\"amount\":\"121.00\",\"currency\":\"EUR\"}}"
#define VECTOR_SIGNATURE "v1,UOcApqUTk12L7Mt40d3h5EjGORJdlWjLz218u0wHcBM="

static struct delivery signed_body(const char *body)
{
    struct delivery delivery = delivery_of("standard", SECRET, body);
    delivery_sign_standard(&delivery, SECRET, "msg_1", NOW_S);
    return delivery;
}

static void the_published_vector_verifies(void **state)
{
    (void)state;
    struct delivery delivery = delivery_of("standard", SECRET, VECTOR_BODY);
    delivery_add_header(&delivery, "webhook-id", VECTOR_ID);
    delivery_add_header(&delivery, "webhook-timestamp", "1700000000");
    delivery_add_header(&delivery, "webhook-signature", VECTOR_SIGNATURE);
    /* Its signature is right; its amount is a decimal text, which our format is not. */
    assert_int_equal(delivery_read(&delivery), WEBHOOK_MALFORMED);
    delivery.values[2][10] ^= 1;
    assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
}

static void we_sign_the_published_vector(void **state)
{
    (void)state;
    struct delivery delivery = delivery_of("standard", SECRET, VECTOR_BODY);
    delivery_sign_standard(&delivery, SECRET, VECTOR_ID, NOW_S);
    assert_string_equal(delivery.values[2], VECTOR_SIGNATURE);
}

static void a_paid_event_is_normalised(void **state)
{
    (void)state;
    struct delivery delivery = signed_body(PAID);
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    const struct payment_event *event = &delivery.event;
    assert_string_equal(event->provider, "standard");
    assert_string_equal(event->event_id, "msg_1");
    assert_string_equal(event->payment_id, "p_1");
    assert_string_equal(event->payment_alias, "");
    assert_true(event->has_order_id);
    assert_false(event->has_foreign_reference);
    char order[UUID_TEXT_BYTES];
    assert_string_equal(uuid_format(&event->order_id, order), ORDER_TEXT);
    assert_int_equal(event->kind, PAYMENT_EVENT_APPROVED);
    assert_int_equal(event->amount_minor, 12100);
    assert_string_equal(event->currency, "EUR");
    assert_true(event->live);
    assert_int_equal(event->occurred_at_us, NOW_S * CLOCK_US_PER_SECOND - 500000);
    uint8_t digest[SHA256_BYTES];
    crypto_sha256(PAID, strlen(PAID), digest);
    assert_memory_equal(event->body_sha256, digest, sizeof(digest));
}

static void sandbox_money_is_never_real(void **state)
{
    (void)state;
    struct delivery delivery = delivery_of("sandbox", SECRET, PAID);
    delivery_sign_standard(&delivery, SECRET, "msg_1", NOW_S);
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    assert_string_equal(delivery.event.provider, "sandbox");
    assert_false(delivery.event.live);
}

static void every_listed_type_has_its_kind(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        enum payment_event_kind kind;
    } cases[] = {
        {"payment.paid", PAYMENT_EVENT_APPROVED},
        {"payment.failed", PAYMENT_EVENT_FAILED},
        {"payment.expired", PAYMENT_EVENT_EXPIRED},
        {"payment.refunded", PAYMENT_EVENT_REFUNDED},
        {"payment.charged_back", PAYMENT_EVENT_CHARGED_BACK},
        {"payment.authorized", PAYMENT_EVENT_OTHER},
        {"Payment.Paid", PAYMENT_EVENT_OTHER},
        {"", PAYMENT_EVENT_OTHER},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *body = format_body("{\"type\":\"%s\",\"data\":{\"payment\":\"p\",\"amount\":1,\"currency\":\"eur\"}}",
                                 cases[i].type);
        struct delivery delivery = signed_body(body);
        assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
        assert_int_equal(delivery.event.kind, cases[i].kind);
        assert_false(delivery.event.refund_is_total);
        assert_false(delivery.event.refund_is_full);
        assert_int_equal(delivery.event.occurred_at_us, delivery.received_at_us);
        if (cases[i].kind != PAYMENT_EVENT_OTHER)
            assert_string_equal(delivery.event.currency, "EUR");
        free(body);
    }
}

static void an_unlisted_type_may_have_any_shape(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"type\":\"invoice.sent\"}",
        "{\"type\":\"invoice.sent\",\"data\":[1,2],\"timestamp\":\"yesterday\"}",
        "{\"type\":\"invoice.sent\",\"data\":{\"payment\":7,\"amount\":-1}}",
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct delivery delivery = signed_body(bodies[i]);
        assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
        assert_int_equal(delivery.event.kind, PAYMENT_EVENT_OTHER);
        assert_string_equal(delivery.event.event_id, "msg_1");
        assert_string_equal(delivery.event.payment_id, "");
    }
}

static void any_other_shape_is_malformed(void **state)
{
    (void)state;
#define DATA(data) "{\"type\":\"payment.paid\",\"data\":" data "}"
    static const struct {
        const char *body;
        const char *field;
    } cases[] = {
        {"", ""},
        {"null", ""},
        {"[]", ""},
        {"{", ""},
        {"{} {}", ""},
        {"\xef\xbb\xbf{}", ""},
        {"{\"type\":\"payment.paid\",\"type\":\"payment.failed\"}", ""},
        {DATA("{\"payment\":\"p\",\"amount\":1,\"amount\":12100,\"currency\":\"EUR\"}"), ""},
        {DATA("{\"payment\":\"p\\u0000q\",\"amount\":1,\"currency\":\"EUR\"}"), ""},
        {"{}", "type"},
        {"{\"type\":null}", "type"},
        {"{\"type\":1}", "type"},
        {"{\"type\":\"payment.paid\"}", "data"},
        {DATA("null"), "data"},
        {DATA("[]"), "data"},
        {DATA("{\"amount\":1,\"currency\":\"EUR\"}"), "data.payment"},
        {DATA("{\"payment\":\"\",\"amount\":1,\"currency\":\"EUR\"}"), "data.payment"},
        {DATA("{\"payment\":\" \",\"amount\":1,\"currency\":\"EUR\"}"), "data.payment"},
        {DATA("{\"payment\":\"p\\n\",\"amount\":1,\"currency\":\"EUR\"}"), "data.payment"},
        {DATA("{\"payment\":\"p\xc3\xa9\",\"amount\":1,\"currency\":\"EUR\"}"), "data.payment"},
        {DATA("{\"payment\":\"p\x7f\",\"amount\":1,\"currency\":\"EUR\"}"), "data.payment"},
        {DATA("{\"payment\":7,\"amount\":1,\"currency\":\"EUR\"}"), "data.payment"},
        {DATA("{\"payment\":\"p\",\"currency\":\"EUR\"}"), "data.amount"},
        {DATA("{\"payment\":\"p\",\"amount\":null,\"currency\":\"EUR\"}"), "data.amount"},
        {DATA("{\"payment\":\"p\",\"amount\":\"12100\",\"currency\":\"EUR\"}"), "data.amount"},
        {DATA("{\"payment\":\"p\",\"amount\":121.00,\"currency\":\"EUR\"}"), "data.amount"},
        {DATA("{\"payment\":\"p\",\"amount\":1.0,\"currency\":\"EUR\"}"), "data.amount"},
        {DATA("{\"payment\":\"p\",\"amount\":1e3,\"currency\":\"EUR\"}"), "data.amount"},
        {DATA("{\"payment\":\"p\",\"amount\":-1,\"currency\":\"EUR\"}"), "data.amount"},
        {DATA("{\"payment\":\"p\",\"amount\":true,\"currency\":\"EUR\"}"), "data.amount"},
        {DATA("{\"payment\":\"p\",\"amount\":1000000000000001,\"currency\":\"EUR\"}"), "data.amount"},
        {DATA("{\"payment\":\"p\",\"amount\":9223372036854775807,\"currency\":\"EUR\"}"), "data.amount"},
        {DATA("{\"payment\":\"p\",\"amount\":9223372036854775808,\"currency\":\"EUR\"}"), ""},
        {DATA("{\"payment\":\"p\",\"amount\":012100,\"currency\":\"EUR\"}"), ""},
        {DATA("{\"payment\":\"p\",\"amount\":+1,\"currency\":\"EUR\"}"), ""},
        {DATA("{\"payment\":\"p\",\"amount\":NaN,\"currency\":\"EUR\"}"), ""},
        {DATA("{\"payment\":\"p\",\"amount\":1}"), "data.currency"},
        {DATA("{\"payment\":\"p\",\"amount\":1,\"currency\":\"EURO\"}"), "data.currency"},
        {DATA("{\"payment\":\"p\",\"amount\":1,\"currency\":\"\"}"), "data.currency"},
        {DATA("{\"payment\":\"p\",\"amount\":1,\"currency\":\"E1R\"}"), "data.currency"},
        {DATA("{\"payment\":\"p\",\"amount\":1,\"currency\":\"\xe2\x82\xac\"}"), "data.currency"},
        {"{\"type\":\"payment.paid\",\"timestamp\":\"2023-11-14\",\"data\":{}}", "timestamp"},
        {"{\"type\":\"payment.paid\",\"timestamp\":1700000000,\"data\":{}}", "timestamp"},
        {"{\"type\":\"payment.paid\",\"timestamp\":\"\",\"data\":{}}", "timestamp"},
        {"{\"type\":\"payment.failed\",\"data\":{\"payment\":\"p\",\"amount\":-1}}", "data.amount"},
        {"{\"type\":\"payment.refunded\",\"data\":{\"payment\":\"p\",\"currency\":\"EUR\"}}", "data.amount"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct delivery delivery = signed_body(cases[i].body);
        if (delivery_read(&delivery) != WEBHOOK_MALFORMED)
            fail_msg("not refused: %s", cases[i].body);
        assert_string_equal(delivery.error.field, cases[i].field);
    }
#undef DATA
}

static void amounts_reach_from_zero_to_the_bound(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t amount_minor;
    } cases[] = {{"0", 0}, {"-0", 0}, {"1", 1}, {"1000000000000000", WEBHOOK_AMOUNT_MINOR_MAX}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *body =
            format_body("{\"type\":\"payment.paid\",\"data\":{\"payment\":\"p\",\"amount\":%s,\"currency\":\"EUR\"}}",
                        cases[i].text);
        struct delivery delivery = signed_body(body);
        assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
        assert_int_equal(delivery.event.amount_minor, cases[i].amount_minor);
        free(body);
    }
}

static void the_reference_is_our_order_or_foreign_or_none(void **state)
{
    (void)state;
    static const struct {
        const char *order;
        bool has_order_id;
        bool has_foreign_reference;
    } cases[] = {
        {"\"" ORDER_TEXT "\"", true, false},
        {"\"018BCFE5-6800-7000-8000-000000000001\"", true, false},
        {"\"ORD-2024-0001\"", false, true},
        {"\"\"", false, true},
        {"\"\xf0\x9f\x8e\x89\"", false, true},
        {"\"00000000-0000-0000-0000-000000000000\"", false, true},
        {"\"" ORDER_TEXT " \"", false, true},
        {"null", false, false},
        {"7", false, true},
        {"{}", false, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *body = format_body("{\"type\":\"payment.paid\",\"data\":{\"payment\":\"p\",\"amount\":1,\"currency\":"
                                 "\"EUR\",\"order\":%s}}",
                                 cases[i].order);
        struct delivery delivery = signed_body(body);
        assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
        assert_int_equal(delivery.event.has_order_id, cases[i].has_order_id);
        assert_int_equal(delivery.event.has_foreign_reference, cases[i].has_foreign_reference);
        free(body);
    }
}

static void failed_attempts_need_no_amount(void **state)
{
    (void)state;
    static const char *const types[] = {"failed", "expired"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        char *body = format_body("{\"type\":\"payment.%s\",\"data\":{\"payment\":\"p\"}}", types[i]);
        struct delivery delivery = signed_body(body);
        assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
        assert_int_equal(delivery.event.amount_minor, 0);
        assert_string_equal(delivery.event.currency, "");
        free(body);
    }
}

static void ids_have_a_bound(void **state)
{
    (void)state;
    char id[PAYMENT_ID_BYTES + 1];
    memset(id, 'x', sizeof(id));
    id[PAYMENT_ID_BYTES] = '\0';
    for (int spare = 0; spare <= 1; spare++) {
        char *body = format_body(
            "{\"type\":\"payment.paid\",\"data\":{\"payment\":\"%s\",\"amount\":1,\"currency\":\"EUR\"}}", id + spare);
        struct delivery delivery = signed_body(body);
        assert_int_equal(delivery_read(&delivery), spare == 1 ? WEBHOOK_EVENT : WEBHOOK_MALFORMED);
        free(body);

        struct delivery long_event = delivery_of("standard", SECRET, PAID);
        delivery_sign_standard(&long_event, SECRET, id + spare, NOW_S);
        assert_int_equal(delivery_read(&long_event), spare == 1 ? WEBHOOK_EVENT : WEBHOOK_MALFORMED);
    }
    struct delivery unprintable = delivery_of("standard", SECRET, PAID);
    delivery_sign_standard(&unprintable, SECRET, "msg \xc3\xa9", NOW_S);
    assert_int_equal(delivery_read(&unprintable), WEBHOOK_MALFORMED);
    assert_string_equal(unprintable.error.field, "webhook-id");
}

static void every_altered_byte_is_refused(void **state)
{
    (void)state;
    char *body = memory_copy_text(PAID);
    struct delivery delivery = signed_body(body);
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    for (size_t at = 0; at < delivery.body_length; at++) {
        for (int change = 1; change < 256; change++) {
            body[at] = (char)(PAID[at] ^ change);
            assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
        }
        body[at] = PAID[at];
    }
    for (size_t header = 0; header < delivery.headers_count; header++) {
        char *value = delivery.values[header];
        for (size_t at = 0, length = strlen(value); at < length; at++) {
            char right = value[at];
            for (int change = 1; change < 256; change++) {
                value[at] = (char)(right ^ change);
                assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
            }
            value[at] = right;
        }
    }
    delivery.body_length--;
    assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
    delivery.body_length++;
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    free(body);
}

static void a_signature_lives_for_300_seconds_either_side(void **state)
{
    (void)state;
    static const struct {
        int64_t offset_us;
        enum webhook_verdict verdict;
    } cases[] = {
        {0, WEBHOOK_EVENT},
        {INT64_C(299000000), WEBHOOK_EVENT},
        {INT64_C(300000000), WEBHOOK_EVENT},
        {INT64_C(300999999), WEBHOOK_EVENT},
        {INT64_C(301000000), WEBHOOK_UNSIGNED},
        {INT64_C(-299000000), WEBHOOK_EVENT},
        {INT64_C(-300000000), WEBHOOK_EVENT},
        {INT64_C(-300000001), WEBHOOK_UNSIGNED},
        {INT64_C(-301000000), WEBHOOK_UNSIGNED},
        {-NOW_S * CLOCK_US_PER_SECOND, WEBHOOK_UNSIGNED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct delivery delivery = signed_body(PAID);
        delivery.received_at_us += cases[i].offset_us;
        assert_int_equal(delivery_read(&delivery), cases[i].verdict);
    }
}

static void a_time_is_plain_digits(void **state)
{
    (void)state;
    static const char *const times[] = {"1700000000 ",         "+1700000000", "1700000000.0",
                                        "0x6553f100",          "1.7e9",       "-1",
                                        "170000001/",          "169999999:",  "170000000000000000000000000",
                                        "2023-11-14T22:13:20Z"};
    struct webhook_secrets secrets;
    assert_int_equal(webhook_secrets_parse(webhook_provider_find("standard"), SECRET, &secrets, NULL), STATUS_OK);
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct delivery delivery = delivery_of("standard", SECRET, PAID);
        char *message = format_body("msg_1.%s.%s", times[i], PAID);
        uint8_t mac[SHA256_BYTES];
        crypto_hmac_sha256(secrets.items[0].bytes, secrets.items[0].length, message, strlen(message), mac);
        free(message);
        char signature[STANDARD_WEBHOOK_SIGNATURE_BYTES] = "v1,";
        base64_encode(mac, sizeof(mac), signature + 3);
        delivery_add_header(&delivery, "webhook-id", "msg_1");
        delivery_add_header(&delivery, "webhook-timestamp", times[i]);
        delivery_add_header(&delivery, "webhook-signature", signature);
        assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
    }
    webhook_secrets_release(&secrets);
}

static void rotation_works_on_both_sides(void **state)
{
    (void)state;
    struct delivery by_old = signed_body(PAID);
    by_old.secrets = OTHER_SECRET "," SECRET;
    assert_int_equal(delivery_read(&by_old), WEBHOOK_EVENT);
    by_old.secrets = SECRET "," OTHER_SECRET;
    assert_int_equal(delivery_read(&by_old), WEBHOOK_EVENT);
    by_old.secrets = OTHER_SECRET;
    assert_int_equal(delivery_read(&by_old), WEBHOOK_UNSIGNED);

    struct delivery by_both = signed_body(PAID);
    char good[STANDARD_WEBHOOK_SIGNATURE_BYTES];
    memcpy(good, by_both.values[2], sizeof(good));
    static const char wrong[] = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    snprintf(by_both.values[2], DELIVERY_VALUE_BYTES, "v1a,%s %s  %s", wrong, wrong, good);
    assert_int_equal(delivery_read(&by_both), WEBHOOK_EVENT);
    snprintf(by_both.values[2], DELIVERY_VALUE_BYTES, "%s %s v1a,%s", good, wrong, wrong);
    assert_int_equal(delivery_read(&by_both), WEBHOOK_EVENT);
    snprintf(by_both.values[2], DELIVERY_VALUE_BYTES, "v1a,%s v2,%s %s", good + 3, good + 3, wrong);
    assert_int_equal(delivery_read(&by_both), WEBHOOK_UNSIGNED);
    snprintf(by_both.values[2], DELIVERY_VALUE_BYTES, "%s", good + 3);
    assert_int_equal(delivery_read(&by_both), WEBHOOK_UNSIGNED);
    snprintf(by_both.values[2], DELIVERY_VALUE_BYTES, "v1,");
    assert_int_equal(delivery_read(&by_both), WEBHOOK_UNSIGNED);
}

static void without_a_secret_nothing_is_believed(void **state)
{
    (void)state;
    struct delivery delivery = signed_body(PAID);
    delivery.secrets = NULL;
    assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
}

static void a_missing_or_second_header_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct delivery missing = signed_body(PAID);
        missing.names[i] = "x-other";
        assert_int_equal(delivery_read(&missing), WEBHOOK_UNSIGNED);

        struct delivery empty = signed_body(PAID);
        empty.values[i][0] = '\0';
        assert_int_equal(delivery_read(&empty), WEBHOOK_UNSIGNED);

        struct delivery twice = signed_body(PAID);
        delivery_add_header(&twice, twice.names[i], twice.values[i]);
        assert_int_equal(delivery_read(&twice), WEBHOOK_UNSIGNED);
    }
    /* Rightly signed, but with nothing to know a repetition by. */
    struct delivery nameless = delivery_of("standard", SECRET, PAID);
    delivery_sign_standard(&nameless, SECRET, "", NOW_S);
    assert_int_equal(delivery_read(&nameless), WEBHOOK_UNSIGNED);
    struct delivery bare = delivery_of("standard", SECRET, PAID);
    assert_int_equal(delivery_read(&bare), WEBHOOK_UNSIGNED);
}

static void svix_names_count_when_the_standard_ones_are_absent(void **state)
{
    (void)state;
    struct delivery delivery = signed_body(PAID);
    delivery.names[0] = "svix-id";
    delivery.names[1] = "Svix-Timestamp";
    delivery.names[2] = "SVIX-SIGNATURE";
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    assert_string_equal(delivery.event.event_id, "msg_1");
    /* Not mixed: one id must not be checked and another used. */
    delivery.names[0] = "webhook-id";
    assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
    delivery.names[0] = "svix-id";
    delivery_add_header(&delivery, "webhook-id", "msg_2");
    assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
}

static void a_moved_boundary_gives_no_event(void **state)
{
    (void)state;
    /* All that could be cut differently: the same signed bytes, split at every pair of dots. */
    static const char body[] = "{\"type\":\"payment.paid\",\"data\":{\"payment\":\"p.1700000000.{\",\"amount\":1,"
                               "\"currency\":\"EUR\",\"order\":\"x.1700000000.{}\"}}";
    struct delivery delivery = delivery_of("standard", SECRET, body);
    delivery_sign_standard(&delivery, SECRET, "msg.1700000000", NOW_S);
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    char *message = format_body("msg.1700000000.1700000000.%s", body);
    int events = 0;
    for (char *first = strchr(message, '.'); first != NULL; first = strchr(first + 1, '.')) {
        for (char *second = strchr(first + 1, '.'); second != NULL; second = strchr(second + 1, '.')) {
            snprintf(delivery.values[0], DELIVERY_VALUE_BYTES, "%.*s", (int)(first - message), message);
            snprintf(delivery.values[1], DELIVERY_VALUE_BYTES, "%.*s", (int)(second - first - 1), first + 1);
            delivery.body = second + 1;
            delivery.body_length = strlen(second + 1);
            events += delivery_read(&delivery) == WEBHOOK_EVENT;
        }
    }
    assert_int_equal(events, 1); /* the one that was signed */
    free(message);
}

static void a_body_at_the_limit_is_read(void **state)
{
    (void)state;
    char *body = memory_alloc(BODY_LIMIT + 1);
    int start = snprintf(body, BODY_LIMIT + 1, "{\"note\":\"");
    static const char end[] =
        "\",\"type\":\"payment.paid\",\"data\":{\"payment\":\"p\",\"amount\":1,\"currency\":\"EUR\"}}";
    memset(body + start, 'x', BODY_LIMIT - (size_t)start);
    memcpy(body + BODY_LIMIT - strlen(end), end, sizeof(end));
    struct delivery delivery = signed_body(body);
    assert_int_equal(delivery.body_length, BODY_LIMIT);
    assert_int_equal(delivery_read(&delivery), WEBHOOK_EVENT);
    body[100] = 'y';
    assert_int_equal(delivery_read(&delivery), WEBHOOK_UNSIGNED);
    free(body);
}

static void nesting_has_a_bound(void **state)
{
    (void)state;
    char open[BODY_LIMIT / 4 + 1];
    char close[BODY_LIMIT / 4 + 1];
    static const struct {
        size_t depth;
        enum webhook_verdict verdict;
    } cases[] = {{20, WEBHOOK_EVENT}, {100, WEBHOOK_MALFORMED}, {BODY_LIMIT / 4, WEBHOOK_MALFORMED}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memset(open, '[', cases[i].depth);
        memset(close, ']', cases[i].depth);
        open[cases[i].depth] = close[cases[i].depth] = '\0';
        char *body = format_body("{\"type\":\"x\",\"deep\":%s%s}", open, close);
        struct delivery delivery = signed_body(body);
        assert_int_equal(delivery_read(&delivery), cases[i].verdict);
        free(body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("the published vector verifies", the_published_vector_verifies),
        RULE("we sign the published vector as published", we_sign_the_published_vector),
        RULE("a paid event is normalised field by field", a_paid_event_is_normalised),
        RULE("sandbox money is never real", sandbox_money_is_never_real),
        RULE("every listed type has its kind, any other is kept", every_listed_type_has_its_kind),
        RULE("an unlisted type may have any shape", an_unlisted_type_may_have_any_shape),
        RULE("any other shape is malformed, and the field is named", any_other_shape_is_malformed),
        RULE("amounts reach from zero to the bound", amounts_reach_from_zero_to_the_bound),
        RULE("the reference is our order, foreign, or none", the_reference_is_our_order_or_foreign_or_none),
        RULE("an attempt that came to nothing needs no amount", failed_attempts_need_no_amount),
        RULE("ids are visible ASCII with a bound", ids_have_a_bound),
        RULE("every altered byte of body, id, time or signature is refused", every_altered_byte_is_refused),
        RULE("a signature lives for 300 seconds either side", a_signature_lives_for_300_seconds_either_side),
        RULE("a signature's time is plain digits", a_time_is_plain_digits),
        RULE("several secrets and several signatures are tried", rotation_works_on_both_sides),
        RULE("without a secret nothing is believed", without_a_secret_nothing_is_believed),
        RULE("a missing, empty or second header is refused", a_missing_or_second_header_is_refused),
        RULE("svix-* counts only when webhook-* is absent", svix_names_count_when_the_standard_ones_are_absent),
        RULE("signed bytes split elsewhere give no event", a_moved_boundary_gives_no_event),
        RULE("a body of 256 KiB is read", a_body_at_the_limit_is_read),
        RULE("nesting has a bound", nesting_has_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
