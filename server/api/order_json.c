/* Orders as the API shows them. Pure; worker threads. */
#include "akkoord/api/decisions.h"
#include "akkoord/api/orders.h"
#include "akkoord/api/vat_checks.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/domain/tax.h"
#include "akkoord/store/services.h"

/* An order shows prices without VAT, whatever basis they are sold on; what was reckoned with stands in the lines' nets.
 */
static int64_t net_unit_price(const struct order_line *line)
{
    int64_t net_minor = line->unit_price_minor;
    if (!tax_net_unit_price(line->unit_price_minor, line->price_includes_vat, line->vat_rate_basis_points, &net_minor))
        return line->unit_price_minor;
    return net_minor;
}

/* Without VAT; null where there is none. */
static json_t *discount_to_json(struct arena *arena, int64_t net_minor, const char *reason, const char *currency)
{
    if (reason == NULL)
        return NULL;
    json_t *object = json_new_object(arena);
    json_set_money(object, "net", net_minor, currency);
    json_set_text(object, "reason", reason);
    return object;
}

static json_t *breakdown_to_json(struct arena *arena, const struct order_content *content)
{
    json_t *array = json_new_array(arena);
    for (size_t i = 0; i < content->totals.subtotals_count; i++) {
        const struct vat_subtotal *subtotal = &content->totals.subtotals[i];
        char rate[VAT_RATE_TEXT_BYTES];
        vat_rate_format(subtotal->vat_rate_basis_points, rate);
        json_t *item = json_new_object(arena);
        json_set_text(item, "vat_category", subtotal->vat_category);
        json_set_text(item, "vat_rate", rate);
        json_set_money(item, "net", subtotal->net_minor, content->currency);
        json_set_money(item, "vat", subtotal->vat_minor, content->currency);
        json_set_money(item, "discount", subtotal->discount_net_minor, content->currency);
        json_set_text(item, "ground", subtotal->ground != VAT_GROUND_NONE ? vat_ground_name(subtotal->ground) : NULL);
        json_set_text(item, "country", subtotal->country[0] != '\0' ? subtotal->country : NULL);
        json_append_value(array, item);
    }
    return array;
}

static json_t *exchange_to_json(struct arena *arena, const struct exchange *exchange)
{
    char date[CALENDAR_DATE_BYTES];
    if (exchange->per_euro_millionths == 0)
        return NULL;
    calendar_format_date(exchange->day, date);
    json_t *object = json_new_object(arena);
    json_set_text(object, "per_euro",
                  arena_format(arena, "%lld.%06lld", (long long)(exchange->per_euro_millionths / 1000000),
                               (long long)(exchange->per_euro_millionths % 1000000)));
    json_set_text(object, "date", date);
    json_set_money(object, "vat", exchange->vat_euro_minor, "EUR");
    json_set_money(object, "total", exchange->total_euro_minor, "EUR");
    return object;
}

static json_t *lines_to_json(struct arena *arena, const struct order_content *content)
{
    json_t *array = json_new_array(arena);
    for (size_t i = 0; i < content->lines_count; i++) {
        const struct order_line *line = &content->lines[i];
        char rate[VAT_RATE_TEXT_BYTES];
        vat_rate_format(line->vat_rate_basis_points, rate);
        json_t *item = json_new_object(arena);
        json_set_text(item, "sku", line->sku);
        json_set_text(item, "name", line->name);
        json_set_integer(item, "quantity", line->quantity);
        json_set_money(item, "unit_price", net_unit_price(line), content->currency);
        json_set_money(item, "net", line->net_minor, content->currency);
        json_set_text(item, "vat_category", line->vat_category);
        json_set_text(item, "vat_rate", rate);
        json_set_value(item, "discount",
                       discount_to_json(arena, line->discount_net_minor, line->discount_reason, content->currency));
        json_append_value(array, item);
    }
    return array;
}

json_t *payment_to_json(struct arena *arena, const struct payment *payment)
{
    const char *provider_id = payment->provider_payment_id;
    json_t *object = json_new_object(arena);
    json_set_uuid(object, "id", &payment->id);
    json_set_text(object, "provider", payment->provider);
    json_set_text(object, "provider_payment_id", provider_id[0] != '\0' ? provider_id : NULL);
    json_set_text(object, "status", payment_status_name(payment->status));
    json_set_money(object, "amount", payment->amount_minor, payment->currency);
    json_set_text(object, "checkout_url", payment->checkout_url);
    return object;
}

/* By when the rest of an invoice has to be paid, where there is a rest. The seller's term is sealed with the order,
 * which a list doesn't open.
 */
static void set_due_date(json_t *item, const struct stored_order *order, const struct stored_document *document)
{
    const struct issued_amounts issued = {document->kind, document->issue_day, document->total_minor,
                                          document->prepaid_minor};
    char date[CALENDAR_DATE_BYTES];
    int64_t day = invoice_due_day(&order->content.seller, &issued);
    if (day == 0)
        return;
    calendar_format_date(day, date);
    json_set_text(item, "due_date", date);
}

static json_t *documents_to_json(struct arena *arena, const struct stored_order *order, bool has_content)
{
    json_t *array = json_new_array(arena);
    for (size_t i = 0; i < order->documents_count; i++) {
        const struct stored_document *document = &order->documents[i];
        char date[CALENDAR_DATE_BYTES];
        calendar_format_date(document->issue_day, date);
        json_t *item = json_new_object(arena);
        json_set_text(item, "number", document->number);
        json_set_text(item, "kind", document_kind_name(document->kind));
        json_set_text(item, "issue_date", date);
        if (has_content)
            set_due_date(item, order, document);
        json_set_money(item, "total", document->total_minor, document->currency);
        json_append_value(array, item);
    }
    return array;
}

static void set_head(json_t *object, const struct stored_order *order)
{
    json_set_uuid(object, "id", &order->id);
    json_set_text(object, "number", order->number);
    json_set_text(object, "status", order_status_name(order->status));
    json_set_time(object, "created_at", order->created_at_us);
    json_set_time(object, "expires_at", order->expires_at_us);
}

static void set_amounts(json_t *object, const struct stored_order *order)
{
    json_set_money(object, "net", order->net_minor, order->currency);
    json_set_money(object, "vat", order->vat_minor, order->currency);
    json_set_money(object, "total", order->total_minor, order->currency);
}

static void set_payments(struct arena *arena, json_t *object, const struct stored_order *order)
{
    json_t *array = json_new_array(arena);
    json_t *newest = NULL;
    for (size_t i = 0; i < order->payments_count; i++) {
        newest = payment_to_json(arena, &order->payments[i]);
        json_append_value(array, newest);
    }
    json_set_value(object, "payment", newest);
    json_set_value(object, "payments", array);
}

static void set_decisions(struct arena *arena, json_t *object, const struct stored_order *order,
                          const struct stored_decision *decisions, size_t decisions_count)
{
    json_t *array = json_new_array(arena);
    json_t *newest = NULL;
    for (size_t i = 0; i < decisions_count; i++) {
        json_t *item = decision_to_json(arena, &decisions[i], order->language);
        if (decisions[i].decision.verdict.outcome != DECISION_REFUSED)
            newest = item;
        json_append_value(array, item);
    }
    json_set_value(object, "decision", newest);
    json_set_value(object, "decisions", array);
}

json_t *order_to_json(struct arena *arena, const struct stored_order *order, const struct stored_decision *decisions,
                      size_t decisions_count)
{
    json_t *object = json_new_object(arena);
    set_head(object, order);
    json_set_text(object, "reference", order->content.reference);
    json_set_value(object, "lines", lines_to_json(arena, &order->content));
    set_amounts(object, order);
    json_set_value(object, "discount",
                   discount_to_json(arena, order->content.totals.discount_net_minor, order->content.discount_reason,
                                    order->content.currency));
    json_set_value(object, "vat_breakdown", breakdown_to_json(arena, &order->content));
    json_set_value(object, "exchange", exchange_to_json(arena, &order->content.exchange));
    set_payments(arena, object, order);
    set_decisions(arena, object, order, decisions, decisions_count);
    json_set_value(object, "invoices", documents_to_json(arena, order, true));
    json_set_text(object, "information_version", order->information_version);
    json_set_boolean(object, "information_shown", order->information_shown);
    json_set_value(object, "vat_check", vat_check_to_json(arena, &order->vat_check));
    return object;
}

json_t *order_item_to_json(struct arena *arena, const struct stored_order *order)
{
    json_t *object = json_new_object(arena);
    set_head(object, order);
    set_amounts(object, order);
    set_payments(arena, object, order);
    json_set_value(object, "decision",
                   order->decision != NULL ? decision_to_json(arena, order->decision, order->language) : NULL);
    json_set_value(object, "invoices", documents_to_json(arena, order, false));
    return object;
}
