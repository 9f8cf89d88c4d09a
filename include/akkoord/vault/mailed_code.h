#pragma once
/*
 * Codes that are mailed to somebody to type over: eight digits, computed from the id of what they are for.
 *
 * A code is the number in the first eight bytes (big-endian) of HMAC-SHA256 over "mailed-code/<id>", modulo 10^8, under
 * the key of blind_index.h. So a code is stored nowhere, not even as a hash, of which there would be only 10^8 to try;
 * whoever has the database but not the keyring can't tell it; and a mail that is sent twice says the same code twice.
 * It is the caller's to count tries and to end its time. Any thread.
 */
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/base/uuid.h"
#include "akkoord/vault/keyring.h"

#define MAILED_CODE_DIGITS 8
#define MAILED_CODE_BYTES  (MAILED_CODE_DIGITS + 1)

/* The code of an id under the active index key. */
void mailed_code_make(struct keyring *keyring, const struct uuid *id, char code[MAILED_CODE_BYTES]);
/* Whether `text` is the code of an id, under any index key that lives: the key may have been changed since. */
bool mailed_code_fits(struct keyring *keyring, const struct uuid *id, const char *text, size_t length);
