#pragma once
/* What is sealed of a member of staff, as JSON: {"email", "totp_secret" (base32)}. Pure; any thread. */
#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/vault/totp.h"

/* In the arena. */
const char *staff_profile_write(struct arena *arena, const char *email, const uint8_t secret[TOTP_SECRET_BYTES]);
/* STATUS_INTERNAL `staff_profile_malformed`. */
enum status staff_profile_read(struct arena *arena, const char *text, size_t length, uint8_t secret[TOTP_SECRET_BYTES],
                               struct error *error) AKKOORD_MUST_CHECK;
