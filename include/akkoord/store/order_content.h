#pragma once
/*
 * The content of an order: everything its invoice will show but number and date, prepared and sealed at order time, so
 * that acceptance has nothing slow to do. It stays in the order's row for good and is never copied.
 *
 *     {"language":"nl","reference":null,"currency":"EUR","seller":{...},"buyer":{...},
 *      "lines":[{"sku","name","quantity","unit_price","price_includes_vat","net","vat_category","vat_rate",
 *                "discount","discount_net","discount_reason"}],
 *      "totals":{"lines_net","discount_net","net","vat","total",
 *                "subtotals":[{"vat_category","vat_rate","net","vat","discount_net","ground","country"}]},
 *      "discount_reason":null,"exchange":{"per_euro_millionths","day","vat_euro","total_euro"}}
 *
 * Amounts are integer minor units of `currency`, rates integer basis points. Seller and buyer are as in parties.h. What
 * stands in the last line of lines, subtotals and the whole came later: a content without it is of a buyer at home, in
 * euros and without a discount, and the same is left out when it is written.
 * Pure; any thread.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/vault/seal.h"

#define ORDER_CONTENT_VERSION_FIRST 1

struct order_content {
    enum language language;
    const char *reference; /* the buyer's own, or NULL */
    char currency[CURRENCY_BYTES];
    struct seller seller;
    struct buyer buyer;
    struct order_line *lines;
    size_t lines_count;
    struct totals totals;
    const char *discount_reason; /* of the discount on the whole; NULL without one */
    struct exchange exchange;    /* all 0 in euros */
};

/* The text lives in the arena. Its texts must be UTF-8. */
const char *order_content_write(struct arena *arena, const struct order_content *content, size_t *length);
/* What it fills in lives in the arena. STATUS_INVALID, with the field, for anything that order_content_write() does not
 * write. */
enum status order_content_read(struct arena *arena, const char *text, size_t length, struct order_content *content,
                               struct error *error) AKKOORD_MUST_CHECK;

/* Where a content belongs: the row, whose it is, and akkoord.customer_order.content_version. */
struct order_content_place {
    struct uuid order_id;
    struct uuid customer_id;
    int64_t content_version;
};

/* Under the order's billing key; the blob lives in the arena. */
enum status order_content_seal(struct arena *arena, const struct data_key *key, const struct order_content_place *place,
                               const struct order_content *content, uint8_t **blob, size_t *blob_length,
                               struct error *error) AKKOORD_MUST_CHECK;
/* STATUS_INTERNAL for whatever does not open or is not in the format: rows of our own should. */
enum status order_content_open(struct arena *arena, const struct data_key *key, const struct order_content_place *place,
                               const void *blob, size_t blob_length, struct order_content *content,
                               struct error *error) AKKOORD_MUST_CHECK;
