/*
 * The list of providers, and the reading of their secrets from settings. Pure apart from that list, which never
 * changes; any thread. It verifies nothing itself.
 */
#include "akkoord/webhooks/provider.h"

#include "akkoord/base/memory.h"
#include "providers.h"

static const struct webhook_provider *const providers[] = {&webhook_standard, &webhook_sandbox, &webhook_stripe,
                                                           &webhook_mollie};

const struct webhook_provider *webhook_provider_find(const char *name)
{
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
        if (strcmp(providers[i]->name, name) == 0)
            return providers[i];
    }
    return NULL;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static enum status parse_secrets(const struct webhook_provider *provider, const char *text,
                                 struct webhook_secrets *secrets, struct error *error)
{
    const char *item = text;
    for (;;) {
        size_t length = strcspn(item, ",");
        const char *next = item[length] == ',' ? item + length + 1 : NULL;
        while (length > 0 && is_space(item[0])) {
            item++;
            length--;
        }
        while (length > 0 && is_space(item[length - 1]))
            length--;
        if (length == 0)
            return error_set(error, STATUS_INVALID, "required", "a secret is empty");
        if (secrets->count == WEBHOOK_SECRETS_MAX)
            return error_set(error, STATUS_INVALID, "length", "at most %d secrets can be in use", WEBHOOK_SECRETS_MAX);
        enum status status = provider->parse_secret(item, length, &secrets->items[secrets->count], error);
        if (status != STATUS_OK)
            return status;
        secrets->count++;
        if (next == NULL)
            return STATUS_OK;
        item = next;
    }
}

enum status webhook_secrets_parse(const struct webhook_provider *provider, const char *text,
                                  struct webhook_secrets *secrets, struct error *error)
{
    *secrets = (struct webhook_secrets){0};
    struct error fault;
    enum status status = parse_secrets(provider, text, secrets, &fault);
    if (status == STATUS_OK)
        return STATUS_OK;
    webhook_secrets_release(secrets);
    return error_set_field(error, status, fault.code, provider->secret_setting, "%s", fault.detail);
}

void webhook_secrets_release(struct webhook_secrets *secrets)
{
    memory_cleanse(secrets, sizeof(*secrets));
}
