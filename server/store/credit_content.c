/* The content of a credit note as JSON, and sealed. Pure; any thread. */
#include "akkoord/store/credit_content.h"

#include "akkoord/base/json.h"
#include "akkoord/domain/tax.h"

#define TEXT_BYTES_MAX 1024
#define HEX_BYTES      (2 * SHA256_BYTES + 1)

/* ---- writing ---- */

static void set_digest(json_t *object, const char *key, const uint8_t *digest)
{
    char text[HEX_BYTES];
    if (digest != NULL)
        hex_encode(digest, SHA256_BYTES, text);
    json_set_text(object, key, digest != NULL ? text : NULL);
}

static json_t *head_to_json(struct arena *arena, const struct credit_note *note)
{
    const struct credit_request *request = note->request;
    bool has_key = request != NULL && request->has_key;
    json_t *parts = json_new_array(arena);
    for (size_t i = 0; i < note->parts_count; i++) {
        json_t *part = json_new_object(arena);
        json_set_integer(part, "line", note->parts[i].line);
        json_set_integer(part, "quantity", note->parts[i].quantity);
        json_append_value(parts, part);
    }
    json_t *head = json_new_object(arena);
    json_set_text(head, "reason", request != NULL ? request->reason : NULL);
    json_set_text(head, "refund", request != NULL ? request->refund : NULL);
    set_digest(head, "key_sha256", has_key ? request->key_sha256 : NULL);
    set_digest(head, "body_sha256", has_key ? request->body_sha256 : NULL);
    json_set_value(head, "parts", parts);
    return head;
}

static struct seal_context context_of(const struct uuid *document_id, const struct uuid *customer_id)
{
    return (struct seal_context){.table = "document",
                                 .column = "content_sealed",
                                 .row_id = *document_id,
                                 .subject_id = *customer_id,
                                 .row_version = 1};
}

enum status credit_content_seal(struct arena *arena, const struct data_key *key, const struct uuid *document_id,
                                const struct uuid *customer_id, const struct order_content *content,
                                const struct credit_note *note, uint8_t **blob, size_t *blob_length,
                                struct error *error)
{
    const struct seal_context context = context_of(document_id, customer_id);
    size_t head_length;
    size_t content_length;
    const char *head = json_write(arena, head_to_json(arena, note), &head_length);
    const char *shown = order_content_write(arena, content, &content_length);
    const char *text = arena_format(arena, "%s\n%s", head, shown);
    return seal_bytes(arena, key, &context, text, head_length + 1 + content_length, blob, blob_length, error);
}

/* ---- reading ---- */

static enum status read_digest(const json_t *object, const char *key, uint8_t digest[SHA256_BYTES], bool *is_there,
                               struct error *error)
{
    const char *text;
    size_t length;
    enum status status = json_get_text(object, "", key, JSON_OPTIONAL, HEX_BYTES, &text, error);
    *is_there = status == STATUS_OK && text != NULL;
    if (!*is_there)
        return status;
    if (hex_decode(text, strlen(text), digest, SHA256_BYTES, &length) != STATUS_OK || length != SHA256_BYTES)
        return error_set_field(error, STATUS_INVALID, "format", key, "a digest is 64 hexadecimal digits");
    return STATUS_OK;
}

static enum status read_parts(struct arena *arena, const json_t *head, struct credit_note *note, struct error *error)
{
    json_t *array;
    enum status status = json_get_array(head, "", "parts", JSON_REQUIRED, ORDER_LINES_MAX, &array, error);
    if (status != STATUS_OK)
        return status;
    note->parts_count = json_array_size(array);
    struct credit_part *parts = ARENA_ARRAY(arena, struct credit_part, note->parts_count);
    note->parts = parts;
    for (size_t i = 0; i < note->parts_count && status == STATUS_OK; i++) {
        const json_t *part = json_array_get(array, i);
        if (!json_is_object(part))
            return error_set_field(error, STATUS_INVALID, "type", "parts", "a part must be an object");
        status = json_get_integer(part, "parts.", "line", JSON_REQUIRED, 1, ORDER_LINES_MAX, &parts[i].line, error);
        if (status == STATUS_OK)
            status = json_get_integer(part, "parts.", "quantity", JSON_REQUIRED, 1, ORDER_QUANTITY_MAX,
                                      &parts[i].quantity, error);
    }
    return status;
}

static enum status read_head(struct arena *arena, const char *text, size_t length, struct credit_note *note,
                             struct error *error)
{
    static const char *const known[] = {"reason", "refund", "key_sha256", "body_sha256", "parts", NULL};
    struct credit_request *request = ARENA_NEW(arena, struct credit_request);
    bool has_body = false;
    json_t *head;
    enum status status = json_parse_object(arena, text, length, &head, error);
    if (status == STATUS_OK)
        status = json_refuse_unknown(head, "", known, error);
    if (status == STATUS_OK)
        status = json_get_text(head, "", "reason", JSON_OPTIONAL, TEXT_BYTES_MAX, &request->reason, error);
    if (status == STATUS_OK)
        status = json_get_text(head, "", "refund", JSON_OPTIONAL, TEXT_BYTES_MAX, &request->refund, error);
    if (status == STATUS_OK)
        status = read_digest(head, "key_sha256", request->key_sha256, &request->has_key, error);
    if (status == STATUS_OK)
        status = read_digest(head, "body_sha256", request->body_sha256, &has_body, error);
    if (status == STATUS_OK)
        status = read_parts(arena, head, note, error);
    note->request = request->reason != NULL ? request : NULL;
    return status;
}

static enum status read_text(struct arena *arena, const char *text, size_t length, struct order_content *content,
                             struct credit_note *note, struct error *error)
{
    const char *end = memchr(text, '\n', length);
    *note = (struct credit_note){.lines = NULL};
    if (end == NULL)
        return error_set(error, STATUS_INVALID, "format", "no line feed");
    size_t head_length = (size_t)(end - text);
    enum status status = read_head(arena, text, head_length, note, error);
    if (status == STATUS_OK)
        status = order_content_read(arena, end + 1, length - head_length - 1, content, error);
    if (status != STATUS_OK)
        return status;
    note->lines = content->lines;
    note->lines_count = content->lines_count;
    note->totals = content->totals;
    return STATUS_OK;
}

enum status credit_content_open(struct arena *arena, const struct data_key *key, const struct uuid *document_id,
                                const struct uuid *customer_id, const void *blob, size_t blob_length,
                                struct order_content *content, struct credit_note *note, struct error *error)
{
    const struct seal_context context = context_of(document_id, customer_id);
    uint8_t *text;
    size_t length;
    enum status status = seal_open_bytes(arena, key, &context, blob, blob_length, &text, &length, error);
    if (status != STATUS_OK)
        return status;
    struct error fault;
    if (read_text(arena, (const char *)text, length, content, note, &fault) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "content_unreadable", "a sealed content is not in its format: %s %s",
                         fault.code, fault.field);
    return STATUS_OK;
}
