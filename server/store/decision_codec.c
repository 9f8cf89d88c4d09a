/* The inputs of a decision as JSON and back (shapes in the header). Keeps nothing between calls; any thread. */
#include "akkoord/store/decision_codec.h"

#include "akkoord/base/clock.h"

static const char *const subject_words[] = {
    [SUBJECT_APPROVAL] = "approval",
    [SUBJECT_REFUND] = "refund",
    [SUBJECT_CHARGE_BACK] = "charge_back",
};
#define SUBJECTS (sizeof(subject_words) / sizeof(subject_words[0]))

#define MODE_WORD_LIVE "live"
#define MODE_WORD_TEST "test"

#define WORD_BYTES_MAX 32

/* ---- writing ---- */

static bool has_risk(const struct payment_risk *risk)
{
    return risk->has_score || risk->level[0] != '\0';
}

static json_t *policy_sources(struct arena *arena, const struct policy_input *input)
{
    json_t *sources = json_new_object(arena);
    json_set_text(sources, "subject", "provider_message");
    json_set_text(sources, "at", "server_clock");
    json_set_text(sources, "installation_mode", "installation_record");
    json_set_text(sources, "order", "order_record");
    json_set_text(sources, "payment", "provider_message");
    if (has_risk(&input->risk))
        json_set_text(sources, "payment.risk", "provider_assessment");
    return sources;
}

static json_t *order_facts(struct arena *arena, const struct policy_input *input)
{
    json_t *order = json_new_object(arena);
    json_set_text(order, "status", order_status_name(input->order_status));
    json_set_money(order, "total", input->order_total_minor, input->order_currency);
    json_set_time(order, "expires_at", input->order_expires_at_us);
    json_set_boolean(order, "provider_known", input->order_knows_provider);
    return order;
}

static json_t *risk_facts(struct arena *arena, const struct payment_risk *risk)
{
    json_t *facts = json_new_object(arena);
    if (risk->has_score)
        json_set_integer(facts, "score", risk->score);
    if (risk->level[0] != '\0')
        json_set_text(facts, "level", risk->level);
    return facts;
}

static json_t *payment_facts(struct arena *arena, const struct policy_input *input)
{
    json_t *payment = json_new_object(arena);
    json_set_text(payment, "provider", input->provider);
    json_set_money(payment, "amount", input->payment_amount_minor, input->payment_currency);
    json_set_boolean(payment, "live", input->payment_live);
    json_set_money(payment, "refunded", input->payment_refunded_minor, input->payment_currency);
    json_set_boolean(payment, "refunded_in_full", input->payment_refunded_in_full);
    json_set_boolean(payment, "charged_back", input->payment_charged_back);
    if (has_risk(&input->risk))
        json_set_value(payment, "risk", risk_facts(arena, &input->risk));
    return payment;
}

static json_t *policy_input_to_json(struct arena *arena, const struct policy_input *input)
{
    json_t *inputs = json_new_object(arena);
    json_set_text(inputs, "subject", subject_words[input->subject]);
    json_set_time(inputs, "at", input->at_us);
    json_set_text(inputs, "installation_mode", input->installation_live ? MODE_WORD_LIVE : MODE_WORD_TEST);
    json_set_value(inputs, "order", order_facts(arena, input));
    json_set_value(inputs, "payment", payment_facts(arena, input));
    json_set_value(inputs, "sources", policy_sources(arena, input));
    return inputs;
}

static json_t *review_input_to_json(struct arena *arena, const struct uuid *reviewed_id)
{
    json_t *sources = json_new_object(arena);
    json_set_text(sources, "reviewed_decision_id", "review_record");
    json_t *inputs = json_new_object(arena);
    json_set_text(inputs, "subject", "review");
    json_set_uuid(inputs, "reviewed_decision_id", reviewed_id);
    json_set_value(inputs, "sources", sources);
    return inputs;
}

json_t *decision_input_to_json(struct arena *arena, const struct decision *decision)
{
    if (decision->made_by == DECISION_BY_STAFF)
        return review_input_to_json(arena, &decision->reviewed_id);
    return policy_input_to_json(arena, &decision->input);
}

const char *decision_input_to_text(struct arena *arena, const struct decision *decision)
{
    size_t length;
    return json_write_canonical(arena, decision_input_to_json(arena, decision), &length);
}

/* ---- reading ---- */

static enum status read_time(const json_t *object, const char *prefix, const char *key, int64_t *time_us,
                             struct error *error)
{
    const char *text = NULL;
    enum status status = json_get_text(object, prefix, key, JSON_OPTIONAL, CLOCK_RFC3339_BYTES, &text, error);
    if (status != STATUS_OK)
        return status;
    *time_us = 0;
    if (text != NULL && clock_parse_rfc3339(text, strlen(text), time_us) != STATUS_OK)
        return error_set_field(error, STATUS_INVALID, "format", key, "is no time");
    return STATUS_OK;
}

/* A word into a field of the struct, with its NUL; one that does not fit is refused. */
static enum status read_word(const json_t *object, const char *prefix, const char *key, char *out, size_t out_bytes,
                             struct error *error)
{
    const char *text = NULL;
    enum status status = json_get_text(object, prefix, key, JSON_REQUIRED, out_bytes - 1, &text, error);
    if (status == STATUS_OK)
        memcpy(out, text, strlen(text) + 1);
    return status;
}

static enum status read_money(const json_t *object, const char *prefix, const char *key, int64_t *amount_minor,
                              char currency[CURRENCY_BYTES], struct error *error)
{
    json_t *money = NULL;
    enum status status = json_get_object(object, prefix, key, JSON_REQUIRED, &money, error);
    if (status == STATUS_OK)
        status = json_get_integer(money, "", "amount", JSON_REQUIRED, INT64_MIN, INT64_MAX, amount_minor, error);
    if (status == STATUS_OK)
        status = read_word(money, "", "currency", currency, CURRENCY_BYTES, error);
    return status;
}

static enum status read_subject(const json_t *inputs, enum decision_subject *subject, struct error *error)
{
    char word[WORD_BYTES_MAX];
    enum status status = read_word(inputs, "", "subject", word, sizeof(word), error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < SUBJECTS; i++) {
        if (strcmp(subject_words[i], word) == 0) {
            *subject = (enum decision_subject)i;
            return STATUS_OK;
        }
    }
    return error_set_field(error, STATUS_INVALID, "word", "subject", "is no subject of a decision");
}

static enum status read_mode(const json_t *inputs, bool *live, struct error *error)
{
    char word[WORD_BYTES_MAX];
    enum status status = read_word(inputs, "", "installation_mode", word, sizeof(word), error);
    if (status != STATUS_OK)
        return status;
    *live = strcmp(word, MODE_WORD_LIVE) == 0;
    if (!*live && strcmp(word, MODE_WORD_TEST) != 0)
        return error_set_field(error, STATUS_INVALID, "word", "installation_mode", "is no mode");
    return STATUS_OK;
}

static enum status read_order(const json_t *inputs, struct policy_input *input, struct error *error)
{
    static const char prefix[] = "order.";
    json_t *order = NULL;
    char word[WORD_BYTES_MAX];
    enum status status = json_get_object(inputs, "", "order", JSON_REQUIRED, &order, error);
    if (status == STATUS_OK)
        status = read_word(order, prefix, "status", word, sizeof(word), error);
    if (status != STATUS_OK)
        return status;
    if (order_status_parse(word, &input->order_status) != STATUS_OK)
        return error_set_field(error, STATUS_INVALID, "word", "order.status", "is no status of an order");
    status = read_money(order, prefix, "total", &input->order_total_minor, input->order_currency, error);
    if (status == STATUS_OK)
        status = read_time(order, prefix, "expires_at", &input->order_expires_at_us, error);
    if (status == STATUS_OK)
        status = json_get_boolean(order, prefix, "provider_known", JSON_REQUIRED, &input->order_knows_provider, error);
    return status;
}

/* Not there at all where the provider said nothing of it. */
static enum status read_risk(const json_t *payment, const char *prefix, struct payment_risk *risk, struct error *error)
{
    json_t *facts = NULL;
    const char *level = NULL;
    int64_t score = -1;
    enum status status = json_get_object(payment, prefix, "risk", JSON_OPTIONAL, &facts, error);
    if (status != STATUS_OK || facts == NULL)
        return status;
    status = json_get_integer(facts, "payment.risk.", "score", JSON_OPTIONAL, 0, RISK_SCORE_MAX, &score, error);
    if (status == STATUS_OK)
        status = json_get_text(facts, "payment.risk.", "level", JSON_OPTIONAL, RISK_LEVEL_BYTES - 1, &level, error);
    if (status != STATUS_OK)
        return status;
    risk->has_score = score >= 0;
    risk->score = score >= 0 ? score : 0;
    if (level != NULL)
        memcpy(risk->level, level, strlen(level) + 1);
    return STATUS_OK;
}

static enum status read_payment(const json_t *inputs, struct policy_input *input, struct error *error)
{
    static const char prefix[] = "payment.";
    json_t *payment = NULL;
    enum status status = json_get_object(inputs, "", "payment", JSON_REQUIRED, &payment, error);
    if (status == STATUS_OK)
        status = read_word(payment, prefix, "provider", input->provider, sizeof(input->provider), error);
    if (status == STATUS_OK)
        status = read_money(payment, prefix, "amount", &input->payment_amount_minor, input->payment_currency, error);
    if (status == STATUS_OK)
        status = json_get_boolean(payment, prefix, "live", JSON_REQUIRED, &input->payment_live, error);
    if (status == STATUS_OK)
        status =
            read_money(payment, prefix, "refunded", &input->payment_refunded_minor, input->payment_currency, error);
    if (status == STATUS_OK)
        status = json_get_boolean(payment, prefix, "refunded_in_full", JSON_REQUIRED, &input->payment_refunded_in_full,
                                  error);
    if (status == STATUS_OK)
        status = json_get_boolean(payment, prefix, "charged_back", JSON_REQUIRED, &input->payment_charged_back, error);
    if (status == STATUS_OK)
        status = read_risk(payment, prefix, &input->risk, error);
    return status;
}

static enum status read_policy_input(const json_t *inputs, struct policy_input *input, struct error *error)
{
    enum status status = read_subject(inputs, &input->subject, error);
    if (status == STATUS_OK)
        status = read_time(inputs, "", "at", &input->at_us, error);
    if (status == STATUS_OK)
        status = read_mode(inputs, &input->installation_live, error);
    if (status == STATUS_OK)
        status = read_order(inputs, input, error);
    if (status == STATUS_OK)
        status = read_payment(inputs, input, error);
    return status;
}

enum status decision_input_from_json(const json_t *inputs, struct decision *decision, struct error *error)
{
    if (decision->made_by == DECISION_BY_POLICY) {
        memset(&decision->input, 0, sizeof(decision->input));
        return read_policy_input(inputs, &decision->input, error);
    }
    const char *text = NULL;
    enum status status =
        json_get_text(inputs, "", "reviewed_decision_id", JSON_REQUIRED, UUID_TEXT_BYTES, &text, error);
    if (status == STATUS_OK && uuid_parse(text, strlen(text), &decision->reviewed_id) != STATUS_OK)
        status = error_set_field(error, STATUS_INVALID, "format", "reviewed_decision_id", "is no UUID");
    return status;
}
