/*
 * What people are told about their data as JSON, and the calls that tell it. Written once, at the start; the handlers
 * are worker threads' and only hand it out. The words are domain/retention.c's and domain/privacy.c's.
 */
#include "notices.h"

#include "akkoord/api/html.h"
#include "akkoord/api/services.h"
#include "akkoord/domain/decision.h"

typedef json_t *notice_writer(struct arena *arena, const struct notice_facts *facts, enum language language);

/* ---- parts ---- */

bool notice_concerns_customers(enum retention_category category)
{
    /* Logs are about nobody, and are told all the same: people ask. */
    return (retention_rule_of(category)->persons & RETENTION_CUSTOMERS) != 0 || category == RETENTION_LOG;
}

const char *notice_address(struct arena *arena, const struct seller *seller)
{
    const struct postal_address *address = &seller->address;
    return arena_format(arena, "%s, %s %s, %s", address->street, address->postal_code, address->city, address->country);
}

static json_t *controller_to_json(struct arena *arena, const struct seller *seller)
{
    json_t *object = json_new_object(arena);
    json_set_text(object, "name", seller->name);
    json_set_text(object, "address", notice_address(arena, seller));
    json_set_text(object, "kvk_number", seller->kvk_number);
    json_set_text(object, "email", seller->email);
    return object;
}

static json_t *basis_to_json(struct arena *arena, const struct retention_rule *rule, enum language language)
{
    const char *statute = rule->statute[language];
    json_t *object = json_new_object(arena);
    json_set_text(object, "text", retention_basis_words(arena, rule->bases, language));
    json_set_text(object, "statute", statute[0] != '\0' ? statute : NULL);
    return object;
}

static json_t *term_to_json(struct arena *arena, enum retention_category category, enum language language)
{
    const struct retention_term *term = &retention_rule_of(category)->term;
    json_t *object = json_new_object(arena);
    json_set_text(object, "text", retention_term_words(arena, category, language));
    json_set_integer(object, "amount", term->amount);
    json_set_text(object, "unit", retention_unit_name(term->unit));
    json_set_text(object, "from", retention_start_name(term->start));
    json_set_integer(object, "amount_oss", term->oss_amount != 0 ? term->oss_amount : term->amount);
    return object;
}

static json_t *erasure_to_json(struct arena *arena, enum retention_category category, enum language language)
{
    const struct retention_erasure erasure = retention_at_erasure(category, language, false, 0, 0);
    json_t *object = json_new_object(arena);
    json_set_text(object, "effect", erasure.effect_name);
    json_set_text(object, "text", erasure.effect_words);
    json_set_text(object, "basis", erasure.basis[0] != '\0' ? erasure.basis : NULL);
    return object;
}

static json_t *category_to_json(struct arena *arena, enum retention_category category, bool asks_vies,
                                enum language language)
{
    const struct retention_rule *rule = retention_rule_of(category);
    json_t *object = json_new_object(arena);
    json_set_text(object, "category", rule->name);
    json_set_text(object, "title", rule->title[language]);
    json_set_text(object, "persons", privacy_persons_words(rule->persons, language));
    json_set_text(object, "data", rule->data[language]);
    json_set_text(object, "purpose", rule->purpose[language]);
    json_set_value(object, "legal_basis", basis_to_json(arena, rule, language));
    json_set_text(object, "recipients", retention_recipients(category, asks_vies, language));
    json_set_value(object, "term", term_to_json(arena, category, language));
    json_set_text(object, "afterwards", retention_afterwards_name(rule->afterwards));
    json_set_text(object, "afterwards_text", retention_afterwards_words(rule->afterwards, language));
    json_set_value(object, "on_erasure", erasure_to_json(arena, category, language));
    return object;
}

static json_t *public_categories_to_json(struct arena *arena, bool asks_vies, enum language language)
{
    json_t *array = json_new_array(arena);
    for (int i = 0; i < RETENTION_CATEGORIES; i++) {
        if (notice_concerns_customers((enum retention_category)i))
            json_append_value(array, category_to_json(arena, (enum retention_category)i, asks_vies, language));
    }
    return array;
}

/* All of them, with where in the database each stands: that is the controller's alone. */
static json_t *categories_to_json(struct arena *arena, bool asks_vies, enum language language)
{
    json_t *array = json_new_array(arena);
    for (int i = 0; i < RETENTION_CATEGORIES; i++) {
        json_t *object = category_to_json(arena, (enum retention_category)i, asks_vies, language);
        json_set_text(object, "tables", retention_rule_of((enum retention_category)i)->tables);
        json_append_value(array, object);
    }
    return array;
}

static json_t *rights_to_json(struct arena *arena, enum language language)
{
    size_t count;
    const struct privacy_right *rights = privacy_rights(&count);
    json_t *array = json_new_array(arena);
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_new_object(arena);
        json_set_text(object, "right", rights[i].name);
        json_set_text(object, "article", rights[i].article);
        json_set_text(object, "title", rights[i].title[language]);
        json_set_text(object, "meaning", rights[i].meaning[language]);
        json_set_text(object, "how", rights[i].how[language]);
        json_set_text(object, "call", rights[i].call);
        json_append_value(array, object);
    }
    return array;
}

static json_t *decision_rule_to_json(struct arena *arena, enum language language)
{
    json_t *object = json_new_object(arena);
    json_set_text(object, "article", privacy_decision.article);
    json_set_text(object, "summary", privacy_decision.summary[language]);
    json_set_text(object, "logic", privacy_decision.logic[language]);
    json_set_text(object, "data", privacy_decision.data[language]);
    json_set_text(object, "effect", privacy_decision.effect[language]);
    json_set_text(object, "human", privacy_decision.human[language]);
    json_set_text(object, "call", privacy_decision.human_call);
    return object;
}

static json_t *complaint_to_json(struct arena *arena, enum language language)
{
    json_t *object = json_new_object(arena);
    json_set_text(object, "authority", privacy_authority[language]);
    json_set_text(object, "url", privacy_authority_url);
    return object;
}

static json_t *catalogue_to_json(struct arena *arena)
{
    json_t *object = json_new_object(arena);
    json_set_text(object, "version", retention_version);
    json_set_text(object, "hash", retention_hash);
    return object;
}

static json_t *fields_to_json(struct arena *arena, enum language language)
{
    size_t count;
    const struct privacy_field *fields = privacy_order_fields(&count);
    json_t *array = json_new_array(arena);
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_new_object(arena);
        json_set_text(object, "field", fields[i].field);
        json_set_boolean(object, "mandatory", fields[i].mandatory);
        json_set_text(object, "why", fields[i].why[language]);
        json_append_value(array, object);
    }
    return array;
}

/* ---- the three of them ---- */

static json_t *privacy_to_json(struct arena *arena, const struct notice_facts *facts, enum language language)
{
    json_t *object = json_new_object(arena);
    json_set_text(object, "language", language_name(language));
    json_set_value(object, "controller", controller_to_json(arena, facts->seller));
    json_set_value(object, "catalogue", catalogue_to_json(arena));
    json_set_value(object, "processing", public_categories_to_json(arena, facts->asks_vies, language));
    json_set_text(object, "transfers", privacy_transfers[language]);
    json_set_value(object, "rights", rights_to_json(arena, language));
    json_set_value(object, "automated_decision", decision_rule_to_json(arena, language));
    json_set_value(object, "complaint", complaint_to_json(arena, language));
    return object;
}

static json_t *information_to_json(struct arena *arena, const struct notice_facts *facts, enum language language)
{
    (void)facts;
    json_t *object = json_new_object(arena);
    json_t *policy = json_new_object(arena);
    json_set_text(policy, "name", policy_name);
    json_set_text(policy, "version", policy_version);
    json_set_text(policy, "hash", policy_hash);
    json_set_text(object, "language", language_name(language));
    json_set_value(object, "policy", policy);
    json_set_value(object, "automated_decision", decision_rule_to_json(arena, language));
    json_set_value(object, "fields", fields_to_json(arena, language));
    json_set_text(object, "privacy", "/v1/privacy");
    return object;
}

static json_t *register_to_json(struct arena *arena, const struct notice_facts *facts, enum language language)
{
    size_t count;
    const retention_words *measures = privacy_security_measures(&count);
    json_t *object = json_new_object(arena);
    json_t *security = json_new_array(arena);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(security, json_string(measures[i][language]));
    json_set_text(object, "language", language_name(language));
    json_set_value(object, "controller", controller_to_json(arena, facts->seller));
    json_set_value(object, "catalogue", catalogue_to_json(arena));
    json_set_value(object, "processing", categories_to_json(arena, facts->asks_vies, language));
    json_set_text(object, "transfers", privacy_transfers[language]);
    json_set_value(object, "security", security);
    return object;
}

const char *register_write_json(struct arena *arena, const struct notice_facts *facts, enum language language,
                                size_t *length)
{
    return json_write(arena, register_to_json(arena, facts, language), length);
}

/* ---- publishing ---- */

static void write_notice(struct arena *arena, notice_writer *writer, const struct notice_facts *facts,
                         struct notice *notice)
{
    json_t *objects[RETENTION_LANGUAGES];
    size_t lengths[RETENTION_LANGUAGES];
    const char *texts[RETENTION_LANGUAGES];
    uint8_t digest[SHA256_BYTES];
    for (enum language language = LANGUAGE_NL; language <= LANGUAGE_EN; language++) {
        objects[language] = writer(arena, facts, language);
        texts[language] = json_write_canonical(arena, objects[language], &lengths[language]);
    }
    const char *both = arena_format(arena, "%s\n%s", texts[LANGUAGE_NL], texts[LANGUAGE_EN]);
    crypto_sha256(both, strlen(both), digest);
    hex_encode(digest, sizeof(digest), notice->version);
    for (enum language language = LANGUAGE_NL; language <= LANGUAGE_EN; language++) {
        json_set_text(objects[language], "version", notice->version);
        notice->json[language] = json_write(arena, objects[language], &notice->json_length[language]);
    }
}

void notices_write(struct arena *arena, const struct notice_facts *facts, struct notices *notices)
{
    write_notice(arena, privacy_to_json, facts, &notices->privacy);
    write_notice(arena, information_to_json, facts, &notices->information);
    for (enum language language = LANGUAGE_NL; language <= LANGUAGE_EN; language++)
        notices->privacy_page[language] = notice_page_write(arena, facts, notices->privacy.version, language,
                                                            &notices->privacy_page_length[language]);
    notices->privacy_page_policy = notice_page_policy(arena);
}

/* ---- calls ---- */

static void answer_notice(struct api_call *call, const struct notice *notice, enum language language, const char *vary,
                          struct http_answer *answer)
{
    *answer = (struct http_answer){.status = 200,
                                   .content_type = "application/json",
                                   .body = notice->json[language],
                                   .body_length = notice->json_length[language]};
    api_answer_add_header(call, answer, "Vary", vary);
}

enum status api_privacy_show(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char vary[] = "Accept, Accept-Language";
    const struct notices *notices = call->options->notices;
    enum language language;
    enum status status = api_choose_language(call, &language, error);
    if (status != STATUS_OK)
        return status;
    if (!html_is_wanted(call->request)) {
        answer_notice(call, &notices->privacy, language, vary, answer);
        return STATUS_OK;
    }
    *answer = (struct http_answer){.status = 200,
                                   .content_type = "text/html; charset=utf-8",
                                   .body = notices->privacy_page[language],
                                   .body_length = notices->privacy_page_length[language]};
    api_answer_add_header(call, answer, "Content-Security-Policy", notices->privacy_page_policy);
    api_answer_add_header(call, answer, "Vary", vary);
    return STATUS_OK;
}

enum status api_order_information_show(struct api_call *call, struct http_answer *answer, struct error *error)
{
    enum language language;
    enum status status = api_choose_language(call, &language, error);
    if (status == STATUS_OK)
        answer_notice(call, &call->options->notices->information, language, "Accept-Language", answer);
    return status;
}
