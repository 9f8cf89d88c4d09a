#pragma once
/* The head of an answer as bytes. Pure; internal to http. */
#include <stdbool.h>

#include "akkoord/base/buffer.h"
#include "akkoord/http/exchange.h"

#define ANSWER_HEAD_BYTES_MAX 16384

/* Status line, fields and empty line. `now_us` is for Date; over TLS, `is_secure` says to come so again. A field of the
 * handler's with a control byte in it is left out: it could forge another field. */
void answer_write_head(struct buffer *out, const struct http_answer *answer, const struct http_request *request,
                       bool close, bool is_secure, int64_t now_us);
/* RFC 9110 section 6.4.1: none to HEAD, none with 204 and 304. */
bool answer_has_body(const struct http_answer *answer, const struct http_request *request);
