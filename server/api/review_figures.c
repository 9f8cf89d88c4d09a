/*
 * GET /v1/staff/reviews/figures: how many reviews, how they ended, how long they took. Worker threads; no state.
 */
#include <inttypes.h>

#include "akkoord/api/reviews.h"
#include "akkoord/base/clock.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/store/review_figures.h"

#define DAYS_DEFAULT 365

/* ?from=2026-01-01&to=2026-12-31, both days included; without them the year that ends today. */
static enum status read_day(struct api_call *call, const char *name, int64_t *day, struct error *error)
{
    const char *text;
    enum status status = http_request_query(call->request, call->arena, name, &text, error);
    if (status != STATUS_OK || text == NULL)
        return status;
    if (calendar_parse_date(text, strlen(text), day) != STATUS_OK)
        return error_set_field(error, STATUS_INVALID, "format", name, "must be a date such as 2026-11-23");
    return STATUS_OK;
}

static enum status read_days(struct api_call *call, int64_t *from, int64_t *to, struct error *error)
{
    *to = calendar_amsterdam_day(clock_now_us());
    enum status status = read_day(call, "to", to, error);
    *from = *to - DAYS_DEFAULT;
    if (status == STATUS_OK)
        status = read_day(call, "from", from, error);
    if (status == STATUS_OK && *from > *to)
        status = error_set_field(error, STATUS_INVALID, "range", "from", "must not be after to");
    return status;
}

/* A count, or null when there is nothing to count it of. */
static void set_seconds(json_t *json, const char *key, int64_t seconds)
{
    if (seconds < 0)
        json_set_text(json, key, NULL);
    else
        json_set_integer(json, key, seconds);
}

/* "12.50": per cent, rounded half up to a hundredth. */
static const char *format_rate(struct arena *arena, int64_t part, int64_t whole)
{
    if (whole == 0)
        return NULL;
    int64_t hundredths = (20000 * part + whole) / (2 * whole);
    return arena_format(arena, "%" PRId64 ".%02" PRId64, hundredths / 100, hundredths % 100);
}

static void set_figures(struct arena *arena, json_t *json, const struct review_figures *figures)
{
    json_set_integer(json, "asked", figures->asked);
    json_set_integer(json, "decided", figures->decided);
    json_set_integer(json, "overturned", figures->overturned);
    json_set_text(json, "overturn_rate", format_rate(arena, figures->overturned, figures->decided));
    json_set_integer(json, "late", figures->late);
    json_set_integer(json, "inputs_not_seen", figures->inputs_not_seen);
    set_seconds(json, "median_seconds", figures->median_seconds);
    set_seconds(json, "percentile_90_seconds", figures->p90_seconds);
}

static void set_date(json_t *json, const char *key, int64_t day)
{
    char text[CALENDAR_DATE_BYTES];
    calendar_format_date(day, text);
    json_set_text(json, key, text);
}

static json_t *group_to_json(struct arena *arena, const struct review_figures *figures)
{
    json_t *json = json_new_object(arena);
    if (figures->grouping == REVIEW_FIGURES_BY_REASON) {
        json_set_text(json, "reason", figures->name);
    } else {
        bool by_staff = figures->name[0] == '\0';
        json_set_text(json, "policy", by_staff ? NULL : figures->name);
        json_set_text(json, "version", by_staff ? NULL : figures->version);
    }
    set_figures(arena, json, figures);
    return json;
}

enum status api_staff_review_figures(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct review_figures none = {.median_seconds = -1, .p90_seconds = -1};
    struct review_figures *figures = NULL;
    size_t count = 0;
    int64_t from, to;
    enum status status = read_days(call, &from, &to, error);
    if (status == STATUS_OK)
        status = store_review_figures(call->store, call->arena, calendar_start_of_amsterdam_day_us(from),
                                      calendar_start_of_amsterdam_day_us(to + 1), &figures, &count, error);
    if (status != STATUS_OK)
        return status;
    json_t *json = json_new_object(call->arena);
    json_t *by_reason = json_new_array(call->arena);
    json_t *by_policy = json_new_array(call->arena);
    const struct review_figures *all = &none;
    for (size_t i = 0; i < count; i++) {
        if (figures[i].grouping == REVIEW_FIGURES_OF_ALL)
            all = &figures[i];
        else
            json_append_value(figures[i].grouping == REVIEW_FIGURES_BY_REASON ? by_reason : by_policy,
                              group_to_json(call->arena, &figures[i]));
    }
    set_date(json, "from", from);
    set_date(json, "to", to);
    set_figures(call->arena, json, all);
    json_set_value(json, "by_reason", by_reason);
    json_set_value(json, "by_policy", by_policy);
    api_answer_json(call, answer, 200, json);
    return STATUS_OK;
}
