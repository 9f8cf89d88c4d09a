#pragma once
/* Customers and their sessions, CONTRACT section 3. */
#include "akkoord/api/call.h"

/* POST /v1/customers, of anybody, on the slow lane: 201 {"id", "token"}; 409 `email_taken`. */
api_function api_customer_register;
/* POST /v1/sessions, of anybody, on the slow lane: 201 {"token"}. An unknown address and a wrong password get the same
 * 401 after the same time. */
api_function api_session_begin;
/* DELETE /v1/sessions, of whoever holds a token: 204, and the token is no more. */
api_function api_session_end;
/* GET /v1/me */
api_function api_me_show;
api_function api_me_change;
