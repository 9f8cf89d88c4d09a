/* Serves the description of the API, which the build embeds. Event loops; nothing but constant bytes. */
#include "akkoord/api/openapi.h"

extern const char openapi_json[];
extern const size_t openapi_json_length;

void api_openapi(void *context, struct http_exchange *exchange)
{
    (void)context;
    http_exchange_answer_json(exchange, 200, openapi_json, openapi_json_length);
}
