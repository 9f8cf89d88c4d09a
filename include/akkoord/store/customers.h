#pragma once
/*
 * Customers: rows of akkoord.customer. The profile is sealed under a data key of its own (purpose `profile`); a person
 * is found by the blind index of the e-mail address, and by nothing else.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/store/parties.h"
#include "akkoord/store/store.h"
#include "akkoord/vault/password.h"
#include "akkoord/vault/token.h"

struct customer {
    struct uuid id;
    struct profile profile; /* in the arena */
    int64_t profile_version;
    struct uuid profile_key_id;
    int64_t created_at_us;
    int64_t restricted_since_us; /* processing is restricted to keeping, at the customer's wish; 0: it is not */
    bool email_is_verified;      /* they have shown that the address is theirs: accounts.h */
};

/* What a log-in needs. */
struct customer_credentials {
    struct uuid id;
    char password_hash[PASSWORD_HASH_BYTES];
};

/* Key, customer, first session and the code that proves the address in one transaction; `profile` is checked by the
 * caller. STATUS_CONFLICT `email_taken`: of any number of registrations at once under one address, exactly one
 * succeeds. */
enum status store_customer_register(struct store *store, struct arena *arena, const struct profile *profile,
                                    const char *password_hash, struct uuid *id, char token[TOKEN_TEXT_BYTES],
                                    struct error *error) AKKOORD_MUST_CHECK;

/* By normalised address. STATUS_NOT_FOUND when nobody has it. */
enum status store_customer_find_credentials(struct store *store, struct arena *arena, const char *email,
                                            struct customer_credentials *credentials,
                                            struct error *error) AKKOORD_MUST_CHECK;

/* Replaces a hash that was verified by one of today's parameters; does nothing when it has been changed meanwhile. */
enum status store_customer_replace_hash(struct store *store, struct arena *arena,
                                        const struct customer_credentials *credentials, const char *password_hash,
                                        struct error *error) AKKOORD_MUST_CHECK;

/* STATUS_NOT_FOUND when there is none. */
enum status store_customer_load(struct store *store, struct arena *arena, const struct uuid *id,
                                struct customer *customer, struct error *error) AKKOORD_MUST_CHECK;

/* Begins a transaction and loads the customer, whom nobody else changes until it ends. Failures as for loading. */
enum status store_customer_begin_change(struct store *store, struct arena *arena, const struct uuid *id,
                                        struct customer *customer, struct error *error) AKKOORD_MUST_CHECK;
/* Replaces the profile, all but the e-mail address, by `customer->profile` as it stands now. Sealed under a new data
 * key, and the old key is deleted: nothing opens what stood there any more (GDPR art. 16). In the transaction of
 * store_customer_begin_change(), which stays open. */
enum status store_customer_replace_profile(struct store *store, struct arena *arena, const struct customer *customer,
                                           struct error *error) AKKOORD_MUST_CHECK;
/* The same with the e-mail address, which has been proved to be theirs, and the index that finds it. STATUS_CONFLICT
 * `email_taken`: another customer has it. */
enum status store_customer_replace_email(struct store *store, struct arena *arena, const struct customer *customer,
                                         struct error *error) AKKOORD_MUST_CHECK;
