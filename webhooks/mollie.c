/*
 * Provider "mollie": both kinds of webhook that Mollie sends to one address.
 *
 *     classic   id=tr_7UhSN1zuXS                     a form, unsigned: it names a payment and nothing else
 *     events    X-Mollie-Signature: sha256=<hex>     JSON, signed: HMAC-SHA256 over the body, secret as bytes
 *
 * Neither is believed about money: a payment that either names is fetched from Mollie's API (WEBHOOK_PING). So a
 * classic webhook needs no signature; whoever sends one to us makes us look, and nothing more. Whatever has a
 * signature, or is no form, must be signed well. A signed event that is about no payment is recorded and needs nothing.
 *
 * Pure; any thread. Source: https://docs.mollie.com/reference/webhooks and /reference/webhooks-new.
 */
#include "mollie.h"

#include <strings.h>

#include "akkoord/base/memory.h"
#include "fields.h"
#include "providers.h"
#include "signature.h"

#define SIGNATURE_HEADER "x-mollie-signature"
#define PREFIX           "sha256="
#define ID_PREFIX        "tr_"
#define ID_LETTERS_MAX   64

static bool is_letter(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

bool mollie_is_payment_id(const char *text, size_t length)
{
    const size_t prefix = sizeof(ID_PREFIX) - 1;
    if (length <= prefix || length > prefix + ID_LETTERS_MAX || memcmp(text, ID_PREFIX, prefix) != 0)
        return false;
    for (size_t i = prefix; i < length; i++) {
        if (!is_letter(text[i]))
            return false;
    }
    return true;
}

/* ---- the signature ---- */

/* Any of the signatures, of any of the secrets: while a secret is being replaced Mollie signs with both. */
static enum status check_signature(const struct webhook_secrets *secrets, const struct webhook_input *input,
                                   struct error *error)
{
    const struct crypto_part body = {input->body, input->body_length};
    struct webhook_expected expected;
    webhook_expect(secrets, WEBHOOK_HEX, &body, 1, &expected);
    bool match = false;
    for (size_t i = 0; i < input->headers_count; i++) {
        const struct webhook_header *header = &input->headers[i];
        if (!webhook_header_is(header, SIGNATURE_HEADER))
            continue;
        struct webhook_slice value = {header->value, header->value_length};
        if (value.length >= sizeof(PREFIX) - 1 && strncasecmp(value.text, PREFIX, sizeof(PREFIX) - 1) == 0)
            value = (struct webhook_slice){value.text + sizeof(PREFIX) - 1, value.length - (sizeof(PREFIX) - 1)};
        match |= webhook_is_expected(&expected, value);
    }
    memory_cleanse(&expected, sizeof(expected));
    return match ? STATUS_OK : webhook_refuse(error, "no signature fits the body");
}

/* ---- the classic form ---- */

/* The next `name=value` of the form; false at its end. */
static bool next_field(struct webhook_slice *rest, struct webhook_slice *name, struct webhook_slice *value)
{
    if (rest->text == NULL)
        return false;
    const char *end = rest->text + rest->length;
    const char *ampersand = memchr(rest->text, '&', rest->length);
    const char *field_end = ampersand != NULL ? ampersand : end;
    const char *equals = memchr(rest->text, '=', (size_t)(field_end - rest->text));
    const char *name_end = equals != NULL ? equals : field_end;
    const char *value_start = equals != NULL ? equals + 1 : field_end;
    *name = (struct webhook_slice){rest->text, (size_t)(name_end - rest->text)};
    *value = (struct webhook_slice){value_start, (size_t)(field_end - value_start)};
    *rest = ampersand != NULL ? (struct webhook_slice){ampersand + 1, (size_t)(end - ampersand - 1)}
                              : (struct webhook_slice){NULL, 0};
    return true;
}

/* An id needs no escape, and `_` may be sent as one: that is all that is decoded. */
static enum status copy_payment_id(struct webhook_slice value, struct payment_event *event, struct error *error)
{
    static const char escaped[] = "tr%5F";
    char id[sizeof(ID_PREFIX) + ID_LETTERS_MAX];
    const size_t prefix = sizeof(escaped) - 1;
    if (value.length > prefix && strncasecmp(value.text, escaped, prefix) == 0 &&
        value.length - prefix <= ID_LETTERS_MAX) {
        memcpy(id, ID_PREFIX, sizeof(ID_PREFIX) - 1);
        memcpy(id + sizeof(ID_PREFIX) - 1, value.text + prefix, value.length - prefix);
        value = (struct webhook_slice){id, sizeof(ID_PREFIX) - 1 + value.length - prefix};
    }
    if (!mollie_is_payment_id(value.text, value.length))
        return error_set_field(error, STATUS_INVALID, "format", "id",
                               "the id of a payment is tr_ and letters or digits");
    return webhook_copy_id(value.text, value.length, "id", sizeof(event->payment_id), event->payment_id, error);
}

static enum status read_form(const struct webhook_input *input, struct payment_event *event, struct error *error)
{
    struct webhook_slice rest = {input->body, input->body_length};
    struct webhook_slice name, value;
    struct webhook_slice id = {NULL, 0};
    if (input->body_length > 0 && memchr(input->body, '\0', input->body_length) != NULL)
        return error_set_field(error, STATUS_INVALID, "format", "id", "the body is no form");
    while (input->body_length > 0 && next_field(&rest, &name, &value)) {
        if (name.length != 2 || memcmp(name.text, "id", 2) != 0)
            continue;
        if (id.text != NULL)
            return error_set_field(error, STATUS_INVALID, "duplicate", "id", "the form names two payments");
        id = value;
    }
    if (id.text == NULL)
        return error_set_field(error, STATUS_INVALID, "required", "id", "the form names no payment");
    return copy_payment_id(id, event, error);
}

/* ---- signed events ---- */

/* The payment that the event is about: its entity, or what its entity says it belongs to. "" when it is about none. */
static enum status read_entity(const json_t *body, struct payment_event *event, struct error *error)
{
    char entity_id[PAYMENT_ID_BYTES];
    json_t *embedded = NULL;
    json_t *entity = NULL;
    const char *payment_id = NULL;
    enum status status = webhook_get_id(body, "", "entityId", JSON_OPTIONAL, sizeof(entity_id), entity_id, error);
    if (status != STATUS_OK)
        return status;
    if (!mollie_is_payment_id(entity_id, strlen(entity_id))) {
        status = json_get_object(body, "", "_embedded", JSON_OPTIONAL, &embedded, error);
        if (status == STATUS_OK && embedded != NULL)
            status = json_get_object(embedded, "_embedded.", "entity", JSON_OPTIONAL, &entity, error);
        if (status != STATUS_OK || entity == NULL)
            return status;
        status = json_get_text(entity, "_embedded.entity.", "paymentId", JSON_OPTIONAL, SIZE_MAX, &payment_id, error);
        if (status != STATUS_OK || payment_id == NULL || !mollie_is_payment_id(payment_id, strlen(payment_id)))
            return status;
        return webhook_copy_id(payment_id, strlen(payment_id), "_embedded.entity.paymentId", sizeof(event->payment_id),
                               event->payment_id, error);
    }
    memcpy(event->payment_id, entity_id, sizeof(entity_id));
    return STATUS_OK;
}

static enum status read_signed(const struct webhook_input *input, struct arena *arena, struct payment_event *event,
                               struct error *error)
{
    json_t *body = NULL;
    const char *type = NULL;
    enum status status = json_parse_object(arena, input->body, input->body_length, &body, error);
    if (status == STATUS_OK)
        status = webhook_get_id(body, "", "id", JSON_REQUIRED, sizeof(event->event_id), event->event_id, error);
    if (status == STATUS_OK)
        status = json_get_text(body, "", "type", JSON_REQUIRED, SIZE_MAX, &type, error);
    if (status == STATUS_OK)
        status = read_entity(body, event, error);
    if (status == STATUS_OK)
        crypto_sha256(input->body, input->body_length, event->body_sha256);
    return status;
}

/* ---- reading ---- */

static bool is_json(const struct webhook_input *input)
{
    const char *body = input->body;
    size_t at = 0;
    while (at < input->body_length && (body[at] == ' ' || body[at] == '\t' || body[at] == '\r' || body[at] == '\n'))
        at++;
    return at < input->body_length && (body[at] == '{' || body[at] == '[');
}

static enum webhook_verdict mollie_read(const struct webhook_secrets *secrets, const struct webhook_input *input,
                                        struct arena *arena, struct payment_event *event, struct error *error)
{
    *event = (struct payment_event){.kind = PAYMENT_EVENT_OTHER, .occurred_at_us = input->received_at_us};
    snprintf(event->provider, sizeof(event->provider), "%s", webhook_mollie.name);
    if (webhook_count_headers(input, SIGNATURE_HEADER) == 0) {
        if (is_json(input)) {
            (void)webhook_refuse(error, "the header " SIGNATURE_HEADER " is missing");
            return WEBHOOK_UNSIGNED;
        }
        return read_form(input, event, error) == STATUS_OK ? WEBHOOK_PING_UNSIGNED : WEBHOOK_MALFORMED;
    }
    if (check_signature(secrets, input, error) != STATUS_OK)
        return WEBHOOK_UNSIGNED;
    enum status status = is_json(input) ? read_signed(input, arena, event, error) : read_form(input, event, error);
    if (status != STATUS_OK)
        return WEBHOOK_MALFORMED;
    return event->payment_id[0] != '\0' ? WEBHOOK_PING : WEBHOOK_EVENT;
}

const struct webhook_provider webhook_mollie = {
    .name = "mollie",
    .secret_setting = "AKKOORD_MOLLIE_WEBHOOK_SECRET",
    .parse_secret = webhook_copy_secret,
    .read = mollie_read,
};
