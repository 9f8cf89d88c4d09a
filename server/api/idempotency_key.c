/* Reads the header Idempotency-Key. Worker threads; no state. */
#include "akkoord/api/idempotency_key.h"

static bool is_idempotency_key(const char *key)
{
    size_t length = strlen(key);
    for (size_t i = 0; i < length; i++) {
        if (key[i] < 0x20 || key[i] > 0x7E)
            return false;
    }
    return length >= 1 && length <= IDEMPOTENCY_KEY_BYTES_MAX;
}

enum status api_take_idempotency_key(const struct api_call *call, const char **key, struct error *error)
{
    static const char header[] = "Idempotency-Key";
    *key = NULL;
    if (http_request_header_count(call->request, header) == 0)
        return STATUS_OK;
    const char *sent = http_request_header(call->request, header);
    if (sent == NULL || !is_idempotency_key(sent))
        return error_set_field(error, STATUS_INVALID, "format", header,
                               "an Idempotency-Key is one header of 1 to %d printable ASCII characters",
                               IDEMPOTENCY_KEY_BYTES_MAX);
    *key = sent;
    return STATUS_OK;
}
