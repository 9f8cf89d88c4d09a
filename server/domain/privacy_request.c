/* The rules of requests over one's own data. Pure; any thread. */
#include "akkoord/domain/privacy_request.h"

#include <string.h>

#include "akkoord/domain/calendar.h"

static const char *const kind_names[PRIVACY_REQUEST_KINDS] = {
    "access", "portability", "rectification", "erasure", "restriction", "objection", "consent_withdrawal",
};
static const char *const state_names[PRIVACY_REQUEST_STATES] = {"received", "extended", "fulfilled", "refused"};

static enum status find_word(const char *const *words, int count, const char *text, int *found)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], text) == 0) {
            *found = i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

const char *privacy_request_kind_name(enum privacy_request_kind kind)
{
    return kind_names[kind];
}

enum status privacy_request_kind_parse(const char *text, enum privacy_request_kind *kind)
{
    int found = 0;
    enum status status = find_word(kind_names, PRIVACY_REQUEST_KINDS, text, &found);
    if (status == STATUS_OK)
        *kind = (enum privacy_request_kind)found;
    return status;
}

const char *privacy_request_state_name(enum privacy_request_state state)
{
    return state_names[state];
}

enum status privacy_request_state_parse(const char *text, enum privacy_request_state *state)
{
    int found = 0;
    enum status status = find_word(state_names, PRIVACY_REQUEST_STATES, text, &found);
    if (status == STATUS_OK)
        *state = (enum privacy_request_state)found;
    return status;
}

int64_t privacy_request_due_us(int64_t received_at_us, int months)
{
    int64_t end_day = calendar_period_end_day(calendar_amsterdam_day(received_at_us), months);
    return calendar_end_of_amsterdam_day_us(end_day);
}

enum status privacy_request_check_open(enum privacy_request_state state, struct error *error)
{
    if (state == PRIVACY_FULFILLED || state == PRIVACY_REFUSED)
        return error_set(error, STATUS_CONFLICT, "request_decided", "this request has been answered already");
    return STATUS_OK;
}

enum status privacy_request_check_extendable(enum privacy_request_state state, int64_t due_at_us, int64_t now_us,
                                             struct error *error)
{
    enum status status = privacy_request_check_open(state, error);
    if (status == STATUS_OK && state == PRIVACY_EXTENDED)
        status = error_set(error, STATUS_CONFLICT, "request_extended", "its term was extended once already");
    if (status == STATUS_OK && now_us > due_at_us)
        status =
            error_set(error, STATUS_CONFLICT, "request_overdue", "its term is over and can't be extended any more");
    return status;
}
