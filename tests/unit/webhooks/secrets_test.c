/* How the settings that hold webhook secrets are read. */
#include "delivery.h"

#define KEY_24 "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
/* 23, 64 and 65 bytes of 0x41. */
#define KEY_23 "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
#define KEY_64 "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ=="
#define KEY_65 "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="

static void providers_are_found_by_exact_name(void **state)
{
    (void)state;
    static const char *const names[] = {"standard", "sandbox", "stripe"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_string_equal(webhook_provider_find(names[i])->name, names[i]);
    static const char *const unknown[] = {"", "Standard", "stripe ", "strip", "paypal"};
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        assert_null(webhook_provider_find(unknown[i]));
}

static void standard_keys_are_decoded(void **state)
{
    (void)state;
    struct webhook_secrets secrets;
    struct error error;
    const struct webhook_provider *standard = webhook_provider_find("standard");
    assert_int_equal(webhook_secrets_parse(standard, "whsec_" KEY_24 ", whsec_" KEY_64 "\n", &secrets, &error),
                     STATUS_OK);
    assert_int_equal(secrets.count, 2);
    static const uint8_t start[] = {0x0b, 0x61, 0x55, 0xb0};
    assert_int_equal(secrets.items[0].length, 24);
    assert_memory_equal(secrets.items[0].bytes, start, sizeof(start));
    assert_int_equal(secrets.items[1].length, 64);
    webhook_secrets_release(&secrets);
    assert_int_equal(secrets.count, 0);
    assert_int_equal(secrets.items[0].bytes[0], 0);
}

static void stripe_keys_are_raw_bytes(void **state)
{
    (void)state;
    struct webhook_secrets secrets;
    struct error error;
    const struct webhook_provider *stripe = webhook_provider_find("stripe");
    assert_int_equal(webhook_secrets_parse(stripe, "whsec_one,whsec_two", &secrets, &error), STATUS_OK);
    assert_int_equal(secrets.count, 2);
    assert_int_equal(secrets.items[1].length, 9);
    assert_memory_equal(secrets.items[1].bytes, "whsec_two", 9);
    webhook_secrets_release(&secrets);
}

static void a_wrong_secret_names_its_setting(void **state)
{
    (void)state;
    static const struct {
        const char *provider;
        const char *text;
        const char *setting;
    } cases[] = {
        {"standard", "", "AKKOORD_STANDARD_WEBHOOK_SECRET"},
        {"standard", KEY_24, "AKKOORD_STANDARD_WEBHOOK_SECRET"},
        {"standard", "whsec_", "AKKOORD_STANDARD_WEBHOOK_SECRET"},
        {"standard", "whsec_" KEY_23, "AKKOORD_STANDARD_WEBHOOK_SECRET"},
        {"standard", "whsec_" KEY_65, "AKKOORD_STANDARD_WEBHOOK_SECRET"},
        {"standard", "whsec_not*base64*not*base64*not*b64", "AKKOORD_STANDARD_WEBHOOK_SECRET"},
        {"standard", "whsec_" KEY_24 ",", "AKKOORD_STANDARD_WEBHOOK_SECRET"},
        {"sandbox", "whsec_" KEY_24 ",,whsec_" KEY_24, "AKKOORD_SANDBOX_WEBHOOK_SECRET"},
        {"stripe", " ", "AKKOORD_STRIPE_WEBHOOK_SECRET"},
        {"stripe", "1,2,3,4,5,6,7,8,9", "AKKOORD_STRIPE_WEBHOOK_SECRET"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct webhook_secrets secrets;
        struct error error;
        assert_int_equal(
            webhook_secrets_parse(webhook_provider_find(cases[i].provider), cases[i].text, &secrets, &error),
            STATUS_INVALID);
        assert_string_equal(error.field, cases[i].setting);
        assert_int_equal(secrets.count, 0);
        if (strlen(cases[i].text) > 8)
            assert_null(strstr(error.detail, cases[i].text));
    }
}

static void a_stripe_secret_has_a_bound(void **state)
{
    (void)state;
    char text[WEBHOOK_SECRET_BYTES_MAX + 2];
    memset(text, 'x', sizeof(text));
    text[WEBHOOK_SECRET_BYTES_MAX + 1] = '\0';
    struct webhook_secrets secrets;
    const struct webhook_provider *stripe = webhook_provider_find("stripe");
    assert_int_equal(webhook_secrets_parse(stripe, text, &secrets, NULL), STATUS_INVALID);
    assert_int_equal(webhook_secrets_parse(stripe, text + 1, &secrets, NULL), STATUS_OK);
    webhook_secrets_release(&secrets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("a provider is found by its exact name only", providers_are_found_by_exact_name),
        RULE("standard secrets are base64 of 24 to 64 bytes after whsec_", standard_keys_are_decoded),
        RULE("Stripe's secrets are used as raw bytes, prefix and all", stripe_keys_are_raw_bytes),
        RULE("a wrong secret names its setting and never itself", a_wrong_secret_names_its_setting),
        RULE("a Stripe secret has a bound", a_stripe_secret_has_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
