/*
 * What staff do with a review: assign it, ask the customer, extend it, give its outcome, agree with one. Worker
 * threads; no state between calls. The rules are domain/review_workflow.c's; an outcome is the committer's to carry
 * out.
 */
#include "akkoord/store/review_workflow.h"
#include "akkoord/api/fields.h"
#include "akkoord/api/reviews.h"
#include "akkoord/store/staff.h"
#include "akkoord/vault/blind_index.h"

/* Which review, and what is said of it. */
static enum status read_request(struct api_call *call, struct uuid *review_id, json_t **body, struct error *error)
{
    enum status status = api_call_id(call, "id", review_id, error);
    return status == STATUS_OK ? api_call_body(call, body, error) : status;
}

/* Does it, and answers with the review. */
static enum status do_deed(struct api_call *call, struct review_deed *deed, struct http_answer *answer,
                           struct error *error)
{
    deed->staff_id = call->staff_id;
    deed->is_manager = call->caller == API_MANAGER;
    enum status status = store_review_do(call->store, call->arena, deed, error);
    return status == STATUS_OK ? review_answer_staff(call, &deed->review_id, 200, answer, error) : status;
}

/* ---- assigning ---- */

/* {"email"}: whom a manager gives it to; no body, or one without it: oneself. */
static enum status read_assignee(struct api_call *call, const char **email, struct error *error)
{
    static const char *const known[] = {"email", NULL};
    json_t *body;
    *email = NULL;
    if (call->request->body_length == 0)
        return STATUS_OK;
    enum status status = api_call_body(call, &body, error);
    if (status != STATUS_OK)
        return status;
    *email = api_take_text(call, body, "", "email", JSON_OPTIONAL, EMAIL_BYTES - 1);
    api_take_no_others(call, body, "", known);
    return api_call_check_faults(call, error);
}

static enum status find_assignee(struct api_call *call, const char *email, struct uuid *staff_id, struct error *error)
{
    char normalised[EMAIL_BYTES];
    struct staff_credentials found;
    if (call->caller != API_MANAGER)
        return error_set(error, STATUS_FORBIDDEN, "forbidden", "only a manager gives reviews to others");
    enum status status = email_normalise(email, strlen(email), normalised, NULL);
    if (status == STATUS_OK)
        status = store_staff_find(call->store, call->arena, normalised, &found, error);
    if (status == STATUS_INVALID || status == STATUS_NOT_FOUND || (status == STATUS_OK && found.role == STAFF_AUDITOR))
        return error_set_field(error, STATUS_INVALID, "unknown_staff", "email", "must be a reviewer's or manager's");
    if (status == STATUS_OK)
        *staff_id = found.id;
    return status;
}

enum status api_staff_review_assign(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct review_deed deed = {.act = REVIEW_ACT_ASSIGN, .assignee = call->staff_id};
    struct review_standing standing;
    const char *email;
    enum status status = api_call_id(call, "id", &deed.review_id, error);
    if (status == STATUS_OK)
        status = read_assignee(call, &email, error);
    if (status == STATUS_OK && email != NULL)
        status = find_assignee(call, email, &deed.assignee, error);
    if (status == STATUS_OK)
        status = store_review_standing(call->store, call->arena, &deed.review_id, &deed.assignee, &standing, error);
    if (status == STATUS_OK)
        status = review_check_reviewer(&standing.reviewer, error);
    return status == STATUS_OK ? do_deed(call, &deed, answer, error) : status;
}

/* ---- the customer's view, and more time ---- */

enum status api_staff_review_invite(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"question", NULL};
    struct review_deed deed = {.act = REVIEW_ACT_INVITE};
    json_t *body;
    enum status status = read_request(call, &deed.review_id, &body, error);
    if (status != STATUS_OK)
        return status;
    deed.text = api_take_words(call, body, "question");
    api_take_no_others(call, body, "", known);
    status = api_call_check_faults(call, error);
    return status == STATUS_OK ? do_deed(call, &deed, answer, error) : status;
}

enum status api_staff_review_extend(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"months", "reasons", NULL};
    struct review_deed deed = {.act = REVIEW_ACT_EXTEND};
    struct error fault;
    json_t *body;
    enum status status = read_request(call, &deed.review_id, &body, error);
    if (status != STATUS_OK)
        return status;
    if (json_get_integer(body, "", "months", JSON_REQUIRED, 1, REVIEW_EXTENSION_MONTHS_MAX, &deed.months, &fault) !=
        STATUS_OK)
        api_call_note_fault(call, &fault);
    deed.text = api_take_words(call, body, "reasons");
    api_take_no_others(call, body, "", known);
    status = api_call_check_faults(call, error);
    return status == STATUS_OK ? do_deed(call, &deed, answer, error) : status;
}

/* ---- the outcome ---- */

/* Whether this member of staff may decide this review. */
static enum status check_reviewer(struct api_call *call, const struct uuid *review_id, struct review_standing *standing,
                                  struct error *error)
{
    enum status status = store_review_standing(call->store, call->arena, review_id, &call->staff_id, standing, error);
    if (status == STATUS_OK)
        status = review_check_reviewer(&standing->reviewer, error);
    if (status == STATUS_OK && call->options->review_strict)
        status = review_check_seen(&standing->reviewer, error);
    return status;
}

static void read_outcome(struct api_call *call, const json_t *body, enum review_outcome *outcome)
{
    struct error fault;
    const char *word;
    if (json_get_text(body, "", "outcome", JSON_REQUIRED, 32, &word, &fault) != STATUS_OK)
        api_call_note_fault(call, &fault);
    else if (review_outcome_parse(word, outcome) != STATUS_OK)
        api_call_note_field(call, "outcome", "word", "must be upheld or overturned");
}

static enum status propose(struct api_call *call, const struct order_command *command, struct http_answer *answer,
                           struct error *error)
{
    struct review_deed deed = {.act = REVIEW_ACT_PROPOSE,
                               .review_id = command->review_id,
                               .text = command->reasons,
                               .outcome = command->review_outcome};
    return do_deed(call, &deed, answer, error);
}

static enum status carry_out(struct api_call *call, const struct order_command *command, struct http_answer *answer,
                             struct error *error)
{
    enum status status = committer_run(call->options->committer, command, error);
    return status == STATUS_OK ? review_answer_staff(call, &command->review_id, 200, answer, error) : status;
}

enum status api_staff_review_decide(struct api_call *call, struct http_answer *answer, struct error *error)
{
    static const char *const known[] = {"outcome", "reasons", NULL};
    struct order_command command = {.kind = COMMAND_REVIEW_OUTCOME, .staff_id = call->staff_id};
    struct review_standing standing;
    json_t *body;
    enum status status = read_request(call, &command.review_id, &body, error);
    if (status != STATUS_OK)
        return status;
    read_outcome(call, body, &command.review_outcome);
    command.reasons = api_take_words(call, body, "reasons");
    api_take_no_others(call, body, "", known);
    status = api_call_check_faults(call, error);
    if (status == STATUS_OK)
        status = check_reviewer(call, &command.review_id, &standing, error);
    if (status != STATUS_OK)
        return status;
    /* What can't be read is not decided: that is found before anything is changed. */
    struct review review = {0};
    status = store_review_find(call->store, call->arena, &command.review_id, NULL, &review, error);
    if (status != STATUS_OK)
        return status;
    bool needs_another = review_needs_four_eyes(standing.order_total_minor, call->options->review_four_eyes_minor);
    return needs_another ? propose(call, &command, answer, error) : carry_out(call, &command, answer, error);
}

/* ---- four eyes ---- */

struct confirmation {
    enum review_outcome outcome; /* that was read: another may have been proposed since */
    bool agrees;
};

static enum status read_confirmation(struct api_call *call, struct uuid *review_id, struct confirmation *confirmation,
                                     struct error *error)
{
    static const char *const known[] = {"outcome", "agrees", NULL};
    struct error fault;
    json_t *body;
    enum status status = read_request(call, review_id, &body, error);
    if (status != STATUS_OK)
        return status;
    read_outcome(call, body, &confirmation->outcome);
    if (json_get_boolean(body, "", "agrees", JSON_REQUIRED, &confirmation->agrees, &fault) != STATUS_OK)
        api_call_note_fault(call, &fault);
    api_take_no_others(call, body, "", known);
    return api_call_check_faults(call, error);
}

/* What is proposed, as read by whoever agrees with it or does not. */
static enum status check_proposal(const struct api_call *call, const struct review *review,
                                  const struct confirmation *confirmation, struct error *error)
{
    enum review_stage next;
    enum review_act act = confirmation->agrees ? REVIEW_ACT_CONFIRM : REVIEW_ACT_DECLINE;
    enum status status = review_transition(review->stage, review->proposal.at_us != 0, act, &next, error);
    if (status != STATUS_OK)
        return status;
    if (uuid_equal(&review->proposal.by, &call->staff_id))
        return error_set(error, STATUS_FORBIDDEN, "same_reviewer", "somebody else agrees with an outcome or does not");
    if (review->proposal.outcome != confirmation->outcome)
        return error_set(error, STATUS_CONFLICT, "proposal_changed", "another outcome is proposed");
    return STATUS_OK;
}

enum status api_staff_review_confirm(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid id;
    struct confirmation confirmation = {0};
    struct review_standing standing;
    struct review review = {0};
    enum status status = read_confirmation(call, &id, &confirmation, error);
    if (status == STATUS_OK)
        status = check_reviewer(call, &id, &standing, error);
    if (status == STATUS_OK)
        status = store_review_find(call->store, call->arena, &id, NULL, &review, error);
    if (status == STATUS_OK)
        status = check_proposal(call, &review, &confirmation, error);
    if (status != STATUS_OK)
        return status;
    if (!confirmation.agrees) {
        struct review_deed deed = {.act = REVIEW_ACT_DECLINE, .review_id = id, .proposed_at_us = review.proposal.at_us};
        return do_deed(call, &deed, answer, error);
    }
    const struct order_command command = {.kind = COMMAND_REVIEW_OUTCOME,
                                          .review_id = id,
                                          .review_outcome = review.proposal.outcome,
                                          .staff_id = review.proposal.by,
                                          .confirmed_by = call->staff_id,
                                          .proposed_at_us = review.proposal.at_us,
                                          .reasons = review.proposal.reasons}; /* NULL: erased, and not kept */
    return carry_out(call, &command, answer, error);
}
