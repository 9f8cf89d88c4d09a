#pragma once
/*
 * Owning an account: codes that are mailed (rows of akkoord.account_code), and what such a code allows. A code is for
 * one purpose, works once, for CODE_SECONDS, and may be tried CODE_TRIES_MAX times; of one customer and purpose only
 * the newest works. Beginning one adds the mail that brings it (mails.h).
 *
 * Every code that is not right gets the same failure: STATUS_INVALID, field `code`, code `wrong`. It says nothing of
 * whether one was mailed, is over, or was tried too often.
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/store/customers.h"
#include "akkoord/store/store.h"
#include "akkoord/vault/mailed_code.h"
#include "akkoord/vault/token.h"

#define CODE_SECONDS   900
#define CODE_TRIES_MAX 5

enum code_purpose { CODE_VERIFICATION, CODE_PASSWORD_RESET, CODE_EMAIL_CHANGE, CODE_LOG_IN };
#define CODE_PURPOSES 4

/* What a mail about a code needs. */
struct account_code {
    struct uuid id;
    enum code_purpose purpose;
    struct uuid customer_id; /* nil: nobody has the address that was given */
    const char *email;       /* of CODE_EMAIL_CHANGE: the new one */
    int64_t expires_at_us;
    char text[MAILED_CODE_BYTES];
};

/* ---- beginning ---- */

/* To prove the address of a registration; in the caller's transaction. */
enum status store_code_begin_verification(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                          struct error *error) AKKOORD_MUST_CHECK;
/* CODE_PASSWORD_RESET or CODE_LOG_IN, for whoever has this normalised address. The same work is done where nobody has
 * it. */
enum status store_code_begin_by_address(struct store *store, struct arena *arena, enum code_purpose purpose,
                                        const char *email, struct error *error) AKKOORD_MUST_CHECK;
/* To prove a new address, normalised, whether somebody has it already or not; and a notice to the old one.
 * STATUS_NOT_FOUND: no such customer. */
enum status store_code_begin_email_change(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                          const char *email, struct error *error) AKKOORD_MUST_CHECK;
/* STATUS_NOT_FOUND: there is no such code any more, or its address can't be opened any more. */
enum status store_code_open(struct store *store, struct arena *arena, const struct uuid *id, struct account_code *code,
                            struct error *error) AKKOORD_MUST_CHECK;

/* ---- using ---- */

/* The customer's address is theirs. */
enum status store_account_verify(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                 const char *code, struct error *error) AKKOORD_MUST_CHECK;
/* Makes the address of the code the customer's: the profile is sealed anew, and the address found by it.
 * STATUS_CONFLICT `email_taken`: another customer has it, which is told only to whoever has shown that it is theirs. */
enum status store_account_change_email(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                       const char *code, struct error *error) AKKOORD_MUST_CHECK;

/* A code that was right, and whose it is. */
struct code_proof {
    struct uuid code_id;
    struct uuid customer_id;
};
/* Counts a try, and is right for the code that was begun by this address for this purpose: only then is it worth
 * hashing a password. */
enum status store_code_try_by_address(struct store *store, struct arena *arena, enum code_purpose purpose,
                                      const char *email, const char *code, struct code_proof *proof,
                                      struct error *error) AKKOORD_MUST_CHECK;
/* Uses the code, and begins a session of SESSION_BY_CODE_SECONDS. The address has been proved by that. */
enum status store_account_log_in(struct store *store, struct arena *arena, const struct code_proof *proof,
                                 char token[TOKEN_TEXT_BYTES], struct error *error) AKKOORD_MUST_CHECK;
/* Sets the password and ends every session and every other code of the customer. Their address has been proved by
 * that. */
enum status store_account_reset_password(struct store *store, struct arena *arena, const struct code_proof *proof,
                                         const char *password_hash, struct error *error) AKKOORD_MUST_CHECK;

/* ---- with a password ---- */

/* STATUS_NOT_FOUND when there is no such customer. */
enum status store_account_find_credentials(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                           struct customer_credentials *credentials,
                                           struct error *error) AKKOORD_MUST_CHECK;
/* Sets the password in place of the one that was verified, ends every session but that of `token`, and every code.
 * STATUS_UNAUTHENTICATED `wrong_password`: it has been changed since it was verified. */
enum status store_account_change_password(struct store *store, struct arena *arena,
                                          const struct customer_credentials *verified, const char *password_hash,
                                          const char *token, size_t token_length,
                                          struct error *error) AKKOORD_MUST_CHECK;
