/*
 * `akkoord audit`: what the database says, held against the log of what the program wrote. Main thread; changes
 * nothing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "akkoord/app/cli.h"
#include "akkoord/app/installation.h"
#include "akkoord/base/arena.h"
#include "akkoord/store/audit_sequence.h"
#include "akkoord/store/audit_verify.h"
#include "files.h"
#include "progress.h"

#define CHECKPOINT_FILE_BYTES_MAX 65536

/* ---- key, checkpoint ---- */

static enum status print_key(struct installation *installation, struct error *error)
{
    const struct audit_key *key;
    char text[VERIFIER_KEY_BYTES_MAX];
    enum status status = store_audit_key(installation->store, &key, error);
    if (status != STATUS_OK)
        return status;
    audit_key_verifier(key, text);
    (void)printf("%s\n", text);
    return STATUS_OK;
}

static enum status print_checkpoint(struct installation *installation, struct error *error)
{
    struct arena *arena = arena_new();
    const char *note;
    enum status status = store_audit_checkpoint(installation->store, arena, &note, error);
    if (status == STATUS_OK)
        (void)fputs(note, stdout);
    arena_free(arena);
    return status;
}

/* ---- verify ---- */

static void print_fault(void *context, const char *text)
{
    (void)context;
    (void)fprintf(stderr, "akkoord: %s\n", text);
}

static void begin_progress(void *context, int64_t of)
{
    progress_begin(context, "audit", "verifying", of);
}

static void add_progress(void *context, int64_t done)
{
    progress_add(context, done);
}

static enum status read_kept(struct store *store, const char *path, struct checkpoint *kept, struct error *error)
{
    struct arena *arena = arena_new();
    const struct audit_key *key;
    char *text;
    size_t length;
    enum status status = file_read(arena, path, CHECKPOINT_FILE_BYTES_MAX, &text, &length, error);
    if (status == STATUS_OK)
        status = store_audit_key(store, &key, error);
    if (status == STATUS_OK)
        status = checkpoint_open(key, text, length, kept, error);
    arena_free(arena);
    return status;
}

static enum status verify(struct installation *installation, const char *path, struct audit_report *report,
                          struct error *error)
{
    struct progress progress = {0};
    struct checkpoint kept;
    const struct audit_watcher watcher = {
        .fault = print_fault, .begin = begin_progress, .progress = add_progress, .context = &progress};
    if (path != NULL) {
        enum status status = read_kept(installation->store, path, &kept, error);
        if (status != STATUS_OK)
            return status;
    }
    enum status status = store_audit_verify(installation->store, path != NULL ? &kept : NULL, &watcher, report, error);
    if (progress.name != NULL)
        progress_end(&progress);
    return status;
}

static int run_verify(const char *path)
{
    struct installation installation;
    struct audit_report report = {0};
    struct error error;
    enum status status = installation_open(&installation, &error);
    if (status == STATUS_OK)
        status = verify(&installation, path, &report, &error);
    installation_close(&installation);
    if (status != STATUS_OK)
        return command_fail(&error);
    (void)printf("leaves=%" PRId64 " pruned=%" PRId64 " waiting=%" PRId64 " checkpoints=%" PRId64 " rows=%" PRId64
                 " faults=%" PRId64 "\n",
                 report.size, report.pruned, report.waiting, report.checkpoints, report.rows, report.faults);
    return report.faults == 0 ? EXIT_DONE : EXIT_FAILED;
}

/* ---- prove ---- */

static void print_base64(struct arena *arena, const char *before, const void *bytes, size_t length)
{
    char *text = arena_alloc(arena, BASE64_BYTES(length));
    base64_encode(bytes, length, text);
    (void)printf("%s%s\n", before, text);
}

static void print_proof(struct arena *arena, const struct audit_proof *proof)
{
    size_t length;
    const uint8_t *data = audit_leaf_data(arena, &proof->leaf, &length);
    (void)printf("c2sp.org/tlog-proof@v1\n");
    print_base64(arena, "extra ", data, length);
    (void)printf("index %" PRId64 "\n", proof->index);
    for (size_t i = 0; i < proof->path_count; i++)
        print_base64(arena, "", proof->path[i], sizeof(proof->path[i]));
    (void)printf("\n%s", proof->note);
}

/* A table may have several facets: the first of them that the log knows the row by. */
static enum status prove(struct installation *installation, struct arena *arena, const char *table,
                         const struct uuid *id, struct error *error)
{
    enum status status = error_set(error, STATUS_NOT_FOUND, "not_covered", "the audit log covers no table %s", table);
    for (int facet = 1; facet <= AUDIT_FACETS; facet++) {
        struct audit_proof *proof = ARENA_NEW(arena, struct audit_proof);
        if (strcmp(audit_facet_table((enum audit_facet)facet), table) != 0)
            continue;
        status = store_audit_prove(installation->store, arena, (enum audit_facet)facet, id, proof, error);
        if (status == STATUS_OK)
            print_proof(arena, proof);
        if (status != STATUS_NOT_FOUND)
            return status;
    }
    return status;
}

static int run_prove(const char *table, const char *id_text)
{
    struct installation installation;
    struct arena *arena = arena_new();
    struct error error;
    struct uuid id;
    bool is_list = strcmp(table, audit_facet_table(AUDIT_PRICE_LIST)) == 0;
    if (is_list)
        id = audit_price_list_id;
    else if (uuid_parse(id_text, strlen(id_text), &id) != STATUS_OK) {
        arena_free(arena);
        return command_misused(&command_audit);
    }
    enum status status = installation_open(&installation, &error);
    if (status == STATUS_OK)
        status = prove(&installation, arena, table, &id, &error);
    installation_close(&installation);
    arena_free(arena);
    return status == STATUS_OK ? EXIT_DONE : command_fail(&error);
}

/* ---- which ---- */

static int run_printing(enum status (*print)(struct installation *installation, struct error *error))
{
    struct installation installation;
    struct error error;
    enum status status = installation_open(&installation, &error);
    if (status == STATUS_OK)
        status = print(&installation, &error);
    installation_close(&installation);
    return status == STATUS_OK ? EXIT_DONE : command_fail(&error);
}

static int run(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "key") == 0)
        return run_printing(print_key);
    if (argc == 2 && strcmp(argv[1], "checkpoint") == 0)
        return run_printing(print_checkpoint);
    if (argc == 2 && strcmp(argv[1], "verify") == 0)
        return run_verify(NULL);
    if (argc == 4 && strcmp(argv[1], "verify") == 0 && strcmp(argv[2], "--checkpoint") == 0)
        return run_verify(argv[3]);
    if (argc == 4 && strcmp(argv[1], "prove") == 0)
        return run_prove(argv[2], argv[3]);
    return command_misused(&command_audit);
}

const struct subcommand command_audit = {
    .name = "audit",
    .summary = "find rows that were changed, removed or added by hand",
    .usage = "Usage: akkoord audit verify [--checkpoint FILE]\n"
             "       akkoord audit checkpoint\n"
             "       akkoord audit key\n"
             "       akkoord audit prove TABLE ID\n"
             "\n"
             "verify      holds every covered row against the log of what the program wrote, and the log against its\n"
             "            signatures. Prints what was changed, removed or added, by table and id. Exit status 1 when\n"
             "            something was. A server may run.\n"
             "            --checkpoint FILE  a checkpoint that was kept: the log has to go on from there, so that one\n"
             "                               that was cut off, rolled back or written anew is found\n"
             "checkpoint  prints the newest signed head of the log: keep it where nobody of the database can reach\n"
             "key         prints the public key that checkpoints are verified with (a C2SP verifier key)\n"
             "prove       prints proof that the row's last change is in the log (c2sp.org/tlog-proof)\n",
    .run = run,
};
