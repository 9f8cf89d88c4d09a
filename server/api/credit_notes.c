/* Credit notes that staff draw up over a part of an invoice. Worker threads; no state. Reckons nothing: that is the
 * committer's, while nothing else can credit the same invoice. */
#include "akkoord/acceptance/committer.h"
#include "akkoord/api/fields.h"
#include "akkoord/api/idempotency_key.h"
#include "akkoord/api/orders.h"
#include "akkoord/api/staff.h"
#include "akkoord/base/crypto.h"
#include "akkoord/domain/tax.h"
#include "akkoord/store/credit_content.h"
#include "akkoord/store/services.h"

/* ---- the body ---- */

static void note(struct api_call *call, enum status status, const struct error *fault)
{
    if (status != STATUS_OK)
        api_call_note_fault(call, fault);
}

/* The prefix of an item's fields; NULL, noted, when it is no object. */
static const char *take_item(struct api_call *call, const json_t *item, const char *list, size_t index)
{
    if (json_is_object(item))
        return arena_format(call->arena, "%s[%zu].", list, index);
    api_call_note_field(call, arena_format(call->arena, "%s[%zu]", list, index), "type", "must be an object");
    return NULL;
}

static void take_part(struct api_call *call, const json_t *item, size_t index, struct credit_part *part)
{
    static const char *const known[] = {"line", "quantity", NULL};
    struct error fault;
    const char *prefix = take_item(call, item, "lines", index);
    if (prefix == NULL)
        return;
    api_take_no_others(call, item, prefix, known);
    note(call, json_get_integer(item, prefix, "line", JSON_REQUIRED, 1, ORDER_LINES_MAX, &part->line, &fault), &fault);
    note(call,
         json_get_integer(item, prefix, "quantity", JSON_REQUIRED, 1, ORDER_QUANTITY_MAX, &part->quantity, &fault),
         &fault);
}

static void take_gross(struct api_call *call, const json_t *item, const char *prefix, struct credit_amount *amount)
{
    static const char *const known[] = {"amount", "currency", NULL};
    const char *inner = arena_format(call->arena, "%sgross.", prefix);
    struct error fault;
    json_t *gross;
    enum status status = json_get_object(item, prefix, "gross", JSON_REQUIRED, &gross, &fault);
    note(call, status, &fault);
    if (status != STATUS_OK)
        return;
    api_take_no_others(call, gross, inner, known);
    note(call,
         json_get_integer(gross, inner, "amount", JSON_REQUIRED, 1, ORDER_AMOUNT_MINOR_MAX, &amount->gross_minor,
                          &fault),
         &fault);
    const char *currency = api_take_text(call, gross, inner, "currency", JSON_REQUIRED, CURRENCY_BYTES - 1);
    if (currency != NULL)
        snprintf(amount->currency, sizeof(amount->currency), "%s", currency);
}

static void take_amount(struct api_call *call, const json_t *item, size_t index, struct credit_amount *amount)
{
    static const char *const known[] = {"vat_category", "vat_rate", "gross", NULL};
    const char *prefix = take_item(call, item, "amounts", index);
    if (prefix == NULL)
        return;
    api_take_no_others(call, item, prefix, known);
    const char *category =
        api_take_text(call, item, prefix, "vat_category", JSON_REQUIRED, sizeof(amount->vat_category) - 1);
    const char *rate = api_take_text(call, item, prefix, "vat_rate", JSON_REQUIRED, VAT_RATE_TEXT_BYTES);
    if (category != NULL)
        snprintf(amount->vat_category, sizeof(amount->vat_category), "%s", category);
    if (rate != NULL && vat_rate_parse(rate, &amount->vat_rate_basis_points) != STATUS_OK)
        api_call_note_field(call, arena_format(call->arena, "%svat_rate", prefix), "format",
                            "a rate is a percentage as text, as \"21.00\"");
    take_gross(call, item, prefix, amount);
}

/* One list of two: units of lines, or amounts. */
static void take_lists(struct api_call *call, const json_t *body, struct credit_request *request)
{
    json_t *lines = NULL;
    json_t *amounts = NULL;
    struct error fault;
    enum status status = json_get_array(body, "", "lines", JSON_OPTIONAL, ORDER_LINES_MAX, &lines, &fault);
    note(call, status, &fault);
    if (status == STATUS_OK) {
        status = json_get_array(body, "", "amounts", JSON_OPTIONAL, VAT_SUBTOTALS_MAX, &amounts, &fault);
        note(call, status, &fault);
    }
    if (status != STATUS_OK)
        return;
    request->parts_count = lines != NULL ? json_array_size(lines) : 0;
    request->amounts_count = amounts != NULL ? json_array_size(amounts) : 0;
    if ((lines != NULL) == (amounts != NULL) || request->parts_count + request->amounts_count == 0)
        api_call_note_field(call, lines != NULL && amounts != NULL ? "amounts" : "lines", "required",
                            "name lines or amounts to credit, and not both");
    struct credit_part *parts = ARENA_ARRAY(call->arena, struct credit_part, request->parts_count);
    struct credit_amount *sums = ARENA_ARRAY(call->arena, struct credit_amount, request->amounts_count);
    for (size_t i = 0; i < request->parts_count; i++)
        take_part(call, json_array_get(lines, i), i, &parts[i]);
    for (size_t i = 0; i < request->amounts_count; i++)
        take_amount(call, json_array_get(amounts, i), i, &sums[i]);
    request->parts = parts;
    request->amounts = sums;
}

static enum status take_key(struct api_call *call, struct credit_request *request, struct error *error)
{
    const char *key;
    enum status status = api_take_idempotency_key(call, &key, error);
    if (status != STATUS_OK || key == NULL)
        return status;
    request->has_key = true;
    crypto_sha256(key, strlen(key), request->key_sha256);
    crypto_sha256(call->request->body, call->request->body_length, request->body_sha256);
    return STATUS_OK;
}

static enum status check_refund(struct api_call *call, const struct uuid *order_id,
                                const struct credit_request *request, struct error *error)
{
    bool has_refund = true;
    enum status status = STATUS_OK;
    if (request->refund != NULL)
        status = store_order_has_refund(call->store, call->arena, order_id, request->refund, &has_refund, error);
    if (status == STATUS_OK && !has_refund)
        api_call_note_field(call, "refund", "unknown", "no refund of this id is known of the order's payments");
    return status;
}

static enum status read_request(struct api_call *call, const struct uuid *order_id, struct credit_request *request,
                                struct error *error)
{
    static const char *const known[] = {"lines", "amounts", "reason", "refund", NULL};
    json_t *body;
    enum status status = api_call_body(call, &body, error);
    if (status == STATUS_OK)
        status = take_key(call, request, error);
    if (status != STATUS_OK)
        return status;
    api_take_no_others(call, body, "", known);
    take_lists(call, body, request);
    request->reason = api_take_text(call, body, "", "reason", JSON_REQUIRED, CREDIT_REASON_LENGTH_MAX);
    request->refund = api_take_text(call, body, "", "refund", JSON_OPTIONAL, CREDIT_REFUND_LENGTH_MAX);
    status = check_refund(call, order_id, request, error);
    return status == STATUS_OK ? api_call_check_faults(call, error) : status;
}

enum status api_staff_credit_note_add(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct credit_request *request = ARENA_NEW(call->arena, struct credit_request);
    bool is_repeated = false;
    struct order_command command = {
        .kind = COMMAND_CREDIT, .staff_id = call->staff_id, .credit = request, .credit_is_repeated = &is_repeated};
    enum status status = api_call_id(call, "id", &command.order_id, error);
    if (status == STATUS_OK)
        status = read_request(call, &command.order_id, request, error);
    if (status == STATUS_OK)
        status = committer_run(call->options->committer, &command, error);
    if (status == STATUS_OK)
        status = api_answer_staff_order(call, &command.order_id, 201, answer, error);
    if (status == STATUS_OK && is_repeated)
        api_answer_add_header(call, answer, "Idempotency-Replayed", "true");
    return status;
}

/* ---- as they are shown ---- */

json_t *credit_note_to_json(struct arena *arena, const struct stored_credit_note *stored, const char *currency)
{
    json_t *lines = json_new_array(arena);
    for (size_t i = 0; i < stored->parts_count; i++) {
        json_t *line = json_new_object(arena);
        json_set_integer(line, "line", stored->parts[i].line);
        json_set_integer(line, "quantity", stored->parts[i].quantity);
        json_append_value(lines, line);
    }
    json_t *object = json_new_object(arena);
    json_set_text(object, "number", stored->number);
    json_set_text(object, "invoice", stored->credited_number);
    json_set_text(object, "reason", stored->reason);
    json_set_text(object, "refund", stored->refund);
    json_set_value(object, "lines", lines);
    json_set_money(object, "net", stored->totals.net_minor, currency);
    json_set_money(object, "vat", stored->totals.vat_minor, currency);
    json_set_money(object, "total", stored->totals.total_minor, currency);
    return object;
}

enum status api_load_credit_notes(struct api_call *call, const struct uuid *order_id, const char *currency,
                                  json_t **array, struct error *error)
{
    struct stored_credit_note *notes = NULL;
    size_t count = 0;
    enum status status = store_credit_notes_of_order(call->store, call->arena, order_id, &notes, &count, error);
    if (status != STATUS_OK)
        return status;
    *array = json_new_array(call->arena);
    for (size_t i = 0; i < count; i++)
        json_append_value(*array, credit_note_to_json(call->arena, &notes[i], currency));
    return STATUS_OK;
}
