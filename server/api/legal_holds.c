/* Setting and lifting legal holds. Worker threads; no state. */
#include "akkoord/api/legal_holds.h"

#include "akkoord/api/fields.h"
#include "akkoord/base/log.h"
#include "akkoord/store/legal_holds.h"

#define WORD_BYTES_MAX 40

enum status api_load_legal_holds(struct api_call *call, const struct uuid *order_id, json_t **holds,
                                 struct error *error)
{
    struct legal_hold found[HOLD_SCOPES];
    size_t count = 0;
    enum status status = store_legal_holds_of_order(call->store, call->arena, order_id, found, &count, error);
    if (status != STATUS_OK)
        return status;
    *holds = json_new_array(call->arena);
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_new_object(call->arena);
        json_set_text(object, "scope", hold_scope_name(found[i].scope));
        json_set_text(object, "reason", found[i].reason);
        json_set_uuid(object, "set_by", &found[i].set_by);
        json_set_time(object, "set_at", found[i].set_at_us);
        json_append_value(*holds, object);
    }
    return STATUS_OK;
}

/* A fixed word, as it is: NULL when it is absent and may be. */
static const char *take_word(struct api_call *call, const json_t *body, const char *key, enum json_presence presence)
{
    const char *word = NULL;
    struct error fault;
    if (json_get_text(body, "", key, presence, WORD_BYTES_MAX, &word, &fault) != STATUS_OK)
        api_call_note_fault(call, &fault);
    return word;
}

/* {"reason", "scope"?} */
static enum status read_body(struct api_call *call, enum hold_reason *reason, enum hold_scope *scope,
                             struct error *error)
{
    static const char *const known[] = {"reason", "scope", NULL};
    json_t *body;
    enum status status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    api_take_no_others(call, body, "", known);
    const char *reason_word = take_word(call, body, "reason", JSON_REQUIRED);
    const char *scope_word = take_word(call, body, "scope", JSON_OPTIONAL);
    *scope = HOLD_ORDER;
    if (reason_word != NULL && hold_reason_parse(reason_word, reason) != STATUS_OK)
        api_call_note_field(call, "reason", "word",
                            "must be dispute, tax_audit, investigation, court_order or data_subject");
    if (scope_word != NULL && hold_scope_parse(scope_word, scope) != STATUS_OK)
        api_call_note_field(call, "scope", "word", "must be order or customer");
    return api_call_check_faults(call, error);
}

enum status api_staff_legal_hold_set(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid id;
    enum hold_reason reason = HOLD_DISPUTE;
    enum hold_scope scope;
    json_t *holds;
    enum status status = api_call_id(call, "id", &id, error);
    if (status == STATUS_OK)
        status = read_body(call, &reason, &scope, error);
    if (status == STATUS_OK)
        status = store_legal_hold_set(call->store, call->arena, &id, scope, reason, &call->staff_id, error);
    if (status == STATUS_OK)
        status = api_load_legal_holds(call, &id, &holds, error);
    if (status != STATUS_OK)
        return status;
    log_event(LOG_INFO, "legal_hold.set", log_uuid("order", &id), log_text("scope", hold_scope_name(scope)),
              log_text("reason", hold_reason_name(reason)), log_uuid("staff", &call->staff_id));
    json_t *object = json_new_object(call->arena);
    json_set_value(object, "legal_holds", holds);
    api_answer_json(call, answer, 200, object);
    return STATUS_OK;
}

/* ?scope=, the order itself when it is absent. */
static enum status read_scope(struct api_call *call, enum hold_scope *scope, struct error *error)
{
    const char *word;
    enum status status = http_request_query(call->request, call->arena, "scope", &word, error);
    *scope = HOLD_ORDER;
    if (status == STATUS_OK && word != NULL && hold_scope_parse(word, scope) != STATUS_OK)
        status = error_set_field(error, STATUS_INVALID, "word", "scope", "must be order or customer");
    return status;
}

enum status api_staff_legal_hold_lift(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid id;
    enum hold_scope scope;
    enum status status = api_call_id(call, "id", &id, error);
    if (status == STATUS_OK)
        status = read_scope(call, &scope, error);
    if (status == STATUS_OK)
        status = store_legal_hold_lift(call->store, call->arena, &id, scope, &call->staff_id, error);
    if (status != STATUS_OK)
        return status;
    log_event(LOG_INFO, "legal_hold.lifted", log_uuid("order", &id), log_text("scope", hold_scope_name(scope)),
              log_uuid("staff", &call->staff_id));
    api_answer_nothing(answer);
    return STATUS_OK;
}
