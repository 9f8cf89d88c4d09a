/* The JSON of addresses, buyers, sellers and profiles. Pure; any thread. */
#include "akkoord/store/parties.h"

/* One text of an object and where it goes. */
struct text_field {
    const char *key;
    enum json_presence presence;
    const char **text;
};

static enum status read_texts(const json_t *object, const char *prefix, const struct text_field *fields, size_t count,
                              struct error *error)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = json_get_text(object, prefix, fields[i].key, fields[i].presence, PARTY_TEXT_BYTES_MAX, fields[i].text,
                               error);
    return status;
}

#define READ_TEXTS(object, prefix, fields, error)                                                                      \
    read_texts((object), (prefix), (fields), sizeof(fields) / sizeof((fields)[0]), (error))

/* ---- addresses ---- */

/* {"street","postal_code","city","country"}, or null when all four are absent. */
static json_t *address_to_json(struct arena *arena, const struct postal_address *address)
{
    if (address->street == NULL && address->postal_code == NULL && address->city == NULL && address->country == NULL)
        return NULL;
    json_t *object = json_new_object(arena);
    json_set_text(object, "street", address->street);
    json_set_text(object, "postal_code", address->postal_code);
    json_set_text(object, "city", address->city);
    json_set_text(object, "country", address->country);
    return object;
}

/* The texts are the JSON's own: they live as long. A null address leaves all four NULL. */
static enum status address_from_json(const json_t *object, const char *prefix, const char *key,
                                     struct postal_address *address, struct error *error)
{
    static const char *const known[] = {"street", "postal_code", "city", "country", NULL};
    const struct text_field fields[] = {
        {"street", JSON_REQUIRED, &address->street},
        {"postal_code", JSON_REQUIRED, &address->postal_code},
        {"city", JSON_REQUIRED, &address->city},
        {"country", JSON_REQUIRED, &address->country},
    };
    memset(address, 0, sizeof(*address));
    json_t *found;
    enum status status = json_get_object(object, prefix, key, JSON_OPTIONAL, &found, error);
    if (status != STATUS_OK || found == NULL)
        return status;
    char inner[ERROR_FIELD_BYTES];
    snprintf(inner, sizeof(inner), "%s%s.", prefix, key);
    status = json_refuse_unknown(found, inner, known, error);
    if (status == STATUS_OK)
        status = READ_TEXTS(found, inner, fields, error);
    return status;
}

static enum status require_address(const struct postal_address *address, const char *prefix, struct error *error)
{
    if (address->street != NULL)
        return STATUS_OK;
    char field[ERROR_FIELD_BYTES];
    snprintf(field, sizeof(field), "%saddress", prefix);
    return error_set_field(error, STATUS_INVALID, "required", field, "this field is required");
}

/* ---- buyers ---- */

json_t *buyer_to_json(struct arena *arena, const struct buyer *buyer)
{
    json_t *object = json_new_object(arena);
    json_set_text(object, "name", buyer->name);
    json_set_text(object, "company", buyer->company);
    json_set_value(object, "address", address_to_json(arena, &buyer->address));
    json_set_text(object, "vat_number", buyer->vat_number);
    json_set_text(object, "kvk_number", buyer->kvk_number);
    json_set_text(object, "oin", buyer->oin);
    json_set_text(object, "email", buyer->email);
    return object;
}

enum status buyer_from_json(const json_t *object, const char *prefix, struct buyer *buyer, struct error *error)
{
    static const char *const known[] = {"name", "company", "address", "vat_number", "kvk_number", "oin", "email", NULL};
    const struct text_field fields[] = {
        {"name", JSON_REQUIRED, &buyer->name},
        {"company", JSON_OPTIONAL, &buyer->company},
        {"vat_number", JSON_OPTIONAL, &buyer->vat_number},
        {"kvk_number", JSON_OPTIONAL, &buyer->kvk_number},
        {"oin", JSON_OPTIONAL, &buyer->oin},
        {"email", JSON_OPTIONAL, &buyer->email},
    };
    enum status status = json_refuse_unknown(object, prefix, known, error);
    if (status == STATUS_OK)
        status = READ_TEXTS(object, prefix, fields, error);
    if (status == STATUS_OK)
        status = address_from_json(object, prefix, "address", &buyer->address, error);
    if (status == STATUS_OK)
        status = require_address(&buyer->address, prefix, error);
    return status;
}

/* ---- sellers ---- */

json_t *seller_to_json(struct arena *arena, const struct seller *seller)
{
    json_t *object = json_new_object(arena);
    json_set_text(object, "name", seller->name);
    json_set_value(object, "address", address_to_json(arena, &seller->address));
    json_set_text(object, "kvk_number", seller->kvk_number);
    json_set_text(object, "vat_number", seller->vat_number);
    json_set_text(object, "iban", seller->iban);
    json_set_text(object, "email", seller->email);
    json_set_text(object, "bic", seller->bic);
    json_set_integer(object, "payment_days", seller->payment_days);
    json_set_boolean(object, "small_business", seller->small_business);
    json_set_boolean(object, "one_stop_shop", seller->one_stop_shop);
    return object;
}

enum status seller_from_json(const json_t *object, const char *prefix, struct seller *seller, struct error *error)
{
    static const char *const known[] = {"name", "address",      "kvk_number",     "vat_number",    "iban", "email",
                                        "bic",  "payment_days", "small_business", "one_stop_shop", NULL};
    const struct text_field fields[] = {
        {"name", JSON_REQUIRED, &seller->name},
        {"kvk_number", JSON_REQUIRED, &seller->kvk_number},
        {"vat_number", JSON_REQUIRED, &seller->vat_number},
        {"iban", JSON_REQUIRED, &seller->iban},
        {"email", JSON_REQUIRED, &seller->email},
        {"bic", JSON_OPTIONAL, &seller->bic},
    };
    seller->payment_days = 0;
    seller->small_business = seller->one_stop_shop = false;
    seller->logo = (struct image){0};
    enum status status = json_refuse_unknown(object, prefix, known, error);
    if (status == STATUS_OK)
        status = READ_TEXTS(object, prefix, fields, error);
    if (status == STATUS_OK)
        status = address_from_json(object, prefix, "address", &seller->address, error);
    if (status == STATUS_OK)
        status = require_address(&seller->address, prefix, error);
    if (status == STATUS_OK)
        status = json_get_integer(object, prefix, "payment_days", JSON_OPTIONAL, 0, PAYMENT_DAYS_MAX,
                                  &seller->payment_days, error);
    if (status == STATUS_OK)
        status = json_get_boolean(object, prefix, "small_business", JSON_OPTIONAL, &seller->small_business, error);
    if (status == STATUS_OK)
        status = json_get_boolean(object, prefix, "one_stop_shop", JSON_OPTIONAL, &seller->one_stop_shop, error);
    return status;
}

/* ---- profiles ---- */

json_t *profile_to_json(struct arena *arena, const struct profile *profile)
{
    json_t *object = json_new_object(arena);
    json_set_text(object, "email", profile->email);
    json_set_text(object, "name", profile->name);
    json_set_text(object, "company", profile->company);
    json_set_text(object, "phone", profile->phone);
    json_set_value(object, "address", address_to_json(arena, &profile->address));
    json_set_text(object, "vat_number", profile->vat_number);
    json_set_text(object, "kvk_number", profile->kvk_number);
    /* Of authorities alone: nobody else is shown that they have none. */
    if (profile->oin != NULL)
        json_set_text(object, "oin", profile->oin);
    json_set_text(object, "language", language_name(profile->language));
    return object;
}

enum status profile_from_json(const json_t *object, const char *prefix, struct profile *profile, struct error *error)
{
    static const char *const known[] = {"email",      "name",       "company", "phone",    "address",
                                        "vat_number", "kvk_number", "oin",     "language", NULL};
    const char *language;
    const struct text_field fields[] = {
        {"email", JSON_REQUIRED, &profile->email},
        {"name", JSON_REQUIRED, &profile->name},
        {"company", JSON_OPTIONAL, &profile->company},
        {"phone", JSON_OPTIONAL, &profile->phone},
        {"vat_number", JSON_OPTIONAL, &profile->vat_number},
        {"kvk_number", JSON_OPTIONAL, &profile->kvk_number},
        {"oin", JSON_OPTIONAL, &profile->oin},
        {"language", JSON_REQUIRED, &language},
    };
    enum status status = json_refuse_unknown(object, prefix, known, error);
    if (status == STATUS_OK)
        status = READ_TEXTS(object, prefix, fields, error);
    if (status == STATUS_OK)
        status = address_from_json(object, prefix, "address", &profile->address, error);
    if (status == STATUS_OK && language_parse(language, &profile->language) != STATUS_OK)
        status = error_set_field(error, STATUS_INVALID, "unsupported", "language", "a language is nl or en");
    return status;
}
