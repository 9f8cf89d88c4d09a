/*
 * What is asked of payment providers behind everybody's back: what became of a payment, and refunds. Lanes' threads.
 *
 * A refund looks at the provider's own figures first, every time it is tried: whatever an earlier try, another process
 * or a member of staff has sent back is seen there, so that only the rest is asked for. The idempotency key guards the
 * moment between that look and the request. What then comes of it is told to the committer as a total, so that the
 * webhook about the same refund finds nothing new, and under the refund's own id, so that its failure is told from it.
 *
 * A refund may fail days after its provider took it. The payment is then due again and gets a job of its own, whose
 * request has another key: under the old one the provider would only repeat its answer.
 */
#include "akkoord/base/clock.h"
#include "akkoord/base/log.h"
#include "akkoord/store/payments.h"
#include "lanes.h"

static enum status find_account(struct job_thread *thread, const char *provider,
                                const struct provider_account **account, struct error *error)
{
    *account = provider_account_find(thread->options->accounts, provider);
    if (*account == NULL)
        return error_set(error, STATUS_UNAVAILABLE, "provider_off", "no API key of this provider is set");
    return STATUS_OK;
}

/* Notes how long the provider wants to be left alone. */
static enum status call_provider(struct job_thread *thread, struct arena *arena, const struct provider_account *account,
                                 const struct provider_request *request, struct provider_answer *answer,
                                 struct error *error)
{
    enum status status = provider_call(account, thread->options->client, arena, request, answer, error);
    if (status == STATUS_OK)
        thread->retry_after_us = answer->retry_after_s * CLOCK_US_PER_SECOND;
    return status;
}

/* Of a payment of which money went back, all refunds are looked at: the failure of one shows nowhere else. */
static enum status list_refunds(struct job_thread *thread, struct arena *arena, const struct provider_account *account,
                                struct fetched_payment *payment, struct error *error)
{
    bool went_back = payment->refunded_minor > 0;
    struct provider_answer answer;
    enum status status = STATUS_OK;
    if (!payment->lacks_refunds)
        return STATUS_OK;
    if (!went_back)
        status = store_payment_was_refunded(thread->store, arena, account->client->name, payment->payment_id,
                                            &went_back, error);
    if (status != STATUS_OK || !went_back)
        return status;
    const struct provider_request request = account->client->ask_refunds(arena, payment->payment_id);
    status = call_provider(thread, arena, account, &request, &answer, error);
    return status == STATUS_OK ? account->client->read_refunds(arena, &answer, payment, error) : status;
}

/* Asks, and hands on what the answer says; STATUS_OK once all of it is durable. */
static enum status fetch(struct job_thread *thread, struct arena *arena, const struct provider_account *account,
                         const char *payment_id, struct fetched_payment *payment, struct error *error)
{
    struct provider_request request;
    struct provider_answer answer;
    enum status status = account->client->ask_payment(arena, payment_id, &request, error);
    if (status == STATUS_OK)
        status = call_provider(thread, arena, account, &request, &answer, error);
    if (status == STATUS_OK)
        status = account->client->read_payment(arena, payment_id, &answer, clock_now_us(), payment, error);
    if (status == STATUS_OK)
        status = list_refunds(thread, arena, account, payment, error);
    for (size_t i = 0; status == STATUS_OK && i < payment->events_count; i++)
        status = jobs_feed_event(thread, &payment->events[i], answer.body, answer.body_length, error);
    return status;
}

enum status job_fetch_payment(struct job_thread *thread, struct arena *arena, const struct job *job,
                              struct error *error)
{
    struct fetch_job wanted;
    const struct provider_account *account;
    struct fetched_payment *payment = ARENA_NEW(arena, struct fetched_payment);
    enum status status = job_read_fetch(arena, job->payload, &wanted, error);
    if (status == STATUS_OK)
        status = find_account(thread, wanted.provider, &account, error);
    if (status == STATUS_OK)
        status = fetch(thread, arena, account, wanted.payment_id, payment, error);
    return status;
}

/* ---- refunds ---- */

static enum status load_due(struct job_thread *thread, struct arena *arena, const struct uuid *id,
                            struct listed_payment *due, bool *is_due, struct error *error)
{
    enum status status = store_payment_find(thread->store, arena, id, due, error);
    *is_due = status == STATUS_OK && due->payment.status == PAYMENT_REFUND_DUE;
    return status;
}

/* The outcome of a request for a refund, told to the committer by the sum of all and by the refund's own id. */
static enum status tell_refund(struct job_thread *thread, const struct refund_terms *terms,
                               const struct made_refund *refund, const struct provider_answer *answer,
                               struct fetched_payment *payment, struct error *error)
{
    struct payment_event event;
    enum status status = STATUS_OK;
    if (!refund->has_failed) {
        fetched_payment_note_refund(payment, terms->amount_minor, &event);
        status = jobs_feed_event(thread, &event, answer->body, answer->body_length, error);
    }
    if (status != STATUS_OK || refund->id[0] == '\0')
        return status;
    fetched_payment_name_refund(payment, refund, terms->amount_minor, &event);
    return jobs_feed_event(thread, &event, answer->body, answer->body_length, error);
}

/* What has failed so often needs a person: to send the money another way, or to have it tried once more. */
static enum status give_up(struct error *error)
{
    return error_set(error, STATUS_INVALID, "refund_failed", "%d refunds of this payment have failed",
                     REFUND_FAILURES_MAX);
}

static enum status send_refund(struct job_thread *thread, struct arena *arena, const struct provider_account *account,
                               const struct refund_terms *terms, struct fetched_payment *payment, struct error *error)
{
    struct provider_answer answer;
    struct made_refund refund = {.has_failed = false};
    const struct provider_request request = account->client->ask_refund(arena, terms);
    enum status status = call_provider(thread, arena, account, &request, &answer, error);
    if (status == STATUS_OK)
        status = account->client->read_refund(arena, terms, &answer, &refund, error);
    if (status == STATUS_OK)
        log_event(LOG_INFO, "refund.sent", log_uuid("payment", &terms->payment_id),
                  log_text("provider", account->client->name));
    else if (!refund.has_failed)
        return status;
    enum status told = tell_refund(thread, terms, &refund, &answer, payment, error);
    if (told != STATUS_OK)
        return told;
    return refund.has_failed && terms->failed_refunds + 1 >= REFUND_FAILURES_MAX ? give_up(error) : status;
}

static enum status refund_rest(struct job_thread *thread, struct arena *arena, const struct job *job,
                               const struct provider_account *account, const struct listed_payment *due,
                               struct fetched_payment *payment, struct error *error)
{
    int64_t failed = due->failed_refunds > payment->failed_refunds ? due->failed_refunds : payment->failed_refunds;
    struct refund_terms terms = {.payment_id = due->payment.id,
                                 .provider_payment_id = payment->payment_id,
                                 .attempts = job->attempts,
                                 .failed_refunds = failed};
    if (failed >= REFUND_FAILURES_MAX && !job->is_revived)
        return give_up(error);
    if (!payment->is_paid)
        return error_set(error, STATUS_UNAVAILABLE, "not_paid", "the provider does not call this payment paid");
    if (!money_subtract(payment->amount_minor, payment->refunded_minor, &terms.amount_minor) || terms.amount_minor <= 0)
        return error_set(error, STATUS_UNAVAILABLE, "refund_not_settled",
                         "the provider has sent all of it back, and the payment is still due");
    memcpy(terms.currency, payment->currency, sizeof(terms.currency));
    return send_refund(thread, arena, account, &terms, payment, error);
}

enum status job_refund_payment(struct job_thread *thread, struct arena *arena, const struct job *job,
                               struct error *error)
{
    struct uuid id;
    struct listed_payment due;
    bool is_due = false;
    const struct provider_account *account;
    struct fetched_payment *payment = ARENA_NEW(arena, struct fetched_payment);
    enum status status = job_read_refund(arena, job->payload, &id, error);
    if (status == STATUS_OK)
        status = load_due(thread, arena, &id, &due, &is_due, error);
    if (status != STATUS_OK || !is_due)
        return status;
    status = find_account(thread, due.payment.provider, &account, error);
    if (status == STATUS_OK)
        status = fetch(thread, arena, account, due.payment.provider_payment_id, payment, error);
    if (status == STATUS_NOT_FOUND)
        return error_set(error, STATUS_UNAVAILABLE, "payment_unknown", "the provider knows no such payment");
    /* What was fetched may have settled it. */
    if (status == STATUS_OK)
        status = load_due(thread, arena, &id, &due, &is_due, error);
    if (status != STATUS_OK || !is_due)
        return status;
    return refund_rest(thread, arena, job, account, &due, payment, error);
}
