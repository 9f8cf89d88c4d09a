/* The languages that we write, as words. Pure; any thread. */
#include "akkoord/domain/invoice.h"

#include <string.h>

static const char *const names[] = {[LANGUAGE_NL] = "nl", [LANGUAGE_EN] = "en"};

const char *language_name(enum language language)
{
    return names[language];
}

enum status language_parse(const char *text, enum language *language)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            *language = (enum language)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}
