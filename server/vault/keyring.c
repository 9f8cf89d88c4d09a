/*
 * The keyring in memory and its file on disk: making it, reading it, swapping it, listing it. Owns the keys; any
 * thread. Invariant: `keys` always points to a complete, checked set; a reload replaces the whole set or nothing.
 * Changing a keyring (rotation) is not done here.
 */
#include "akkoord/vault/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/memory.h"
#include "keyring_internal.h"

#define KEYRING_MODE           ((mode_t)0600)
#define KEYRING_MODE_FORBIDDEN ((mode_t)07177) /* all but reading and writing by the owner */
#define TEMPORARY_RANDOM_BYTES 8
#define TEMPORARY_NAME_BYTES   (sizeof(".keyring-.new") + (size_t)2 * TEMPORARY_RANDOM_BYTES)

struct keyring {
    pthread_rwlock_t lock; /* guards the pointer and, while held for reading, what it points to */
    struct key_set *keys;
    char *path;
};

/* Opens the file without following a link in its last part, and refuses what others could have written or can read. */
static enum status open_checked(const char *path, int *descriptor, size_t *length, struct error *error)
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
    struct stat found;
    enum status status = STATUS_OK;
    if (fstat(opened, &found) != 0)
        status = error_set(error, STATUS_UNAVAILABLE, "keyring_read", "keyring %s can't be examined: %s", path,
                           strerrordesc_np(errno));
    else if (!S_ISREG(found.st_mode))
        status = error_set(error, STATUS_FORBIDDEN, "keyring_permissions", "keyring %s is not a plain file", path);
    else if (found.st_uid != geteuid())
        status = error_set(error, STATUS_FORBIDDEN, "keyring_permissions",
                           "keyring %s belongs to user %u, but the program runs as user %u", path,
                           (unsigned)found.st_uid, (unsigned)geteuid());
    else if ((found.st_mode & KEYRING_MODE_FORBIDDEN) != 0)
        status = error_set(error, STATUS_FORBIDDEN, "keyring_permissions",
                           "keyring %s has mode %04o, but only its owner may read it: chmod 600", path,
                           (unsigned)(found.st_mode & 07777));
    else if (found.st_size > (off_t)KEYRING_FILE_BYTES_MAX)
        status = error_set(error, STATUS_INVALID, "keyring_malformed", "keyring %s is larger than %zu bytes", path,
                           KEYRING_FILE_BYTES_MAX);
    if (status != STATUS_OK) {
        close(opened);
        return status;
    }
    *descriptor = opened;
    *length = (size_t)found.st_size;
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

static enum status load_keys(const char *path, struct key_set **keys, struct error *error)
{
    int descriptor = -1;
    size_t capacity = 0, length = 0;
    enum status status = open_checked(path, &descriptor, &capacity, error);
    if (status != STATUS_OK)
        return status;
    char *text = memory_alloc(capacity);
    if (read_whole(descriptor, text, capacity, &length))
        status = key_set_parse(path, text, length, keys, error);
    else
        status = error_set(error, STATUS_UNAVAILABLE, "keyring_read", "keyring %s can't be read: %s", path,
                           strerrordesc_np(errno));
    memory_free_cleansed(text, capacity);
    close(descriptor);
    return status;
}

enum status keyring_load(const char *path, struct keyring **keyring, struct error *error)
{
    struct key_set *keys = NULL;
    enum status status = load_keys(path, &keys, error);
    if (status != STATUS_OK)
        return status;
    struct keyring *loaded = memory_alloc_zero(1, sizeof(*loaded));
    loaded->keys = keys;
    loaded->path = memory_copy_text(path);
    pthread_rwlock_init(&loaded->lock, NULL);
    *keyring = loaded;
    return STATUS_OK;
}

enum status keyring_reload(struct keyring *keyring, struct error *error)
{
    struct key_set *fresh = NULL;
    enum status status = load_keys(keyring->path, &fresh, error);
    if (status != STATUS_OK)
        return status;
    pthread_rwlock_wrlock(&keyring->lock);
    struct key_set *old = keyring->keys;
    keyring->keys = fresh;
    pthread_rwlock_unlock(&keyring->lock);
    key_set_free(old);
    return STATUS_OK;
}

void keyring_free(struct keyring *keyring)
{
    if (keyring == NULL)
        return;
    key_set_free(keyring->keys);
    pthread_rwlock_destroy(&keyring->lock);
    free(keyring->path);
    free(keyring);
}

const struct key_set *keyring_lock(struct keyring *keyring)
{
    pthread_rwlock_rdlock(&keyring->lock);
    return keyring->keys;
}

void keyring_unlock(struct keyring *keyring)
{
    pthread_rwlock_unlock(&keyring->lock);
}

const struct kek *key_set_find(const struct key_set *keys, const struct uuid *id)
{
    for (size_t i = 0; i < keys->count; i++) {
        if (uuid_equal(&keys->keys[i].entry.id, id))
            return &keys->keys[i];
    }
    return NULL;
}

size_t keyring_list(struct keyring *keyring, struct arena *arena, const struct keyring_entry **entries)
{
    const struct key_set *keys = keyring_lock(keyring);
    size_t count = keys->count;
    struct keyring_entry *copies = ARENA_ARRAY(arena, struct keyring_entry, count);
    for (size_t i = 0; i < count; i++)
        copies[i] = keys->keys[i].entry;
    keyring_unlock(keyring);
    *entries = copies;
    return count;
}

enum status keyring_check_fingerprint(struct keyring *keyring, const struct uuid *id, const char *fingerprint,
                                      struct error *error)
{
    char id_text[UUID_TEXT_BYTES];
    enum status status = STATUS_OK;
    const struct kek *kek = key_set_find(keyring_lock(keyring), id);
    if (kek == NULL)
        status =
            error_set(error, STATUS_NOT_FOUND, "kek_unknown", "key %s is not on the keyring", uuid_format(id, id_text));
    else if (kek->entry.state != KEY_STATE_DESTROYED && strcmp(kek->entry.fingerprint, fingerprint) != 0)
        status = error_set(error, STATUS_CONFLICT, "kek_mismatch", "another key stands under the id %s on the keyring",
                           uuid_format(id, id_text));
    keyring_unlock(keyring);
    return status;
}

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

static bool write_whole(int descriptor, const char *text, size_t length)
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

enum status keyring_create(const char *path, struct error *error)
{
    const char *name;
    int folder = open_folder(path, &name);
    if (folder < 0)
        return error_set(error, STATUS_UNAVAILABLE, "keyring_write", "the folder of keyring %s can't be opened: %s",
                         path, strerrordesc_np(errno));
    struct buffer text;
    buffer_init(&text, KEYRING_FILE_BYTES_MAX);
    key_set_write_new(&text);
    enum status status = STATUS_OK;
    if (!publish_file(folder, name, text.data, text.length)) {
        if (errno == EEXIST)
            status = error_set(error, STATUS_CONFLICT, "keyring_exists", "keyring %s exists already", path);
        else
            status = error_set(error, STATUS_UNAVAILABLE, "keyring_write", "keyring %s can't be written: %s", path,
                               strerrordesc_np(errno));
    }
    buffer_release(&text);
    close(folder);
    return status;
}
