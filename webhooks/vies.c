/* Asks VIES about a VAT number, and reads its answer (vies.h). Pure; any thread. Believes nothing that is not about the
 * number that was asked. */
#include "akkoord/webhooks/vies.h"

#include "akkoord/base/json.h"
#include "akkoord/domain/vat_number.h"

#define PATH            "/check-vat-number"
#define PREFIX_LENGTH   2
#define WORD_BYTES_MAX  64
#define ERRORS_MAX      16
#define UNDISCLOSED     "---"
#define STATUS_TOO_MANY 429

/* ---- the question ---- */

static bool split(const char *vat_number, char country[VIES_COUNTRY_BYTES], char number[VIES_NUMBER_BYTES])
{
    if (vat_number == NULL || vat_number_state(vat_number) == NULL)
        return false;
    size_t length = strlen(vat_number + PREFIX_LENGTH);
    if (length == 0 || length >= VIES_NUMBER_BYTES)
        return false;
    memcpy(country, vat_number, PREFIX_LENGTH);
    country[PREFIX_LENGTH] = '\0';
    memcpy(number, vat_number + PREFIX_LENGTH, length + 1);
    return true;
}

bool vies_question_make(const char *vat_number, const char *sellers_number, struct vies_question *question)
{
    *question = (struct vies_question){.country = ""};
    (void)split(sellers_number, question->requester_country, question->requester_number);
    return split(vat_number, question->country, question->number);
}

struct provider_request vies_ask(struct arena *arena, const struct vies_question *question)
{
    size_t length;
    json_t *body = json_new_object(arena);
    json_set_text(body, "countryCode", question->country);
    json_set_text(body, "vatNumber", question->number);
    if (question->requester_country[0] != '\0') {
        json_set_text(body, "requesterMemberStateCode", question->requester_country);
        json_set_text(body, "requesterNumber", question->requester_number);
    }
    return (struct provider_request){
        .is_post = true, .path = PATH, .content_type = "application/json", .body = json_write(arena, body, &length)};
}

/* ---- what is no answer ---- */

static enum status unavailable(struct error *error)
{
    return error_set(error, STATUS_UNAVAILABLE, "vies_unavailable", "VIES or the member state does not answer");
}

static enum status busy(struct error *error)
{
    return error_set(error, STATUS_UNAVAILABLE, "vies_busy", "VIES has too many questions at the moment");
}

static enum status refused(struct error *error)
{
    return error_set(error, STATUS_UNAVAILABLE, "vies_refused",
                     "VIES refuses the question: is the seller's VAT number right?");
}

static enum status nonsense(struct error *error)
{
    return error_set(error, STATUS_UNAVAILABLE, "vies_nonsense", "the answer of VIES can't be understood");
}

static enum status explain_word(const char *word, struct error *error)
{
    static const char *const refusals[] = {"INVALID_INPUT", "INVALID_REQUESTER_INFO", "VAT_BLOCKED", "IP_BLOCKED"};
    if (strstr(word, "MAX_CONCURRENT_REQ") != NULL)
        return busy(error);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        if (strcmp(word, refusals[i]) == 0)
            return refused(error);
    }
    return unavailable(error);
}

/* The first of its errors; `object` says of itself that it has not succeeded, or holds errors. */
static enum status explain_errors(const json_t *object, struct error *error)
{
    json_t *wrappers = NULL;
    const char *word = NULL;
    if (json_get_array(object, "", "errorWrappers", JSON_REQUIRED, ERRORS_MAX, &wrappers, NULL) != STATUS_OK)
        return nonsense(error);
    const json_t *first = json_array_get(wrappers, 0);
    if (!json_is_object(first) ||
        json_get_text(first, "", "error", JSON_REQUIRED, WORD_BYTES_MAX, &word, NULL) != STATUS_OK)
        return nonsense(error);
    return explain_word(word, error);
}

static enum status explain_status(int status, struct error *error)
{
    if (status == STATUS_TOO_MANY)
        return busy(error);
    if (status >= 400 && status <= 499)
        return refused(error);
    return status >= 500 && status <= 599 ? unavailable(error) : nonsense(error);
}

/* ---- the answer ---- */

static bool is_text(const json_t *object, const char *key, const char *expected)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) && strcmp(json_string_value(value), expected) == 0;
}

/* Absent, empty and what a member state keeps to itself: NULL. */
static enum status read_text(const json_t *object, const char *key, const char **text)
{
    enum status status = json_get_text(object, "", key, JSON_OPTIONAL, VIES_TEXT_BYTES_MAX, text, NULL);
    if (status == STATUS_OK && *text != NULL && ((*text)[0] == '\0' || strcmp(*text, UNDISCLOSED) == 0))
        *text = NULL;
    return status;
}

/* A word beside the answer, that there is none; without it, or where it agrees, nothing is said. */
static enum status check_user_error(const json_t *object, bool is_valid, struct error *error)
{
    const char *word = NULL;
    if (json_get_text(object, "", "userError", JSON_OPTIONAL, WORD_BYTES_MAX, &word, NULL) != STATUS_OK)
        return nonsense(error);
    if (word == NULL || word[0] == '\0' || strcmp(word, is_valid ? "VALID" : "INVALID") == 0)
        return STATUS_OK;
    if (strcmp(word, "VALID") == 0 || strcmp(word, "INVALID") == 0)
        return nonsense(error); /* it contradicts itself */
    return explain_word(word, error);
}

static enum status read_answer(struct arena *arena, const json_t *object, const struct vies_question *question,
                               struct vat_check *check, struct error *error)
{
    bool is_valid = false;
    if (json_get_boolean(object, "", "valid", JSON_REQUIRED, &is_valid, NULL) != STATUS_OK)
        return nonsense(error);
    if (!is_text(object, "countryCode", question->country) || !is_text(object, "vatNumber", question->number))
        return nonsense(error);
    enum status status = check_user_error(object, is_valid, error);
    if (status != STATUS_OK)
        return status;
    if (read_text(object, "requestIdentifier", &check->consultation_number) != STATUS_OK ||
        read_text(object, "requestDate", &check->requested_at) != STATUS_OK ||
        read_text(object, "name", &check->name) != STATUS_OK ||
        read_text(object, "address", &check->address) != STATUS_OK)
        return nonsense(error);
    check->outcome = is_valid ? VAT_CHECK_VALID : VAT_CHECK_INVALID;
    check->vat_number = arena_format(arena, "%s%s", question->country, question->number);
    return STATUS_OK;
}

enum status vies_read(struct arena *arena, const struct vies_question *question, const struct provider_answer *answer,
                      struct vat_check *check, struct error *error)
{
    json_t *object = NULL;
    bool is_success = answer->status >= 200 && answer->status <= 299;
    *check = (struct vat_check){.outcome = VAT_CHECK_UNAVAILABLE};
    if (answer->body_length > VIES_ANSWER_BYTES_MAX ||
        json_parse_object(arena, answer->body, answer->body_length, &object, NULL) != STATUS_OK)
        return is_success ? nonsense(error) : explain_status(answer->status, error);
    if (json_object_get(object, "errorWrappers") != NULL || json_is_false(json_object_get(object, "actionSucceed")))
        return explain_errors(object, error);
    if (!is_success)
        return explain_status(answer->status, error);
    struct vat_check told = *check;
    enum status status = read_answer(arena, object, question, &told, error);
    if (status == STATUS_OK)
        *check = told;
    return status;
}
