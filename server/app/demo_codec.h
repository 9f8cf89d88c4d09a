#pragma once
/* What the demo reads out of the API's answers. Pure. */
#include <stddef.h>

#include "akkoord/base/arena.h"

/* The text, number or null ("") at a path such as "invoices.0.number" in a JSON document; NULL when there is nothing,
 * or no JSON. In the arena. */
const char *demo_read(struct arena *arena, const char *json, size_t length, const char *path);
/* What to send; all in the arena. */
const char *demo_write_customer(struct arena *arena, const char *email, const char *password);
const char *demo_write_order(struct arena *arena, const char *sku, const char *other_sku);
const char *demo_write_text(struct arena *arena, const char *key, const char *text, const char *other_key,
                            const char *other_text);
const char *demo_write_log_in(struct arena *arena, const char *email, const char *password, const char *code);
