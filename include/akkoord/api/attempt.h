#pragma once
/* A new attempt to pay: what is known of it before the customer has done anything. */
#include "akkoord/api/call.h"
#include "akkoord/domain/order.h"

/* Fills id, provider, live, status, times and, where the provider's id is made here (sandbox), that and the page to pay
 * at. Amount and currency are the caller's. */
void api_attempt_begin(struct api_call *call, const char *provider, struct payment *attempt);
