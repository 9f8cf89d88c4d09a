/* `akkoord invoices`: which of its commands, and with what. Main thread. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "akkoord/app/cli.h"
#include "akkoord/domain/calendar.h"
#include "books.h"

#define FORMATS_MAX 3

struct invoices_command_form {
    const char *name;
    const char *formats[FORMATS_MAX];
    const char *format; /* when none is given; NULL: one has to be */
    bool has_output;
    bool has_by;
    int (*run)(const struct invoices_arguments *arguments);
};

static const struct invoices_command_form forms[] = {
    {.name = "export", .formats = {"csv", "ubl-zip", "xaf"}, .has_output = true, .run = invoices_export},
    {.name = "vat", .formats = {"text", "csv", "json"}, .format = "text", .has_by = true, .run = invoices_vat},
};
#define FORMS_COUNT (sizeof(forms) / sizeof(forms[0]))

static bool wrong(const char *message, const char *value)
{
    (void)fprintf(stderr, "akkoord: %s: %s\n", message, value);
    return false;
}

static bool read_date(const char *text, int64_t *day, bool *is_given)
{
    *is_given = calendar_parse_date(text, strlen(text), day) == STATUS_OK;
    return *is_given || wrong("a date is YYYY-MM-DD, and this is none", text);
}

static bool read_format(const struct invoices_command_form *form, const char *text, const char **format)
{
    for (size_t i = 0; i < FORMATS_MAX; i++) {
        if (strcmp(form->formats[i], text) == 0) {
            *format = form->formats[i];
            return true;
        }
    }
    return wrong("there is no such format", text);
}

struct given {
    bool from;
    bool to;
};

static bool read_option(const struct invoices_command_form *form, const char *name, const char *value,
                        struct invoices_arguments *arguments, struct given *given)
{
    if (strcmp(name, "--from") == 0)
        return read_date(value, &arguments->range.from_day, &given->from);
    if (strcmp(name, "--to") == 0)
        return read_date(value, &arguments->range.to_day, &given->to);
    if (strcmp(name, "--format") == 0)
        return read_format(form, value, &arguments->format);
    if (form->has_by && strcmp(name, "--by") == 0)
        return vat_period_parse(value, &arguments->by) == STATUS_OK || wrong("there is no such period", value);
    if (form->has_output && strcmp(name, "--output") == 0) {
        arguments->output = value;
        return true;
    }
    return wrong("there is no such option", name);
}

static bool read_arguments(const struct invoices_command_form *form, int argc, char **argv,
                           struct invoices_arguments *arguments)
{
    struct given given = {.from = false};
    *arguments = (struct invoices_arguments){.format = form->format, .by = VAT_PERIOD_QUARTER};
    for (int i = 2; i < argc; i += 2) {
        if (i + 1 == argc)
            return wrong("a value is missing", argv[i]);
        if (!read_option(form, argv[i], argv[i + 1], arguments, &given))
            return false;
    }
    if (!given.from || !given.to)
        return wrong("two dates are needed", "--from and --to");
    if (arguments->range.from_day > arguments->range.to_day)
        return wrong("the first date is after the last", "--from and --to");
    if (arguments->format == NULL)
        return wrong("a format is needed", "--format");
    return true;
}

static const struct invoices_command_form *find_form(const char *name)
{
    for (size_t i = 0; i < FORMS_COUNT; i++) {
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
    }
    return NULL;
}

static int run(int argc, char **argv)
{
    struct invoices_arguments arguments;
    const struct invoices_command_form *form = argc >= 2 ? find_form(argv[1]) : NULL;
    if (form == NULL || !read_arguments(form, argc, argv, &arguments))
        return command_misused(&command_invoices);
    /* Customers' data, and an archive, are not for a screen. */
    if (form->has_output && arguments.output == NULL && isatty(STDOUT_FILENO) == 1) {
        (void)wrong("an export is written to a file", "--output FILE, or redirect standard output");
        return EXIT_USAGE;
    }
    return form->run(&arguments);
}

const struct subcommand command_invoices = {
    .name = "invoices",
    .summary = "export invoices for the books, and sum up VAT",
    .usage =
        "Usage: akkoord invoices export --from YYYY-MM-DD --to YYYY-MM-DD --format csv|ubl-zip|xaf [--output FILE]\n"
        "       akkoord invoices vat --from YYYY-MM-DD --to YYYY-MM-DD [--by month|quarter|year]\n"
        "                            [--format text|csv|json]\n"
        "\n"
        "Both go by the date of issue, both dates included, and take credit notes as negative. At the end they print\n"
        "control totals in euros on standard error, for each kind of document. A document whose content can't be\n"
        "opened is named there with what is known of it (\"unreadable=...\"), left out, and makes the exit status 1.\n"
        "\n"
        "export  writes every invoice and credit note to FILE (mode 0600; it holds customers' data in the clear), or\n"
        "        to standard output where that is no terminal:\n"
        "        csv      a row for each document and VAT subtotal\n"
        "        ubl-zip  the UBL of each document, the same bytes as ever, and manifest.json with their SHA-256\n"
        "        xaf      XML Auditfile Financieel 3.2, a sales journal for Dutch bookkeeping programs\n"
        "vat     sums up turnover and VAT by period, box of the Dutch return (1a, 1b, 1c, 1e, 3a, 3b; oss: by "
        "country,\n"
        "        for the one-stop shop; none: in no return), country, category and rate\n",
    .run = run,
};
