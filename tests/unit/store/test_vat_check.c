/* Tests of what is sealed of an answer of VIES: it reads back as it was, and in its own row alone. */
#include "../rule.h"

#include <string.h>
#include <unistd.h>

#include "akkoord/store/vat_checks.h"

static struct arena *arena;
static struct keyring *keyring;
static struct data_key key;
static const struct uuid order = {{1}}, other = {{2}}, customer = {{3}};

static enum status open_at(const struct uuid *order_id, const struct uuid *customer_id, const uint8_t *blob,
                           size_t length, struct vat_check *check, struct error *error)
{
    return vat_check_open(arena, &key, order_id, customer_id, blob, length, check, error);
}

static void assert_same_text(const char *left, const char *right)
{
    if (left == NULL || right == NULL)
        assert_true(left == right);
    else
        assert_string_equal(left, right);
}

static void what_was_answered_reads_back_as_it_was(void **state)
{
    (void)state;
    static const struct vat_check checks[] = {
        {.outcome = VAT_CHECK_UNAVAILABLE, .vat_number = "DE136695976"},
        {.outcome = VAT_CHECK_INVALID, .vat_number = "EL094259216", .consultation_number = "WAPIAAAAW1234567"},
        {.outcome = VAT_CHECK_VALID,
         .vat_number = "DE136695976",
         .consultation_number = "WAPIAAAAW1234567",
         .requested_at = "2026-11-27T10:00:00.123Z",
         .name = "\"\\/\b\t \xC3\x9C </script> \xF0\x9F\x91\xA9",
         .address = "Street 1\n10115 Berlin"},
    };
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        uint8_t *blob;
        size_t length;
        struct error error;
        struct vat_check read = {.outcome = VAT_CHECK_VALID};
        assert_int_equal(vat_check_seal(arena, &key, &order, &customer, &checks[i], &blob, &length, &error), STATUS_OK);
        assert_int_equal(open_at(&order, &customer, blob, length, &read, &error), STATUS_OK);
        assert_same_text(read.vat_number, checks[i].vat_number);
        assert_same_text(read.consultation_number, checks[i].consultation_number);
        assert_same_text(read.requested_at, checks[i].requested_at);
        assert_same_text(read.name, checks[i].name);
        assert_same_text(read.address, checks[i].address);
    }
}

static void it_opens_in_its_own_row_alone(void **state)
{
    (void)state;
    const struct vat_check check = {.vat_number = "DE136695976"};
    uint8_t *blob;
    size_t length;
    struct vat_check read;
    struct error error;
    assert_int_equal(vat_check_seal(arena, &key, &order, &customer, &check, &blob, &length, &error), STATUS_OK);
    assert_int_equal(open_at(&other, &customer, blob, length, &read, &error), STATUS_INTERNAL);
    assert_int_equal(open_at(&order, &other, blob, length, &read, &error), STATUS_INTERNAL);
    assert_int_equal(open_at(&order, &customer, blob, length - 1, &read, &error), STATUS_INTERNAL);
    assert_int_equal(open_at(&order, &customer, blob, 0, &read, &error), STATUS_INTERNAL);
    blob[length / 2] ^= 1;
    assert_int_equal(open_at(&order, &customer, blob, length, &read, &error), STATUS_INTERNAL);
}

static void what_is_not_in_the_format_is_refused_without_being_quoted(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "[]",
                                        "{}",
                                        "{\"vat_number\":null}",
                                        "{\"vat_number\":7}",
                                        "{\"vat_number\":\"DE136695976\",\"more\":1}",
                                        "{\"vat_number\":\"DE136695976\",\"name\":[]}"};
    const struct seal_context context = {.table = "vat_number_check",
                                         .column = "answer_sealed",
                                         .row_id = order,
                                         .subject_id = customer,
                                         .row_version = 1};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        uint8_t *blob;
        size_t length;
        struct vat_check read;
        struct error error;
        assert_int_equal(seal_bytes(arena, &key, &context, texts[i], strlen(texts[i]), &blob, &length, &error),
                         STATUS_OK);
        assert_int_equal(open_at(&order, &customer, blob, length, &read, &error), STATUS_INTERNAL);
        assert_string_equal(error.code, "content_unreadable");
        assert_null(strstr(error.detail, "136695976"));
    }
}

static int begin(void **state)
{
    (void)state;
    struct wrapped_key wrapped;
    struct error error = {0};
    char folder[] = "/tmp/akkoord-vat-check-XXXXXX";
    char path[sizeof(folder) + 16];
    arena = arena_new();
    if (vault_harden_process(VAULT_MEMORY_UNLOCKED, &error) != STATUS_OK || mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/keyring.json", folder);
    bool loaded = keyring_create(path, &error) == STATUS_OK && keyring_load(path, &keyring, &error) == STATUS_OK;
    unlink(path);
    rmdir(folder);
    if (!loaded || vault_data_key_new(keyring, KEY_PURPOSE_BILLING, &key, &wrapped, &error) != STATUS_OK)
        return -1;
    return 0;
}

static int end(void **state)
{
    (void)state;
    vault_data_key_release(&key);
    keyring_free(keyring);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE("what was answered reads back as it was", what_was_answered_reads_back_as_it_was),
        RULE("it opens in its own row alone", it_opens_in_its_own_row_alone),
        RULE("what is not in the format is refused without being quoted",
             what_is_not_in_the_format_is_refused_without_being_quoted),
    };
    return cmocka_run_group_tests_name("checks of VAT numbers", tests, begin, end);
}
