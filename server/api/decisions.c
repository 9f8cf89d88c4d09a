/* A decision as JSON. Pure; any thread. */
#include "akkoord/api/decisions.h"

static json_t *reasons_to_json(struct arena *arena, const struct verdict *verdict, enum language language)
{
    json_t *reasons = json_new_array(arena);
    for (size_t i = 0; i < verdict->reasons_count; i++) {
        json_t *reason = json_new_object(arena);
        json_set_text(reason, "code", decision_reason_name(verdict->reasons[i]));
        json_set_text(reason, "text", decision_reason_text(verdict->reasons[i], language));
        json_append_value(reasons, reason);
    }
    return reasons;
}

static json_t *policy_to_json(struct arena *arena, const struct stored_decision *stored)
{
    if (stored->policy_name == NULL)
        return NULL;
    json_t *policy = json_new_object(arena);
    json_set_text(policy, "name", stored->policy_name);
    json_set_text(policy, "version", stored->policy_version);
    json_set_text(policy, "hash", stored->policy_hash);
    return policy;
}

/* As stored: facts that this program does not know are shown too. The store has read it before, so it is JSON. */
static json_t *inputs_to_json(struct arena *arena, const struct stored_decision *stored)
{
    json_t *inputs = NULL;
    if (json_parse_object(arena, stored->inputs, strlen(stored->inputs), &inputs, NULL) != STATUS_OK)
        return NULL;
    return inputs;
}

json_t *decision_to_json(struct arena *arena, const struct stored_decision *stored, enum language language)
{
    const struct decision *decision = &stored->decision;
    json_t *json = json_new_object(arena);
    json_set_uuid(json, "id", &decision->id);
    json_set_uuid(json, "order_id", &decision->order_id);
    json_set_text(json, "outcome", decision_outcome_name(decision->verdict.outcome));
    json_set_value(json, "reasons", reasons_to_json(arena, &decision->verdict, language));
    json_set_value(json, "policy", policy_to_json(arena, stored));
    json_set_value(json, "inputs", inputs_to_json(arena, stored));
    json_set_text(json, "explanation", decision_explain(arena, decision, language));
    json_set_text(json, "legal_basis", stored->legal_basis);
    json_set_time(json, "made_at", decision->made_at_us);
    json_set_text(json, "made_by", decision->made_by == DECISION_BY_STAFF ? "staff" : "policy");
    return json;
}
