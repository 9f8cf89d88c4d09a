/* The state table of CONTRACT section 4, row by row, on the pure transition function. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "akkoord/domain/transition.h"

#define TOTAL      12100
#define NOW_US     INT64_C(1800000000000000)
#define EXPIRES_US (NOW_US + INT64_C(1000000))

#define REFUNDS_MAX 4

/* One order and all that has followed from what happened to it. */
struct scene {
    struct arena *arena;
    struct named_refund refunds[REFUNDS_MAX]; /* "r0" to "r3" */
    struct order order;
    struct effects effects;
    int64_t now_us;
    bool live;
};

static void begin(struct scene *scene, const char *provider)
{
    *scene = (struct scene){.arena = arena_new(), .now_us = NOW_US};
    scene->effects.arena = scene->arena;
    scene->order =
        (struct order){.id = uuid_new(), .total_minor = TOTAL, .currency = "EUR", .expires_at_us = EXPIRES_US};
    scene->order.payments = ARENA_ARRAY(scene->arena, struct payment, 1);
    scene->order.payments_count = scene->order.payments_capacity = 1;
    struct payment *attempt = &scene->order.payments[0];
    *attempt =
        (struct payment){.id = uuid_new(), .amount_minor = TOTAL, .currency = "EUR", .is_attempt = true, .live = true};
    snprintf(attempt->provider, sizeof(attempt->provider), "%s", provider);
}

static void end(struct scene *scene)
{
    arena_free(scene->arena);
}

static struct payment_event event_of(enum payment_event_kind kind, const char *payment_id, int64_t amount_minor)
{
    struct payment_event event = {.provider = "standard",
                                  .event_id = "evt",
                                  .kind = kind,
                                  .amount_minor = amount_minor,
                                  .currency = "EUR",
                                  .live = true};
    snprintf(event.payment_id, sizeof(event.payment_id), "%s", payment_id);
    return event;
}

static enum event_outcome tell_event(struct scene *scene, const struct payment_event *event)
{
    struct command command = {
        .kind = COMMAND_PAYMENT_EVENT, .at_us = scene->now_us, .installation_live = scene->live, .event = event};
    enum event_outcome outcome = EVENT_QUARANTINED;
    if (event->refund_id[0] == 'r')
        command.refund = &scene->refunds[event->refund_id[1] - '0'];
    assert_int_equal(order_transition(&scene->order, &command, &scene->effects, &outcome, NULL), STATUS_OK);
    return outcome;
}

static enum event_outcome tell(struct scene *scene, enum payment_event_kind kind, const char *payment_id,
                               int64_t amount_minor)
{
    struct payment_event event = event_of(kind, payment_id, amount_minor);
    return tell_event(scene, &event);
}

/* Of one refund: that it was made (REFUNDED), or that it failed. */
static enum event_outcome tell_refund(struct scene *scene, enum payment_event_kind kind, const char *payment_id,
                                      const char *refund_id, int64_t amount_minor)
{
    struct payment_event event = event_of(kind, payment_id, amount_minor);
    snprintf(event.refund_id, sizeof(event.refund_id), "%s", refund_id);
    return tell_event(scene, &event);
}

/* All refunds together so far, as Stripe's charge says it. */
static enum event_outcome tell_total(struct scene *scene, const char *payment_id, int64_t total_minor)
{
    struct payment_event event = event_of(PAYMENT_EVENT_REFUNDED, payment_id, total_minor);
    event.refund_is_total = true;
    event.refund_is_full = total_minor >= TOTAL;
    return tell_event(scene, &event);
}

/* The words of the history from the step `from` on. */
static void expect_history(const struct scene *scene, size_t from, const char *expected)
{
    char told[256] = "";
    size_t length = 0;
    for (size_t i = from; i < scene->effects.history_count; i++)
        length += (size_t)snprintf(told + length, sizeof(told) - length, "%s%s", i > from ? " " : "",
                                   scene->effects.history[i].step);
    assert_string_equal(told, expected);
}

static enum status order_do(struct scene *scene, enum command_kind kind)
{
    struct command command = {.kind = kind, .at_us = scene->now_us, .installation_live = scene->live};
    snprintf(command.attempt.provider, sizeof(command.attempt.provider), "standard");
    return order_transition(&scene->order, &command, &scene->effects, NULL, NULL);
}

static const struct decision *newest_decision(const struct scene *scene)
{
    assert_true(scene->effects.decisions_count > 0);
    return &scene->effects.decisions[scene->effects.decisions_count - 1];
}

/* Staff decide the review of the newest decision. */
static enum status review(struct scene *scene, enum review_outcome outcome)
{
    const struct decision *decision = newest_decision(scene);
    struct command command = {.kind = COMMAND_REVIEW_OUTCOME,
                              .at_us = scene->now_us,
                              .installation_live = scene->live,
                              .reviewed_decision_id = decision->id,
                              .reviewed_outcome = decision->verdict.outcome,
                              .review_outcome = outcome,
                              .staff_id = uuid_new()};
    return order_transition(&scene->order, &command, &scene->effects, NULL, NULL);
}

static void expect_order(const struct scene *scene, const char *status, const char *decisions)
{
    char told[256] = "";
    size_t length = 0;
    for (size_t i = 0; i < scene->effects.decisions_count; i++) {
        const struct verdict *verdict = &scene->effects.decisions[i].verdict;
        length += (size_t)snprintf(told + length, sizeof(told) - length, "%s%s:", i > 0 ? " " : "",
                                   decision_outcome_name(verdict->outcome));
        for (size_t j = 0; j < verdict->reasons_count; j++)
            length += (size_t)snprintf(told + length, sizeof(told) - length, "%s%s", j > 0 ? "," : "",
                                       decision_reason_name(verdict->reasons[j]));
    }
    assert_string_equal(order_status_name(scene->order.status), status);
    assert_string_equal(told, decisions);
    assert_int_equal(scene->order.decisions_count, (int64_t)scene->effects.decisions_count);
}

static void expect_payments(const struct scene *scene, const char *expected)
{
    char told[256] = "";
    size_t length = 0;
    for (size_t i = 0; i < scene->order.payments_count; i++) {
        const struct payment *payment = &scene->order.payments[i];
        length += (size_t)snprintf(told + length, sizeof(told) - length, "%s%s=%s", i > 0 ? " " : "",
                                   payment->provider_payment_id, payment_status_name(payment->status));
    }
    assert_string_equal(told, expected);
}

/* "invoice:12100 credit_note:12100": kind and what was prepaid or sent back. */
static void expect_documents(const struct scene *scene, const char *expected)
{
    char told[256] = "";
    size_t length = 0;
    for (size_t i = 0; i < scene->effects.documents_count; i++) {
        const struct new_document *document = &scene->effects.documents[i];
        length += (size_t)snprintf(told + length, sizeof(told) - length, "%s%s:%lld", i > 0 ? " " : "",
                                   document->kind == DOCUMENT_INVOICE ? "invoice" : "credit_note",
                                   (long long)document->prepaid_minor);
        assert_int_equal(document->total_minor, TOTAL);
        assert_int_equal(uuid_is_nil(&document->credits_id), document->kind == DOCUMENT_INVOICE);
    }
    assert_string_equal(told, expected);
}

/* ---- approval ---- */

static void an_approved_payment_that_fits_is_accepted(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    assert_int_equal(tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL), EVENT_APPLIED);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    expect_payments(&scene, "p1=paid");
    expect_documents(&scene, "invoice:12100");
    assert_int_equal(scene.effects.reviews_count, 0);
    assert_true(uuid_equal(&scene.order.invoice_id, &scene.effects.documents[0].id));
    end(&scene);
}

static void a_check_that_fails_holds_the_order_and_opens_a_review(void **state)
{
    (void)state;
    static const struct {
        int64_t amount;
        const char *currency;
        bool installation_live, payment_live;
        const char *decisions;
    } cases[] = {
        {TOTAL - 1, "EUR", false, true, "held:amount_mismatch"},
        {TOTAL + 1, "EUR", true, true, "held:amount_mismatch"},
        {0, "EUR", true, true, "held:amount_mismatch"},
        {TOTAL, "USD", true, true, "held:currency_mismatch"},
        {TOTAL, "EUR", true, false, "held:test_payment"},
        {TOTAL - 1, "EUR", true, false, "held:amount_mismatch,test_payment"},
        {TOTAL - 1, "USD", true, false, "held:currency_mismatch,test_payment"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene scene;
        begin(&scene, "standard");
        scene.live = cases[i].installation_live;
        struct payment_event event = event_of(PAYMENT_EVENT_APPROVED, "p1", cases[i].amount);
        event.live = cases[i].payment_live;
        snprintf(event.currency, sizeof(event.currency), "%s", cases[i].currency);
        tell_event(&scene, &event);
        expect_order(&scene, "held", cases[i].decisions);
        expect_payments(&scene, "p1=paid");
        expect_documents(&scene, "");
        assert_int_equal(scene.effects.reviews_count, 1);
        end(&scene);
    }
}

static void test_money_is_accepted_in_test_mode(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    struct payment_event event = event_of(PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    event.live = false;
    tell_event(&scene, &event);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    expect_documents(&scene, "invoice:12100");
    end(&scene);
}

static void late_money_holds_the_order(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    scene.now_us = EXPIRES_US; /* the sweep has not been: the clock goes first */
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    expect_order(&scene, "held", "held:order_expired");
    end(&scene);

    begin(&scene, "standard");
    assert_int_equal(order_do(&scene, COMMAND_CANCEL), STATUS_OK);
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    expect_order(&scene, "held", "held:order_cancelled");
    expect_payments(&scene, "p1=paid");
    end(&scene);
}

static void another_provider_than_that_of_any_attempt_holds_the_order(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "stripe");
    tell(&scene, PAYMENT_EVENT_FAILED, "p1", TOTAL);
    expect_order(&scene, "awaiting_payment", "");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    expect_order(&scene, "held", "held:provider_mismatch");
    expect_payments(&scene, "=open p1=paid");
    end(&scene);
}

static void another_payment_of_a_paid_order_is_refused_and_due_back(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    struct uuid standing = scene.order.decision_id;
    tell(&scene, PAYMENT_EVENT_APPROVED, "p2", TOTAL);
    expect_order(&scene, "accepted", "accepted:payment_approved refused:already_paid");
    expect_payments(&scene, "p1=paid p2=refund_due");
    assert_true(uuid_equal(&scene.order.decision_id, &standing));
    assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_CONFLICT);
    assert_int_equal(review(&scene, REVIEW_UPHELD), STATUS_OK);
    tell(&scene, PAYMENT_EVENT_REFUNDED, "p2", 100);
    expect_payments(&scene, "p1=paid p2=refund_due");
    tell(&scene, PAYMENT_EVENT_REFUNDED, "p2", TOTAL - 100);
    expect_payments(&scene, "p1=paid p2=refunded");
    expect_order(&scene, "accepted", "accepted:payment_approved refused:already_paid");
    expect_documents(&scene, "invoice:12100");
    end(&scene);
}

static void a_settled_payment_is_not_settled_again(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    assert_int_equal(tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL + 5), EVENT_IGNORED);
    assert_int_equal(tell(&scene, PAYMENT_EVENT_EXPIRED, "p1", TOTAL), EVENT_IGNORED);
    assert_int_equal(tell(&scene, PAYMENT_EVENT_FAILED, "p1", TOTAL), EVENT_IGNORED);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    expect_payments(&scene, "p1=paid");
    end(&scene);
}

static void an_earlier_attempt_that_expires_changes_nothing(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    assert_int_equal(order_do(&scene, COMMAND_ADD_ATTEMPT), STATUS_OK);
    tell(&scene, PAYMENT_EVENT_APPROVED, "p2", TOTAL);
    tell(&scene, PAYMENT_EVENT_EXPIRED, "p1", TOTAL);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    expect_payments(&scene, "p1=expired p2=paid");
    end(&scene);
}

static void a_failed_payment_may_still_be_approved(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_FAILED, "p1", TOTAL);
    expect_payments(&scene, "p1=failed");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    expect_payments(&scene, "p1=paid");
    end(&scene);
}

/* ---- money that goes back ---- */

static void a_full_refund_cancels_and_credits(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    tell(&scene, PAYMENT_EVENT_REFUNDED, "p1", 100);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    expect_payments(&scene, "p1=partially_refunded");
    tell(&scene, PAYMENT_EVENT_REFUNDED, "p1", TOTAL - 100);
    expect_order(&scene, "cancelled", "accepted:payment_approved cancelled:payment_refunded");
    expect_payments(&scene, "p1=refunded");
    expect_documents(&scene, "invoice:12100 credit_note:12100");
    assert_true(uuid_is_nil(&scene.order.invoice_id));
    end(&scene);
}

static void a_credit_note_says_sent_back_only_of_money_that_was_for_the_order(void **state)
{
    (void)state;
    static const struct {
        const char *currency;
        bool payment_live;
        const char *documents;
    } cases[] = {{"EUR", true, "invoice:5000 credit_note:5000"},
                 {"USD", true, "invoice:0 credit_note:0"},
                 {"EUR", false, "invoice:0 credit_note:0"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene scene;
        begin(&scene, "standard");
        scene.live = true;
        struct payment_event event = event_of(PAYMENT_EVENT_APPROVED, "p1", 5000);
        event.live = cases[i].payment_live;
        snprintf(event.currency, sizeof(event.currency), "%s", cases[i].currency);
        tell_event(&scene, &event);
        assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_OK);
        event.kind = PAYMENT_EVENT_REFUNDED;
        tell_event(&scene, &event);
        assert_int_equal(scene.order.status, ORDER_CANCELLED);
        expect_documents(&scene, cases[i].documents);
        end(&scene);
    }
}

static void a_total_of_refunds_is_not_added_up(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    struct payment_event event = event_of(PAYMENT_EVENT_REFUNDED, "p1", 7000);
    event.refund_is_total = true;
    assert_int_equal(tell_event(&scene, &event), EVENT_APPLIED);
    assert_int_equal(tell_event(&scene, &event), EVENT_IGNORED);
    event.amount_minor = 6000; /* an older message that came late */
    assert_int_equal(tell_event(&scene, &event), EVENT_IGNORED);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    event.amount_minor = TOTAL;
    tell_event(&scene, &event);
    expect_order(&scene, "cancelled", "accepted:payment_approved cancelled:payment_refunded");
    end(&scene);
}

static void a_charge_back_holds_and_staff_decide(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    assert_int_equal(order_do(&scene, COMMAND_COMPLETE), STATUS_OK);
    tell(&scene, PAYMENT_EVENT_CHARGED_BACK, "p1", TOTAL);
    expect_order(&scene, "held", "accepted:payment_approved held:payment_charged_back");
    expect_payments(&scene, "p1=charged_back");
    expect_documents(&scene, "invoice:12100");
    struct scene other = scene;
    assert_int_equal(review(&scene, REVIEW_UPHELD), STATUS_OK);
    expect_order(&scene, "cancelled", "accepted:payment_approved held:payment_charged_back cancelled:upheld_by_review");
    expect_payments(&scene, "p1=charged_back");
    expect_documents(&scene, "invoice:12100 credit_note:0");
    assert_int_equal(review(&other, REVIEW_OVERTURNED), STATUS_OK);
    assert_int_equal(other.order.status, ORDER_ACCEPTED);
    assert_int_equal(other.effects.documents_count, 1); /* the invoice that stands */
    end(&scene);
}

static void a_refund_before_the_approval_is_kept_until_it_comes(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    assert_int_equal(tell(&scene, PAYMENT_EVENT_REFUNDED, "p1", TOTAL), EVENT_EARLY);
    expect_order(&scene, "awaiting_payment", "");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    expect_order(&scene, "held", "held:payment_refunded");
    expect_payments(&scene, "p1=refunded");
    assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_OK);
    expect_documents(&scene, "invoice:0");
    end(&scene);

    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_REFUNDED, "p1", 100);
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    expect_payments(&scene, "p1=partially_refunded");
    expect_documents(&scene, "invoice:12000");
    end(&scene);

    begin(&scene, "standard");
    struct payment_event approval = event_of(PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    struct command command = {.kind = COMMAND_PAYMENT_EVENT,
                              .at_us = NOW_US,
                              .event = &approval,
                              .early = {.charged_back = true}}; /* kept by payment id, before any order was known */
    enum event_outcome outcome;
    assert_int_equal(order_transition(&scene.order, &command, &scene.effects, &outcome, NULL), STATUS_OK);
    expect_order(&scene, "held", "held:payment_charged_back");
    expect_payments(&scene, "p1=charged_back");
    end(&scene);
}

static void what_goes_back_of_a_held_order_changes_the_payment_only(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL + 100);
    tell(&scene, PAYMENT_EVENT_REFUNDED, "p1", 100);
    expect_order(&scene, "held", "held:amount_mismatch");
    expect_payments(&scene, "p1=partially_refunded");
    assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_OK);
    expect_order(&scene, "accepted", "held:amount_mismatch accepted:overturned_by_review");
    expect_documents(&scene, "invoice:12100");
    end(&scene);
}

static void each_kind_of_reversal_acts_once_whatever_came_before(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_REFUNDED, "p1", TOTAL);
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_OK);
    tell(&scene, PAYMENT_EVENT_CHARGED_BACK, "p1", TOTAL);
    expect_order(&scene, "held", "held:payment_refunded accepted:overturned_by_review held:payment_charged_back");
    end(&scene);

    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    tell(&scene, PAYMENT_EVENT_CHARGED_BACK, "p1", TOTAL);
    assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_OK); /* the dispute was won */
    tell(&scene, PAYMENT_EVENT_REFUNDED, "p1", TOTAL);
    expect_order(&scene, "cancelled",
                 "accepted:payment_approved held:payment_charged_back accepted:overturned_by_review "
                 "cancelled:payment_refunded");
    expect_payments(&scene, "p1=refunded");
    expect_documents(&scene, "invoice:12100 credit_note:12100");
    end(&scene);
}

static void what_goes_back_of_a_refused_payment_leaves_the_order_alone(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    tell(&scene, PAYMENT_EVENT_APPROVED, "p2", TOTAL);
    tell(&scene, PAYMENT_EVENT_APPROVED, "p3", TOTAL);
    tell(&scene, PAYMENT_EVENT_REFUNDED, "p2", TOTAL);
    tell(&scene, PAYMENT_EVENT_CHARGED_BACK, "p2", TOTAL);
    tell(&scene, PAYMENT_EVENT_CHARGED_BACK, "p3", TOTAL);
    expect_order(&scene, "accepted", "accepted:payment_approved refused:already_paid refused:already_paid");
    expect_payments(&scene, "p1=paid p2=charged_back p3=charged_back");
    end(&scene);
}

/* ---- refunds that fail later ---- */

#define ACCEPTED_AND_CANCELLED "accepted:payment_approved cancelled:payment_refunded"

static void a_failed_refund_of_a_surplus_payment_makes_it_due_again(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    tell(&scene, PAYMENT_EVENT_APPROVED, "p2", TOTAL);
    tell_refund(&scene, PAYMENT_EVENT_REFUNDED, "p2", "r0", TOTAL);
    expect_payments(&scene, "p1=paid p2=refunded");
    size_t before = scene.effects.history_count;
    assert_int_equal(tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p2", "r0", TOTAL), EVENT_APPLIED);
    expect_payments(&scene, "p1=paid p2=refund_due");
    expect_history(&scene, before, "payment_refund_failed payment_refund_due");
    assert_int_equal(scene.order.payments[1].reversal.refunded_minor, 0);
    assert_int_equal(tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p2", "r0", TOTAL), EVENT_IGNORED);
    tell_refund(&scene, PAYMENT_EVENT_REFUNDED, "p2", "r1", TOTAL);
    expect_payments(&scene, "p1=paid p2=refunded");
    tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p2", "r1", TOTAL);
    expect_payments(&scene, "p1=paid p2=refund_due");
    expect_order(&scene, "accepted", "accepted:payment_approved refused:already_paid");
    expect_documents(&scene, "invoice:12100");
    end(&scene);
}

static void a_failed_refund_of_a_cancelled_order_makes_its_payment_due_and_leaves_the_order(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    tell_total(&scene, "p1", TOTAL);
    expect_order(&scene, "cancelled", ACCEPTED_AND_CANCELLED);
    tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p1", "r0", TOTAL);
    expect_order(&scene, "cancelled", ACCEPTED_AND_CANCELLED);
    expect_payments(&scene, "p1=refund_due");
    expect_documents(&scene, "invoice:12100 credit_note:12100");
    assert_int_equal(tell_refund(&scene, PAYMENT_EVENT_REFUNDED, "p1", "r1", TOTAL), EVENT_APPLIED);
    expect_payments(&scene, "p1=refunded");
    expect_order(&scene, "cancelled", ACCEPTED_AND_CANCELLED);
    expect_documents(&scene, "invoice:12100 credit_note:12100");
    end(&scene);
}

static void a_failed_part_of_what_is_due_leaves_it_due(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_OK);
    tell_refund(&scene, PAYMENT_EVENT_REFUNDED, "p1", "r0", 100);
    size_t before = scene.effects.history_count;
    tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p1", "r0", 100);
    expect_payments(&scene, "p1=refund_due");
    expect_history(&scene, before, "payment_refund_failed");
    tell_refund(&scene, PAYMENT_EVENT_REFUNDED, "p1", "r1", 100);
    tell_refund(&scene, PAYMENT_EVENT_REFUNDED, "p1", "r2", TOTAL - 100);
    expect_payments(&scene, "p1=refunded");
    tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p1", "r1", 100);
    expect_payments(&scene, "p1=refund_due");
    assert_int_equal(scene.order.payments[0].reversal.refunded_minor, TOTAL - 100);
    end(&scene);
}

static void a_failed_part_of_an_accepted_order_is_what_the_sums_make_it(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    tell_total(&scene, "p1", 100);
    tell_total(&scene, "p1", 300);
    tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p1", "r0", 100);
    expect_payments(&scene, "p1=partially_refunded");
    assert_int_equal(scene.order.payments[0].reversal.refunded_minor, 200);
    tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p1", "r1", 200);
    expect_payments(&scene, "p1=paid");
    assert_int_equal(scene.order.payments[0].reversal.refunded_minor, 0);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    end(&scene);
}

static void a_refund_that_is_known_to_have_failed_decides_nothing(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    assert_int_equal(tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p1", "r0", TOTAL), EVENT_APPLIED);
    assert_int_equal(tell_total(&scene, "p1", TOTAL), EVENT_IGNORED);
    assert_int_equal(tell_refund(&scene, PAYMENT_EVENT_REFUNDED, "p1", "r0", TOTAL), EVENT_IGNORED);
    expect_payments(&scene, "p1=paid");
    expect_order(&scene, "accepted", "accepted:payment_approved");
    tell_refund(&scene, PAYMENT_EVENT_REFUNDED, "p1", "r1", TOTAL);
    expect_order(&scene, "cancelled", ACCEPTED_AND_CANCELLED);
    end(&scene);
}

static void a_lower_total_is_old_and_no_failure(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    tell_total(&scene, "p1", TOTAL);
    assert_int_equal(tell_total(&scene, "p1", 100), EVENT_IGNORED);
    assert_int_equal(tell_total(&scene, "p1", 0), EVENT_IGNORED);
    assert_int_equal(scene.order.payments[0].reversal.refunded_minor, TOTAL);
    expect_payments(&scene, "p1=refunded");
    tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p1", "r0", TOTAL);
    assert_int_equal(tell_total(&scene, "p1", TOTAL), EVENT_IGNORED); /* sent before it failed, received after */
    expect_payments(&scene, "p1=refund_due");
    end(&scene);
}

static void a_failure_before_the_approval_is_kept_until_it_comes(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    assert_int_equal(tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p1", "r0", TOTAL), EVENT_EARLY);
    assert_int_equal(tell_total(&scene, "p1", TOTAL), EVENT_EARLY);
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    expect_payments(&scene, "p1=paid");
    expect_documents(&scene, "invoice:12100");
    end(&scene);

    begin(&scene, "standard");
    struct payment_event approval = event_of(PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    struct command command = {.kind = COMMAND_PAYMENT_EVENT,
                              .at_us = NOW_US,
                              .event = &approval,
                              .early = {.total_minor = TOTAL,
                                        .named_minor = 100,
                                        .failed_minor = 100,
                                        .refunded_minor = TOTAL - 100,
                                        .is_full_told = true,
                                        .full_minor = TOTAL}};
    enum event_outcome outcome;
    assert_int_equal(order_transition(&scene.order, &command, &scene.effects, &outcome, NULL), STATUS_OK);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    expect_payments(&scene, "p1=partially_refunded");
    expect_documents(&scene, "invoice:100");
    end(&scene);
}

static void a_failed_refund_of_a_held_order_leaves_it_to_the_human_who_looks(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell_refund(&scene, PAYMENT_EVENT_REFUNDED, "p1", "r0", TOTAL);
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    expect_order(&scene, "held", "held:payment_refunded");
    tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p1", "r0", TOTAL);
    expect_order(&scene, "held", "held:payment_refunded");
    expect_payments(&scene, "p1=paid");
    assert_int_equal(review(&scene, REVIEW_UPHELD), STATUS_OK);
    expect_payments(&scene, "p1=refund_due");
    end(&scene);
}

static void what_the_payers_bank_took_is_not_due_because_a_refund_failed(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    tell_refund(&scene, PAYMENT_EVENT_REFUNDED, "p1", "r0", TOTAL);
    tell(&scene, PAYMENT_EVENT_CHARGED_BACK, "p1", TOTAL);
    tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p1", "r0", TOTAL);
    expect_order(&scene, "cancelled", ACCEPTED_AND_CANCELLED);
    expect_payments(&scene, "p1=charged_back");
    end(&scene);

    /* Where the provider took a refund after the dispute, the money had been ours again. */
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    tell(&scene, PAYMENT_EVENT_CHARGED_BACK, "p1", TOTAL);
    assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_OK);
    tell_refund(&scene, PAYMENT_EVENT_REFUNDED, "p1", "r0", TOTAL);
    expect_payments(&scene, "p1=refunded");
    tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p1", "r0", TOTAL);
    expect_payments(&scene, "p1=refund_due");
    end(&scene);
}

static void a_failed_refund_of_an_earlier_payment_is_due_whatever_the_later_one_did(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    tell_refund(&scene, PAYMENT_EVENT_REFUNDED, "p1", "r0", TOTAL);
    tell(&scene, PAYMENT_EVENT_APPROVED, "p2", TOTAL);
    assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_OK);
    expect_payments(&scene, "p1=refunded p2=paid");
    tell_refund(&scene, PAYMENT_EVENT_REFUND_FAILED, "p1", "r0", TOTAL);
    expect_payments(&scene, "p1=refund_due p2=paid");
    assert_int_equal(scene.order.status, ORDER_ACCEPTED);
    end(&scene);
}

static void an_id_that_joins_two_payments_shows_what_was_kept_of_it(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "cs_1", TOTAL);
    struct payment_event event = event_of(PAYMENT_EVENT_REFUNDED, "pi_1", 100);
    event.refund_is_total = true;
    snprintf(event.payment_alias, sizeof(event.payment_alias), "cs_1");
    struct command command = {.kind = COMMAND_PAYMENT_EVENT,
                              .at_us = NOW_US,
                              .event = &event,
                              .early = {.named_minor = 100, .refunded_minor = 100}}; /* of pi_1, before it was ours */
    enum event_outcome outcome;
    assert_int_equal(order_transition(&scene.order, &command, &scene.effects, &outcome, NULL), STATUS_OK);
    assert_int_equal(outcome, EVENT_APPLIED);
    expect_payments(&scene, "pi_1=partially_refunded");
    assert_int_equal(scene.order.payments[0].reversal.refunded_minor, 100);
    end(&scene);
}

/* ---- reviews ---- */

static void a_held_order_ends_when_upheld_and_its_money_goes_back(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL - 1);
    assert_int_equal(review(&scene, REVIEW_UPHELD), STATUS_OK);
    expect_order(&scene, "cancelled", "held:amount_mismatch cancelled:upheld_by_review");
    expect_payments(&scene, "p1=refund_due");
    expect_documents(&scene, "");
    assert_int_equal(newest_decision(&scene)->made_by, DECISION_BY_STAFF);
    end(&scene);
}

static void an_overturned_hold_is_accepted_with_what_was_received(void **state)
{
    (void)state;
    static const struct {
        const char *currency;
        bool payment_live;
        const char *documents;
    } cases[] = {{"EUR", true, "invoice:5000"}, {"USD", true, "invoice:0"}, {"EUR", false, "invoice:0"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct scene scene;
        begin(&scene, "standard");
        scene.live = true;
        struct payment_event event = event_of(PAYMENT_EVENT_APPROVED, "p1", 5000);
        event.live = cases[i].payment_live;
        snprintf(event.currency, sizeof(event.currency), "%s", cases[i].currency);
        tell_event(&scene, &event);
        assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_OK);
        assert_int_equal(scene.order.status, ORDER_ACCEPTED);
        expect_documents(&scene, cases[i].documents);
        end(&scene);
    }
}

static void an_acceptance_can_be_upheld_without_effect_or_overturned(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    assert_int_equal(review(&scene, REVIEW_UPHELD), STATUS_OK);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_OK);
    expect_order(&scene, "cancelled", "accepted:payment_approved cancelled:overturned_by_review");
    expect_payments(&scene, "p1=refund_due");
    expect_documents(&scene, "invoice:12100 credit_note:12100");
    /* The decision to cancel stands by a human's word: there is nothing a further overturning could do. */
    assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_CONFLICT);
    end(&scene);
}

static void a_decision_that_no_longer_stands_can_only_be_upheld(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    struct command command = {.kind = COMMAND_REVIEW_OUTCOME,
                              .at_us = NOW_US,
                              .reviewed_decision_id = newest_decision(&scene)->id,
                              .reviewed_outcome = DECISION_ACCEPTED,
                              .review_outcome = REVIEW_OVERTURNED};
    tell(&scene, PAYMENT_EVENT_REFUNDED, "p1", TOTAL);
    struct error error;
    assert_int_equal(order_transition(&scene.order, &command, &scene.effects, NULL, &error), STATUS_CONFLICT);
    assert_string_equal(error.code, "nothing_to_overturn");
    expect_order(&scene, "cancelled", "accepted:payment_approved cancelled:payment_refunded");
    end(&scene);
}

/* ---- acts ---- */

static void acts_are_refused_outside_their_states(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    assert_int_equal(order_do(&scene, COMMAND_COMPLETE), STATUS_CONFLICT);
    assert_int_equal(order_do(&scene, COMMAND_EXPIRE), STATUS_OK);
    expect_order(&scene, "awaiting_payment", "");
    scene.now_us = EXPIRES_US;
    assert_int_equal(order_do(&scene, COMMAND_ADD_ATTEMPT), STATUS_CONFLICT);
    expect_order(&scene, "expired", "");
    assert_int_equal(order_do(&scene, COMMAND_CANCEL), STATUS_OK);
    assert_int_equal(order_do(&scene, COMMAND_CANCEL), STATUS_CONFLICT);
    expect_order(&scene, "cancelled", "");
    end(&scene);

    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    assert_int_equal(order_do(&scene, COMMAND_CANCEL), STATUS_CONFLICT);
    assert_int_equal(order_do(&scene, COMMAND_ADD_ATTEMPT), STATUS_CONFLICT);
    assert_int_equal(order_do(&scene, COMMAND_COMPLETE), STATUS_OK);
    assert_int_equal(order_do(&scene, COMMAND_COMPLETE), STATUS_CONFLICT);
    expect_order(&scene, "completed", "accepted:payment_approved");
    end(&scene);
}

/* No detriment while a person looks: neither the clock nor the customer's provider ends what is held. */
static void a_held_order_waits_for_its_review_whatever_the_machine_does(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL - 1);
    expect_order(&scene, "held", "held:amount_mismatch");
    scene.now_us = EXPIRES_US + INT64_C(86400000000) * 400;
    assert_int_equal(order_do(&scene, COMMAND_EXPIRE), STATUS_OK);
    assert_int_equal(order_do(&scene, COMMAND_CANCEL), STATUS_CONFLICT);
    assert_int_equal(order_do(&scene, COMMAND_COMPLETE), STATUS_CONFLICT);
    tell(&scene, PAYMENT_EVENT_EXPIRED, "p1", TOTAL - 1);
    tell(&scene, PAYMENT_EVENT_FAILED, "p1", TOTAL - 1);
    tell(&scene, PAYMENT_EVENT_REFUNDED, "p1", TOTAL - 1);
    tell(&scene, PAYMENT_EVENT_CHARGED_BACK, "p1", TOTAL - 1);
    expect_order(&scene, "held", "held:amount_mismatch");
    assert_int_equal(review(&scene, REVIEW_OVERTURNED), STATUS_OK);
    expect_order(&scene, "accepted", "held:amount_mismatch accepted:overturned_by_review");
    end(&scene);
}

static void a_providers_risk_score_is_an_input_and_decides_nothing(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    struct payment_event event = event_of(PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    event.risk = (struct payment_risk){.has_score = true, .score = 99, .level = "highest"};
    tell_event(&scene, &event);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    assert_int_equal(newest_decision(&scene)->input.risk.score, 99);
    assert_string_equal(newest_decision(&scene)->input.risk.level, "highest");
    end(&scene);
}

static void an_outcome_that_was_confirmed_says_by_whom(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    struct command command = {.kind = COMMAND_REVIEW_OUTCOME,
                              .at_us = scene.now_us,
                              .reviewed_decision_id = newest_decision(&scene)->id,
                              .reviewed_outcome = DECISION_ACCEPTED,
                              .review_outcome = REVIEW_UPHELD,
                              .staff_id = uuid_new(),
                              .confirmed_by = uuid_new()};
    assert_int_equal(order_transition(&scene.order, &command, &scene.effects, NULL, NULL), STATUS_OK);
    const struct history_step *steps = scene.effects.history + scene.effects.history_count - 2;
    assert_string_equal(steps[0].step, "review_upheld");
    assert_true(uuid_equal(&steps[0].staff_id, &command.staff_id));
    assert_string_equal(steps[1].step, "outcome_confirmed");
    assert_true(uuid_equal(&steps[1].staff_id, &command.confirmed_by));
    end(&scene);
}

static void attempts_are_bounded(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    for (int i = 1; i < ORDER_PAYMENTS_MAX; i++)
        assert_int_equal(order_do(&scene, COMMAND_ADD_ATTEMPT), STATUS_OK);
    assert_int_equal(order_do(&scene, COMMAND_ADD_ATTEMPT), STATUS_CONFLICT);
    assert_int_equal(tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL), EVENT_APPLIED);
    end(&scene);
}

static void a_session_and_its_intent_are_one_payment(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    snprintf(scene.order.payments[0].provider_payment_id, PAYMENT_ID_BYTES, "cs_1");
    struct payment_event event = event_of(PAYMENT_EVENT_APPROVED, "pi_1", TOTAL);
    snprintf(event.payment_alias, sizeof(event.payment_alias), "cs_1");
    tell_event(&scene, &event);
    expect_payments(&scene, "pi_1=paid");
    assert_int_equal(tell(&scene, PAYMENT_EVENT_APPROVED, "pi_1", TOTAL), EVENT_IGNORED);
    assert_int_equal(tell(&scene, PAYMENT_EVENT_EXPIRED, "cs_1", TOTAL), EVENT_IGNORED);
    expect_order(&scene, "accepted", "accepted:payment_approved");
    assert_int_equal(scene.order.payments_count, 1);
    end(&scene);
}

/* ---- words ---- */

static void every_decision_is_explained_in_both_languages(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL - 1200);
    const char *english = decision_explain(scene.arena, newest_decision(&scene), LANGUAGE_EN);
    const char *dutch = decision_explain(scene.arena, newest_decision(&scene), LANGUAGE_NL);
    assert_non_null(strstr(english, "would have been accepted if EUR 12.00 more had been paid"));
    assert_non_null(strstr(dutch, "was aangenomen als er 12,00 euro meer was betaald"));
    assert_non_null(strstr(english, "EUR 121.00"));
    assert_non_null(strstr(english, "a member of staff"));
    assert_null(strstr(english, "  "));
    assert_null(strstr(english, "( "));
    assert_null(strstr(dutch, "( "));
    review(&scene, REVIEW_OVERTURNED);
    assert_non_null(strstr(decision_explain(scene.arena, newest_decision(&scene), LANGUAGE_NL), "Een medewerker"));
    for (int reason = 0; reason < DECISION_REASON_CODES; reason++) {
        assert_non_null(decision_reason_text((enum decision_reason)reason, LANGUAGE_NL));
        assert_non_null(decision_reason_text((enum decision_reason)reason, LANGUAGE_EN));
        enum decision_reason parsed;
        assert_int_equal(decision_reason_parse(decision_reason_name((enum decision_reason)reason), &parsed), STATUS_OK);
        assert_int_equal(parsed, reason);
    }
    end(&scene);
}

static void a_recorded_input_gives_the_recorded_verdict(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    tell(&scene, PAYMENT_EVENT_APPROVED, "p1", TOTAL);
    tell(&scene, PAYMENT_EVENT_APPROVED, "p2", TOTAL);
    tell(&scene, PAYMENT_EVENT_CHARGED_BACK, "p1", TOTAL);
    assert_int_equal(scene.effects.decisions_count, 3);
    for (size_t i = 0; i < scene.effects.decisions_count; i++) {
        const struct decision *decision = &scene.effects.decisions[i];
        struct verdict verdict = policy_decide(&decision->input);
        assert_int_equal(verdict.outcome, decision->verdict.outcome);
        assert_int_equal(verdict.reasons_count, decision->verdict.reasons_count);
        assert_memory_equal(verdict.reasons, decision->verdict.reasons,
                            verdict.reasons_count * sizeof(verdict.reasons[0]));
    }
    end(&scene);
}

static void an_intent_that_names_our_attempt_is_the_payment_of_its_session(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    struct payment *attempt = &scene.order.payments[0];
    snprintf(attempt->provider_payment_id, sizeof(attempt->provider_payment_id), "cs_1");
    struct payment_event intent = event_of(PAYMENT_EVENT_APPROVED, "pi_1", TOTAL);
    intent.attempt_id = attempt->id;
    assert_int_equal(tell_event(&scene, &intent), EVENT_APPLIED);
    struct payment_event session = event_of(PAYMENT_EVENT_APPROVED, "pi_1", TOTAL);
    snprintf(session.payment_alias, sizeof(session.payment_alias), "cs_1");
    assert_int_equal(tell_event(&scene, &session), EVENT_IGNORED);
    assert_int_equal(scene.order.payments_count, 1);
    attempt = &scene.order.payments[0];
    assert_string_equal(attempt->provider_payment_id, "pi_1");
    assert_string_equal(attempt->provider_alias, "cs_1");
    assert_int_equal(attempt->status, PAYMENT_PAID);
    end(&scene);
}

static void an_attempt_that_is_added_again_is_there_already(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    struct command command = {
        .kind = COMMAND_ADD_ATTEMPT, .at_us = scene.now_us, .attempt = {.id = uuid_new(), .is_new = true}};
    assert_int_equal(order_transition(&scene.order, &command, &scene.effects, NULL, NULL), STATUS_OK);
    assert_int_equal(order_transition(&scene.order, &command, &scene.effects, NULL, NULL), STATUS_OK);
    assert_int_equal(scene.order.payments_count, 2);
    end(&scene);
}

static void an_order_whose_credits_can_not_be_read_is_left_alone(void **state)
{
    (void)state;
    struct scene scene;
    begin(&scene, "standard");
    assert_int_equal(tell(&scene, PAYMENT_EVENT_APPROVED, "p", TOTAL), EVENT_APPLIED);
    scene.order.credited_minor = 1;
    struct payment_event refund = event_of(PAYMENT_EVENT_REFUNDED, "p", TOTAL);
    const struct command command = {.kind = COMMAND_PAYMENT_EVENT, .at_us = NOW_US, .event = &refund};
    enum event_outcome outcome = EVENT_IGNORED;
    struct error error;
    assert_int_equal(order_transition(&scene.order, &command, &scene.effects, &outcome, &error), STATUS_INTERNAL);
    assert_string_equal(error.code, "credits_unreadable");
    expect_order(&scene, "accepted", "accepted:payment_approved");
    assert_int_equal(scene.effects.documents_count, 1);
    end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_approved_payment_that_fits_is_accepted),
        cmocka_unit_test(a_check_that_fails_holds_the_order_and_opens_a_review),
        cmocka_unit_test(test_money_is_accepted_in_test_mode),
        cmocka_unit_test(late_money_holds_the_order),
        cmocka_unit_test(another_provider_than_that_of_any_attempt_holds_the_order),
        cmocka_unit_test(another_payment_of_a_paid_order_is_refused_and_due_back),
        cmocka_unit_test(a_settled_payment_is_not_settled_again),
        cmocka_unit_test(an_earlier_attempt_that_expires_changes_nothing),
        cmocka_unit_test(a_failed_payment_may_still_be_approved),
        cmocka_unit_test(a_full_refund_cancels_and_credits),
        cmocka_unit_test(a_credit_note_says_sent_back_only_of_money_that_was_for_the_order),
        cmocka_unit_test(a_total_of_refunds_is_not_added_up),
        cmocka_unit_test(a_charge_back_holds_and_staff_decide),
        cmocka_unit_test(a_refund_before_the_approval_is_kept_until_it_comes),
        cmocka_unit_test(what_goes_back_of_a_held_order_changes_the_payment_only),
        cmocka_unit_test(each_kind_of_reversal_acts_once_whatever_came_before),
        cmocka_unit_test(what_goes_back_of_a_refused_payment_leaves_the_order_alone),
        cmocka_unit_test(a_failed_refund_of_a_surplus_payment_makes_it_due_again),
        cmocka_unit_test(a_failed_refund_of_a_cancelled_order_makes_its_payment_due_and_leaves_the_order),
        cmocka_unit_test(a_failed_part_of_what_is_due_leaves_it_due),
        cmocka_unit_test(a_failed_part_of_an_accepted_order_is_what_the_sums_make_it),
        cmocka_unit_test(a_refund_that_is_known_to_have_failed_decides_nothing),
        cmocka_unit_test(a_lower_total_is_old_and_no_failure),
        cmocka_unit_test(a_failure_before_the_approval_is_kept_until_it_comes),
        cmocka_unit_test(a_failed_refund_of_a_held_order_leaves_it_to_the_human_who_looks),
        cmocka_unit_test(what_the_payers_bank_took_is_not_due_because_a_refund_failed),
        cmocka_unit_test(a_failed_refund_of_an_earlier_payment_is_due_whatever_the_later_one_did),
        cmocka_unit_test(an_id_that_joins_two_payments_shows_what_was_kept_of_it),
        cmocka_unit_test(a_held_order_ends_when_upheld_and_its_money_goes_back),
        cmocka_unit_test(an_overturned_hold_is_accepted_with_what_was_received),
        cmocka_unit_test(an_acceptance_can_be_upheld_without_effect_or_overturned),
        cmocka_unit_test(a_decision_that_no_longer_stands_can_only_be_upheld),
        cmocka_unit_test(acts_are_refused_outside_their_states),
        cmocka_unit_test(a_held_order_waits_for_its_review_whatever_the_machine_does),
        cmocka_unit_test(a_providers_risk_score_is_an_input_and_decides_nothing),
        cmocka_unit_test(an_outcome_that_was_confirmed_says_by_whom),
        cmocka_unit_test(an_order_whose_credits_can_not_be_read_is_left_alone),
        cmocka_unit_test(attempts_are_bounded),
        cmocka_unit_test(a_session_and_its_intent_are_one_payment),
        cmocka_unit_test(an_intent_that_names_our_attempt_is_the_payment_of_its_session),
        cmocka_unit_test(an_attempt_that_is_added_again_is_there_already),
        cmocka_unit_test(every_decision_is_explained_in_both_languages),
        cmocka_unit_test(a_recorded_input_gives_the_recorded_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
