/*
 * Asks VIES about the VAT number that an order's VAT rests on, and records what it says. The lane's thread.
 *
 * The order waits for nothing of this and is changed by nothing of it. A question that got no answer is asked again,
 * ever less often, until the order is VIES_DAYS old; then it is recorded that nobody answered. What is recorded first
 * stays: a job that runs twice, or is killed between the answer and its record, only asks once more.
 */
#include "akkoord/webhooks/vies.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/base/metrics.h"
#include "akkoord/domain/tax.h"
#include "akkoord/store/orders.h"
#include "akkoord/store/vat_checks.h"
#include "lanes.h"

/* Member states are away for a night or a weekend. */
#define VIES_DAYS   5
#define US_PER_DAY  (INT64_C(86400) * CLOCK_US_PER_SECOND)
#define GIVEN_UP_US (VIES_DAYS * US_PER_DAY)

static struct metric checks_counted = {.kind = METRIC_COUNTER,
                                       .name = "akkoord_vat_checks_total",
                                       .help = "VAT numbers that VIES was asked about, by what was recorded."};

static enum status check_restriction(struct job_thread *thread, struct arena *arena, const struct uuid *customer_id,
                                     struct error *error)
{
    bool is_restricted;
    enum status status = store_vat_check_is_restricted(thread->store, arena, customer_id, &is_restricted, error);
    if (status == STATUS_OK && is_restricted)
        return error_set(error, STATUS_UNAVAILABLE, "processing_restricted",
                         "the customer had the processing of their data restricted");
    return status;
}

static enum status ask(struct job_thread *thread, struct arena *arena, const struct stored_order *order,
                       struct vat_check *check, struct error *error)
{
    struct vies_question question;
    struct provider_answer answer;
    const struct provider_account *vies = thread->options->vies;
    if (vies == NULL)
        return error_set(error, STATUS_UNAVAILABLE, "vies_off", "AKKOORD_VIES_URL is not set any more");
    if (!vies_question_make(order->content.buyer.vat_number, order->content.seller.vat_number, &question))
        return error_set(error, STATUS_UNAVAILABLE, "vies_unasked", "this VAT number is of no member state");
    const struct provider_request request = vies_ask(arena, &question);
    enum status status = provider_call(vies, thread->options->client, arena, &request, &answer, error);
    if (status != STATUS_OK)
        return status;
    thread->retry_after_us = answer.retry_after_s * CLOCK_US_PER_SECOND;
    return vies_read(arena, &question, &answer, check, error);
}

static void tell(const struct uuid *order_id, enum vat_check_outcome outcome)
{
    char labels[METRIC_LABELS_BYTES];
    (void)snprintf(labels, sizeof(labels), "outcome=\"%s\"", vat_check_outcome_name(outcome));
    metric_add(&checks_counted, labels, 1);
    if (outcome == VAT_CHECK_INVALID)
        log_event(LOG_WARNING, "vies.invalid", log_uuid("order", order_id));
    else if (outcome == VAT_CHECK_UNAVAILABLE)
        log_event(LOG_WARNING, "vies.given_up", log_uuid("order", order_id));
    else
        log_event(LOG_INFO, "vies.valid", log_uuid("order", order_id));
}

static enum status record(struct job_thread *thread, struct arena *arena, const struct uuid *order_id,
                          const struct vat_check *check, struct error *error)
{
    bool is_first;
    enum status status =
        store_vat_check_record(thread->store, arena, order_id, check, clock_now_us(), &is_first, error);
    if (status == STATUS_OK && is_first)
        tell(order_id, check->outcome);
    return status;
}

enum status job_ask_vies(struct job_thread *thread, struct arena *arena, const struct job *job, struct error *error)
{
    struct uuid id;
    struct stored_order order;
    struct vat_check check = {.outcome = VAT_CHECK_UNAVAILABLE};
    enum status status = job_read_ask_vies(arena, job->payload, &id, error);
    if (status == STATUS_OK)
        status = store_order_find(thread->store, arena, &id, NULL, &order, error);
    if (status != STATUS_OK || order.vat_check.is_there || !tax_rests_on_vat_number(&order.content.totals))
        return status;
    status = check_restriction(thread, arena, &order.customer_id, error);
    if (status == STATUS_OK)
        status = ask(thread, arena, &order, &check, error);
    if (status == STATUS_OK)
        return record(thread, arena, &id, &check, error);
    if (jobs_are_stopping(thread->jobs) || clock_now_us() - order.created_at_us < GIVEN_UP_US)
        return status;
    check = (struct vat_check){.outcome = VAT_CHECK_UNAVAILABLE, .vat_number = order.content.buyer.vat_number};
    return record(thread, arena, &id, &check, error);
}
