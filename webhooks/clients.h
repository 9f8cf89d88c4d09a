#pragma once
/* What the clients of all providers share. Private to webhooks/. */
#include "akkoord/base/json.h"
#include "akkoord/webhooks/client.h"

/* Of a word in a provider's description of an error. */
#define ERROR_WORD_BYTES_MAX 128

extern const struct provider_client client_stripe;
extern const struct provider_client client_mollie;

/* STATUS_OK for 2xx; else STATUS_UNAVAILABLE as in client.h. */
enum status client_check_status(const struct provider_answer *answer, struct error *error) AKKOORD_MUST_CHECK;
/* STATUS_UNAVAILABLE `provider_nonsense`. */
enum status client_nonsense(struct error *error) AKKOORD_MUST_CHECK;
/* STATUS_UNAVAILABLE `amount_refused`. */
enum status client_amount_refused(struct error *error) AKKOORD_MUST_CHECK;
/* A 2xx answer's JSON object. */
enum status client_parse(struct arena *arena, const struct provider_answer *answer, json_t **object,
                         struct error *error) AKKOORD_MUST_CHECK;
/* Whether the object says that it is of this kind, or does not say. */
bool client_may_be(const json_t *object, const char *key, const char *kind);
/* The URL to pay at: http or https, visible ASCII, bounded. */
bool client_is_checkout_url(const char *url);
/* A description that the customer sees at the provider. */
const char *client_describe(struct arena *arena, const struct checkout_terms *terms);
/* Where the customer comes back to. */
const char *client_return_url(struct arena *arena, const struct checkout_terms *terms, const char *outcome);

/* Adds an event of a fetched payment: its id is `<payment>:<state>`, and `:<amount>` for money that was charged back.
 * The provider, ids, order and `live` are those of `common`. */
void client_add_event(struct fetched_payment *payment, const struct payment_event *common, enum payment_event_kind kind,
                      const char *state, int64_t amount_minor);

/* One refund as its provider shows it; `common` has the currency it must be in, where that is known. STATUS_INVALID for
 * anything else. */
typedef enum status client_refund_reader(const json_t *object, struct payment_event *common, struct made_refund *refund,
                                         int64_t *amount_minor);
/* Puts the events of refunds in the place of those that the payment has of any: from an array of them (NULL: none), and
 * from payment->total_minor, which may leave out what failed, or have what the array has no room for. STATUS_INVALID
 * when a refund is none. */
enum status client_put_refunds(const json_t *refunds, client_refund_reader *read, struct payment_event *common,
                               struct fetched_payment *payment) AKKOORD_MUST_CHECK;
/* The answer with an array of all of them, as read_refunds() of client.h: `inside` holds the array under `key`. */
enum status client_read_refunds(struct arena *arena, const struct provider_answer *answer, const char *inside,
                                const char *key, client_refund_reader *read, struct fetched_payment *payment,
                                struct error *error) AKKOORD_MUST_CHECK;
/* The answer to a request for a refund, as read_refund() of client.h. */
enum status client_read_refund(struct arena *arena, const struct refund_terms *terms,
                               const struct provider_answer *answer, client_refund_reader *read,
                               struct made_refund *refund, struct error *error) AKKOORD_MUST_CHECK;
/* The key of a refund: payment and amount, and once refunds of it have failed, how many. */
const char *client_refund_key(struct arena *arena, const struct refund_terms *terms);
