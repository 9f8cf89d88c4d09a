/* Erasing an account, and the report on it. Worker threads; no state between calls. */
#include "akkoord/api/erasure.h"

#include "akkoord/api/cookie.h"
#include "akkoord/base/log.h"
#include "akkoord/domain/retention.h"
#include "akkoord/store/erase_customer.h"

/* Of somebody of whom nothing is left that a statute keeps, those categories say nothing. */
static bool is_told(enum retention_category category, const struct retention_erasure *erasure, int64_t last_step_us)
{
    const struct retention_rule *rule = retention_rule_of(category);
    if (erasure->effect == RETENTION_NOT_THEIRS || (rule->persons & RETENTION_CUSTOMERS) == 0)
        return false;
    return erasure->effect != RETENTION_RETAINED_UNTIL || last_step_us != 0 || erasure->until_us != 0;
}

static json_t *category_to_json(struct arena *arena, enum retention_category category, enum language language,
                                const struct retention_erasure *erasure)
{
    const struct retention_rule *rule = retention_rule_of(category);
    json_t *json = json_new_object(arena);
    json_set_text(json, "category", rule->name);
    json_set_text(json, "title", rule->title[language]);
    json_set_text(json, "effect", erasure->effect_name);
    json_set_text(json, "effect_text", erasure->effect_words);
    json_set_text(json, "basis", erasure->basis);
    json_set_time(json, "until", erasure->until_us);
    return json;
}

static const char *write_report(struct arena *arena, enum language language, int64_t erased_us, int64_t last_step_us,
                                bool is_oss)
{
    json_t *report = json_new_object(arena);
    json_t *categories = json_new_array(arena);
    size_t length;
    for (int i = 0; i < RETENTION_CATEGORIES; i++) {
        enum retention_category category = (enum retention_category)i;
        const struct retention_erasure erasure =
            retention_at_erasure(category, language, is_oss, last_step_us, erased_us);
        if (is_told(category, &erasure, last_step_us))
            json_append_value(categories, category_to_json(arena, category, language, &erasure));
    }
    json_set_time(report, "erased_at", erased_us);
    json_set_value(report, "categories", categories);
    return json_write(arena, report, &length);
}

enum status api_me_erase(struct api_call *call, struct http_answer *answer, struct error *error)
{
    char receipt[TOKEN_TEXT_BYTES];
    size_t length;
    enum status status = store_customer_erase(call->store, call->arena, call->options->erasures, &call->customer_id,
                                              write_report, receipt, error);
    if (status != STATUS_OK)
        return status;
    log_event(LOG_INFO, "customer.erased", log_text("request", call->request->id_text));
    api_answer_nothing(answer);
    api_answer_add_header(call, answer, "Location", arena_format(call->arena, "/v1/erasures/%s", receipt));
    if (cookie_token(call->request, &length) != NULL)
        cookie_clear(call, answer);
    return STATUS_OK;
}

enum status api_erasure_report_show(struct api_call *call, struct http_answer *answer, struct error *error)
{
    const char *report;
    json_t *object;
    const char *receipt = http_request_parameter(call->request, "receipt");
    enum status status = store_erasure_report_find(call->store, call->arena, receipt, &report, error);
    if (status == STATUS_OK)
        status = json_parse_object(call->arena, report, strlen(report), &object, error);
    if (status == STATUS_OK)
        api_answer_json(call, answer, 200, object);
    return status;
}
