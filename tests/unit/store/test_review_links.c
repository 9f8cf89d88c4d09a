/* Links of decision messages: each opens one decision's form, for its customer and its time. */
#include <string.h>

#include "../rule.h"
#include "akkoord/base/clock.h"
#include "akkoord/store/review_links.h"
#include "akkoord/vault/token.h"
#include "database.h"

#define DAY_US (INT64_C(86400) * CLOCK_US_PER_SECOND)

static struct embedded *embedded;
static struct store *store;
static struct arena *arena;
static struct error error;
static struct uuid decision_id, other_id;

/* Two decisions about one customer's order, the first with a review. */
static enum status make_decisions(void)
{
    static const char script[] =
        "INSERT INTO akkoord.data_key (id, purpose, kek_id, wrapped, created_at) VALUES "
        "('00000000-0000-7000-8000-000000000001', 'billing', '00000000-0000-7000-8000-00000000000f', '\\x00', now());"
        "INSERT INTO akkoord.customer (id, email_index, email_key_id, profile_key_id, profile_sealed, password_hash,"
        " language, created_at) VALUES ('00000000-0000-7000-8000-000000000002', sha256('a'),"
        " '00000000-0000-7000-8000-00000000000f', '00000000-0000-7000-8000-000000000001', '\\x00', 'x', 'en', now());"
        "INSERT INTO akkoord.customer_order (id, number, customer_id, status, currency, net_minor, vat_minor, "
        "total_minor,"
        " expires_at, language, billing_key_id, content_sealed, created_at)"
        " VALUES ('00000000-0000-7000-8000-000000000003', '1', '00000000-0000-7000-8000-000000000002', 'held', 'EUR', "
        "1, 0,"
        " 1, now(), 'en', '00000000-0000-7000-8000-000000000001', '\\x00', now());"
        "INSERT INTO akkoord.decision (id, order_id, outcome, reasons, inputs, policy_name, legal_basis, made_by, "
        "made_at,"
        " ordinal) SELECT id, '00000000-0000-7000-8000-000000000003', 'held', '{test_payment}', '{}', 'acceptance', "
        "'x',"
        " 'policy', now(), ordinal FROM unnest('{00000000-0000-7000-8000-000000000004,"
        "00000000-0000-7000-8000-000000000005}'::uuid[]) WITH ORDINALITY AS d (id, ordinal);"
        "INSERT INTO akkoord.review (id, decision_id, order_id, state, requested_by, requested_at, due_at)"
        " VALUES ('00000000-0000-7000-8000-000000000006', '00000000-0000-7000-8000-000000000004',"
        " '00000000-0000-7000-8000-000000000003', 'requested', 'policy', now(), now());";
    enum status status = uuid_parse("00000000-0000-7000-8000-000000000004", 36, &decision_id);
    if (status == STATUS_OK)
        status = uuid_parse("00000000-0000-7000-8000-000000000005", 36, &other_id);
    return status == STATUS_OK ? pg_execute_script(store->pg, script, &error) : status;
}

static const char *make(const struct uuid *id)
{
    static const char *link; /* static: GCC 12 takes what strstr() finds in it for the variable itself */
    assert_int_equal(store_review_link_make(store, arena, "https://studio.example", id, &link, &error), STATUS_OK);
    return link;
}

static enum status find(const struct uuid *id, const char *link, struct review_link *found)
{
    return store_review_link_find(store, arena, id, strstr(link, "?token=") + strlen("?token="), found, &error);
}

static void a_link_leads_to_its_decision(void **state)
{
    (void)state;
    static const char start[] = "https://studio.example/decisions/00000000-0000-7000-8000-000000000004/review?token=";
    struct review_link found;
    const char *link = make(&decision_id);
    assert_memory_equal(link, start, sizeof(start) - 1);
    assert_int_equal(strlen(link), sizeof(start) - 1 + TOKEN_LENGTH);
    assert_int_equal(find(&decision_id, link, &found), STATUS_OK);
    assert_int_equal(found.language, LANGUAGE_EN);
    assert_true(found.has_review);
    assert_int_equal(found.stage, REVIEW_STAGE_ACKNOWLEDGED);
    assert_int_equal(find(&other_id, make(&other_id), &found), STATUS_OK);
    assert_false(found.has_review);
    assert_string_not_equal(make(&decision_id), link);
    assert_int_equal(find(&decision_id, link, &found), STATUS_OK);
}

static void a_link_opens_nothing_else(void **state)
{
    (void)state;
    struct review_link found;
    const char *link = make(&decision_id);
    assert_int_equal(find(&other_id, link, &found), STATUS_NOT_FOUND);
    static const char *const none[] = {"?token=", "?token=short", "?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_int_equal(find(&decision_id, none[i], &found), STATUS_NOT_FOUND);
}

static void a_link_lives_for_ninety_days(void **state)
{
    (void)state;
    struct review_link found;
    const char *link = make(&decision_id);
    clock_set_offset_us(REVIEW_LINK_DAYS * DAY_US - 60 * CLOCK_US_PER_SECOND);
    enum status before = find(&decision_id, link, &found);
    clock_set_offset_us(REVIEW_LINK_DAYS * DAY_US + 60 * CLOCK_US_PER_SECOND);
    enum status after = find(&decision_id, link, &found);
    clock_set_offset_us(0);
    assert_int_equal(before, STATUS_OK);
    assert_int_equal(after, STATUS_NOT_FOUND);
}

static void what_is_no_decision_has_no_link(void **state)
{
    (void)state;
    const char *link = NULL;
    struct uuid none = uuid_new();
    assert_int_equal(store_review_link_make(store, arena, "https://studio.example", &none, &link, &error),
                     STATUS_NOT_FOUND);
    assert_null(link);
}

static int set_up(void **state)
{
    (void)state;
    store = test_store_open(&embedded);
    arena = arena_new();
    return make_decisions() == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    test_store_close(store, embedded);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("a link leads to its decision, and the next does not end it", a_link_leads_to_its_decision),
        RULE("a link opens no other decision, and what is no token opens none", a_link_opens_nothing_else),
        RULE("a link lives for ninety days", a_link_lives_for_ninety_days),
        RULE("what is no decision has no link", what_is_no_decision_has_no_link),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
