/* The content of an order as JSON, and sealed. Pure; any thread. */
#include "akkoord/store/order_content.h"

#include "akkoord/base/json.h"
#include "akkoord/domain/tax.h"
#include "akkoord/store/parties.h"

#define TEXT_BYTES_MAX     1024
#define CATEGORY_BYTES_MAX 3

/* ---- writing ---- */

static json_t *line_to_json(struct arena *arena, const struct order_line *line)
{
    json_t *object = json_new_object(arena);
    json_set_text(object, "sku", line->sku);
    json_set_text(object, "name", line->name);
    json_set_integer(object, "quantity", line->quantity);
    json_set_integer(object, "unit_price", line->unit_price_minor);
    json_set_boolean(object, "price_includes_vat", line->price_includes_vat);
    json_set_integer(object, "net", line->net_minor);
    json_set_text(object, "vat_category", line->vat_category);
    json_set_integer(object, "vat_rate", line->vat_rate_basis_points);
    if (line->discount_minor == 0)
        return object;
    json_set_integer(object, "discount", line->discount_minor);
    json_set_integer(object, "discount_net", line->discount_net_minor);
    json_set_text(object, "discount_reason", line->discount_reason);
    return object;
}

static json_t *totals_to_json(struct arena *arena, const struct totals *totals)
{
    json_t *subtotals = json_new_array(arena);
    for (size_t i = 0; i < totals->subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &totals->subtotals[i];
        json_t *item = json_new_object(arena);
        json_set_text(item, "vat_category", subtotal->vat_category);
        json_set_integer(item, "vat_rate", subtotal->vat_rate_basis_points);
        json_set_integer(item, "net", subtotal->net_minor);
        json_set_integer(item, "vat", subtotal->vat_minor);
        if (subtotal->discount_net_minor != 0)
            json_set_integer(item, "discount_net", subtotal->discount_net_minor);
        if (subtotal->ground != vat_ground_of_category(subtotal->vat_category))
            json_set_text(item, "ground", vat_ground_name(subtotal->ground));
        if (subtotal->country[0] != '\0')
            json_set_text(item, "country", subtotal->country);
        json_append_value(subtotals, item);
    }
    json_t *object = json_new_object(arena);
    if (totals->discount_net_minor != 0) {
        json_set_integer(object, "lines_net", totals->lines_net_minor);
        json_set_integer(object, "discount_net", totals->discount_net_minor);
    }
    json_set_integer(object, "net", totals->net_minor);
    json_set_integer(object, "vat", totals->vat_minor);
    json_set_integer(object, "total", totals->total_minor);
    json_set_value(object, "subtotals", subtotals);
    return object;
}

static json_t *exchange_to_json(struct arena *arena, const struct exchange *exchange)
{
    json_t *object = json_new_object(arena);
    json_set_integer(object, "per_euro_millionths", exchange->per_euro_millionths);
    json_set_integer(object, "day", exchange->day);
    json_set_integer(object, "vat_euro", exchange->vat_euro_minor);
    json_set_integer(object, "total_euro", exchange->total_euro_minor);
    return object;
}

const char *order_content_write(struct arena *arena, const struct order_content *content, size_t *length)
{
    json_t *lines = json_new_array(arena);
    for (size_t i = 0; i < content->lines_count; i++)
        json_append_value(lines, line_to_json(arena, &content->lines[i]));
    json_t *object = json_new_object(arena);
    json_set_text(object, "language", language_name(content->language));
    json_set_text(object, "reference", content->reference);
    json_set_text(object, "currency", content->currency);
    json_set_value(object, "seller", seller_to_json(arena, &content->seller));
    json_set_value(object, "buyer", buyer_to_json(arena, &content->buyer));
    json_set_value(object, "lines", lines);
    json_set_value(object, "totals", totals_to_json(arena, &content->totals));
    if (content->discount_reason != NULL)
        json_set_text(object, "discount_reason", content->discount_reason);
    if (content->exchange.per_euro_millionths != 0)
        json_set_value(object, "exchange", exchange_to_json(arena, &content->exchange));
    return json_write(arena, object, length);
}

/* ---- reading ---- */

static enum status read_category(const json_t *object, const char *prefix, char category[4], struct error *error)
{
    const char *text;
    enum status status = json_get_text(object, prefix, "vat_category", JSON_REQUIRED, CATEGORY_BYTES_MAX, &text, error);
    if (status == STATUS_OK)
        snprintf(category, CATEGORY_BYTES_MAX + 1, "%s", text);
    return status;
}

static enum status read_rate(const json_t *object, const char *prefix, int64_t *rate, struct error *error)
{
    return json_get_integer(object, prefix, "vat_rate", JSON_REQUIRED, 0, VAT_RATE_BASIS_POINTS_MAX, rate, error);
}

static enum status read_amount(const json_t *object, const char *prefix, const char *key, int64_t *amount_minor,
                               struct error *error)
{
    return json_get_integer(object, prefix, key, JSON_REQUIRED, 0, ORDER_AMOUNT_MINOR_MAX, amount_minor, error);
}

/* Leaves what is absent as it is. */
static enum status read_later_amount(const json_t *object, const char *prefix, const char *key, int64_t *amount_minor,
                                     struct error *error)
{
    return json_get_integer(object, prefix, key, JSON_OPTIONAL, 0, ORDER_AMOUNT_MINOR_MAX, amount_minor, error);
}

static enum status read_line_discount(const json_t *object, const char *prefix, struct order_line *line,
                                      struct error *error)
{
    enum status status = read_later_amount(object, prefix, "discount", &line->discount_minor, error);
    if (status == STATUS_OK)
        status = read_later_amount(object, prefix, "discount_net", &line->discount_net_minor, error);
    if (status == STATUS_OK)
        status = json_get_text(object, prefix, "discount_reason", JSON_OPTIONAL, TEXT_BYTES_MAX, &line->discount_reason,
                               error);
    return status;
}

static enum status read_line(const json_t *object, const char *prefix, struct order_line *line, struct error *error)
{
    static const char *const known[] = {
        "sku",          "name",     "quantity", "unit_price",   "price_includes_vat", "net",
        "vat_category", "vat_rate", "discount", "discount_net", "discount_reason",    NULL};
    enum status status = json_refuse_unknown(object, prefix, known, error);
    if (status == STATUS_OK)
        status = json_get_text(object, prefix, "sku", JSON_REQUIRED, TEXT_BYTES_MAX, &line->sku, error);
    if (status == STATUS_OK)
        status = json_get_text(object, prefix, "name", JSON_REQUIRED, TEXT_BYTES_MAX, &line->name, error);
    if (status == STATUS_OK)
        status =
            json_get_integer(object, prefix, "quantity", JSON_REQUIRED, 1, ORDER_QUANTITY_MAX, &line->quantity, error);
    if (status == STATUS_OK)
        status = read_amount(object, prefix, "unit_price", &line->unit_price_minor, error);
    if (status == STATUS_OK)
        status =
            json_get_boolean(object, prefix, "price_includes_vat", JSON_REQUIRED, &line->price_includes_vat, error);
    if (status == STATUS_OK)
        status = read_amount(object, prefix, "net", &line->net_minor, error);
    if (status == STATUS_OK)
        status = read_category(object, prefix, line->vat_category, error);
    if (status == STATUS_OK)
        status = read_rate(object, prefix, &line->vat_rate_basis_points, error);
    if (status == STATUS_OK)
        status = read_line_discount(object, prefix, line, error);
    return status;
}

static enum status require_object(const json_t *item, const char *prefix, struct error *error)
{
    if (json_is_object(item))
        return STATUS_OK;
    return error_set_field(error, STATUS_INVALID, "type", prefix, "this item must be an object");
}

static enum status read_lines(struct arena *arena, const json_t *content_json, struct order_content *content,
                              struct error *error)
{
    json_t *array;
    enum status status = json_get_array(content_json, "", "lines", JSON_REQUIRED, ORDER_LINES_MAX, &array, error);
    if (status != STATUS_OK)
        return status;
    content->lines_count = json_array_size(array);
    content->lines = ARENA_ARRAY(arena, struct order_line, content->lines_count);
    for (size_t i = 0; i < content->lines_count && status == STATUS_OK; i++) {
        char prefix[ERROR_FIELD_BYTES];
        snprintf(prefix, sizeof(prefix), "lines[%zu].", i);
        const json_t *item = json_array_get(array, i);
        status = require_object(item, prefix, error);
        if (status == STATUS_OK)
            status = read_line(item, prefix, &content->lines[i], error);
    }
    return status;
}

static enum status read_ground(const json_t *item, const char *prefix, struct vat_subtotal *subtotal,
                               struct error *error)
{
    const char *ground = NULL;
    const char *country = NULL;
    enum status status = json_get_text(item, prefix, "ground", JSON_OPTIONAL, TEXT_BYTES_MAX, &ground, error);
    if (status == STATUS_OK)
        status = json_get_text(item, prefix, "country", JSON_OPTIONAL, COUNTRY_BYTES - 1, &country, error);
    if (status != STATUS_OK)
        return status;
    subtotal->ground = vat_ground_of_category(subtotal->vat_category);
    snprintf(subtotal->country, sizeof(subtotal->country), "%s", country != NULL ? country : "");
    if (ground == NULL || vat_ground_parse(ground, &subtotal->ground) == STATUS_OK)
        return STATUS_OK;
    return error_set_field(error, STATUS_INVALID, "unsupported", prefix, "a ground that is not known");
}

static enum status read_subtotal(const json_t *item, const char *prefix, struct vat_subtotal *subtotal,
                                 struct error *error)
{
    enum status status = require_object(item, prefix, error);
    if (status == STATUS_OK)
        status = read_category(item, prefix, subtotal->vat_category, error);
    if (status == STATUS_OK)
        status = read_rate(item, prefix, &subtotal->vat_rate_basis_points, error);
    if (status == STATUS_OK)
        status = read_amount(item, prefix, "net", &subtotal->net_minor, error);
    if (status == STATUS_OK)
        status = read_amount(item, prefix, "vat", &subtotal->vat_minor, error);
    if (status == STATUS_OK)
        status = read_later_amount(item, prefix, "discount_net", &subtotal->discount_net_minor, error);
    if (status == STATUS_OK)
        status = read_ground(item, prefix, subtotal, error);
    return status;
}

static enum status read_totals(const json_t *content_json, struct totals *totals, struct error *error)
{
    static const char prefix[] = "totals.";
    json_t *object;
    json_t *array;
    enum status status = json_get_object(content_json, "", "totals", JSON_REQUIRED, &object, error);
    if (status == STATUS_OK)
        status = read_amount(object, prefix, "net", &totals->net_minor, error);
    totals->lines_net_minor = totals->net_minor;
    if (status == STATUS_OK)
        status = read_later_amount(object, prefix, "lines_net", &totals->lines_net_minor, error);
    if (status == STATUS_OK)
        status = read_later_amount(object, prefix, "discount_net", &totals->discount_net_minor, error);
    if (status == STATUS_OK)
        status = read_amount(object, prefix, "vat", &totals->vat_minor, error);
    if (status == STATUS_OK)
        status = read_amount(object, prefix, "total", &totals->total_minor, error);
    if (status == STATUS_OK)
        status = json_get_array(object, prefix, "subtotals", JSON_REQUIRED, VAT_SUBTOTALS_MAX, &array, error);
    if (status != STATUS_OK)
        return status;
    totals->subtotals_count = json_array_size(array);
    for (size_t i = 0; i < totals->subtotals_count && status == STATUS_OK; i++) {
        char inner[ERROR_FIELD_BYTES];
        snprintf(inner, sizeof(inner), "totals.subtotals[%zu].", i);
        status = read_subtotal(json_array_get(array, i), inner, &totals->subtotals[i], error);
    }
    return status;
}

static enum status read_head(const json_t *object, struct order_content *content, struct error *error)
{
    const char *language;
    const char *currency;
    enum status status = json_get_text(object, "", "language", JSON_REQUIRED, TEXT_BYTES_MAX, &language, error);
    if (status == STATUS_OK && language_parse(language, &content->language) != STATUS_OK)
        return error_set_field(error, STATUS_INVALID, "unsupported", "language", "a language is nl or en");
    if (status == STATUS_OK)
        status = json_get_text(object, "", "reference", JSON_OPTIONAL, TEXT_BYTES_MAX, &content->reference, error);
    if (status == STATUS_OK)
        status = json_get_text(object, "", "currency", JSON_REQUIRED, TEXT_BYTES_MAX, &currency, error);
    if (status == STATUS_OK && currency_parse(currency, strlen(currency), content->currency) != STATUS_OK)
        return error_set_field(error, STATUS_INVALID, "format", "currency", "a currency is three letters");
    return status;
}

static enum status read_exchange(const json_t *content_json, struct exchange *exchange, struct error *error)
{
    static const char *const known[] = {"per_euro_millionths", "day", "vat_euro", "total_euro", NULL};
    static const char prefix[] = "exchange.";
    json_t *object;
    enum status status = json_get_object(content_json, "", "exchange", JSON_OPTIONAL, &object, error);
    if (status != STATUS_OK || object == NULL)
        return status;
    status = json_refuse_unknown(object, prefix, known, error);
    if (status == STATUS_OK)
        status = json_get_integer(object, prefix, "per_euro_millionths", JSON_REQUIRED, 1, ORDER_AMOUNT_MINOR_MAX,
                                  &exchange->per_euro_millionths, error);
    if (status == STATUS_OK)
        status =
            json_get_integer(object, prefix, "day", JSON_REQUIRED, 0, ORDER_AMOUNT_MINOR_MAX, &exchange->day, error);
    if (status == STATUS_OK)
        status = read_amount(object, prefix, "vat_euro", &exchange->vat_euro_minor, error);
    if (status == STATUS_OK)
        status = read_amount(object, prefix, "total_euro", &exchange->total_euro_minor, error);
    return status;
}

enum status order_content_read(struct arena *arena, const char *text, size_t length, struct order_content *content,
                               struct error *error)
{
    static const char *const known[] = {"language", "reference", "currency",        "seller",   "buyer",
                                        "lines",    "totals",    "discount_reason", "exchange", NULL};
    json_t *object;
    json_t *seller;
    json_t *buyer;
    *content = (struct order_content){.lines = NULL};
    enum status status = json_parse_object(arena, text, length, &object, error);
    if (status == STATUS_OK)
        status = json_refuse_unknown(object, "", known, error);
    if (status == STATUS_OK)
        status = read_head(object, content, error);
    if (status == STATUS_OK)
        status = json_get_object(object, "", "seller", JSON_REQUIRED, &seller, error);
    if (status == STATUS_OK)
        status = seller_from_json(seller, "seller.", &content->seller, error);
    if (status == STATUS_OK)
        status = json_get_object(object, "", "buyer", JSON_REQUIRED, &buyer, error);
    if (status == STATUS_OK)
        status = buyer_from_json(buyer, "buyer.", &content->buyer, error);
    if (status == STATUS_OK)
        status = read_lines(arena, object, content, error);
    if (status == STATUS_OK)
        status = read_totals(object, &content->totals, error);
    if (status == STATUS_OK)
        status = json_get_text(object, "", "discount_reason", JSON_OPTIONAL, TEXT_BYTES_MAX, &content->discount_reason,
                               error);
    if (status == STATUS_OK)
        status = read_exchange(object, &content->exchange, error);
    return status;
}

/* ---- sealed ---- */

static struct seal_context context_of(const struct order_content_place *place)
{
    return (struct seal_context){.table = "customer_order",
                                 .column = "content_sealed",
                                 .row_id = place->order_id,
                                 .subject_id = place->customer_id,
                                 .row_version = place->content_version};
}

enum status order_content_seal(struct arena *arena, const struct data_key *key, const struct order_content_place *place,
                               const struct order_content *content, uint8_t **blob, size_t *blob_length,
                               struct error *error)
{
    const struct seal_context context = context_of(place);
    size_t length;
    const char *text = order_content_write(arena, content, &length);
    return seal_bytes(arena, key, &context, text, length, blob, blob_length, error);
}

enum status order_content_open(struct arena *arena, const struct data_key *key, const struct order_content_place *place,
                               const void *blob, size_t blob_length, struct order_content *content, struct error *error)
{
    const struct seal_context context = context_of(place);
    uint8_t *text;
    size_t length;
    enum status status = seal_open_bytes(arena, key, &context, blob, blob_length, &text, &length, error);
    if (status != STATUS_OK)
        return status;
    struct error fault;
    if (order_content_read(arena, (const char *)text, length, content, &fault) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "content_unreadable", "a sealed content is not in its format: %s %s",
                         fault.code, fault.field);
    return STATUS_OK;
}
