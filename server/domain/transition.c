/*
 * The state table of CONTRACT section 4. Owns nothing; runs on the committer's thread, and in tests.
 *
 * Invariants: a payment that was approved never goes back to open, failed or expired; of an order's payments at most
 * one is taken for it (paid or partially refunded) at a time; an invoice stands exactly while order.invoice_id is set;
 * every change of status but expiry, cancellation by the customer and completion comes with a decision.
 */
#include "akkoord/domain/transition.h"

#include <assert.h>

#include "effects.h"

/* ---- what follows ---- */

static enum status credits_unreadable(struct error *error)
{
    return error_set(error, STATUS_INTERNAL, "credits_unreadable", "what was credited of the invoice can't be read");
}

static void set_status(struct order *order, enum order_status status)
{
    order->status = status;
    order->is_changed = true;
}

static void set_payment_status(struct payment *payment, enum payment_status status)
{
    payment->status = status;
    payment->is_changed = true;
}

static struct uuid add_decision(struct order *order, const struct command *command, const struct verdict *verdict,
                                const struct policy_input *input, struct effects *effects)
{
    effects->decisions = effects_grow(effects->arena, effects->decisions, effects->decisions_count,
                                      &effects->decisions_capacity, sizeof(*effects->decisions));
    struct decision *decision = &effects->decisions[effects->decisions_count++];
    *decision = (struct decision){
        .id = uuid_new(),
        .order_id = order->id,
        .ordinal = ++order->decisions_count,
        .verdict = *verdict,
        .made_by = input != NULL ? DECISION_BY_POLICY : DECISION_BY_STAFF,
        .made_at_us = command->at_us,
    };
    if (input != NULL) {
        decision->input = *input;
    } else {
        decision->staff_id = command->staff_id;
        decision->reviewed_id = command->reviewed_decision_id;
    }
    if (verdict->outcome != DECISION_REFUSED)
        order->decision_id = decision->id;
    order->is_changed = true; /* the count of decisions, at least */
    enum actor actor = input != NULL ? ACTOR_POLICY : ACTOR_STAFF;
    effects_add_history(effects, order, command, decision_outcome_name(verdict->outcome), actor);
    return decision->id;
}

static void open_review(const struct order *order, const struct command *command, const struct uuid *decision_id,
                        struct effects *effects)
{
    effects->reviews = effects_grow(effects->arena, effects->reviews, effects->reviews_count,
                                    &effects->reviews_capacity, sizeof(*effects->reviews));
    effects->reviews[effects->reviews_count++] = (struct new_review){
        .id = uuid_new(), .order_id = order->id, .decision_id = *decision_id, .requested_at_us = command->at_us};
    effects_add_history(effects, order, command, "review_requested", ACTOR_POLICY);
}

/* ---- money ---- */

/* Whether what was paid is money for this order: not that of another currency, not what is only a test. */
static bool is_money_for(const struct order *order, const struct payment *payment, const struct command *command)
{
    return strcmp(payment->currency, order->currency) == 0 && (payment->live || !command->installation_live);
}

/* What is with us of the order's taken payment. */
static int64_t received_minor(const struct order *order, const struct command *command)
{
    int64_t received = 0;
    for (size_t i = 0; i < order->payments_count; i++) {
        const struct payment *payment = &order->payments[i];
        int64_t left;
        if (!payment_is_taken(payment) || !is_money_for(order, payment, command))
            continue;
        if (!money_subtract(payment->amount_minor, payment->reversal.refunded_minor, &left) || left < 0)
            left = 0;
        if (!money_add(received, left, &received))
            received = INT64_MAX;
    }
    return received;
}

static void issue_invoice(struct order *order, const struct command *command, const struct uuid *decision_id,
                          struct effects *effects)
{
    if (!uuid_is_nil(&order->invoice_id))
        return;
    struct new_document *invoice = effects_add_document(order, decision_id, DOCUMENT_INVOICE, effects);
    invoice->prepaid_minor = received_minor(order, command);
    order->invoice_id = invoice->id;
    order->is_changed = true;
    effects_add_history(effects, order, command, "invoice_issued", ACTOR_POLICY);
}

/* The invoice does not stand any more; another one over the same lines may be issued. */
static void end_invoice(struct order *order)
{
    order->invoice_id = (struct uuid){{0}};
    order->credited_minor = 0;
    if (order->credits != NULL)
        credit_state_reset(order->credits);
}

/* What is left of an invoice that credit notes took parts of; what they said is sent back is not said again. */
static void take_rest(const struct order *order, struct new_document *credit_note, struct effects *effects)
{
    struct credit_note *note = ARENA_NEW(effects->arena, struct credit_note);
    credit_compute_rest(effects->arena, order->credits, note);
    credit_note->note = note;
    credit_note->total_minor = note->totals.total_minor;
    if (credit_note->prepaid_minor > note->totals.total_minor)
        credit_note->prepaid_minor = note->totals.total_minor;
}

/* `sent_back_minor`: what the customer gets back with it. */
static void issue_credit_note(struct order *order, const struct command *command, const struct uuid *decision_id,
                              int64_t sent_back_minor, struct effects *effects)
{
    if (uuid_is_nil(&order->invoice_id))
        return;
    struct new_document *credit_note = effects_add_document(order, decision_id, DOCUMENT_CREDIT_NOTE, effects);
    credit_note->credits_id = order->invoice_id;
    credit_note->takes_rest = true;
    credit_note->prepaid_minor = sent_back_minor;
    if (order->credited_minor > 0)
        take_rest(order, credit_note, effects);
    end_invoice(order);
    order->is_changed = true;
    effects_add_history(effects, order, command, "credit_note_issued", ACTOR_POLICY);
}

/* All money that is still with us for this order has to go back. */
static void send_money_back(struct order *order, const struct command *command, struct effects *effects)
{
    for (size_t i = 0; i < order->payments_count; i++) {
        if (!payment_is_taken(&order->payments[i]))
            continue;
        set_payment_status(&order->payments[i], PAYMENT_REFUND_DUE);
        effects_add_history(effects, order, command, "payment_refund_due", ACTOR_STAFF);
    }
}

/* ---- which payment an event is about ---- */

static bool same_id(const char *left, const char *right)
{
    return left[0] != '\0' && strcmp(left, right) == 0;
}

/* The attempt that the event was told it is about: its first id may be all that we know of it. */
static bool is_attempt_of(const struct payment *payment, const struct payment_event *event)
{
    return payment->is_attempt && payment->provider_alias[0] == '\0' && !uuid_is_nil(&event->attempt_id) &&
           uuid_equal(&payment->id, &event->attempt_id);
}

struct payment *order_find_payment(const struct order *order, const struct payment_event *event)
{
    struct payment *by_alias = NULL;
    for (size_t i = 0; i < order->payments_count; i++) {
        struct payment *payment = &order->payments[i];
        if (strcmp(payment->provider, event->provider) != 0)
            continue;
        if (same_id(payment->provider_payment_id, event->payment_id))
            return payment;
        if (is_attempt_of(payment, event))
            by_alias = payment;
        if (same_id(payment->provider_alias, event->payment_id) ||
            same_id(payment->provider_payment_id, event->payment_alias) ||
            same_id(payment->provider_alias, event->payment_alias))
            by_alias = payment;
    }
    return by_alias;
}

/*
 * An attempt of the same provider whose id we do not know yet. The customer who pays has most likely used the newest;
 * what fails or expires is most likely the oldest.
 */
static struct payment *find_unnamed_attempt(struct order *order, const struct payment_event *event)
{
    struct payment *found = NULL;
    for (size_t i = 0; i < order->payments_count; i++) {
        struct payment *payment = &order->payments[i];
        if (payment->status != PAYMENT_OPEN || payment->provider_payment_id[0] != '\0' ||
            strcmp(payment->provider, event->provider) != 0)
            continue;
        found = payment;
        if (event->kind == PAYMENT_EVENT_FAILED || event->kind == PAYMENT_EVENT_EXPIRED)
            break;
    }
    return found;
}

static bool knows_provider(const struct order *order, const char *provider)
{
    for (size_t i = 0; i < order->payments_count; i++) {
        if (order->payments[i].is_attempt && strcmp(order->payments[i].provider, provider) == 0)
            return true;
    }
    return false;
}

/*
 * Keeps the event's ids, which may be more than the payment had: an intent comes after its session, and is then the
 * payment's id, with the session as its alias. True when one was new.
 */
static bool learn_ids(struct payment *payment, const struct payment_event *event)
{
    bool is_news = false;
    if (payment->provider_payment_id[0] == '\0') {
        memcpy(payment->provider_payment_id, event->payment_id, sizeof(payment->provider_payment_id));
        is_news = true;
    } else if (same_id(payment->provider_payment_id, event->payment_alias) ||
               (is_attempt_of(payment, event) && strcmp(payment->provider_payment_id, event->payment_id) != 0 &&
                event->payment_alias[0] == '\0')) {
        memcpy(payment->provider_alias, payment->provider_payment_id, sizeof(payment->provider_alias));
        memcpy(payment->provider_payment_id, event->payment_id, sizeof(payment->provider_payment_id));
        is_news = true;
    }
    if (payment->provider_alias[0] == '\0' && event->payment_alias[0] != '\0') {
        memcpy(payment->provider_alias, event->payment_alias, sizeof(payment->provider_alias));
        is_news = true;
    }
    payment->is_changed = payment->is_changed || is_news;
    return is_news;
}

/* Room for one more; what was pointed into order->payments before may have moved. */
static struct payment *next_payment(struct order *order, struct effects *effects)
{
    order->payments = effects_grow(effects->arena, order->payments, order->payments_count, &order->payments_capacity,
                                   sizeof(*order->payments));
    return &order->payments[order->payments_count++];
}

static struct payment *add_payment(struct order *order, const struct payment_event *event, int64_t now_us,
                                   struct effects *effects)
{
    if (order->payments_count >= ORDER_PAYMENTS_MAX)
        return NULL;
    struct payment *payment = next_payment(order, effects);
    *payment = (struct payment){.id = uuid_new(),
                                .status = PAYMENT_OPEN,
                                .amount_minor = event->amount_minor,
                                .live = event->live,
                                .created_at_us = now_us,
                                .is_new = true};
    memcpy(payment->provider, event->provider, sizeof(payment->provider));
    memcpy(payment->currency, event->currency, sizeof(payment->currency));
    /* What failed or expired need not say what it was about: then it was the order. */
    if (payment->currency[0] == '\0') {
        payment->amount_minor = order->total_minor;
        memcpy(payment->currency, order->currency, sizeof(payment->currency));
    }
    return payment;
}

/* ---- events ---- */

static struct policy_input policy_input_of(const struct order *order, const struct payment *payment,
                                           const struct command *command, enum decision_subject subject,
                                           bool order_knows_provider)
{
    struct policy_input input = {
        .subject = subject,
        .installation_live = command->installation_live,
        .at_us = command->at_us,
        .order_status = order->status,
        .order_total_minor = order->total_minor,
        .order_expires_at_us = order->expires_at_us,
        .order_knows_provider = order_knows_provider,
        .payment_amount_minor = payment->amount_minor,
        .payment_live = payment->live,
        .payment_refunded_minor = payment->reversal.refunded_minor,
        .payment_refunded_in_full = payment->reversal.refunded_in_full,
        .payment_charged_back = payment->reversal.charged_back,
        .risk = command->event->risk,
    };
    memcpy(input.order_currency, order->currency, sizeof(input.order_currency));
    memcpy(input.provider, payment->provider, sizeof(input.provider));
    memcpy(input.payment_currency, payment->currency, sizeof(input.payment_currency));
    return input;
}

/* The status of a payment whose money came in, after what has gone back of it. */
static enum payment_status status_after_approval(const struct payment *payment)
{
    if (payment->reversal.charged_back)
        return PAYMENT_CHARGED_BACK;
    if (reversal_is_full(&payment->reversal, payment->amount_minor))
        return PAYMENT_REFUNDED;
    return payment->reversal.refunded_minor > 0 ? PAYMENT_PARTIALLY_REFUNDED : PAYMENT_PAID;
}

static enum event_outcome apply_approval(struct order *order, struct payment *payment, const struct command *command,
                                         bool order_knows_provider, struct effects *effects)
{
    const struct payment_event *event = command->event;
    if (payment_is_settled(payment))
        return EVENT_IGNORED;
    payment->amount_minor = event->amount_minor;
    memcpy(payment->currency, event->currency, sizeof(payment->currency));
    payment->live = event->live;
    if (payment->reversal.refunded_minor > 0)
        payment->refunded_at_us = command->at_us;
    set_payment_status(payment, status_after_approval(payment));

    struct policy_input input = policy_input_of(order, payment, command, SUBJECT_APPROVAL, order_knows_provider);
    struct verdict verdict = policy_decide(&input);
    struct uuid decision_id = add_decision(order, command, &verdict, &input, effects);
    if (verdict.outcome != DECISION_REFUSED)
        order->payment_id = payment->id;
    switch (verdict.outcome) {
    case DECISION_ACCEPTED:
        set_status(order, ORDER_ACCEPTED);
        issue_invoice(order, command, &decision_id, effects);
        break;
    case DECISION_HELD:
        set_status(order, ORDER_HELD);
        open_review(order, command, &decision_id, effects);
        break;
    case DECISION_REFUSED:
        /* Unless it went back already, this second payment is to be sent back. */
        if (payment_is_taken(payment)) {
            set_payment_status(payment, PAYMENT_REFUND_DUE);
            effects_add_history(effects, order, command, "payment_refund_due", ACTOR_POLICY);
        }
        break;
    case DECISION_CANCELLED:
        assert(false && "an approval never cancels");
        break;
    }
    return EVENT_APPLIED;
}

/* Whether what goes back of the payment touches the order itself: not that of a payment which was refused. */
static bool order_rests_on(const struct order *order, const struct payment *payment)
{
    return (order->status == ORDER_ACCEPTED || order->status == ORDER_COMPLETED) &&
           uuid_equal(&order->payment_id, &payment->id);
}

/* Of what went back, what no credit note of the invoice has told of. */
static int64_t not_told_minor(const struct order *order, int64_t sent_back_minor)
{
    int64_t told = order->credited_minor > 0 ? order->credits->sent_back_minor : 0;
    return sent_back_minor > told ? sent_back_minor - told : 0;
}

static void decide_reversal(struct order *order, struct payment *payment, const struct command *command,
                            enum decision_subject subject, int64_t sent_back_minor, struct effects *effects)
{
    struct policy_input input = policy_input_of(order, payment, command, subject, true);
    struct verdict verdict = policy_decide(&input);
    struct uuid decision_id = add_decision(order, command, &verdict, &input, effects);
    if (verdict.outcome == DECISION_CANCELLED) {
        set_status(order, ORDER_CANCELLED);
        issue_credit_note(order, command, &decision_id, sent_back_minor, effects);
    } else {
        set_status(order, ORDER_HELD);
        open_review(order, command, &decision_id, effects);
    }
}

static enum event_outcome apply_reversal(struct order *order, struct payment *payment, const struct reversal *before,
                                         const struct command *command, struct effects *effects)
{
    struct reversal *known = &payment->reversal;
    bool is_news = reversal_note(known, command->event, command->refund);
    bool went_back = known->refunded_minor > before->refunded_minor;
    bool is_full = reversal_is_full(known, payment->amount_minor);
    payment->is_changed = payment->is_changed || is_news;
    if (!payment_is_settled(payment)) /* its approval has not come: kept on the payment until it does */
        return is_news ? EVENT_EARLY : EVENT_IGNORED;
    if (went_back)
        payment->refunded_at_us = command->at_us;
    if (known->charged_back && !before->charged_back) {
        set_payment_status(payment, PAYMENT_CHARGED_BACK);
        effects_add_history(effects, order, command, "payment_charged_back", ACTOR_PROVIDER);
        if (order_rests_on(order, payment))
            decide_reversal(order, payment, command, SUBJECT_CHARGE_BACK, 0, effects);
    } else if (is_full && !reversal_is_full(before, payment->amount_minor)) {
        set_payment_status(payment, PAYMENT_REFUNDED);
        effects_add_history(effects, order, command, "payment_refunded", ACTOR_PROVIDER);
        if (order_rests_on(order, payment))
            decide_reversal(order, payment, command, SUBJECT_REFUND,
                            is_money_for(order, payment, command) ? not_told_minor(order, payment->amount_minor) : 0,
                            effects);
    } else if (went_back && payment_is_taken(payment)) {
        /* A payment that is due to go back stays due until all of it has. */
        set_payment_status(payment, PAYMENT_PARTIALLY_REFUNDED);
        effects_add_history(effects, order, command, "payment_partially_refunded", ACTOR_PROVIDER);
    } else if (!went_back) {
        return EVENT_IGNORED; /* said again, or told of a refund that is known to have failed */
    }
    return EVENT_APPLIED;
}

/* Whether its money is the customer's: of an order that has ended, or of a payment that the order does not rest on,
 * which was refused or whose order had ended before another payment came. */
static bool has_to_go_back(const struct order *order, const struct payment *payment)
{
    return order->status == ORDER_CANCELLED || !uuid_equal(&order->payment_id, &payment->id);
}

/*
 * Money that was on its way back is with us again. The payment is what its sums and what is owed make it; the order,
 * its decisions and documents stay, because they say what was decided and not where the money is.
 */
static enum event_outcome apply_refund_failure(struct order *order, struct payment *payment,
                                               const struct command *command, struct effects *effects)
{
    if (!reversal_note(&payment->reversal, command->event, command->refund))
        return EVENT_IGNORED;
    payment->is_changed = true;
    if (!payment_is_settled(payment))
        return EVENT_EARLY;
    effects_add_history(effects, order, command, "payment_refund_failed", ACTOR_PROVIDER);
    /* The payer's bank has it. */
    if (payment->status == PAYMENT_CHARGED_BACK)
        return EVENT_APPLIED;
    bool is_due = has_to_go_back(order, payment) && !reversal_is_full(&payment->reversal, payment->amount_minor);
    if (is_due && payment->status != PAYMENT_REFUND_DUE)
        effects_add_history(effects, order, command, "payment_refund_due", ACTOR_POLICY);
    set_payment_status(payment, is_due ? PAYMENT_REFUND_DUE : status_after_approval(payment));
    return EVENT_APPLIED;
}

static enum event_outcome apply_event(struct order *order, const struct command *command, struct effects *effects)
{
    const struct payment_event *event = command->event;
    if (event->kind == PAYMENT_EVENT_OTHER)
        return EVENT_IGNORED;
    bool order_knows_provider = knows_provider(order, event->provider);
    struct payment *payment = order_find_payment(order, event);
    if (payment == NULL)
        payment = find_unnamed_attempt(order, event);
    if (payment == NULL)
        payment = add_payment(order, event, command->at_us, effects);
    if (payment == NULL)
        return EVENT_UNMATCHED;
    const struct reversal before = payment->reversal;
    if (learn_ids(payment, event))
        reversal_adopt(&payment->reversal, &command->early);
    switch (event->kind) {
    case PAYMENT_EVENT_APPROVED:
        return apply_approval(order, payment, command, order_knows_provider, effects);
    case PAYMENT_EVENT_FAILED:
    case PAYMENT_EVENT_EXPIRED:
        if (payment_is_settled(payment))
            return EVENT_IGNORED;
        set_payment_status(payment, event->kind == PAYMENT_EVENT_FAILED ? PAYMENT_FAILED : PAYMENT_EXPIRED);
        return EVENT_APPLIED;
    case PAYMENT_EVENT_REFUNDED:
    case PAYMENT_EVENT_CHARGED_BACK:
        return apply_reversal(order, payment, &before, command, effects);
    case PAYMENT_EVENT_REFUND_FAILED:
        return apply_refund_failure(order, payment, command, effects);
    case PAYMENT_EVENT_OTHER:
        break;
    }
    return EVENT_IGNORED;
}

/* ---- what people do ---- */

static enum status add_attempt(struct order *order, const struct command *command, struct effects *effects,
                               struct error *error)
{
    /* A repetition: it is there. */
    for (size_t i = 0; i < order->payments_count; i++) {
        if (!uuid_is_nil(&command->attempt.id) && uuid_equal(&order->payments[i].id, &command->attempt.id))
            return STATUS_OK;
    }
    if (order->status != ORDER_AWAITING_PAYMENT)
        return error_set(error, STATUS_CONFLICT, "order_not_payable", "only an order that awaits payment can be paid");
    if (order->payments_count >= ORDER_PAYMENTS_MAX)
        return error_set(error, STATUS_CONFLICT, "too_many_attempts", "this order has had %d attempts to pay",
                         ORDER_PAYMENTS_MAX);
    struct payment *payment = next_payment(order, effects);
    *payment = command->attempt;
    payment->status = PAYMENT_OPEN;
    payment->amount_minor = order->total_minor;
    memcpy(payment->currency, order->currency, sizeof(payment->currency));
    payment->created_at_us = command->at_us;
    payment->is_attempt = true;
    payment->is_new = true;
    effects_add_history(effects, order, command, "attempt_added", ACTOR_CUSTOMER);
    return STATUS_OK;
}

static struct uuid add_staff_decision(struct order *order, const struct command *command, enum decision_outcome outcome,
                                      enum decision_reason reason, struct effects *effects)
{
    const struct verdict verdict = {.outcome = outcome, .reasons = {reason}, .reasons_count = 1};
    return add_decision(order, command, &verdict, NULL, effects);
}

/* The order ends by a human's word: what was invoiced is credited, what was received goes back. */
static void cancel_by_review(struct order *order, const struct command *command, enum decision_reason reason,
                             struct effects *effects)
{
    struct uuid decision_id = add_staff_decision(order, command, DECISION_CANCELLED, reason, effects);
    set_status(order, ORDER_CANCELLED);
    issue_credit_note(order, command, &decision_id, received_minor(order, command), effects);
    send_money_back(order, command, effects);
}

/* The machine's doubt was wrong: the order is taken into service. */
static void accept_by_review(struct order *order, const struct command *command, struct effects *effects)
{
    struct uuid decision_id =
        add_staff_decision(order, command, DECISION_ACCEPTED, REASON_OVERTURNED_BY_REVIEW, effects);
    set_status(order, ORDER_ACCEPTED);
    issue_invoice(order, command, &decision_id, effects);
}

/*
 * A review acts on the order only while its decision is the one the order rests on: what was decided since is looked
 * at by a review of its own.
 */
static enum status apply_review(struct order *order, const struct command *command, struct effects *effects,
                                struct error *error)
{
    bool overturned = command->review_outcome == REVIEW_OVERTURNED;
    bool current = uuid_equal(&order->decision_id, &command->reviewed_decision_id);
    bool held = current && order->status == ORDER_HELD && command->reviewed_outcome == DECISION_HELD;
    bool in_service = current && command->reviewed_outcome == DECISION_ACCEPTED &&
                      (order->status == ORDER_ACCEPTED || order->status == ORDER_COMPLETED);
    if (overturned && !held && !in_service)
        return error_set(error, STATUS_CONFLICT, "nothing_to_overturn",
                         "this decision no longer stands, or refused only a second payment: it can be upheld");
    if (held && overturned)
        accept_by_review(order, command, effects);
    else if (held)
        cancel_by_review(order, command, REASON_UPHELD_BY_REVIEW, effects);
    else if (overturned)
        cancel_by_review(order, command, REASON_OVERTURNED_BY_REVIEW, effects);
    effects_add_history(effects, order, command, overturned ? "review_overturned" : "review_upheld", ACTOR_STAFF);
    if (!uuid_is_nil(&command->confirmed_by)) {
        struct command second = *command;
        second.staff_id = command->confirmed_by;
        effects_add_history(effects, order, &second, "outcome_confirmed", ACTOR_STAFF);
    }
    return STATUS_OK;
}

/* What went back of the payments for this order. */
static int64_t refunded_minor(const struct order *order, const struct command *command)
{
    int64_t refunded = 0;
    for (size_t i = 0; i < order->payments_count; i++) {
        const struct payment *payment = &order->payments[i];
        if (payment_is_taken(payment) && is_money_for(order, payment, command) &&
            !money_add(refunded, payment->reversal.refunded_minor, &refunded))
            refunded = INT64_MAX;
    }
    return refunded;
}

/* A part of the invoice is taken back; the order goes on. What went back before and no credit note has told of, this
 * one tells. */
static enum status apply_credit(struct order *order, const struct command *command, struct effects *effects,
                                struct error *error)
{
    if (uuid_is_nil(&order->invoice_id))
        return error_set(error, STATUS_CONFLICT, "nothing_to_credit", "no invoice of this order stands");
    if (order->credits == NULL)
        return credits_unreadable(error);
    for (size_t i = 0; i < command->credit->amounts_count; i++) {
        if (strcmp(command->credit->amounts[i].currency, order->currency) != 0)
            return error_set_field(error, STATUS_INVALID, "currency", "amounts", "the order is in another currency");
    }
    struct credit_note *note = ARENA_NEW(effects->arena, struct credit_note);
    enum status status = credit_compute(effects->arena, order->credits, command->credit, note, error);
    if (status != STATUS_OK)
        return status;
    int64_t sent_back = not_told_minor(order, refunded_minor(order, command));
    if (sent_back > note->totals.total_minor)
        sent_back = note->totals.total_minor;
    status = credit_state_add(order->credits, note, sent_back, error);
    if (status != STATUS_OK)
        return status;
    const struct uuid no_decision = {{0}};
    struct new_document *document = effects_add_document(order, &no_decision, DOCUMENT_CREDIT_NOTE, effects);
    document->credits_id = order->invoice_id;
    document->note = note;
    document->total_minor = note->totals.total_minor;
    document->prepaid_minor = sent_back;
    document->takes_rest = credit_state_is_exhausted(order->credits);
    order->credited_minor += note->totals.total_minor;
    if (document->takes_rest)
        end_invoice(order);
    order->is_changed = true;
    effects_add_history(effects, order, command, "credit_note_issued", ACTOR_STAFF);
    return STATUS_OK;
}

/* ---- the one function ---- */

enum status order_transition(struct order *order, const struct command *command, struct effects *effects,
                             enum event_outcome *outcome, struct error *error)
{
    /* The clock goes first: whatever comes after the term finds an expired order, whether or not the sweep has been. */
    if (order->status == ORDER_AWAITING_PAYMENT && command->at_us >= order->expires_at_us) {
        set_status(order, ORDER_EXPIRED);
        effects_add_history(effects, order, command, "expired", ACTOR_CLOCK);
    }
    if (order->credited_minor > 0 && order->credits == NULL)
        return credits_unreadable(error);
    switch (command->kind) {
    case COMMAND_PAYMENT_EVENT:
        *outcome = apply_event(order, command, effects);
        return STATUS_OK;
    case COMMAND_EXPIRE:
        return STATUS_OK;
    case COMMAND_CANCEL:
        if (order->status != ORDER_AWAITING_PAYMENT && order->status != ORDER_EXPIRED)
            return error_set(error, STATUS_CONFLICT, "order_not_cancellable",
                             "an order can be cancelled only while it awaits payment or has expired");
        set_status(order, ORDER_CANCELLED);
        effects_add_history(effects, order, command, "cancelled", ACTOR_CUSTOMER);
        return STATUS_OK;
    case COMMAND_COMPLETE:
        if (order->status != ORDER_ACCEPTED)
            return error_set(error, STATUS_CONFLICT, "order_not_completable",
                             "only an accepted order can be completed");
        set_status(order, ORDER_COMPLETED);
        effects_add_history(effects, order, command, "completed", ACTOR_STAFF);
        return STATUS_OK;
    case COMMAND_ADD_ATTEMPT:
        return add_attempt(order, command, effects, error);
    case COMMAND_REVIEW_OUTCOME:
        return apply_review(order, command, effects, error);
    case COMMAND_CREDIT:
        return apply_credit(order, command, effects, error);
    }
    return error_set(error, STATUS_INTERNAL, "unknown_command", "no such command");
}

/* ---- words ---- */

const char *event_outcome_name(enum event_outcome outcome)
{
    static const char *const words[EVENT_OUTCOMES] = {
        [EVENT_APPLIED] = "applied",     [EVENT_IGNORED] = "ignored",   [EVENT_EARLY] = "early",
        [EVENT_UNMATCHED] = "unmatched", [EVENT_CONFLICT] = "conflict", [EVENT_QUARANTINED] = "quarantined",
    };
    return words[outcome];
}

const char *actor_name(enum actor actor)
{
    static const char *const words[] = {[ACTOR_CUSTOMER] = "customer",
                                        [ACTOR_STAFF] = "staff",
                                        [ACTOR_POLICY] = "policy",
                                        [ACTOR_PROVIDER] = "provider",
                                        [ACTOR_CLOCK] = "clock"};
    return words[actor];
}
