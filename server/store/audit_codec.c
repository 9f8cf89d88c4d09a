/* JSON of covered rows in the one form that digests are made of. Keeps nothing; any thread. */
#include "akkoord/base/json.h"
#include "audit_internal.h"

const char *audit_canonical_json(struct arena *arena, const char *text)
{
    json_t *value;
    size_t length;
    if (json_parse_object(arena, text, strlen(text), &value, NULL) != STATUS_OK)
        return text;
    return json_write_canonical(arena, value, &length);
}
