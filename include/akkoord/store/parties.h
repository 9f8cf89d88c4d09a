#pragma once
/*
 * The people on an order and an invoice as JSON: addresses, buyers, sellers, profiles. Pure; any thread.
 *
 * The same shapes stand sealed in the database, in the API and in the seller's file. Absent texts are null. Reading is
 * strict: an unknown key, a wrong type or a missing text is STATUS_INVALID with its path, `prefix` in front.
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/json.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

/* The longest text of a person or company that is taken in, in bytes of UTF-8; what the database holds may be longer
 * by no more than a change of this. */
#define PARTY_TEXT_BYTES_MAX 400

/* What a customer told us about themselves. Absent texts are NULL; of an absent address all four are. */
struct profile {
    const char *email; /* normalised */
    const char *name;
    const char *company;
    const char *phone;
    struct postal_address address;
    const char *vat_number;
    const char *kvk_number;
    const char *oin;
    enum language language;
};

/* {"name","company","address","vat_number","kvk_number","oin","email"} */
json_t *buyer_to_json(struct arena *arena, const struct buyer *buyer);
enum status buyer_from_json(const json_t *object, const char *prefix, struct buyer *buyer,
                            struct error *error) AKKOORD_MUST_CHECK;

/* {"name","address","kvk_number","vat_number","iban","email"}, all required: the seller's file, CONTRACT section 2. And
 * "bic", "payment_days" (0 to PAYMENT_DAYS_MAX), "small_business" and "one_stop_shop", which may be left out. The logo
 * is no part of it. */
#define PAYMENT_DAYS_MAX 365
json_t *seller_to_json(struct arena *arena, const struct seller *seller);
enum status seller_from_json(const json_t *object, const char *prefix, struct seller *seller,
                             struct error *error) AKKOORD_MUST_CHECK;

/* {"email","name","company","phone","address","vat_number","kvk_number","oin","language"}; without an oin it is left
 * out */
json_t *profile_to_json(struct arena *arena, const struct profile *profile);
enum status profile_from_json(const json_t *object, const char *prefix, struct profile *profile,
                              struct error *error) AKKOORD_MUST_CHECK;
