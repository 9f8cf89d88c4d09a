#pragma once
/*
 * Owning an account: proof of the e-mail address, another password, another address, sessions. Codes are those of
 * store/accounts.h; one that is not right is 422 `validation` with the field `code`, whatever is wrong with it.
 */
#include "akkoord/api/call.h"
#include "akkoord/store/sessions.h"

/* POST /v1/me/email/verification {"code"}: 204. */
api_function api_email_verify;
/* POST /v1/me/email/verification/resend: 202 {"expires_at"}; 409 `email_verified`: it was proved already. */
api_function api_email_verification_resend;
/* POST /v1/me/email {"email", "password"}: 202 {"expires_at"}, and a code goes to the new address, whether somebody has
 * it or not. On the slow lane. */
api_function api_email_change;
/* POST /v1/me/email/confirm {"code"}: 204; 409 `email_taken`. */
api_function api_email_change_confirm;

/* POST /v1/password-resets {"email"}, of anybody: 202 {"expires_at"}, for every address alike. */
api_function api_password_reset;
/* POST /v1/password-resets/confirm {"email", "code", "password"}, of anybody, on the slow lane: 204, and every session
 * of that customer has ended. */
api_function api_password_reset_confirm;
/* POST /v1/log-in-codes {"email"}, of anybody: 202 {"expires_at"}, for every address alike. For whoever wants to use
 * their rights and has no password at hand. */
api_function api_log_in_code;
/* POST /v1/log-in-codes/confirm {"email", "code"}, of anybody: 201 {"token"}, for one hour. */
api_function api_log_in_code_confirm;
/* PUT /v1/me/password {"current", "new"}, on the slow lane: 204, and every other session has ended. */
api_function api_password_change;

/* {"id", "created_at", "expires_at", "current"}, in the arena. */
json_t *session_to_json(struct arena *arena, const struct listed_session *session);
/* GET /v1/me/sessions: a list of {"id", "created_at", "expires_at", "current"}. */
api_function api_sessions_list;
/* DELETE /v1/me/sessions: 204, all others have ended. */
api_function api_sessions_end_others;
/* DELETE /v1/me/sessions/{id}: 204. */
api_function api_session_end_one;
