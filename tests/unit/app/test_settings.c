/* The rules of include/akkoord/app/settings.h and of CONTRACT section 2, one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "akkoord/app/settings.h"

#define EXTERNAL                                                                                                       \
    "AKKOORD_DATABASE_URL=postgresql://server:hunter2@db/akkoord", "AKKOORD_MODE=test",                                \
        "AKKOORD_KEYRING_FILE=/etc/akkoord/keyring"

static struct settings settings;
static struct error error;

#define READ(...)               read_for(SETTINGS_FOR_INSTALLATION, (const char *const[]){__VA_ARGS__, NULL})
#define READ_FOR_RETENTION(...) read_for(SETTINGS_FOR_RETENTION, (const char *const[]){__VA_ARGS__, NULL})
#define READ_FOR_MIGRATION(...) read_for(SETTINGS_FOR_MIGRATION, (const char *const[]){__VA_ARGS__, NULL})

static enum status read_for(enum settings_use use, const char *const *environment)
{
    settings_release(&settings);
    memset(&error, 0, sizeof(error));
    return settings_read(&settings, environment, "/srv/akkoord/var", use, &error);
}

#define assert_refused(name, ...)                                                                                      \
    do {                                                                                                               \
        assert_int_equal(READ(__VA_ARGS__), STATUS_INVALID);                                                           \
        assert_string_equal(error.field, name);                                                                        \
        assert_true(error.detail[0] != '\0' && !strchr(error.detail, '\n'));                                           \
    } while (0)
#define assert_accepted(...) assert_int_equal(READ(__VA_ARGS__), STATUS_OK)

static int release(void **state)
{
    (void)state;
    settings_release(&settings);
    return 0;
}

static void nothing_set_is_an_embedded_test_installation_with_the_sandbox(void **state)
{
    (void)state;
    assert_accepted("PATH=/bin");
    assert_string_equal(settings.listen_host, "127.0.0.1");
    assert_int_equal(settings.listen_port, 8080);
    assert_true(settings.listen_is_loopback);
    assert_string_equal(settings.public_url, "http://127.0.0.1:8080");
    assert_true(settings.threads >= 1);
    assert_string_equal(settings.data_dir, "/srv/akkoord/var");
    assert_true(settings.embedded);
    assert_int_equal(settings.mode, MODE_TEST);
    assert_true(settings.sandbox);
    assert_string_equal(settings.stripe_api_url, "https://api.stripe.com");
    assert_string_equal(settings.mollie_api_url, "https://api.mollie.com");
    assert_int_equal(settings.order_expires_s, 1209600);
    assert_true(settings.rate_limits);
    assert_int_equal(settings.trusted_proxies_count, 0);
    assert_int_equal(settings.clock_offset_s, 0);
    assert_null(settings.keyring_file);
}

static void an_empty_variable_is_one_that_is_not_set(void **state)
{
    (void)state;
    assert_accepted("AKKOORD_DATABASE_URL=", "AKKOORD_MODE=", "AKKOORD_LISTEN=");
    assert_true(settings.embedded);
}

static void listen_is_a_numeric_address_and_a_port(void **state)
{
    static const char *const WRONG[] = {
        "8080",        ":8080",           "127.0.0.1",      "127.0.0.1:",
        "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:+80",  "127.0.0.1: 80",
        "::1:8080",    "[::1]",           "[127.0.0.1]:80", "example.com:80",
        "1.2.3:80",    "127.0.0.1:8080 ", "[::1:8080",      "127.0.0.1:080800",
        "[::1]8080",
    };
    char variable[64];
    (void)state;
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
        (void)snprintf(variable, sizeof(variable), "AKKOORD_LISTEN=%s", WRONG[i]);
        assert_refused("AKKOORD_LISTEN", variable);
    }
    assert_accepted("AKKOORD_LISTEN=[::1]:65535");
    assert_string_equal(settings.listen_host, "::1");
    assert_int_equal(settings.listen_port, 65535);
    assert_true(settings.listen_is_loopback);
    assert_string_equal(settings.public_url, "http://[::1]:65535");
    assert_accepted("AKKOORD_LISTEN=localhost:1");
    assert_string_equal(settings.listen_host, "127.0.0.1");
    assert_accepted("AKKOORD_LISTEN=0.0.0.0:80", "AKKOORD_SANDBOX=0");
    assert_false(settings.listen_is_loopback);
}

static void the_public_url_has_no_path_and_loses_its_slash(void **state)
{
    (void)state;
    assert_accepted("AKKOORD_PUBLIC_URL=https://shop.example.com/");
    assert_string_equal(settings.public_url, "https://shop.example.com");
    assert_refused("AKKOORD_PUBLIC_URL", "AKKOORD_PUBLIC_URL=https://shop.example.com/pay");
    assert_refused("AKKOORD_PUBLIC_URL", "AKKOORD_PUBLIC_URL=shop.example.com");
    assert_refused("AKKOORD_PUBLIC_URL", "AKKOORD_PUBLIC_URL=https://user@shop.example.com");
    assert_refused("AKKOORD_PUBLIC_URL", "AKKOORD_PUBLIC_URL=https://");
    assert_refused("AKKOORD_PUBLIC_URL", "AKKOORD_PUBLIC_URL=https://shop.example.com\r\nX: y");
}

static void numbers_are_digits_within_their_bounds(void **state)
{
    (void)state;
    assert_accepted("AKKOORD_THREADS=256");
    assert_int_equal(settings.threads, 256);
    assert_refused("AKKOORD_THREADS", "AKKOORD_THREADS=0");
    assert_refused("AKKOORD_THREADS", "AKKOORD_THREADS=257");
    assert_refused("AKKOORD_THREADS", "AKKOORD_THREADS=0x4");
    assert_refused("AKKOORD_THREADS", "AKKOORD_THREADS=4 ");
    assert_accepted("AKKOORD_ORDER_EXPIRES=1");
    assert_int_equal(settings.order_expires_s, 1);
    assert_refused("AKKOORD_ORDER_EXPIRES", "AKKOORD_ORDER_EXPIRES=0");
    assert_refused("AKKOORD_ORDER_EXPIRES", "AKKOORD_ORDER_EXPIRES=99999999999999999999");
}

static void tls_takes_certificate_and_key_together(void **state)
{
    (void)state;
    assert_refused("AKKOORD_TLS_KEY_FILE", "AKKOORD_TLS_CERT_FILE=/c.pem");
    assert_refused("AKKOORD_TLS_CERT_FILE", "AKKOORD_TLS_KEY_FILE=/k.pem");
    assert_accepted("AKKOORD_TLS_CERT_FILE=/c.pem", "AKKOORD_TLS_KEY_FILE=/k.pem");
    assert_string_equal(settings.public_url, "https://127.0.0.1:8080");
}

static void an_external_database_needs_mode_and_keyring(void **state)
{
    (void)state;
    assert_accepted(EXTERNAL);
    assert_false(settings.embedded);
    assert_false(settings.sandbox);
    assert_refused("AKKOORD_MODE", "AKKOORD_DATABASE_URL=host=db user=server", "AKKOORD_KEYRING_FILE=/k");
    assert_refused("AKKOORD_KEYRING_FILE", "AKKOORD_DATABASE_URL=host=db user=server", "AKKOORD_MODE=test");
    assert_refused("AKKOORD_DATABASE_URL", "AKKOORD_DATABASE_OWNER_URL=host=db user=owner", "AKKOORD_MODE=test");
    assert_refused("AKKOORD_MODE", "AKKOORD_MODE=Live");
}

static void a_malformed_database_url_is_refused_without_being_quoted(void **state)
{
    (void)state;
    assert_refused("AKKOORD_DATABASE_URL", "AKKOORD_DATABASE_URL=password=hunter2 nonsense");
    assert_null(strstr(error.detail, "hunter2"));
    assert_refused("AKKOORD_DATABASE_OWNER_URL", "AKKOORD_DATABASE_URL=user=a", "AKKOORD_DATABASE_OWNER_URL=x y z");
}

static void a_migration_needs_the_owner_and_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(READ_FOR_MIGRATION("AKKOORD_DATABASE_OWNER_URL=user=owner", "AKKOORD_LISTEN=nonsense"), STATUS_OK);
    assert_int_equal(READ_FOR_MIGRATION("AKKOORD_DATABASE_URL=user=server"), STATUS_INVALID);
    assert_string_equal(error.field, "AKKOORD_DATABASE_OWNER_URL");
    assert_int_equal(READ_FOR_MIGRATION("PATH=/bin"), STATUS_OK);
    assert_true(settings.embedded);
}

static void a_retention_run_needs_its_own_url_and_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(READ_FOR_RETENTION("AKKOORD_DATABASE_RETENTION_URL=user=broom"), STATUS_OK);
    assert_false(settings.embedded);
    assert_int_equal(READ_FOR_RETENTION("AKKOORD_DATABASE_URL=user=server", "AKKOORD_MODE=test"), STATUS_INVALID);
    assert_string_equal(error.field, "AKKOORD_DATABASE_RETENTION_URL");
    assert_int_equal(READ_FOR_RETENTION("PATH=/bin"), STATUS_OK);
    assert_true(settings.embedded);
    assert_refused("AKKOORD_DATABASE_URL", "AKKOORD_DATABASE_RETENTION_URL=user=broom", "AKKOORD_MODE=test");
    assert_refused("AKKOORD_DATABASE_RETENTION_URL", EXTERNAL, "AKKOORD_DATABASE_RETENTION_URL=x y z");
}

static void the_sandbox_is_refused_where_somebody_could_pay_with_nothing(void **state)
{
    (void)state;
    assert_refused("AKKOORD_SANDBOX", "AKKOORD_SANDBOX=1", "AKKOORD_MODE=live", "AKKOORD_SELLER_FILE=/s");
    assert_refused("AKKOORD_SANDBOX", "AKKOORD_SANDBOX=1", "AKKOORD_STRIPE_SECRET_KEY=sk_live_1");
    assert_refused("AKKOORD_SANDBOX", "AKKOORD_STRIPE_SECRET_KEY=rk_live_1");
    assert_refused("AKKOORD_SANDBOX", "AKKOORD_MOLLIE_API_KEY=live_1");
    assert_refused("AKKOORD_SANDBOX", "AKKOORD_LISTEN=0.0.0.0:8080");
    assert_refused("AKKOORD_SANDBOX", "AKKOORD_LISTEN=[::]:8080", "AKKOORD_SANDBOX=1");
    assert_refused("AKKOORD_SANDBOX", "AKKOORD_SANDBOX=yes");
    assert_accepted("AKKOORD_SANDBOX=0", "AKKOORD_MOLLIE_API_KEY=live_1", "AKKOORD_LISTEN=0.0.0.0:8080");
    assert_false(settings.sandbox);
    assert_accepted("AKKOORD_STRIPE_SECRET_KEY=sk_test_1", "AKKOORD_MOLLIE_API_KEY=test_1");
    assert_true(settings.sandbox);
    assert_accepted(EXTERNAL, "AKKOORD_SANDBOX=1");
    assert_true(settings.sandbox);
    assert_accepted("AKKOORD_MODE=live", "AKKOORD_SELLER_FILE=/s");
    assert_false(settings.sandbox);
}

static void live_mode_refuses_what_is_for_tests(void **state)
{
    (void)state;
    assert_refused("AKKOORD_RATE_LIMITS", "AKKOORD_MODE=live", "AKKOORD_SELLER_FILE=/s", "AKKOORD_RATE_LIMITS=off");
    assert_refused("AKKOORD_CLOCK_OFFSET", "AKKOORD_MODE=live", "AKKOORD_SELLER_FILE=/s", "AKKOORD_CLOCK_OFFSET=60");
    assert_refused("AKKOORD_SELLER_FILE", "AKKOORD_MODE=live");
    assert_accepted("AKKOORD_RATE_LIMITS=off", "AKKOORD_CLOCK_OFFSET=-86400");
    assert_false(settings.rate_limits);
    assert_int_equal(settings.clock_offset_s, -86400);
    assert_refused("AKKOORD_CLOCK_OFFSET", "AKKOORD_CLOCK_OFFSET=1h");
    assert_refused("AKKOORD_RATE_LIMITS", "AKKOORD_RATE_LIMITS=no");
}

static void reviews_are_strict_in_live_mode_unless_told_otherwise(void **state)
{
    (void)state;
    assert_accepted("AKKOORD_MODE=test");
    assert_false(settings.review_strict);
    assert_int_equal(settings.review_four_eyes_minor, 0);
    assert_accepted("AKKOORD_REVIEW_STRICT=1", "AKKOORD_REVIEW_FOUR_EYES_AMOUNT=100000");
    assert_true(settings.review_strict);
    assert_int_equal(settings.review_four_eyes_minor, 100000);
    assert_accepted("AKKOORD_MODE=live", "AKKOORD_SELLER_FILE=/s");
    assert_true(settings.review_strict);
    assert_accepted("AKKOORD_MODE=live", "AKKOORD_SELLER_FILE=/s", "AKKOORD_REVIEW_STRICT=0");
    assert_false(settings.review_strict);
    assert_refused("AKKOORD_REVIEW_STRICT", "AKKOORD_REVIEW_STRICT=yes");
    assert_refused("AKKOORD_REVIEW_FOUR_EYES_AMOUNT", "AKKOORD_REVIEW_FOUR_EYES_AMOUNT=-1");
    assert_refused("AKKOORD_REVIEW_FOUR_EYES_AMOUNT", "AKKOORD_REVIEW_FOUR_EYES_AMOUNT=12.50");
}

static void numbers_have_prefixes_that_can_stand_in_a_path(void **state)
{
    (void)state;
    assert_accepted("AKKOORD_MODE=test");
    assert_string_equal(settings.series.name, "");
    assert_string_equal(settings.series.invoice_prefix, "");
    assert_string_equal(settings.series.credit_note_prefix, "CN");
    assert_int_equal(settings.series.digits, 6);
    assert_accepted("AKKOORD_SERIES=BENELUX-2", "AKKOORD_INVOICE_PREFIX=BE-", "AKKOORD_CREDIT_NOTE_PREFIX=ABCDEFGHIJ",
                    "AKKOORD_NUMBER_DIGITS=12");
    assert_string_equal(settings.series.name, "BENELUX-2");
    assert_string_equal(settings.series.invoice_prefix, "BE-");
    assert_string_equal(settings.series.credit_note_prefix, "ABCDEFGHIJ");
    assert_int_equal(settings.series.digits, 12);
    assert_refused("AKKOORD_INVOICE_PREFIX", "AKKOORD_INVOICE_PREFIX=A/B");
    assert_refused("AKKOORD_INVOICE_PREFIX", "AKKOORD_INVOICE_PREFIX=a");
    assert_refused("AKKOORD_INVOICE_PREFIX", "AKKOORD_INVOICE_PREFIX=ABCDEFGHIJK");
    assert_refused("AKKOORD_CREDIT_NOTE_PREFIX", "AKKOORD_INVOICE_PREFIX=CN");
    assert_refused("AKKOORD_SERIES", "AKKOORD_SERIES=A B");
    assert_refused("AKKOORD_NUMBER_DIGITS", "AKKOORD_NUMBER_DIGITS=5");
    assert_refused("AKKOORD_NUMBER_DIGITS", "AKKOORD_NUMBER_DIGITS=13");
}

static void api_urls_come_without_a_version(void **state)
{
    (void)state;
    assert_accepted("AKKOORD_STRIPE_API_URL=http://127.0.0.1:9000/", "AKKOORD_MOLLIE_API_URL=http://mock:1/api");
    assert_string_equal(settings.stripe_api_url, "http://127.0.0.1:9000");
    assert_refused("AKKOORD_STRIPE_API_URL", "AKKOORD_STRIPE_API_URL=https://api.stripe.com/v1");
    assert_refused("AKKOORD_MOLLIE_API_URL", "AKKOORD_MOLLIE_API_URL=https://api.mollie.com/v2/");
    assert_refused("AKKOORD_MOLLIE_API_URL", "AKKOORD_MOLLIE_API_URL=ftp://api.mollie.com");
    assert_refused("AKKOORD_STRIPE_API_URL", "AKKOORD_MODE=live", "AKKOORD_SELLER_FILE=/s",
                   "AKKOORD_STRIPE_API_URL=http://api.example.com");
}

static void vies_is_asked_only_where_it_is_set_and_never_in_the_clear(void **state)
{
    (void)state;
    assert_accepted("AKKOORD_VIES_URL=https://vies.example/rest-api/");
    assert_string_equal(settings.vies_url, "https://vies.example/rest-api");
    assert_accepted("AKKOORD_VIES_URL=http://127.0.0.1:9000");
    assert_accepted("AKKOORD_VIES_URL=");
    assert_null(settings.vies_url);
    assert_refused("AKKOORD_VIES_URL", "AKKOORD_VIES_URL=http://vies.example");
    assert_refused("AKKOORD_VIES_URL", "AKKOORD_VIES_URL=ftp://vies.example");
    assert_refused("AKKOORD_VIES_URL", "AKKOORD_VIES_URL=1");
    assert_refused("AKKOORD_VIES_URL", "AKKOORD_VIES_URL=https://vies.example/rest-api/check-vat-number");
}

static void proxies_are_networks_without_stray_bits(void **state)
{
    static const struct settings_cidr expected[] = {
        {.family = AF_INET, .address = {10}, .prefix_bits = 8},
        {.family = AF_INET, .address = {192, 0, 2, 7}, .prefix_bits = 32},
        {.family = AF_INET6, .address = {0xfd}, .prefix_bits = 9},
        {.family = AF_INET, .prefix_bits = 32},
    };
    (void)state;
    assert_accepted("AKKOORD_TRUSTED_PROXIES=10.0.0.0/8, 192.0.2.7 ,fd00::/9,0.0.0.0/32");
    assert_int_equal(settings.trusted_proxies_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct settings_cidr *cidr = &settings.trusted_proxies[i];
        assert_int_equal(cidr->family, expected[i].family);
        assert_int_equal(cidr->prefix_bits, expected[i].prefix_bits);
        assert_memory_equal(cidr->address, expected[i].address, sizeof(cidr->address));
    }
    assert_refused("AKKOORD_TRUSTED_PROXIES", "AKKOORD_TRUSTED_PROXIES=10.0.0.1/8");
    assert_refused("AKKOORD_TRUSTED_PROXIES", "AKKOORD_TRUSTED_PROXIES=10.0.0.0/33");
    assert_refused("AKKOORD_TRUSTED_PROXIES", "AKKOORD_TRUSTED_PROXIES=10.0.0.0/8,");
    assert_refused("AKKOORD_TRUSTED_PROXIES", "AKKOORD_TRUSTED_PROXIES=proxy.example.com");
}

static void a_secret_may_stand_in_a_file(void **state)
{
    char path[] = "/tmp/akkoord-secret-XXXXXX";
    char variable[128];
    int file = mkstemp(path);
    (void)state;
    assert_true(file >= 0);
    (void)snprintf(variable, sizeof(variable), "AKKOORD_STRIPE_WEBHOOK_SECRET_FILE=%s", path);
    assert_refused("AKKOORD_STRIPE_WEBHOOK_SECRET", variable);
    assert_int_equal(write(file, "whsec_one,whsec_two\r\n", 21), 21);
    assert_accepted(variable);
    assert_string_equal(settings.stripe_webhook_secret, "whsec_one,whsec_two");
    assert_refused("AKKOORD_STRIPE_WEBHOOK_SECRET", variable, "AKKOORD_STRIPE_WEBHOOK_SECRET=whsec_three");
    assert_int_equal(write(file, "\0x", 2), 2);
    assert_refused("AKKOORD_STRIPE_WEBHOOK_SECRET", variable);
    (void)close(file);
    (void)unlink(path);
    assert_refused("AKKOORD_STRIPE_WEBHOOK_SECRET", variable);
}

static void a_key_with_a_line_break_can_not_reach_a_header(void **state)
{
    (void)state;
    assert_refused("AKKOORD_STRIPE_SECRET_KEY", "AKKOORD_STRIPE_SECRET_KEY=sk_test_1\nX: y");
    assert_null(strstr(error.detail, "sk_test"));
    assert_refused("AKKOORD_MOLLIE_API_KEY", "AKKOORD_MOLLIE_API_KEY=test 1");
}

static void a_misspelt_setting_is_seen(void **state)
{
    (void)state;
    assert_accepted("AKKOORD_SANBOX=1", "AKKOORD_LISTEN_FILE=/x", "AKKOORD_SKIP_INSTALL=1", "AKKOORDX=1");
    assert_int_equal(settings.unknown_count, 2);
    assert_string_equal(settings.unknown[0], "AKKOORD_SANBOX");
    assert_string_equal(settings.unknown[1], "AKKOORD_LISTEN_FILE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_set_is_an_embedded_test_installation_with_the_sandbox),
        cmocka_unit_test(an_empty_variable_is_one_that_is_not_set),
        cmocka_unit_test(listen_is_a_numeric_address_and_a_port),
        cmocka_unit_test(the_public_url_has_no_path_and_loses_its_slash),
        cmocka_unit_test(numbers_are_digits_within_their_bounds),
        cmocka_unit_test(tls_takes_certificate_and_key_together),
        cmocka_unit_test(an_external_database_needs_mode_and_keyring),
        cmocka_unit_test(a_malformed_database_url_is_refused_without_being_quoted),
        cmocka_unit_test(a_migration_needs_the_owner_and_nothing_else),
        cmocka_unit_test(a_retention_run_needs_its_own_url_and_nothing_else),
        cmocka_unit_test(the_sandbox_is_refused_where_somebody_could_pay_with_nothing),
        cmocka_unit_test(live_mode_refuses_what_is_for_tests),
        cmocka_unit_test(reviews_are_strict_in_live_mode_unless_told_otherwise),
        cmocka_unit_test(numbers_have_prefixes_that_can_stand_in_a_path),
        cmocka_unit_test(api_urls_come_without_a_version),
        cmocka_unit_test(vies_is_asked_only_where_it_is_set_and_never_in_the_clear),
        cmocka_unit_test(proxies_are_networks_without_stray_bits),
        cmocka_unit_test(a_secret_may_stand_in_a_file),
        cmocka_unit_test(a_key_with_a_line_break_can_not_reach_a_header),
        cmocka_unit_test(a_misspelt_setting_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}
