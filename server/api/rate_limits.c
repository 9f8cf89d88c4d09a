/* The buckets of rate_limits.h, one table a limit. Event loops and workers; base/rate_limit.h has the locks. */
#include "akkoord/api/rate_limits.h"

#include "akkoord/api/account.h"
#include "akkoord/api/customers.h"
#include "akkoord/api/staff.h"
#include "akkoord/base/memory.h"
#include "akkoord/base/metrics.h"
#include "akkoord/base/rate_limit.h"
#include "akkoord/vault/blind_index.h"

#define PERIOD_S              60
#define LOG_INS_OF_ACCOUNT    10
#define LOG_INS_OF_ADDRESS    60
#define REGISTRATIONS         30
#define CODES_OF_ACCOUNT      5
#define CODES_PERIOD_S        600
#define ACCOUNT_KEY_BYTES_MAX (EMAIL_BYTES + 2)

static struct metric refused = {
    .kind = METRIC_COUNTER,
    .name = "akkoord_rate_limited_total",
    .help = "Requests answered 429, by the limit that was passed",
};

struct rate_limits {
    struct rate_limit *log_ins_of_account;
    struct rate_limit *log_ins_of_address;
    struct rate_limit *registrations; /* and what else makes us write to an address that anybody gave */
    struct rate_limit *codes_of_account;
};

struct rate_limits *rate_limits_new(void)
{
    struct rate_limits *limits = memory_alloc(sizeof(*limits));
    *limits = (struct rate_limits){
        .log_ins_of_account = rate_limit_new(LOG_INS_OF_ACCOUNT, PERIOD_S),
        .log_ins_of_address = rate_limit_new(LOG_INS_OF_ADDRESS, PERIOD_S),
        .registrations = rate_limit_new(REGISTRATIONS, PERIOD_S),
        .codes_of_account = rate_limit_new(CODES_OF_ACCOUNT, CODES_PERIOD_S),
    };
    return limits;
}

void rate_limits_free(struct rate_limits *limits)
{
    if (limits == NULL)
        return;
    rate_limit_free(limits->log_ins_of_account);
    rate_limit_free(limits->log_ins_of_address);
    rate_limit_free(limits->registrations);
    rate_limit_free(limits->codes_of_account);
    free(limits);
}

static struct http_answer too_many(struct arena *arena, const char *labels, int wait_s)
{
    metric_add(&refused, labels, 1);
    return http_problem_retry(arena, 429, "too_many_requests", "that was too often; Retry-After says when to go on",
                              wait_s);
}

bool rate_limits_refuse_address(struct rate_limits *limits, const struct api_route *route,
                                struct http_exchange *exchange)
{
    struct rate_limit *limit = NULL;
    const char *labels = "limit=\"log_in_address\"";
    if (limits == NULL)
        return false;
    if (route->function == api_session_begin || route->function == api_staff_session_begin ||
        route->function == api_password_reset_confirm || route->function == api_log_in_code_confirm) {
        limit = limits->log_ins_of_address;
    } else if (route->function == api_customer_register || route->function == api_password_reset ||
               route->function == api_log_in_code) {
        limit = limits->registrations;
        labels = "limit=\"registration\"";
    }
    int wait_s = rate_limit_take_address(limit, http_exchange_request(exchange)->client_address);
    if (wait_s == 0)
        return false;
    const struct http_answer answer = too_many(http_exchange_arena(exchange), labels, wait_s);
    http_exchange_answer(exchange, &answer);
    return true;
}

bool rate_limits_refuse_account(struct api_call *call, enum account_kind kind, const char *email,
                                struct http_answer *answer)
{
    char key[ACCOUNT_KEY_BYTES_MAX] = {kind == ACCOUNT_STAFF ? 's' : 'c', ':'};
    /* What can't be an address is nobody's account. */
    if (call->limits == NULL || email_normalise(email, strlen(email), key + 2, NULL) != STATUS_OK)
        return false;
    int wait_s = rate_limit_take(call->limits->log_ins_of_account, key, strlen(key));
    memory_cleanse(key, sizeof(key));
    if (wait_s == 0)
        return false;
    *answer = too_many(call->arena, "limit=\"log_in_account\"", wait_s);
    return true;
}

bool rate_limits_refuse_code(struct api_call *call, const void *account, size_t length, struct http_answer *answer)
{
    int wait_s = call->limits != NULL ? rate_limit_take(call->limits->codes_of_account, account, length) : 0;
    if (wait_s == 0)
        return false;
    *answer = too_many(call->arena, "limit=\"code_account\"", wait_s);
    return true;
}
