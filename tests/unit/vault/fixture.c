/* The folder and the sample keyring of the vault's tests. One thread. */
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATHS 8

static char folder[64];

int folder_make(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/akkoord-vault-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

int folder_remove(void **state)
{
    (void)state;
    DIR *files = opendir(folder);
    if (files == NULL)
        return -1;
    for (struct dirent *file = readdir(files); file != NULL; file = readdir(files)) {
        if (strcmp(file->d_name, ".") != 0 && strcmp(file->d_name, "..") != 0)
            unlinkat(dirfd(files), file->d_name, 0);
    }
    closedir(files);
    return rmdir(folder);
}

const char *folder_path(const char *name)
{
    static char paths[PATHS][128];
    static atomic_size_t next;
    char *path = paths[atomic_fetch_add(&next, 1) % PATHS];
    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

void file_write(const char *path, const char *text)
{
    unlink(path);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
    close(descriptor);
}

struct keyring *keyring_of(const char *text)
{
    struct keyring *keyring;
    struct error error = {.detail = ""};
    file_write(folder_path("keyring.json"), text);
    enum status status = keyring_load(folder_path("keyring.json"), &keyring, &error);
    assert_string_equal(error.detail, "");
    assert_int_equal(status, STATUS_OK);
    return keyring;
}

void keyring_becomes(struct keyring *keyring, const char *text)
{
    struct error error = {.detail = ""};
    file_write(folder_path("keyring.json"), text);
    enum status status = keyring_reload(keyring, &error);
    assert_string_equal(error.detail, "");
    assert_int_equal(status, STATUS_OK);
}

struct uuid uuid_of(const char *text)
{
    struct uuid uuid;
    assert_int_equal(uuid_parse(text, strlen(text), &uuid), STATUS_OK);
    return uuid;
}
