#pragma once
/* How a parsed head becomes a struct http_request. Internal to http. */
#include "akkoord/http/exchange.h"
#include "akkoord/http/parser.h"

/* Fills what the head says: method, path, query, headers. `bytes` are the head's own; the texts are copies in `arena`.
 */
void request_read_head(struct http_request *request, struct arena *arena, const struct http_head *head,
                       const char *bytes);
