#pragma once
/* What both sides of Mollie share: its webhooks and the calls to it. Private to webhooks/. */
#include <stdbool.h>
#include <stddef.h>

/* `tr_` and at most 64 letters or digits: nothing that could change the path of a URL. */
bool mollie_is_payment_id(const char *text, size_t length);
