#pragma once
/*
 * Sessions: rows of akkoord.session. Of a token only its SHA-256 is stored (vault/token.h).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/store/store.h"
#include "akkoord/vault/token.h"

#define SESSION_CUSTOMER_SECONDS (INT64_C(30) * 86400)
#define SESSION_BY_CODE_SECONDS  INT64_C(3600)
#define SESSION_STAFF_SECONDS    (INT64_C(12) * 3600)

/* The words of akkoord.staff.role are "reviewer", "manager" and "auditor". */
enum staff_role { STAFF_REVIEWER, STAFF_MANAGER, STAFF_AUDITOR };
#define STAFF_ROLES 3

const char *staff_role_name(enum staff_role role);
/* STATUS_INVALID for a word that is none. */
enum status staff_role_parse(const char *text, enum staff_role *role) AKKOORD_MUST_CHECK;

/* Whose session it is: of a customer, or of a member of staff; the other id is nil. */
struct session {
    struct uuid customer_id;
    enum language language; /* the customer's */
    struct uuid staff_id;
    enum staff_role role; /* as it is now, not as it was at the log-in */
    int64_t expires_at_us;
};

/* Begins a session in the caller's transaction, or alone, and makes its token: 30 days for a customer, an hour
 * after a mailed code, 12 hours for staff. */
enum status store_session_begin_customer(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                         char token[TOKEN_TEXT_BYTES], struct error *error) AKKOORD_MUST_CHECK;
enum status store_session_begin_by_code(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                        char token[TOKEN_TEXT_BYTES], struct error *error) AKKOORD_MUST_CHECK;
enum status store_session_begin_staff(struct store *store, struct arena *arena, const struct uuid *staff_id,
                                      char token[TOKEN_TEXT_BYTES], struct error *error) AKKOORD_MUST_CHECK;

/* Whose token it is. STATUS_UNAUTHENTICATED `unauthenticated` for one that never was, has expired or was ended. */
enum status store_session_find(struct store *store, struct arena *arena, const char *token, size_t length,
                               struct session *session, struct error *error) AKKOORD_MUST_CHECK;

/* Ends one session; ending it twice is no error. */
enum status store_session_end(struct store *store, struct arena *arena, const char *token, size_t length,
                              struct error *error) AKKOORD_MUST_CHECK;

/* ---- a customer's own ---- */

struct listed_session {
    struct uuid id;
    int64_t created_at_us;
    int64_t expires_at_us;
    bool is_current;
};

/* Those that are not over, newest first, at most `limit`, from after the session `after` (nil: from the start). `token`
 * tells which one is asking. The array lives in the arena. */
enum status store_sessions_list(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                const char *token, size_t length, const struct uuid *after, size_t limit,
                                struct listed_session **sessions, size_t *count,
                                struct error *error) AKKOORD_MUST_CHECK;
/* STATUS_NOT_FOUND: the customer has no such session. */
enum status store_session_end_one(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                  const struct uuid *id, struct error *error) AKKOORD_MUST_CHECK;
/* All but that of `token`, which is NULL for all. In the caller's transaction or alone. */
enum status store_sessions_end_others(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                      const char *token, size_t length, struct error *error) AKKOORD_MUST_CHECK;
