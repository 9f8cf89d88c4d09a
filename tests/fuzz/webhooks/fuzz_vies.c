/* Fuzzes the reader of VIES's answers: whatever comes back, a verdict is about the number that was asked, and
 * everything else leaves nothing. The first byte of an input chooses the status, the rest is the body. */
#include "akkoord/webhooks/vies.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void require_text(const char *text)
{
    require(text == NULL || (text[0] != '\0' && strlen(text) <= VIES_TEXT_BYTES_MAX));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 400, 500, 429, 302};
    struct vies_question question;
    struct vat_check check;
    struct error error = {.status = STATUS_OK};
    if (size < 1)
        return 0;
    require(vies_question_make("DE136695976", "NL004495445B01", &question));
    struct arena *arena = arena_new();
    const struct provider_answer answer = {
        .status = statuses[data[0] % 5], .body = arena_copy_bytes(arena, data + 1, size - 1), .body_length = size - 1};
    enum status status = vies_read(arena, &question, &answer, &check, &error);
    require(status == STATUS_OK || status == STATUS_UNAVAILABLE);
    require((status == STATUS_OK) == (check.outcome != VAT_CHECK_UNAVAILABLE));
    require(status == STATUS_OK ? strcmp(check.vat_number, "DE136695976") == 0 : check.vat_number == NULL);
    require(status != STATUS_OK || answer.status == 200);
    require_text(check.consultation_number);
    require_text(check.requested_at);
    require_text(check.name);
    require_text(check.address);
    arena_free(arena);
    return 0;
}
