/*
 * Makes what a first start has to make. Main thread, before any other. What is there is never replaced, but for the
 * price list that AKKOORD_SERVICES_FILE names: the file is the price list.
 */
#include "first_start.h"

#include <stdlib.h>

#include "akkoord/base/crypto.h"
#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"
#include "akkoord/documents/pdf.h"
#include "akkoord/store/installation_mode.h"
#include "akkoord/store/keys.h"
#include "akkoord/store/services.h"
#include "files.h"
#include "samples.h"
#include "seller_codec.h"

#define SELLER_BYTES_MAX     ((size_t)64 << 10)
#define LOGO_BYTES_MAX       ((size_t)256 << 10)
#define PRICE_LIST_BYTES_MAX ((size_t)4 << 20)
#define SECRET_FILE_BYTES    256
#define SECRET_BYTES         32
#define SECRET_PREFIX        "whsec_"

/* A fault in a file becomes one of the setting that names it. */
static void blame_setting(const char *setting, const struct error *fault, struct error *error)
{
    (void)error_set_field(error, fault->status, fault->code, setting, "%s%s%s", fault->field,
                          fault->field[0] != '\0' ? ": " : "", fault->detail);
}

/* ---- the price list ---- */

static enum status read_file(const char *path, struct arena *arena, struct price_list *list, struct error *error)
{
    char *text;
    size_t length;
    struct error fault;
    enum status status = file_read(arena, path, PRICE_LIST_BYTES_MAX, &text, &length, &fault);
    if (status == STATUS_OK)
        status = price_list_read(arena, text, length, list, &fault);
    if (status != STATUS_OK)
        blame_setting("AKKOORD_SERVICES_FILE", &fault, error);
    return status;
}

enum status first_start_check_services(const struct settings *settings, struct arena *arena, struct price_list *list,
                                       struct error *error)
{
    return read_file(settings->services_file, arena, list, error);
}

static enum status import(struct store *store, struct arena *arena, const struct price_list *list, struct error *error)
{
    enum status status = store_services_replace(store, arena, list, error);
    if (status == STATUS_OK)
        log_event(LOG_INFO, "services.imported", log_int("services", (int64_t)list->services_count));
    return status;
}

static enum status import_file(struct store *store, struct arena *arena, const char *path, struct error *error)
{
    struct price_list list;
    enum status status = read_file(path, arena, &list, error);
    return status == STATUS_OK ? import(store, arena, &list, error) : status;
}

static enum status import_sample(struct store *store, struct arena *arena, struct error *error)
{
    struct price_list list;
    struct service *services;
    size_t count;
    enum status status = store_services_list(store, arena, &services, &count, error);
    if (status != STATUS_OK || count > 0)
        return status;
    status = price_list_read(arena, sample_price_list, strlen(sample_price_list), &list, error);
    return status == STATUS_OK ? import(store, arena, &list, error) : status;
}

static enum status prepare(const struct settings *settings, struct store *store, struct arena *arena,
                           struct error *error)
{
    enum status status = store_installation_mode_stamp(store, arena, installation_mode_name(settings->mode), error);
    if (status == STATUS_OK)
        status = store_series_claim(store, arena, &settings->series, error);
    if (status == STATUS_OK)
        status = store_keys_register(store, arena, error);
    if (status != STATUS_OK)
        return status;
    if (settings->services_file != NULL)
        return import_file(store, arena, settings->services_file, error);
    if (settings->embedded && settings->mode == MODE_TEST)
        return import_sample(store, arena, error);
    return STATUS_OK;
}

enum status first_start_prepare(const struct settings *settings, struct store *store, struct error *error)
{
    struct arena *arena = arena_new();
    enum status status = prepare(settings, store, arena, error);
    arena_free(arena);
    return status;
}

/* ---- the seller ---- */

/* A path that does not begin with a slash begins in the folder of the seller's file. */
static enum status read_logo(const char *seller_file, const char *logo_file, struct arena *arena, struct image *logo,
                             struct error *error)
{
    const char *slash = strrchr(seller_file, '/');
    const char *path = logo_file;
    if (slash != NULL && logo_file[0] != '/')
        path = arena_format(arena, "%.*s/%s", (int)(slash - seller_file), seller_file, logo_file);
    char *bytes;
    struct error fault;
    enum status status = file_read(arena, path, LOGO_BYTES_MAX, &bytes, &logo->length, &fault);
    logo->png = (const uint8_t *)bytes;
    if (status == STATUS_OK)
        status = document_check_logo(logo, &fault);
    if (status != STATUS_OK)
        return error_set_field(error, status, fault.code, "logo_file", "%s", fault.detail);
    return STATUS_OK;
}

enum status first_start_seller(const struct settings *settings, struct arena *arena, struct seller *seller,
                               struct error *error)
{
    const char *logo_file = NULL;
    /* The settings ask for a file in live mode. */
    if (settings->seller_file == NULL)
        return seller_read(arena, sample_seller, strlen(sample_seller), seller, &logo_file, error);
    char *text;
    size_t length;
    struct error fault;
    enum status status = file_read(arena, settings->seller_file, SELLER_BYTES_MAX, &text, &length, &fault);
    if (status == STATUS_OK)
        status = seller_read(arena, text, length, seller, &logo_file, &fault);
    if (status == STATUS_OK && logo_file != NULL)
        status = read_logo(settings->seller_file, logo_file, arena, &seller->logo, &fault);
    if (status != STATUS_OK)
        blame_setting("AKKOORD_SELLER_FILE", &fault, error);
    return status;
}

/* ---- the sandbox's secret ---- */

static enum status make_secret(const char *data_dir, const char *path, struct error *error)
{
    /* Beside an external database the data folder holds nothing else, and may not be there yet. */
    enum status status = folder_make(data_dir, error);
    if (status != STATUS_OK)
        return status;
    uint8_t bytes[SECRET_BYTES];
    char text[sizeof(SECRET_PREFIX) + BASE64_BYTES(SECRET_BYTES)] = SECRET_PREFIX;
    crypto_random(bytes, sizeof(bytes));
    base64_encode(bytes, sizeof(bytes), text + strlen(SECRET_PREFIX));
    status = file_create(path, 0600, text, strlen(text), error);
    memory_cleanse(bytes, sizeof(bytes));
    memory_cleanse(text, sizeof(text));
    /* Another process that starts at the same time made it: its secret is used. */
    return status == STATUS_CONFLICT ? STATUS_OK : status;
}

enum status first_start_sandbox_secret(const struct settings *settings, char **secret, struct error *error)
{
    if (settings->sandbox_webhook_secret != NULL) {
        *secret = memory_copy_text(settings->sandbox_webhook_secret);
        return STATUS_OK;
    }
    struct arena *arena = arena_new();
    const char *path = arena_format(arena, "%s/%s", settings->data_dir, SANDBOX_SECRET_NAME);
    char *text;
    size_t length;
    enum status status = file_read(arena, path, SECRET_FILE_BYTES, &text, &length, error);
    if (status == STATUS_NOT_FOUND) {
        status = make_secret(settings->data_dir, path, error);
        if (status == STATUS_OK)
            status = file_read(arena, path, SECRET_FILE_BYTES, &text, &length, error);
    }
    if (status == STATUS_OK) {
        text[strcspn(text, "\r\n")] = '\0';
        *secret = memory_copy_text(text);
    }
    arena_free(arena);
    return status;
}
