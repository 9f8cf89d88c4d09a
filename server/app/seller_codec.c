/* The codec of the seller's file. Pure. */
#include "seller_codec.h"

#include "akkoord/base/json.h"
#include "akkoord/store/parties.h"

enum status seller_read(struct arena *arena, const char *text, size_t length, struct seller *seller,
                        struct error *error)
{
    json_t *object;
    enum status status = json_parse_object(arena, text, length, &object, error);
    return status == STATUS_OK ? seller_from_json(object, "", seller, error) : status;
}
