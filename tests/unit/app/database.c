#include "database.h"

#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akkoord/app/migrate.h"

#define REMOVE_DESCRIPTORS 16

static char folder[] = "/tmp/akkoord-test-XXXXXX";
static char data_dir[sizeof(folder) + 8];

static void become_nobody(void)
{
    const struct passwd *nobody = getpwnam("nobody");
    if (geteuid() != 0)
        return;
    if (!nobody || setgroups(0, NULL) != 0 || setgid(nobody->pw_gid) != 0 || setuid(nobody->pw_uid) != 0)
        abort();
}

const char *test_folder_make(void)
{
    become_nobody();
    if (!mkdtemp(folder))
        abort();
    (void)snprintf(data_dir, sizeof(data_dir), "%s/data", folder);
    return folder;
}

static int remove_entry(const char *path, const struct stat *state, int type, struct FTW *position)
{
    (void)state;
    (void)type;
    (void)position;
    return remove(path);
}

void test_folder_remove(void)
{
    int pid = test_postmaster_pid();
    if (pid > 1)
        (void)kill(pid, SIGQUIT);
    for (int i = 0; i < 100 && test_postmaster_pid() > 1; i++)
        (void)usleep(20000);
    (void)nftw(folder, remove_entry, REMOVE_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

int test_postmaster_pid(void)
{
    char path[sizeof(data_dir) + 32];
    char line[32] = "";
    FILE *file;
    (void)snprintf(path, sizeof(path), "%s/postgres/postmaster.pid", data_dir);
    file = fopen(path, "r");
    if (!file)
        return 0;
    if (!fgets(line, sizeof(line), file))
        line[0] = '\0';
    (void)fclose(file);
    return (int)strtol(line, NULL, 10);
}

struct embedded *test_open(void)
{
    struct embedded *embedded;
    struct error error;
    if (embedded_open(data_dir, &embedded, &error) != STATUS_OK) {
        (void)fprintf(stderr, "embedded_open: %s\n", error.detail);
        abort();
    }
    return embedded;
}

struct store *test_store_open(struct embedded **embedded)
{
    struct error error;
    (void)test_folder_make();
    *embedded = test_open();
    const struct pg_options options = {.url = embedded_url(*embedded, EMBEDDED_OWNER)};
    struct pg_connection *owner = pg_connection_new(&options);
    if (migrate_run(owner, migrate_known(), NULL, &error) != STATUS_OK) {
        (void)fprintf(stderr, "migrate_run: %s\n", error.detail);
        abort();
    }
    pg_connection_free(owner);
    return store_new(embedded_url(*embedded, EMBEDDED_WORKER), "test", NULL);
}

void test_store_close(struct store *store, struct embedded *embedded)
{
    store_free(store);
    embedded_close(embedded);
    test_folder_remove();
}
