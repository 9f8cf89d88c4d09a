/* The answers of handlers. Worker threads; everything lives in the call's arena. */
#include "akkoord/api/call.h"

void api_answer_json(struct api_call *call, struct http_answer *answer, int status, const json_t *value)
{
    *answer = (struct http_answer){.status = status, .content_type = "application/json"};
    answer->body = json_write(call->arena, value, &answer->body_length);
}

void api_answer_nothing(struct http_answer *answer)
{
    *answer = (struct http_answer){.status = 204};
}

void api_answer_list(struct api_call *call, struct http_answer *answer, json_t *items, const char *next)
{
    json_t *list = json_new_object(call->arena);
    json_set_value(list, "items", items);
    json_set_text(list, "next", next);
    api_answer_json(call, answer, 200, list);
}

void api_answer_add_header(struct api_call *call, struct http_answer *answer, const char *name, const char *value)
{
    struct http_header *headers = ARENA_ARRAY(call->arena, struct http_header, answer->header_count + 1);
    if (answer->header_count > 0)
        memcpy(headers, answer->headers, answer->header_count * sizeof(*headers));
    headers[answer->header_count] = (struct http_header){.name = name, .value = value};
    answer->headers = headers;
    answer->header_count++;
}
