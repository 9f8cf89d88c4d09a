/*
 * The keyring file as bytes: read with its permissions checked, made, replaced. Knows nothing of what stands in it. Any
 * thread. Invariant: under the file's name there is always a whole file that is on the disk; what is half written
 * stands under another name.
 */
#include "keyring_io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <unistd.h>

#include "akkoord/base/crypto.h"
#include "akkoord/base/memory.h"
#include "akkoord/vault/keyring.h"

#define KEYRING_MODE           ((mode_t)0600)
#define KEYRING_MODE_FORBIDDEN ((mode_t)07177) /* all but reading and writing by the owner */
#define TEMPORARY_RANDOM_BYTES 8
#define TEMPORARY_NAME_BYTES   (sizeof(".keyring-.new") + (size_t)2 * TEMPORARY_RANDOM_BYTES)
/* Of a replacement: fixed, so that what a killed one left behind, with keys in it, is found and taken away. */
#define NEXT_NAME ".%s.next"

/* ---- reading ---- */

/* Opens the file without following a link in its last part, and refuses what others could have written or can read. */
static enum status open_checked(const char *path, int *descriptor, struct stat *found, struct error *error)
{
    /* O_NONBLOCK: a FIFO under this name must not stop the start. */
    int opened = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (opened < 0 && errno == ENOENT)
        return error_set(error, STATUS_NOT_FOUND, "keyring_missing", "keyring %s does not exist", path);
    if (opened < 0 && errno == ELOOP)
        return error_set(error, STATUS_FORBIDDEN, "keyring_permissions", "keyring %s is a symbolic link", path);
    if (opened < 0)
        return error_set(error, STATUS_UNAVAILABLE, "keyring_read", "keyring %s can't be opened: %s", path,
                         strerrordesc_np(errno));
    enum status status = STATUS_OK;
    if (fstat(opened, found) != 0)
        status = error_set(error, STATUS_UNAVAILABLE, "keyring_read", "keyring %s can't be examined: %s", path,
                           strerrordesc_np(errno));
    else if (!S_ISREG(found->st_mode))
        status = error_set(error, STATUS_FORBIDDEN, "keyring_permissions", "keyring %s is not a plain file", path);
    else if (found->st_uid != geteuid())
        status = error_set(error, STATUS_FORBIDDEN, "keyring_permissions",
                           "keyring %s belongs to user %u, but the program runs as user %u", path,
                           (unsigned)found->st_uid, (unsigned)geteuid());
    else if ((found->st_mode & KEYRING_MODE_FORBIDDEN) != 0)
        status = error_set(error, STATUS_FORBIDDEN, "keyring_permissions",
                           "keyring %s has mode %04o, but only its owner may read it: chmod 600", path,
                           (unsigned)(found->st_mode & 07777));
    else if (found->st_size > (off_t)KEYRING_FILE_BYTES_MAX)
        status = error_set(error, STATUS_INVALID, "keyring_malformed", "keyring %s is larger than %zu bytes", path,
                           KEYRING_FILE_BYTES_MAX);
    if (status != STATUS_OK) {
        close(opened);
        return status;
    }
    *descriptor = opened;
    return STATUS_OK;
}

/* Up to `capacity` bytes; false, with errno, on failure. */
static bool read_whole(int descriptor, char *text, size_t capacity, size_t *length)
{
    *length = 0;
    while (*length < capacity) {
        ssize_t count = read(descriptor, text + *length, capacity - *length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        if (count == 0)
            break;
        *length += (size_t)count;
    }
    return true;
}

static struct keyring_identity identity_of(const struct stat *found)
{
    return (struct keyring_identity){
        .device = found->st_dev, .inode = found->st_ino, .bytes = found->st_size, .modified = found->st_mtim};
}

enum status keyring_text_read(const char *path, struct keyring_text *text, struct error *error)
{
    int descriptor = -1;
    struct stat found;
    enum status status = open_checked(path, &descriptor, &found, error);
    if (status != STATUS_OK)
        return status;
    *text = (struct keyring_text){.capacity = (size_t)found.st_size, .identity = identity_of(&found)};
    text->bytes = memory_alloc(text->capacity);
    if (!read_whole(descriptor, text->bytes, text->capacity, &text->length)) {
        status = error_set(error, STATUS_UNAVAILABLE, "keyring_read", "keyring %s can't be read: %s", path,
                           strerrordesc_np(errno));
        keyring_text_release(text);
    }
    close(descriptor);
    return status;
}

void keyring_text_release(struct keyring_text *text)
{
    memory_free_cleansed(text->bytes, text->capacity);
    *text = (struct keyring_text){0};
}

bool keyring_file_is(const char *path, const struct keyring_identity *identity)
{
    struct stat found;
    if (stat(path, &found) != 0)
        return false;
    const struct keyring_identity now = identity_of(&found);
    return now.device == identity->device && now.inode == identity->inode && now.bytes == identity->bytes &&
           now.modified.tv_sec == identity->modified.tv_sec && now.modified.tv_nsec == identity->modified.tv_nsec;
}

/* ---- writing ---- */

/* The folder of a path, opened, and the name in it. */
static int open_folder(const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    *name = slash == NULL ? path : slash + 1;
    if (slash == NULL)
        return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (slash == path)
        return open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *folder = memory_copy_text(path);
    folder[slash - path] = '\0';
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    return descriptor;
}

bool write_whole(int descriptor, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t count = write(descriptor, text, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        text += count;
        length -= (size_t)count;
    }
    return true;
}

/* A new file that is on the disk when this returns true; false with errno, and no file, otherwise. */
static bool write_file(int folder, const char *name, const char *text, size_t length)
{
    int descriptor = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, KEYRING_MODE);
    if (descriptor < 0)
        return false;
    /* The mode once more: umask may have taken bits away. */
    bool written =
        fchmod(descriptor, KEYRING_MODE) == 0 && write_whole(descriptor, text, length) && fsync(descriptor) == 0;
    written = close(descriptor) == 0 && written;
    if (!written) {
        int fault = errno;
        unlinkat(folder, name, 0);
        errno = fault;
    }
    return written;
}

/* Puts the text under `name` whole and durably, unless something stands there: false with errno then. */
static bool publish_file(int folder, const char *name, const char *text, size_t length)
{
    uint8_t random[TEMPORARY_RANDOM_BYTES];
    char random_text[2 * TEMPORARY_RANDOM_BYTES + 1];
    char temporary[TEMPORARY_NAME_BYTES];
    crypto_random(random, sizeof(random));
    hex_encode(random, sizeof(random), random_text);
    snprintf(temporary, sizeof(temporary), ".keyring-%s.new", random_text);
    if (!write_file(folder, temporary, text, length))
        return false;
    /* link() and not rename(): it refuses to replace, so of several creators one wins and none harms another. */
    bool published = linkat(folder, temporary, folder, name, 0) == 0;
    int fault = errno;
    unlinkat(folder, temporary, 0);
    errno = fault;
    return published && fsync(folder) == 0;
}

static enum status cannot_write(const char *path, int fault, struct error *error)
{
    bool is_read_only = fault == EROFS || fault == EACCES || fault == EPERM;
    return error_set(error, STATUS_UNAVAILABLE, "keyring_write", "keyring %s can't be written: %s%s", path,
                     strerrordesc_np(fault),
                     is_read_only ? "; where it is a copy (a systemd credential, say), name the file that it is made "
                                    "from, as a user who may write it"
                                  : "");
}

static enum status open_folder_of(const char *path, int *folder, const char **name, struct error *error)
{
    *folder = open_folder(path, name);
    if (*folder < 0)
        return error_set(error, STATUS_UNAVAILABLE, "keyring_write", "the folder of keyring %s can't be opened: %s",
                         path, strerrordesc_np(errno));
    return STATUS_OK;
}

enum status keyring_file_create(const char *path, const char *bytes, size_t length, struct error *error)
{
    const char *name;
    int folder;
    enum status status = open_folder_of(path, &folder, &name, error);
    if (status != STATUS_OK)
        return status;
    if (!publish_file(folder, name, bytes, length))
        status = errno == EEXIST
                     ? error_set(error, STATUS_CONFLICT, "keyring_exists", "keyring %s exists already", path)
                     : cannot_write(path, errno, error);
    close(folder);
    return status;
}

/* Puts the text in the place of what stands under `name`: after a crash at any moment one of the two stands there. */
static bool replace_file(int folder, const char *name, const char *bytes, size_t length)
{
    char next[NAME_MAX + 1];
    if (snprintf(next, sizeof(next), NEXT_NAME, name) >= (int)sizeof(next)) {
        errno = ENAMETOOLONG;
        return false;
    }
    (void)unlinkat(folder, next, 0);
    if (!write_file(folder, next, bytes, length))
        return false;
    if (renameat(folder, next, folder, name) == 0)
        return fsync(folder) == 0;
    int fault = errno;
    (void)unlinkat(folder, next, 0);
    errno = fault;
    return false;
}

enum status keyring_file_change(const char *path, keyring_edit *edit, const void *context, struct error *error)
{
    const char *name;
    int folder;
    enum status status = open_folder_of(path, &folder, &name, error);
    if (status != STATUS_OK)
        return status;
    struct keyring_text text = {0};
    struct buffer fresh;
    buffer_init(&fresh, KEYRING_FILE_BYTES_MAX);
    /* On the folder: the file itself is another after each change. Closing the folder unlocks it. */
    if (flock(folder, LOCK_EX) != 0)
        status = cannot_write(path, errno, error);
    if (status == STATUS_OK)
        status = keyring_text_read(path, &text, error);
    if (status == STATUS_OK)
        status = edit(path, text.bytes, text.length, context, &fresh, error);
    if (status == STATUS_OK && fresh.overflowed)
        status = error_set(error, STATUS_TOO_LARGE, "keyring_full", "keyring %s would grow beyond %zu bytes", path,
                           KEYRING_FILE_BYTES_MAX);
    if (status == STATUS_OK && !replace_file(folder, name, fresh.data, fresh.length))
        status = cannot_write(path, errno, error);
    keyring_text_release(&text);
    buffer_release(&fresh);
    close(folder);
    return status;
}
