/* `akkoord staff add`: a new member of staff, with a random password and TOTP secret; `staff end`: one who leaves. Main
 * thread. */
#include <stdio.h>
#include <string.h>

#include "akkoord/app/cli.h"
#include "akkoord/app/installation.h"
#include "akkoord/base/arena.h"
#include "akkoord/base/json.h"
#include "akkoord/base/memory.h"
#include "akkoord/store/keys.h"
#include "akkoord/store/staff.h"
#include "akkoord/vault/blind_index.h"
#include "akkoord/vault/password.h"
#include "akkoord/vault/totp.h"

/* 120 random bits; in base32 24 characters that can be read out and typed. */
#define PASSWORD_RANDOM_BYTES 15

struct new_credentials {
    char email[EMAIL_BYTES];
    enum staff_role role;
    bool policy_author;
    char password[BASE32_BYTES(PASSWORD_RANDOM_BYTES)];
    uint8_t totp_secret[TOTP_SECRET_BYTES];
};

static void make_secrets(struct new_credentials *credentials)
{
    uint8_t bytes[PASSWORD_RANDOM_BYTES];
    crypto_random(bytes, sizeof(bytes));
    base32_encode(bytes, sizeof(bytes), credentials->password);
    memory_cleanse(bytes, sizeof(bytes));
    totp_secret_new(credentials->totp_secret);
}

static enum status add_staff(struct store *store, struct arena *arena, const struct new_credentials *credentials,
                             struct error *error)
{
    char hash[PASSWORD_HASH_BYTES];
    struct uuid id;
    enum status status = store_keys_register(store, arena, error);
    if (status == STATUS_OK)
        status = password_hash(credentials->password, strlen(credentials->password), hash, error);
    if (status != STATUS_OK)
        return status;
    const struct new_staff staff = {.email = credentials->email,
                                    .password_hash = hash,
                                    .totp_secret = credentials->totp_secret,
                                    .role = credentials->role,
                                    .policy_author = credentials->policy_author};
    return store_staff_add(store, arena, &staff, &id, error);
}

/* The one place where these secrets are ever shown. */
static void print_credentials(struct arena *arena, const struct new_credentials *credentials)
{
    char secret[BASE32_BYTES(TOTP_SECRET_BYTES)];
    size_t length;
    json_t *json = json_new_object(arena);
    base32_encode(credentials->totp_secret, TOTP_SECRET_BYTES, secret);
    json_set_text(json, "email", credentials->email);
    json_set_text(json, "password", credentials->password);
    json_set_text(json, "totp_secret", secret);
    (void)printf("%s\n", json_write(arena, json, &length));
    memory_cleanse(secret, sizeof(secret));
}

static enum status run_add(struct new_credentials *credentials, struct error *error)
{
    struct installation installation;
    struct arena *arena = arena_new();
    enum status status = installation_open(&installation, error);
    if (status == STATUS_OK) {
        make_secrets(credentials);
        status = add_staff(installation.store, arena, credentials, error);
    }
    if (status == STATUS_OK)
        print_credentials(arena, credentials);
    installation_close(&installation);
    arena_free(arena);
    return status;
}

/* "add EMAIL --role ROLE [--policy-author]", the options before or after the address. */
static bool read_arguments(int argc, char **argv, const char **email, const char **role, bool *policy_author)
{
    *email = *role = NULL;
    *policy_author = false;
    if (argc < 2 || strcmp(argv[1], "add") != 0)
        return false;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--role") == 0 && i + 1 < argc && *role == NULL)
            *role = argv[++i];
        else if (strncmp(argv[i], "--role=", strlen("--role=")) == 0 && *role == NULL)
            *role = argv[i] + strlen("--role=");
        else if (strcmp(argv[i], "--policy-author") == 0 && !*policy_author)
            *policy_author = true;
        else if (argv[i][0] != '-' && *email == NULL)
            *email = argv[i];
        else
            return false;
    }
    return *email != NULL && *role != NULL;
}

static enum status end_staff(const char *email, struct error *error)
{
    struct installation installation;
    struct arena *arena = arena_new();
    enum status status = installation_open(&installation, error);
    if (status == STATUS_OK)
        status = store_staff_end(installation.store, arena, email, error);
    installation_close(&installation);
    arena_free(arena);
    return status;
}

static int run_end(const char *text)
{
    char email[EMAIL_BYTES];
    struct error error;
    enum status status = email_normalise(text, strlen(text), email, &error);
    if (status == STATUS_OK)
        status = end_staff(email, &error);
    return status == STATUS_OK ? EXIT_DONE : command_fail(&error);
}

static int run(int argc, char **argv)
{
    struct new_credentials credentials;
    const char *email, *role;
    struct error error;
    if (argc == 3 && strcmp(argv[1], "end") == 0 && argv[2][0] != '-')
        return run_end(argv[2]);
    if (!read_arguments(argc, argv, &email, &role, &credentials.policy_author) ||
        staff_role_parse(role, &credentials.role) != STATUS_OK)
        return command_misused(&command_staff);
    enum status status = email_normalise(email, strlen(email), credentials.email, &error);
    if (status == STATUS_OK)
        status = run_add(&credentials, &error);
    memory_cleanse(&credentials, sizeof(credentials));
    return status == STATUS_OK ? EXIT_DONE : command_fail(&error);
}

const struct subcommand command_staff = {
    .name = "staff",
    .summary = "add a member of staff, or end their access",
    .usage = "Usage: akkoord staff add EMAIL --role reviewer|manager|auditor [--policy-author]\n"
             "       akkoord staff end EMAIL\n"
             "\n"
             "add adds a member of staff and prints one line of JSON: email, password, totp_secret (base32, for an\n"
             "authenticator app). Neither secret can be shown again.\n"
             "\n"
             "  reviewer  decides reviews, completes orders\n"
             "  manager   the same, and gives reviews to others\n"
             "  auditor   reads everything, changes nothing\n"
             "\n"
             "  --policy-author  wrote the rules that decide, so decides no review of what they decided\n"
             "\n"
             "end ends their sessions and lets them log in no more; the account is deleted a year later.\n",
    .run = run,
};
