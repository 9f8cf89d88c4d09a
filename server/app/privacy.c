/* `akkoord privacy register`: the record of processing activities. Main thread; needs no database. */
#include <stdio.h>
#include <string.h>

#include "akkoord/api/notices.h"
#include "akkoord/app/cli.h"
#include "akkoord/base/arena.h"
#include "first_start.h"

struct privacy_command {
    bool as_json;
    enum language language;
};

/* "register [--format text|json] [--language nl|en]" */
static bool read_arguments(int argc, char **argv, struct privacy_command *command)
{
    if (argc < 2 || strcmp(argv[1], "register") != 0)
        return false;
    for (int i = 2; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        bool is_format = strcmp(argv[i], "--format") == 0;
        bool is_language = strcmp(argv[i], "--language") == 0;
        if (is_format && (strcmp(value, "json") == 0 || strcmp(value, "text") == 0))
            command->as_json = strcmp(value, "json") == 0;
        else if (!is_language || language_parse(value, &command->language) != STATUS_OK)
            return false;
    }
    return true;
}

static enum status print_register(const struct privacy_command *command, struct arena *arena, struct error *error)
{
    struct settings settings;
    struct seller seller;
    size_t length;
    enum status status = command_settings(&settings, SETTINGS_FOR_INSTALLATION, error);
    if (status != STATUS_OK)
        return status;
    status = first_start_seller(&settings, arena, &seller, error);
    const struct notice_facts facts = {.seller = &seller, .asks_vies = settings.vies_url != NULL};
    if (status == STATUS_OK && command->as_json)
        (void)printf("%s\n", register_write_json(arena, &facts, command->language, &length));
    else if (status == STATUS_OK)
        (void)printf("%s", register_write_text(arena, &facts, command->language, &length));
    settings_release(&settings);
    return status;
}

static int run(int argc, char **argv)
{
    struct privacy_command command = {.language = LANGUAGE_NL};
    struct error error;
    if (!read_arguments(argc, argv, &command))
        return command_misused(&command_privacy);
    struct arena *arena = arena_new();
    enum status status = print_register(&command, arena, &error);
    arena_free(arena);
    return status == STATUS_OK ? EXIT_DONE : command_fail(&error);
}

const struct subcommand command_privacy = {
    .name = "privacy",
    .summary = "print the record of processing activities",
    .usage =
        "Usage: akkoord privacy register [--format text|json] [--language nl|en]\n"
        "\n"
        "Prints the record of processing activities (GDPR art. 30): the controller of AKKOORD_SELLER_FILE, and of\n"
        "every category of data its purpose, legal basis, persons, recipients and term, with the security measures.\n"
        "It is written from the catalogue that `akkoord retention run` deletes by.\n",
    .run = run,
};
