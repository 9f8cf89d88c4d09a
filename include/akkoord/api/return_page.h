#pragma once
/*
 * GET /checkout/{outcome}: where a payment provider sends the customer's browser back to, with the outcome `return` or
 * `cancelled`. It says nothing about the payment, which may not be known yet: that is for the order to say. Static; any
 * thread.
 */
#include "akkoord/http/router.h"

struct http_route return_page_route(void);
