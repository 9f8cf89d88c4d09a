#pragma once
/*
 * From JSON fields to the fields of a payment event, with the bounds that hold for every provider. Private to
 * webhooks/. Failures are those of base/json.h: STATUS_INVALID, a code and the full path as field; the details never
 * repeat what was received.
 */
#include "akkoord/base/json.h"
#include "akkoord/webhooks/provider.h"

/* An identifier: one or more visible ASCII characters (no space), at most capacity - 1, copied with its NUL. `field` is
 * the path for the error. */
enum status webhook_copy_id(const char *text, size_t length, const char *field, size_t capacity, char *id,
                            struct error *error) AKKOORD_MUST_CHECK;
/* The same from a JSON text. An optional one that is absent or null gives "", a given one is never empty. */
enum status webhook_get_id(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                           size_t capacity, char *id, struct error *error) AKKOORD_MUST_CHECK;
/* Integer minor units from 0 to WEBHOOK_AMOUNT_MINOR_MAX; left alone when optional and absent or null. */
enum status webhook_get_amount(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                               struct payment_event *event, struct error *error) AKKOORD_MUST_CHECK;
/* Three letters in either case; left alone when optional and absent or null. */
enum status webhook_get_currency(const json_t *object, const char *prefix, const char *key, enum json_presence presence,
                                 struct payment_event *event, struct error *error) AKKOORD_MUST_CHECK;
/* Our attempt, from what the provider keeps of ours beside a payment; whatever is not so names none. */
void webhook_set_attempt(struct payment_event *event, const json_t *metadata);
/* Any text: a UUID is our order id, all else a foreign reference. NULL is no reference. */
void webhook_set_order(struct payment_event *event, const char *reference);
/* Whether a refund of this status (NULL: none) has come to nothing: "failed" or "canceled", at Stripe as at Mollie. */
bool webhook_refund_has_failed(const char *status);
