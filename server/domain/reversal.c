/* The sums of what went back of a payment. Pure; any thread. Decides nothing. */
#include "akkoord/domain/reversal.h"

#include <stddef.h>

static int64_t larger(int64_t left, int64_t right)
{
    return left > right ? left : right;
}

static int64_t add(int64_t left, int64_t right)
{
    int64_t sum;
    return money_add(left, right, &sum) ? sum : INT64_MAX;
}

/* What the sums amount to. Refunds that failed have an id, so they are never more than those with one. */
static void settle(struct reversal *reversal)
{
    reversal->refunded_minor = larger(reversal->total_minor, reversal->named_minor) - reversal->failed_minor;
    reversal->refunded_in_full = reversal->is_full_told && reversal->refunded_minor >= reversal->full_minor;
}

static void note_full(struct reversal *reversal, int64_t full_minor)
{
    if (!reversal->is_full_told || full_minor < reversal->full_minor)
        reversal->full_minor = full_minor;
    reversal->is_full_told = true;
}

/* True when it was not known. */
static bool note_named(struct reversal *reversal, const struct payment_event *event, struct named_refund *refund)
{
    if (refund->is_known)
        return false;
    *refund = (struct named_refund){.is_known = true, .is_changed = true, .amount_minor = event->amount_minor};
    reversal->named_minor = add(reversal->named_minor, refund->amount_minor);
    return true;
}

/* Of a refund that was not known before, its making is noted too: an event that tells of it may still come. */
static bool note_failure(struct reversal *reversal, const struct payment_event *event, struct named_refund *refund)
{
    if (refund == NULL || refund->has_failed)
        return false;
    (void)note_named(reversal, event, refund);
    refund->has_failed = true;
    refund->is_changed = true;
    reversal->failed_minor = add(reversal->failed_minor, refund->amount_minor);
    return true;
}

static bool note_refund(struct reversal *reversal, const struct payment_event *event, struct named_refund *refund)
{
    const struct reversal before = *reversal;
    if (refund != NULL)
        return note_named(reversal, event, refund);
    reversal->total_minor = event->refund_is_total ? larger(before.total_minor, event->amount_minor)
                                                   : add(before.total_minor, event->amount_minor);
    if (event->refund_is_full)
        note_full(reversal, event->amount_minor - event->refund_failed_minor);
    return reversal->total_minor != before.total_minor || reversal->is_full_told != before.is_full_told ||
           reversal->full_minor != before.full_minor;
}

bool reversal_note(struct reversal *reversal, const struct payment_event *event, struct named_refund *refund)
{
    bool is_news = false;
    if (event->kind == PAYMENT_EVENT_CHARGED_BACK) {
        is_news = !reversal->charged_back;
        reversal->charged_back = true;
    } else if (event->kind == PAYMENT_EVENT_REFUNDED) {
        is_news = note_refund(reversal, event, refund);
    } else if (event->kind == PAYMENT_EVENT_REFUND_FAILED) {
        is_news = note_failure(reversal, event, refund);
    }
    settle(reversal);
    return is_news;
}

void reversal_adopt(struct reversal *reversal, const struct reversal *early)
{
    reversal->total_minor = larger(reversal->total_minor, early->total_minor);
    reversal->named_minor = larger(reversal->named_minor, early->named_minor);
    reversal->failed_minor = larger(reversal->failed_minor, early->failed_minor);
    reversal->charged_back = reversal->charged_back || early->charged_back;
    if (early->is_full_told)
        note_full(reversal, early->full_minor);
    settle(reversal);
}

bool reversal_is_full(const struct reversal *reversal, int64_t amount_minor)
{
    return reversal->refunded_in_full || (reversal->refunded_minor > 0 && reversal->refunded_minor >= amount_minor);
}
