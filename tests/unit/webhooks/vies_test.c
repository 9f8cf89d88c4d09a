/* What VIES is asked, and what its answers mean: above all, what is not an answer. */
#include "../rule.h"

#include "akkoord/base/buffer.h"
#include "akkoord/webhooks/vies.h"

static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct vies_question sample_question(void)
{
    struct vies_question question;
    assert_true(vies_question_make("DE136695976", "NL004495445B01", &question));
    return question;
}

static enum status read_bytes(int http_status, const char *body, size_t length, struct vat_check *check,
                              struct error *error)
{
    const struct vies_question question = sample_question();
    const struct provider_answer answer = {.status = http_status, .body = body, .body_length = length};
    memset(check, 0x5a, sizeof(*check));
    return vies_read(arena, &question, &answer, check, error);
}

static enum status read_body(int http_status, const char *body, struct vat_check *check, struct error *error)
{
    return read_bytes(http_status, body, strlen(body), check, error);
}

/* No answer, for that reason, and nothing is said about the number. */
static void assert_no_answer(int http_status, const char *body, const char *code)
{
    struct vat_check check;
    struct error error = {.status = STATUS_OK};
    if (read_body(http_status, body, &check, &error) != STATUS_UNAVAILABLE || strcmp(error.code, code) != 0)
        fail_msg("%d %s: %s, not %s", http_status, body, error.code, code);
    assert_int_equal(check.outcome, VAT_CHECK_UNAVAILABLE);
    assert_null(check.vat_number);
    assert_null(check.consultation_number);
    assert_null(strstr(error.detail, "136695976"));
}

#define HEAD "{\"countryCode\":\"DE\",\"vatNumber\":\"136695976\","

static void the_question_names_the_number_and_who_asks(void **state)
{
    (void)state;
    const struct vies_question question = sample_question();
    const struct provider_request request = vies_ask(arena, &question);
    assert_true(request.is_post);
    assert_string_equal(request.path, "/check-vat-number");
    assert_string_equal(request.content_type, "application/json");
    assert_string_equal(request.body, "{\"countryCode\":\"DE\",\"vatNumber\":\"136695976\","
                                      "\"requesterMemberStateCode\":\"NL\",\"requesterNumber\":\"004495445B01\"}");
}

static void greece_and_northern_ireland_go_by_the_prefix_of_their_numbers(void **state)
{
    (void)state;
    struct vies_question question;
    assert_true(vies_question_make("EL094259216", NULL, &question));
    assert_string_equal(vies_ask(arena, &question).body, "{\"countryCode\":\"EL\",\"vatNumber\":\"094259216\"}");
    assert_true(vies_question_make("XI980780684", "EL094259216", &question));
    assert_string_equal(question.country, "XI");
    assert_string_equal(question.requester_country, "EL");
}

static void a_number_of_no_member_state_is_not_asked_about(void **state)
{
    (void)state;
    static const char *const numbers[] = {"", "D", "DE", "GB980780684", "GR094259216", "US1", "DE12345678901234567890"};
    struct vies_question question;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        assert_false(vies_question_make(numbers[i], "NL004495445B01", &question));
    assert_false(vies_question_make(NULL, "NL004495445B01", &question));
}

static void a_seller_without_a_number_asks_all_the_same(void **state)
{
    (void)state;
    static const char *const sellers[] = {"", "GB980780684", "none", "NL1234567890123456789"};
    struct vies_question question;
    for (size_t i = 0; i < sizeof(sellers) / sizeof(sellers[0]); i++) {
        assert_true(vies_question_make("DE136695976", sellers[i], &question));
        assert_string_equal(vies_ask(arena, &question).body, "{\"countryCode\":\"DE\",\"vatNumber\":\"136695976\"}");
    }
}

static void a_valid_number_comes_with_its_consultation_number(void **state)
{
    (void)state;
    struct vat_check check;
    assert_int_equal(read_body(200,
                               HEAD "\"requestDate\":\"2026-11-27T10:00:00.123Z\",\"valid\":true,"
                                    "\"requestIdentifier\":\"WAPIAAAAW1234567\",\"name\":\"Sample \\u00dcbung GmbH\","
                                    "\"address\":\"Street 1\\n10115 Berlin\",\"traderNameMatch\":\"NOT_PROCESSED\"}",
                               &check, NULL),
                     STATUS_OK);
    assert_int_equal(check.outcome, VAT_CHECK_VALID);
    assert_string_equal(check.vat_number, "DE136695976");
    assert_string_equal(check.consultation_number, "WAPIAAAAW1234567");
    assert_string_equal(check.requested_at, "2026-11-27T10:00:00.123Z");
    assert_string_equal(check.name, "Sample \xc3\x9c"
                                    "bung GmbH");
    assert_string_equal(check.address, "Street 1\n10115 Berlin");
}

static void what_a_member_state_keeps_to_itself_is_absent(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        HEAD "\"valid\":true,\"name\":\"---\",\"address\":\"---\",\"requestIdentifier\":\"\"}",
        HEAD "\"valid\":true,\"name\":null,\"address\":\"\",\"requestDate\":null,\"userError\":\"VALID\"}",
        HEAD "\"valid\":true,\"userError\":\"\"}",
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct vat_check check;
        assert_int_equal(read_body(200, bodies[i], &check, NULL), STATUS_OK);
        assert_int_equal(check.outcome, VAT_CHECK_VALID);
        assert_null(check.name);
        assert_null(check.address);
        assert_null(check.consultation_number);
    }
}

static void only_valid_false_about_that_number_is_invalid(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        HEAD "\"valid\":false,\"requestIdentifier\":\"WAPI1\",\"name\":\"---\",\"address\":\"---\"}",
        HEAD "\"valid\":false,\"requestIdentifier\":\"WAPI1\",\"userError\":\"INVALID\"}",
        HEAD "\"valid\":false,\"requestIdentifier\":\"WAPI1\",\"actionSucceed\":true}",
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct vat_check check;
        assert_int_equal(read_body(200, bodies[i], &check, NULL), STATUS_OK);
        assert_int_equal(check.outcome, VAT_CHECK_INVALID);
        assert_string_equal(check.consultation_number, "WAPI1");
    }
}

static void an_error_is_no_verdict_whatever_status_it_comes_with(void **state)
{
    (void)state;
    static const struct {
        const char *word, *code;
    } errors[] = {
        {"MS_UNAVAILABLE", "vies_unavailable"},
        {"SERVICE_UNAVAILABLE", "vies_unavailable"},
        {"TIMEOUT", "vies_unavailable"},
        {"SOMETHING_NEW", "vies_unavailable"},
        {"GLOBAL_MAX_CONCURRENT_REQ", "vies_busy"},
        {"GLOBAL_MAX_CONCURRENT_REQ_TIME", "vies_busy"},
        {"MS_MAX_CONCURRENT_REQ", "vies_busy"},
        {"MS_MAX_CONCURRENT_REQ_TIME", "vies_busy"},
        {"INVALID_INPUT", "vies_refused"},
        {"INVALID_REQUESTER_INFO", "vies_refused"},
        {"VAT_BLOCKED", "vies_refused"},
        {"IP_BLOCKED", "vies_refused"},
    };
    static const int statuses[] = {200, 400, 500};
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        for (size_t j = 0; j < sizeof(statuses) / sizeof(statuses[0]); j++)
            assert_no_answer(
                statuses[j],
                arena_format(arena, "{\"actionSucceed\":false,\"errorWrappers\":[{\"error\":\"%s\"}]}", errors[i].word),
                errors[i].code);
        assert_no_answer(200, arena_format(arena, HEAD "\"valid\":false,\"userError\":\"%s\"}", errors[i].word),
                         errors[i].code);
        assert_no_answer(
            200, arena_format(arena, HEAD "\"valid\":false,\"errorWrappers\":[{\"error\":\"%s\"}]}", errors[i].word),
            errors[i].code);
    }
}

static void an_answer_about_another_number_is_not_believed(void **state)
{
    (void)state;
    assert_no_answer(200, "{\"countryCode\":\"DE\",\"vatNumber\":\"136695977\",\"valid\":true}", "vies_nonsense");
    assert_no_answer(200, "{\"countryCode\":\"AT\",\"vatNumber\":\"136695976\",\"valid\":false}", "vies_nonsense");
    assert_no_answer(200, "{\"countryCode\":\"DE\",\"valid\":false}", "vies_nonsense");
    assert_no_answer(200, "{\"vatNumber\":\"136695976\",\"valid\":false}", "vies_nonsense");
}

static void what_is_not_in_the_documentation_is_no_answer(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "null",
        "[]",
        "true",
        "<!DOCTYPE html>",
        "{}",
        HEAD "\"valid\":null}",
        HEAD "\"valid\":\"true\"}",
        HEAD "\"valid\":1}",
        HEAD "\"valid\":true,\"valid\":false}",
        HEAD "\"valid\":true",
        HEAD "\"valid\":true} {}",
        HEAD "\"valid\":true,\"name\":7}",
        HEAD "\"valid\":true,\"address\":[\"a\"]}",
        HEAD "\"valid\":true,\"requestIdentifier\":{}}",
        HEAD "\"valid\":true,\"name\":\"\xff\xfe\"}",
        HEAD "\"valid\":true,\"name\":\"a\\u0000b\"}",
        HEAD "\"valid\":true,\"userError\":\"INVALID\"}",
        HEAD "\"valid\":false,\"userError\":\"VALID\"}",
        HEAD "\"valid\":false,\"userError\":5}",
        HEAD "\"valid\":false,\"actionSucceed\":false}",
        "{\"actionSucceed\":false,\"errorWrappers\":[]}",
        "{\"actionSucceed\":false,\"errorWrappers\":[\"MS_UNAVAILABLE\"]}",
        "{\"actionSucceed\":false,\"errorWrappers\":{\"error\":\"MS_UNAVAILABLE\"}}",
        "{\"actionSucceed\":false,\"errorWrappers\":[{\"error\":null}]}",
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        assert_no_answer(200, bodies[i], "vies_nonsense");
}

static void a_status_that_is_no_success_is_no_verdict(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *code;
    } statuses[] = {{429, "vies_busy"},        {400, "vies_refused"},     {403, "vies_refused"},  {404, "vies_refused"},
                    {500, "vies_unavailable"}, {503, "vies_unavailable"}, {302, "vies_nonsense"}, {0, "vies_nonsense"}};
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        assert_no_answer(statuses[i].status, HEAD "\"valid\":false}", statuses[i].code);
        assert_no_answer(statuses[i].status, "<html>", statuses[i].code);
    }
}

static void longer_than_any_answer_is_no_answer(void **state)
{
    (void)state;
    struct vat_check check;
    struct error error;
    char *name = arena_alloc(arena, VIES_TEXT_BYTES_MAX + 2);
    memset(name, 'n', VIES_TEXT_BYTES_MAX + 1);
    name[VIES_TEXT_BYTES_MAX + 1] = '\0';
    assert_no_answer(200, arena_format(arena, HEAD "\"valid\":true,\"name\":\"%s\"}", name), "vies_nonsense");
    name[VIES_TEXT_BYTES_MAX] = '\0';
    assert_int_equal(read_body(200, arena_format(arena, HEAD "\"valid\":true,\"name\":\"%s\"}", name), &check, &error),
                     STATUS_OK);
    size_t length = VIES_ANSWER_BYTES_MAX + 1;
    char *body = arena_alloc(arena, length + 1);
    memset(body, ' ', length);
    body[length] = '\0';
    static const char answer[] = HEAD "\"valid\":true}";
    memcpy(body, answer, sizeof(answer) - 1);
    assert_no_answer(200, body, "vies_nonsense");
    assert_int_equal(read_bytes(200, body, length - 1, &check, &error), STATUS_OK);
}

static void every_outcome_has_a_word_that_is_read_back(void **state)
{
    (void)state;
    for (int i = 0; i < VAT_CHECK_OUTCOMES; i++) {
        enum vat_check_outcome outcome = VAT_CHECK_VALID;
        assert_int_equal(vat_check_outcome_parse(vat_check_outcome_name((enum vat_check_outcome)i), &outcome),
                         STATUS_OK);
        assert_int_equal(outcome, i);
    }
    enum vat_check_outcome outcome;
    assert_int_equal(vat_check_outcome_parse("VALID", &outcome), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("the question names the number and who asks", the_question_names_the_number_and_who_asks),
        RULE("Greece and Northern Ireland go by the prefix of their numbers",
             greece_and_northern_ireland_go_by_the_prefix_of_their_numbers),
        RULE("a number of no member state is not asked about", a_number_of_no_member_state_is_not_asked_about),
        RULE("a seller without a number asks all the same", a_seller_without_a_number_asks_all_the_same),
        RULE("a valid number comes with its consultation number", a_valid_number_comes_with_its_consultation_number),
        RULE("what a member state keeps to itself is absent", what_a_member_state_keeps_to_itself_is_absent),
        RULE("only `valid: false` about that number is invalid", only_valid_false_about_that_number_is_invalid),
        RULE("an error is no verdict, whatever status it comes with",
             an_error_is_no_verdict_whatever_status_it_comes_with),
        RULE("an answer about another number is not believed", an_answer_about_another_number_is_not_believed),
        RULE("what is not in the documentation is no answer", what_is_not_in_the_documentation_is_no_answer),
        RULE("a status that is no success is no verdict", a_status_that_is_no_success_is_no_verdict),
        RULE("longer than any answer is no answer", longer_than_any_answer_is_no_answer),
        RULE("every outcome has a word that is read back", every_outcome_has_a_word_that_is_read_back),
    };
    return cmocka_run_group_tests_name("VIES", tests, begin, end);
}
