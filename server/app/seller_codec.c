/* The codec of the seller's file. Pure. */
#include "seller_codec.h"

#include "akkoord/base/json.h"
#include "akkoord/store/parties.h"

#define LOGO_FILE_BYTES_MAX 1024

enum status seller_read(struct arena *arena, const char *text, size_t length, struct seller *seller,
                        const char **logo_file, struct error *error)
{
    json_t *object;
    enum status status = json_parse_object(arena, text, length, &object, error);
    if (status == STATUS_OK)
        status = json_get_text(object, "", "logo_file", JSON_OPTIONAL, LOGO_FILE_BYTES_MAX, logo_file, error);
    if (status != STATUS_OK)
        return status;
    if (*logo_file != NULL)
        *logo_file = arena_copy_text(arena, *logo_file);
    /* The rest is what an order's content holds, too. */
    json_object_del(object, "logo_file");
    return seller_from_json(object, "", seller, error);
}
