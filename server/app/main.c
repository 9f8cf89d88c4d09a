/* The program's entry: finds the subcommand and hands over. */
#include <stdio.h>
#include <string.h>

#include "akkoord/app/cli.h"

static const struct subcommand *const COMMANDS[] = {
    &command_serve,     &command_demo,      &command_migrate, &command_services, &command_staff, &command_keys,
    &command_decisions, &command_retention, &command_privacy, &command_invoices, &command_audit, &command_doctor,
};
#define COMMANDS_COUNT (sizeof(COMMANDS) / sizeof(COMMANDS[0]))

static void print_usage(FILE *out)
{
    (void)fprintf(out, "Usage: akkoord COMMAND [ARGUMENTS]\n"
                       "       akkoord COMMAND --help\n"
                       "       akkoord --version\n"
                       "\n"
                       "Commands:\n");
    for (size_t i = 0; i < COMMANDS_COUNT; i++)
        (void)fprintf(out, "  %-10s %s\n", COMMANDS[i]->name, COMMANDS[i]->summary);
    (void)fprintf(out, "\n"
                       "Settings are environment variables named AKKOORD_*; README.md lists them.\n"
                       "Exit status: 0 done, 1 failed, 2 wrong usage.\n");
}

static const struct subcommand *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS_COUNT; i++) {
        if (strcmp(COMMANDS[i]->name, name) == 0)
            return COMMANDS[i];
    }
    return NULL;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0)
            return true;
    }
    return false;
}

/* A full disk or a closed pipe must not look like success. */
static int finish(int exit_status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return exit_status;
    (void)fprintf(stderr, "akkoord: can't write to standard output\n");
    return exit_status == EXIT_DONE ? EXIT_FAILED : exit_status;
}

int main(int argc, char **argv)
{
    const struct subcommand *command;
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("akkoord %s\n", AKKOORD_VERSION);
        return finish(EXIT_DONE);
    }
    if (strcmp(argv[1], "--help") == 0) {
        print_usage(stdout);
        return finish(EXIT_DONE);
    }
    command = find_command(argv[1]);
    if (!command) {
        (void)fprintf(stderr, "akkoord: there is no command \"%s\"; `akkoord --help` lists them\n", argv[1]);
        return EXIT_USAGE;
    }
    if (asks_for_help(argc - 1, argv + 1)) {
        (void)printf("%s", command->usage);
        return finish(EXIT_DONE);
    }
    return finish(command->run(argc - 1, argv + 1));
}
