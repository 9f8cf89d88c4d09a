#pragma once
/*
 * What has gone back of a payment, from all that its provider told of it in whatever order.
 *
 * Providers tell of refunds in three ways: by a total of all so far, by single amounts, and by single refunds with an
 * id; and they tell that a refund failed, by its id. A total that is lower than one before is either old or leaves a
 * failed refund out, and nothing in it says which: so no total ever takes anything off. Only the failure of a refund
 * does, once for each id. What is added up here never gets less, so it does not matter in which order it was told, or
 * how often:
 *
 *     refunded = max(totals, sum of the refunds with an id) - sum of those that failed
 *
 * A total that leaves failed refunds out says too little by them. Where the refunds are told by id too, and where the
 * provider is asked for all of them (webhooks/client.h), nothing is missing in the end; until then too little counts as
 * refunded, and whoever would send it again looks at the provider's own figures first.
 */
#include <stdbool.h>
#include <stdint.h>

#include "akkoord/domain/payment_event.h"

/* As far as we were told; also kept before the approval is known. All zero: nothing. */
struct reversal {
    int64_t refunded_minor; /* of all refunds that have not failed */
    bool refunded_in_full;  /* the provider said that nothing is left, and it is still so */
    bool charged_back;
    /* What the first two follow from. */
    int64_t total_minor;  /* refunds ever made, by totals and single amounts */
    int64_t named_minor;  /* refunds ever made, of those with an id */
    int64_t failed_minor; /* of named_minor: those that failed */
    bool is_full_told;
    int64_t full_minor; /* so much had gone back when the provider said that nothing was left */
};

/* A refund with an id, as it is known; all zero: not at all. */
struct named_refund {
    bool is_known;
    bool has_failed;
    int64_t amount_minor;
    bool is_changed; /* differs from its row */
};

/* Adds a refund, the failure of one, or a charge-back to what is known; other kinds change nothing. `refund`: the one
 * that event->refund_id names, which is changed along with it; NULL when it names none. True when it told something
 * new. */
bool reversal_note(struct reversal *reversal, const struct payment_event *event, struct named_refund *refund);

/* Takes over what was kept elsewhere of the same payment; what both know counts once. */
void reversal_adopt(struct reversal *reversal, const struct reversal *early);

/* Whether as much has gone back as came in, or as the provider calls all. */
bool reversal_is_full(const struct reversal *reversal, int64_t amount_minor);
