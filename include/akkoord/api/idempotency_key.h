#pragma once
/* The header Idempotency-Key. */
#include "akkoord/api/call.h"

#define IDEMPOTENCY_KEY_BYTES_MAX 255

/* NULL when none was sent. STATUS_INVALID unless it is one header of 1 to 255 printable ASCII characters. */
enum status api_take_idempotency_key(const struct api_call *call, const char **key,
                                     struct error *error) AKKOORD_MUST_CHECK;
