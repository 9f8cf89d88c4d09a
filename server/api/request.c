/*
 * What handlers read from a request: the body, ids in the path, the place in a list; and the faults they find in it.
 * Worker threads; no state.
 */
#include "akkoord/api/call.h"
#include "akkoord/base/crypto.h"

enum status api_call_body(struct api_call *call, json_t **object, struct error *error)
{
    return json_parse_object(call->arena, call->request->body, call->request->body_length, object, error);
}

enum status api_not_found(struct error *error)
{
    return error_set(error, STATUS_NOT_FOUND, "not_found", "there is nothing here by that name");
}

enum status api_call_id(struct api_call *call, const char *parameter, struct uuid *id, struct error *error)
{
    const char *text = http_request_parameter(call->request, parameter);
    if (text == NULL || uuid_parse(text, strlen(text), id) != STATUS_OK)
        return api_not_found(error);
    return STATUS_OK;
}

/* ---- lists ---- */

/* A cursor is the time and the id of an item, in base64url: 8 bytes big-endian, then 16. */
#define CURSOR_BYTES 24

const char *api_cursor(struct arena *arena, int64_t time_us, const struct uuid *id)
{
    uint8_t bytes[CURSOR_BYTES];
    for (size_t i = 0; i < 8; i++)
        bytes[i] = (uint8_t)((uint64_t)time_us >> (56 - 8 * i));
    memcpy(bytes + 8, id->bytes, sizeof(id->bytes));
    char *text = arena_alloc(arena, BASE64_BYTES(CURSOR_BYTES));
    base64url_encode(bytes, sizeof(bytes), text);
    return text;
}

static enum status read_cursor(const char *text, struct api_page *page, struct error *error)
{
    uint8_t bytes[CURSOR_BYTES];
    size_t length;
    if (base64url_decode(text, strlen(text), bytes, sizeof(bytes), &length) != STATUS_OK || length != CURSOR_BYTES)
        return error_set_field(error, STATUS_INVALID, "cursor", "after", "this is no cursor of ours");
    uint64_t time_us = 0;
    for (size_t i = 0; i < 8; i++)
        time_us = time_us << 8 | bytes[i];
    page->after_us = (int64_t)time_us;
    memcpy(page->after_id.bytes, bytes + 8, sizeof(page->after_id.bytes));
    return STATUS_OK;
}

/* The end of the year 9999. */
#define CURSOR_TIME_US_MAX INT64_C(253402300799999999)

enum status api_check_cursor_time(const struct api_page *page, struct error *error)
{
    if (page->after_us < 0 || page->after_us > CURSOR_TIME_US_MAX)
        return error_set_field(error, STATUS_INVALID, "cursor", "after", "this is no cursor of ours");
    return STATUS_OK;
}

static enum status read_limit(const char *text, int64_t *limit, struct error *error)
{
    int64_t number = 0;
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 3 || text[digits] != '\0')
        return error_set_field(error, STATUS_INVALID, "range", "limit", "a limit is a number from 1 to %d",
                               API_LIMIT_MAX);
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (text[i] - '0');
    if (number < 1 || number > API_LIMIT_MAX)
        return error_set_field(error, STATUS_INVALID, "range", "limit", "a limit is a number from 1 to %d",
                               API_LIMIT_MAX);
    *limit = number;
    return STATUS_OK;
}

enum status api_call_page(struct api_call *call, struct api_page *page, struct error *error)
{
    *page = (struct api_page){.limit = API_LIMIT_DEFAULT};
    const char *limit;
    const char *after;
    enum status status = http_request_query(call->request, call->arena, "limit", &limit, error);
    if (status == STATUS_OK && limit != NULL)
        status = read_limit(limit, &page->limit, error);
    if (status == STATUS_OK)
        status = http_request_query(call->request, call->arena, "after", &after, error);
    if (status == STATUS_OK && after != NULL)
        status = read_cursor(after, page, error);
    return status;
}

/* ---- faults ---- */

void api_call_note_field(struct api_call *call, const char *field, const char *code, const char *detail)
{
    for (size_t i = 0; i < call->faults_count; i++) {
        if (strcmp(call->faults[i].field, field) == 0)
            return;
    }
    if (call->faults_count == API_FAULTS_MAX)
        return;
    call->faults[call->faults_count++] = (struct http_problem_field){.field = arena_copy_text(call->arena, field),
                                                                     .code = arena_copy_text(call->arena, code),
                                                                     .detail = arena_copy_text(call->arena, detail)};
}

void api_call_note_fault(struct api_call *call, const struct error *fault)
{
    api_call_note_field(call, fault->field, fault->code, fault->detail);
}

enum status api_call_check_faults(struct api_call *call, struct error *error)
{
    if (call->faults_count == 0)
        return STATUS_OK;
    return error_set(error, STATUS_INVALID, "validation", "some fields are not as they should be");
}
