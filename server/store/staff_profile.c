/* The sealed profile of a member of staff as JSON and back. Keeps nothing between calls. */
#include "staff_profile.h"

#include "akkoord/base/json.h"
#include "akkoord/base/memory.h"

const char *staff_profile_write(struct arena *arena, const char *email, const uint8_t secret[TOTP_SECRET_BYTES])
{
    char base32[BASE32_BYTES(TOTP_SECRET_BYTES)];
    size_t length;
    json_t *profile = json_new_object(arena);
    base32_encode(secret, TOTP_SECRET_BYTES, base32);
    json_set_text(profile, "email", email);
    json_set_text(profile, "totp_secret", base32);
    memory_cleanse(base32, sizeof(base32));
    return json_write(arena, profile, &length);
}

enum status staff_profile_read(struct arena *arena, const char *text, size_t length, uint8_t secret[TOTP_SECRET_BYTES],
                               struct error *error)
{
    struct error fault;
    json_t *profile;
    const char *base32;
    size_t secret_length;
    enum status status = json_parse_object(arena, text, length, &profile, &fault);
    if (status == STATUS_OK)
        status =
            json_get_text(profile, "", "totp_secret", JSON_REQUIRED, BASE32_BYTES(TOTP_SECRET_BYTES), &base32, &fault);
    if (status == STATUS_OK)
        status = base32_decode(base32, strlen(base32), secret, TOTP_SECRET_BYTES, &secret_length);
    if (status != STATUS_OK || secret_length != TOTP_SECRET_BYTES)
        return error_set(error, STATUS_INTERNAL, "staff_profile_malformed", "a staff profile is not of a known form");
    return STATUS_OK;
}
