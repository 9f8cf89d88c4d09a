#pragma once
/*
 * Members of staff: rows of akkoord.staff. The e-mail address and the TOTP secret are sealed under a staff data key of
 * their own; a person is found by the blind index of the address.
 */
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/store/sessions.h"
#include "akkoord/store/store.h"
#include "akkoord/vault/totp.h"

struct new_staff {
    const char *email;          /* normalised */
    const char *password_hash;  /* PHC string */
    const uint8_t *totp_secret; /* TOTP_SECRET_BYTES */
    enum staff_role role;
    bool policy_author; /* decides no review of what the policy decided */
};

/* STATUS_CONFLICT `email_taken`. */
enum status store_staff_add(struct store *store, struct arena *arena, const struct new_staff *staff, struct uuid *id,
                            struct error *error) AKKOORD_MUST_CHECK;

/* Ends their employment: sessions are over, nobody logs in, and the account's term begins. STATUS_NOT_FOUND: nobody who
 * works here has this normalised address. */
enum status store_staff_end(struct store *store, struct arena *arena, const char *email,
                            struct error *error) AKKOORD_MUST_CHECK;

/* What a log-in is checked against. */
struct staff_credentials {
    struct uuid id;
    enum staff_role role;
    const char *password_hash;
    uint8_t totp_secret[TOTP_SECRET_BYTES];
};

/* By normalised address, of those who work here. STATUS_NOT_FOUND. */
enum status store_staff_find(struct store *store, struct arena *arena, const char *email,
                             struct staff_credentials *credentials, struct error *error) AKKOORD_MUST_CHECK;

/* Replaces a hash that was verified by one of today's parameters; does nothing when it has been changed meanwhile. */
enum status store_staff_replace_hash(struct store *store, struct arena *arena,
                                     const struct staff_credentials *credentials, const char *password_hash,
                                     struct error *error) AKKOORD_MUST_CHECK;

/* Uses the code of a TOTP step up and begins a session, both or neither. Of several at once with the same code one
 * gets a session; the others, and whoever comes with an older one: STATUS_UNAUTHENTICATED `code_used`. */
enum status store_staff_log_in(struct store *store, struct arena *arena, const struct uuid *staff_id, int64_t totp_step,
                               char token[TOKEN_TEXT_BYTES], struct error *error) AKKOORD_MUST_CHECK;
