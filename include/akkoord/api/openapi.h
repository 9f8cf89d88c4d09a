#pragma once
/* The published description of the API: server/api/openapi.json (OpenAPI 3.1), embedded by the build. */
#include "akkoord/http/exchange.h"

/* GET /openapi.json. Answers at once, on the event loop. */
void api_openapi(void *context, struct http_exchange *exchange);
