#pragma once
/* The seller's file, CONTRACT section 2: {"name","address","kvk_number","vat_number","iban","email"}. Pure. */
#include <stddef.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

/* The seller's texts live in the arena. STATUS_INVALID with the field that is wrong. */
enum status seller_read(struct arena *arena, const char *text, size_t length, struct seller *seller,
                        struct error *error) AKKOORD_MUST_CHECK;
