/* Dead letters, for staff. Worker threads; no state. */
#include "akkoord/api/jobs.h"

#include "akkoord/base/log.h"
#include "akkoord/store/dead_jobs.h"

/* Of the payload only what identifies something, whatever a kind of job keeps beside it. */
static json_t *payload_to_json(struct arena *arena, const char *text)
{
    static const char *const identifiers[] = {"document", "event", "order", "payment", "provider"};
    json_t *shown = json_new_object(arena);
    json_t *payload;
    struct error error;
    if (json_parse_object(arena, text, strlen(text), &payload, &error) != STATUS_OK)
        return shown;
    for (size_t i = 0; i < sizeof(identifiers) / sizeof(identifiers[0]); i++) {
        const char *value = json_string_value(json_object_get(payload, identifiers[i]));
        if (value != NULL)
            json_set_text(shown, identifiers[i], value);
    }
    return shown;
}

static json_t *job_to_json(struct arena *arena, const struct dead_job *job)
{
    json_t *json = json_new_object(arena);
    json_set_uuid(json, "id", &job->id);
    json_set_text(json, "kind", job->kind);
    json_set_text(json, "state", "dead");
    json_set_integer(json, "attempts", job->attempts);
    json_set_text(json, "last_error", job->last_error);
    json_set_time(json, "created_at", job->created_at_us);
    json_set_time(json, "run_at", job->run_at_us);
    json_set_value(json, "payload", payload_to_json(arena, job->payload));
    return json;
}

static enum status check_state(struct api_call *call, struct error *error)
{
    const char *state;
    enum status status = http_request_query(call->request, call->arena, "state", &state, error);
    if (status == STATUS_OK && state != NULL && strcmp(state, "dead") != 0)
        return error_set_field(error, STATUS_INVALID, "word", "state", "must be dead");
    return status;
}

enum status api_staff_jobs_list(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct api_page page;
    struct dead_job *jobs = NULL;
    size_t count = 0;
    enum status status = check_state(call, error);
    if (status == STATUS_OK)
        status = api_call_page(call, &page, error);
    if (status != STATUS_OK)
        return status;
    /* One more than asked for, to see whether another page follows. */
    size_t limit = (size_t)page.limit;
    status = store_dead_jobs_list(call->store, call->arena, &page.after_id, limit + 1, &jobs, &count, error);
    if (status != STATUS_OK)
        return status;
    json_t *items = json_new_array(call->arena);
    for (size_t i = 0; i < count && i < limit; i++)
        json_append_value(items, job_to_json(call->arena, &jobs[i]));
    const char *next = count > limit ? api_cursor(call->arena, 0, &jobs[limit - 1].id) : NULL;
    api_answer_list(call, answer, items, next);
    return STATUS_OK;
}

enum status api_staff_job_retry(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid id;
    const char *kind;
    enum status status = api_call_id(call, "id", &id, error);
    if (status == STATUS_OK)
        status = store_dead_job_retry(call->store, call->arena, &id, &kind, error);
    if (status != STATUS_OK)
        return status;
    log_event(LOG_INFO, "job.revived", log_text("kind", kind), log_uuid("job", &id),
              log_uuid("staff", &call->staff_id));
    api_answer_nothing(answer);
    return STATUS_OK;
}
