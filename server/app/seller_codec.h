#pragma once
/* The seller's file, CONTRACT section 2: {"name","address","kvk_number","vat_number","iban","email"}, with the optional
 * ones of store/parties.h and "logo_file", the path of a picture. Pure. */
#include <stddef.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

/* The texts live in the arena; `*logo_file` is NULL without one. STATUS_INVALID with the field that is wrong. */
enum status seller_read(struct arena *arena, const char *text, size_t length, struct seller *seller,
                        const char **logo_file, struct error *error) AKKOORD_MUST_CHECK;
