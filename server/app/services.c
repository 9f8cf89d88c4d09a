/* `akkoord services import`: a new price list. Main thread. */
#include <stdio.h>
#include <string.h>

#include "akkoord/app/cli.h"
#include "akkoord/app/installation.h"
#include "akkoord/base/arena.h"
#include "akkoord/store/services.h"

#include "files.h"

#define PRICE_LIST_BYTES_MAX ((size_t)4 << 20)

/* What is wrong with a list, before the installation is touched. */
static enum status read_list(struct arena *arena, const char *path, struct price_list *list, struct error *error)
{
    char *text;
    size_t length;
    enum status status = file_read(arena, path, PRICE_LIST_BYTES_MAX, &text, &length, error);
    return status == STATUS_OK ? price_list_read(arena, text, length, list, error) : status;
}

static enum status import_list(struct arena *arena, const struct price_list *list, struct error *error)
{
    struct installation installation;
    enum status status = installation_open(&installation, error);
    if (status == STATUS_OK)
        status = store_services_replace(installation.store, arena, list, error);
    installation_close(&installation);
    return status;
}

static int run(int argc, char **argv)
{
    if (argc != 3 || strcmp(argv[1], "import") != 0)
        return command_misused(&command_services);
    struct error error;
    struct price_list list;
    struct arena *arena = arena_new();
    enum status status = read_list(arena, argv[2], &list, &error);
    if (status == STATUS_OK)
        status = import_list(arena, &list, &error);
    if (status == STATUS_OK)
        (void)printf("imported=%zu\n", list.services_count);
    arena_free(arena);
    return status == STATUS_OK ? EXIT_DONE : command_fail(&error);
}

const struct subcommand command_services = {
    .name = "services",
    .summary = "replace the price list",
    .usage =
        "Usage: akkoord services import FILE\n"
        "\n"
        "Makes the services of FILE all that is sold, at once or not at all. What FILE leaves out is sold no more;\n"
        "orders that were placed keep their prices.\n"
        "\n"
        "  {\"services\": [{\"sku\": \"logo-design\", \"name\": {\"nl\": \"Logo-ontwerp\", \"en\": \"Logo design\"},\n"
        "                 \"unit_price\": {\"amount\": 45000, \"currency\": \"EUR\"},\n"
        "                 \"price_includes_vat\": false, \"vat_category\": \"S\", \"vat_rate\": \"21.00\",\n"
        "                 \"supply\": \"electronic\",\n"
        "                 \"discounts\": [{\"from_quantity\": 10, \"percent\": \"10.00\",\n"
        "                                \"name\": {\"nl\": \"Staffelkorting\", \"en\": \"Volume discount\"}}]}],\n"
        "   \"codes\": [{\"code\": \"WELCOME10\", \"percent\": \"10.00\", \"until\": \"2027-01-31\",\n"
        "              \"name\": {\"nl\": \"Welkomstkorting\", \"en\": \"Welcome discount\"}}]}\n"
        "\n"
        "A supply is electronic (when left out), service or goods: with the buyer's country it decides whose VAT is "
        "due.\n"
        "A code's \"amount\" ({\"amount\", \"currency\"}) may stand in place of its \"percent\".\n",
    .run = run,
};
