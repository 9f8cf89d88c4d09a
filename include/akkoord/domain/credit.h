#pragma once
/*
 * Credit notes that take back a part of an invoice, or what parts have left of it. Pure; any thread.
 *
 * The invoice is what it said when it was issued: its lines, and a net and VAT for each rate. Of each rate there is
 * always an exact rest, net and VAT apart, and a credit note never takes more; the one that takes the last of a rate's
 * amount takes the rest of its net and VAT, whatever rounding left there. So all credit notes of an invoice together
 * never pass it in any rate, and end at it exactly.
 *
 * A number of units of a line costs a share of what the line costs on the invoice after all discounts, in the basis of
 * its rate: with VAT where all prices of the rate include it, else net, as prices of both kinds have only their net to
 * be added up by. The first k of n units are that amount * k / n, rounded half up, so that the units sum to the line.
 * An amount for one rate includes VAT. The VAT of a note is that of its own amount (EN 16931, BR-CO-17), once per rate,
 * rounded half up; it gives way by what would leave the rest's VAT more than a cent away from that of the rest's
 * amount.
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

/* Units of one line of the invoice. */
struct credit_part {
    int64_t line; /* from 1, as on the invoice */
    int64_t quantity;
};

/* An amount with VAT, of the lines of one rate. */
struct credit_amount {
    char vat_category[4];
    int64_t vat_rate_basis_points;
    int64_t gross_minor;           /* 1 or more */
    char currency[CURRENCY_BYTES]; /* the order's */
};

/* What staff ask for: parts or amounts, never both. */
struct credit_request {
    const struct credit_part *parts;
    size_t parts_count;
    const struct credit_amount *amounts;
    size_t amounts_count;
    const char *reason; /* one line; on a note of amounts it is what the customer reads as the lines' name */
    const char *refund; /* the provider's id of the refund that it belongs to, or NULL */
    bool has_key;       /* an Idempotency-Key came with it: its digest, and that of all that was asked for */
    uint8_t key_sha256[SHA256_BYTES];
    uint8_t body_sha256[SHA256_BYTES];
};

/* What one credit note shows of its own. */
struct credit_note {
    struct order_line *lines;
    size_t lines_count;
    struct totals totals;
    const struct credit_part *parts; /* of the invoice's lines; none for amounts */
    size_t parts_count;
    const struct credit_request *request; /* NULL: it takes the rest with the order */
};

/* An invoice, and how much of it has been credited. */
struct credit_state {
    enum language language;
    const struct order_line *lines;
    size_t lines_count;
    const struct totals *totals;
    const char *discount_reason; /* of the document's discount, or NULL */
    int64_t *amounts;            /* what each line costs after all discounts, in the basis of its rate */
    int64_t *quantities;         /* of each line, credited by units */
    int64_t net_minor[VAT_SUBTOTALS_MAX];
    int64_t vat_minor[VAT_SUBTOTALS_MAX];
    int64_t sent_back_minor; /* what its credit notes have said is sent back */
};

/* Nothing credited yet; `lines` and `totals` must live as long. STATUS_INTERNAL `credits_unreadable` when a line's rate
 * has no subtotal. */
enum status credit_state_init(struct credit_state *state, struct arena *arena, const struct order_line *lines,
                              size_t lines_count, const struct totals *totals, struct error *error) AKKOORD_MUST_CHECK;
/* Forgets what was credited: for another invoice over the same lines. */
void credit_state_reset(struct credit_state *state);
/* A credit note that was issued. STATUS_INTERNAL `credits_unreadable` when it does not fit the invoice. */
enum status credit_state_add(struct credit_state *state, const struct credit_note *note, int64_t sent_back_minor,
                             struct error *error) AKKOORD_MUST_CHECK;
/* Nothing is left, neither net nor VAT, of any rate. */
bool credit_state_is_exhausted(const struct credit_state *state);
/* Net and VAT of the invoice that are not credited. */
int64_t credit_state_left_minor(const struct credit_state *state);

/*
 * What the request makes; changes nothing in `state`. What it fills in lives in the arena, and refers to the request.
 * STATUS_INVALID with the field as in the API: `unknown` (no such line or rate on the invoice), `duplicate` (twice in
 * one request). STATUS_CONFLICT `nothing_to_credit`: more than is left, or what costs nothing.
 */
enum status credit_compute(struct arena *arena, const struct credit_state *state, const struct credit_request *request,
                           struct credit_note *note, struct error *error) AKKOORD_MUST_CHECK;
/* All that is left: the lines' remaining units where they are just that, else one line for the rest of the rate. */
void credit_compute_rest(struct arena *arena, const struct credit_state *state, struct credit_note *note);
