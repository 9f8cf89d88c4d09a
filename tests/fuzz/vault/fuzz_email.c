/* E-mail addresses (vault/blind_index.h) under libFuzzer: what is accepted has the one form that is indexed. */
#include "akkoord/vault/blind_index.h"

#include "../fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char email[EMAIL_BYTES];
    struct error error = {0};
    enum status status = email_normalise((const char *)data, size, email, &error);
    if (status != STATUS_OK) {
        require(status == STATUS_INVALID && strcmp(error.field, "email") == 0);
        require(strcmp(error.code, "length") == 0 || strcmp(error.code, "format") == 0);
        return 0;
    }
    size_t length = strlen(email);
    const char *at = strchr(email, '@');
    require(length >= EMAIL_LENGTH_MIN && length <= EMAIL_LENGTH_MAX);
    require(at != NULL && at != email && strchr(at + 1, '@') == NULL && strchr(at, '.') != NULL);
    for (size_t i = 0; i < length; i++)
        require((unsigned char)email[i] > ' ' && email[i] != 0x7F && !(email[i] >= 'A' && email[i] <= 'Z'));
    char again[EMAIL_BYTES];
    require(email_normalise(email, length, again, &error) == STATUS_OK && strcmp(email, again) == 0);
    return 0;
}
