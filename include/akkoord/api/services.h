#pragma once
/* What is sold, CONTRACT section 3. */
#include "akkoord/api/call.h"

/* GET /v1/services, of anybody: names in ?language=, else as Accept-Language prefers, else Dutch. */
api_function api_services_list;

/* The language that an Accept-Language field (RFC 9110 section 12.5.4; NULL: none) prefers of those that we write;
 * Dutch when it prefers none. Pure. */
enum language api_preferred_language(const char *accept_language);
/* ?language=, else what Accept-Language prefers. STATUS_INVALID, field `language`, for one that we don't write. */
enum status api_choose_language(struct api_call *call, enum language *language, struct error *error) AKKOORD_MUST_CHECK;
