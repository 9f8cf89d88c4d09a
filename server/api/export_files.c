/*
 * The files of an export, but the documents. Pure; worker threads.
 *
 * Terms are schema.org's where it has one; amounts are decimal texts there, as schema.org writes them.
 */
#include "akkoord/api/export.h"

#include <inttypes.h>

#include "akkoord/api/decisions.h"
#include "akkoord/api/vat_checks.h"
#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/money.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/domain/tax.h"
#include "akkoord/store/services.h"

#define CSV_BYTES_MAX ((size_t)16 << 20)
#define LD_TYPE       "application/ld+json"
#define JSON_TYPE     "application/json"
#define CSV_TYPE      "text/csv; charset=utf-8"

extern const char export_schema_json[];
extern const size_t export_schema_json_length;

static const char readme[] =
    "Uw gegevens bij deze studio\r\n"
    "===========================\r\n"
    "Dit archief bevat wat er over u is opgeslagen:\r\n"
    "\r\n"
    "  profile.jsonld    uw profiel\r\n"
    "  orders.jsonld     uw bestellingen; dezelfde als tabel: orders.csv\r\n"
    "  payments.csv      uw betalingen\r\n"
    "  decisions.json    beslissingen over uw bestellingen, met de gegevens waarop ze berusten\r\n"
    "  reviews.json      herbeoordelingen door een mens\r\n"
    "  credit_notes.json creditfacturen die een medewerker opmaakte, met de reden\r\n"
    "  vat_checks.json   wat VIES zei van uw btw-nummer\r\n"
    "  history.json      elke stap van uw bestellingen\r\n"
    "  requests.json     wat u over uw gegevens hebt gevraagd, en onze antwoorden\r\n"
    "  sessions.json     waar u bent ingelogd\r\n"
    "  invoices          uw facturen zoals ze zijn uitgereikt\r\n"
    "  privacy.json      waarom we gegevens hebben, wie ze krijgt, en hoe lang we ze bewaren\r\n"
    "\r\n"
    "schema.json beschrijft de vorm van de JSON-bestanden. manifest.json noemt elk bestand met zijn grootte en\r\n"
    "SHA-256. Uw wachtwoord zit er niet bij: dat kennen we zelf niet.\r\n"
    "\r\n"
    "Your data with this studio\r\n"
    "==========================\r\n"
    "This archive holds what is kept about you:\r\n"
    "\r\n"
    "  profile.jsonld    your profile\r\n"
    "  orders.jsonld     your orders; the same as a table: orders.csv\r\n"
    "  payments.csv      your payments\r\n"
    "  decisions.json    decisions about your orders, with the facts they rest on\r\n"
    "  reviews.json      reviews by a human\r\n"
    "  credit_notes.json credit notes that a member of staff drew up, with the reason\r\n"
    "  vat_checks.json   what VIES said of your VAT number\r\n"
    "  history.json      every step of your orders\r\n"
    "  requests.json     what you asked about your data, and our answers\r\n"
    "  sessions.json     where you are logged in\r\n"
    "  invoices          your invoices as they were issued\r\n"
    "  privacy.json      why we have data, who gets them, and how long we keep them\r\n"
    "\r\n"
    "schema.json describes the JSON files. manifest.json lists every file with its size and SHA-256. Your password "
    "is\r\n"
    "not here: we do not know it ourselves.\r\n";

struct export_file export_readme(void)
{
    return (struct export_file){"README.txt", "text/plain; charset=utf-8", readme, sizeof(readme) - 1};
}

struct export_file export_schema(void)
{
    return (struct export_file){"schema.json", "application/schema+json", export_schema_json,
                                export_schema_json_length};
}

struct export_file export_json(struct arena *arena, const char *name, const char *media_type, const json_t *value)
{
    struct export_file file = {.name = name, .media_type = media_type};
    file.bytes = json_write_readable(arena, value, &file.length);
    return file;
}

/* ---- JSON-LD ---- */

static json_t *new_node(struct arena *arena, const char *type)
{
    json_t *node = json_new_object(arena);
    json_set_text(node, "@type", type);
    return node;
}

static const char *urn_of(struct arena *arena, const struct uuid *id)
{
    char text[UUID_TEXT_BYTES];
    return arena_format(arena, "urn:uuid:%s", uuid_format(id, text));
}

/* Absent texts are left out: null says nothing in JSON-LD. */
static void set_some(json_t *node, const char *key, const char *text)
{
    if (text != NULL)
        json_set_text(node, key, text);
}

static void set_address(struct arena *arena, json_t *node, const char *key, const struct postal_address *address)
{
    if (address->street == NULL)
        return;
    json_t *place = new_node(arena, "PostalAddress");
    json_set_text(place, "streetAddress", address->street);
    json_set_text(place, "postalCode", address->postal_code);
    json_set_text(place, "addressLocality", address->city);
    json_set_text(place, "addressCountry", address->country);
    json_set_value(node, key, place);
}

static json_t *number_to_node(struct arena *arena, const char *kind, const char *number)
{
    json_t *identifier = new_node(arena, "PropertyValue");
    json_set_text(identifier, "propertyID", kind);
    json_set_text(identifier, "value", number);
    return identifier;
}

/* What a company or an authority is known by. */
struct registration {
    const char *name;
    const char *vat_number;
    const char *kvk_number;
    const char *oin;
};

static json_t *organisation(struct arena *arena, const struct registration *known)
{
    json_t *node = new_node(arena, "Organization");
    set_some(node, "legalName", known->name);
    set_some(node, "vatID", known->vat_number);
    if (known->kvk_number != NULL)
        json_set_value(node, "identifier", number_to_node(arena, "KvK", known->kvk_number));
    if (known->oin != NULL)
        json_set_value(node, "additionalProperty", number_to_node(arena, "OIN", known->oin));
    return node;
}

/* Who somebody orders for. */
static void set_affiliation(struct arena *arena, json_t *person, const struct registration *known)
{
    if (known->name != NULL || known->vat_number != NULL || known->kvk_number != NULL || known->oin != NULL)
        json_set_value(person, "affiliation", organisation(arena, known));
}

struct export_file export_profile(struct arena *arena, const struct customer *customer)
{
    const struct profile *profile = &customer->profile;
    json_t *node = json_new_object(arena);
    json_set_text(node, "@context", "https://schema.org");
    json_set_text(node, "@type", "Person");
    json_set_text(node, "@id", urn_of(arena, &customer->id));
    json_set_text(node, "name", profile->name);
    json_set_text(node, "email", profile->email);
    set_some(node, "telephone", profile->phone);
    json_set_text(node, "knowsLanguage", language_name(profile->language));
    set_address(arena, node, "address", &profile->address);
    const struct registration known = {profile->company, profile->vat_number, profile->kvk_number, profile->oin};
    set_affiliation(arena, node, &known);
    json_set_time(node, "dateCreated", customer->created_at_us);
    return export_json(arena, "profile.jsonld", LD_TYPE, node);
}

static const char *decimal(struct arena *arena, int64_t amount_minor, const char *currency)
{
    struct money money = {.amount_minor = amount_minor};
    char text[MONEY_TEXT_BYTES];
    memcpy(money.currency, currency, sizeof(money.currency));
    money_format_decimal(&money, text);
    return arena_copy_text(arena, text);
}

static json_t *line_to_offer(struct arena *arena, const struct order_line *line, const char *currency)
{
    json_t *offer = new_node(arena, "Offer");
    json_t *service = new_node(arena, "Service");
    json_t *quantity = new_node(arena, "QuantitativeValue");
    json_t *price = new_node(arena, "UnitPriceSpecification");
    json_set_text(service, "name", line->name);
    json_set_text(service, "identifier", line->sku);
    json_set_integer(quantity, "value", line->quantity);
    json_set_text(price, "price", decimal(arena, line->unit_price_minor, currency));
    json_set_text(price, "priceCurrency", currency);
    json_set_boolean(price, "valueAddedTaxIncluded", line->price_includes_vat);
    json_set_value(offer, "itemOffered", service);
    json_set_value(offer, "eligibleQuantity", quantity);
    json_set_value(offer, "priceSpecification", price);
    return offer;
}

static json_t *document_to_node(struct arena *arena, const struct stored_document *document)
{
    char date[CALENDAR_DATE_BYTES];
    calendar_format_date(document->issue_day, date);
    json_t *node = new_node(arena, "Invoice");
    json_t *total = new_node(arena, "MonetaryAmount");
    json_set_text(node, "identifier", document->number);
    json_set_text(node, "additionalType", document_kind_name(document->kind));
    json_set_text(node, "dateCreated", date);
    json_set_text(total, "value", decimal(arena, document->total_minor, document->currency));
    json_set_text(total, "currency", document->currency);
    json_set_value(node, "totalPaymentDue", total);
    return node;
}

static const char *schema_status(enum order_status status)
{
    switch (status) {
    case ORDER_AWAITING_PAYMENT:
        return "https://schema.org/OrderPaymentDue";
    case ORDER_ACCEPTED:
        return "https://schema.org/OrderProcessing";
    case ORDER_COMPLETED:
        return "https://schema.org/OrderDelivered";
    case ORDER_HELD:
        return "https://schema.org/OrderProblem";
    case ORDER_EXPIRED:
    case ORDER_CANCELLED:
        break;
    }
    return "https://schema.org/OrderCancelled";
}

static void set_content(struct arena *arena, json_t *node, const struct order_content *content)
{
    json_t *offers = json_new_array(arena);
    for (size_t i = 0; i < content->lines_count; i++)
        json_append_value(offers, line_to_offer(arena, &content->lines[i], content->currency));
    json_set_value(node, "acceptedOffer", offers);
    const struct registration known = {content->seller.name, content->seller.vat_number, content->seller.kvk_number,
                                       NULL};
    json_t *seller = organisation(arena, &known);
    set_address(arena, seller, "address", &content->seller.address);
    json_set_value(node, "seller", seller);
    set_some(node, "confirmationNumber", content->reference);
    set_address(arena, node, "billingAddress", &content->buyer.address);
}

static json_t *buyer_to_node(struct arena *arena, const struct customer *customer, const struct export_order *exported)
{
    json_t *person = new_node(arena, "Person");
    const struct buyer *buyer = &exported->order.content.buyer;
    json_set_text(person, "@id", urn_of(arena, &customer->id));
    if (!exported->has_content)
        return person;
    set_some(person, "name", buyer->name);
    const struct registration known = {buyer->company, buyer->vat_number, buyer->kvk_number, buyer->oin};
    set_affiliation(arena, person, &known);
    return person;
}

static json_t *order_to_node(struct arena *arena, const struct customer *customer, const struct export_order *exported)
{
    const struct stored_order *order = &exported->order;
    json_t *node = new_node(arena, "Order");
    json_set_text(node, "@id", urn_of(arena, &order->id));
    json_set_text(node, "orderNumber", order->number);
    json_set_time(node, "orderDate", order->created_at_us);
    json_set_text(node, "orderStatus", schema_status(order->status));
    json_set_text(node, "disambiguatingDescription", order_status_name(order->status));
    json_set_value(node, "customer", buyer_to_node(arena, customer, exported));
    json_t *total = new_node(arena, "PriceSpecification");
    json_set_text(total, "price", decimal(arena, order->total_minor, order->currency));
    json_set_text(total, "priceCurrency", order->currency);
    json_set_boolean(total, "valueAddedTaxIncluded", true);
    json_set_value(node, "totalPrice", total);
    if (exported->has_content)
        set_content(arena, node, &order->content);
    json_t *documents = json_new_array(arena);
    for (size_t i = 0; i < order->documents_count; i++)
        json_append_value(documents, document_to_node(arena, &order->documents[i]));
    json_set_value(node, "partOfInvoice", documents);
    return node;
}

struct export_file export_orders(struct arena *arena, const struct customer *customer,
                                 const struct export_order *orders, size_t count)
{
    json_t *document = json_new_object(arena);
    json_t *graph = json_new_array(arena);
    for (size_t i = 0; i < count; i++)
        json_append_value(graph, order_to_node(arena, customer, &orders[i]));
    json_set_text(document, "@context", "https://schema.org");
    json_set_value(document, "@graph", graph);
    return export_json(arena, "orders.jsonld", LD_TYPE, document);
}

/* ---- CSV, RFC 4180 ---- */

static void add_cell(struct buffer *csv, const char *text, bool is_last)
{
    buffer_append_text(csv, "\"");
    for (; text != NULL && *text != '\0'; text++)
        buffer_append(csv, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    buffer_append_text(csv, is_last ? "\"\r\n" : "\",");
}

static void add_row(struct buffer *csv, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_cell(csv, cells[i], i + 1 == count);
}

static struct export_file finish_csv(struct arena *arena, struct buffer *csv, const char *name)
{
    struct export_file file = {name, CSV_TYPE, arena_copy_bytes(arena, buffer_text(csv), csv->length), csv->length};
    buffer_release(csv);
    return file;
}

static const char *format_time(struct arena *arena, int64_t time_us)
{
    char text[CLOCK_RFC3339_BYTES];
    clock_format_rfc3339(time_us, text);
    return arena_copy_text(arena, text);
}

struct export_file export_orders_csv(struct arena *arena, const struct export_order *orders, size_t count)
{
    static const char *const head[] = {"order",    "placed_at",  "status", "sku",      "name",
                                       "quantity", "unit_price", "net",    "vat_rate", "currency"};
    struct buffer csv;
    buffer_init(&csv, CSV_BYTES_MAX);
    add_row(&csv, head, sizeof(head) / sizeof(head[0]));
    for (size_t i = 0; i < count; i++) {
        const struct stored_order *order = &orders[i].order;
        for (size_t j = 0; j < order->content.lines_count; j++) {
            const struct order_line *line = &order->content.lines[j];
            char rate[VAT_RATE_TEXT_BYTES];
            vat_rate_format(line->vat_rate_basis_points, rate);
            const char *const cells[] = {
                order->number,
                format_time(arena, order->created_at_us),
                order_status_name(order->status),
                line->sku,
                line->name,
                arena_format(arena, "%" PRId64, line->quantity),
                decimal(arena, line->unit_price_minor, order->currency),
                decimal(arena, line->net_minor, order->currency),
                rate,
                order->currency,
            };
            add_row(&csv, cells, sizeof(cells) / sizeof(cells[0]));
        }
    }
    return finish_csv(arena, &csv, "orders.csv");
}

struct export_file export_payments_csv(struct arena *arena, const struct export_order *orders, size_t count)
{
    static const char *const head[] = {"order", "provider", "provider_payment", "status", "amount", "currency", "at"};
    struct buffer csv;
    buffer_init(&csv, CSV_BYTES_MAX);
    add_row(&csv, head, sizeof(head) / sizeof(head[0]));
    for (size_t i = 0; i < count; i++) {
        const struct stored_order *order = &orders[i].order;
        for (size_t j = 0; j < order->payments_count; j++) {
            const struct payment *payment = &order->payments[j];
            const char *const cells[] = {
                order->number,
                payment->provider,
                payment->provider_payment_id,
                payment_status_name(payment->status),
                decimal(arena, payment->amount_minor, payment->currency),
                payment->currency,
                format_time(arena, payment->created_at_us),
            };
            add_row(&csv, cells, sizeof(cells) / sizeof(cells[0]));
        }
    }
    return finish_csv(arena, &csv, "payments.csv");
}

/* ---- what was decided, and the list of all ---- */

struct export_file export_decisions(struct arena *arena, const struct export_order *orders, size_t count)
{
    json_t *decisions = json_new_array(arena);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < orders[i].decisions_count; j++)
            json_append_value(decisions, decision_to_json(arena, &orders[i].decisions[j], orders[i].order.language));
    }
    return export_json(arena, "decisions.json", JSON_TYPE, decisions);
}

struct export_file export_vat_checks(struct arena *arena, const struct export_order *orders, size_t count)
{
    json_t *checks = json_new_array(arena);
    for (size_t i = 0; i < count; i++) {
        json_t *check = vat_check_to_json(arena, &orders[i].order.vat_check);
        if (check == NULL)
            continue;
        json_set_text(check, "order", orders[i].order.number);
        json_append_value(checks, check);
    }
    return export_json(arena, "vat_checks.json", JSON_TYPE, checks);
}

struct export_file export_manifest(struct arena *arena, const struct customer *customer,
                                   const struct export_file *files, size_t count, int64_t at_us)
{
    json_t *manifest = json_new_object(arena);
    json_t *list = json_new_array(arena);
    for (size_t i = 0; i < count; i++) {
        uint8_t hash[SHA256_BYTES];
        char hex[2 * SHA256_BYTES + 1];
        crypto_sha256(files[i].bytes, files[i].length, hash);
        hex_encode(hash, sizeof(hash), hex);
        json_t *entry = json_new_object(arena);
        json_set_text(entry, "name", files[i].name);
        json_set_text(entry, "media_type", files[i].media_type);
        json_set_integer(entry, "bytes", (int64_t)files[i].length);
        json_set_text(entry, "sha256", hex);
        json_append_value(list, entry);
    }
    json_set_uuid(manifest, "customer", &customer->id);
    json_set_time(manifest, "created_at", at_us);
    json_set_value(manifest, "files", list);
    return export_json(arena, "manifest.json", JSON_TYPE, manifest);
}
