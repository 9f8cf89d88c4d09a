/* Reading and making small files. Main thread; no state. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status read_all(int file, struct arena *arena, const char *path, size_t bytes_max, char **text,
                            size_t *length, struct error *error)
{
    struct stat state;
    if (fstat(file, &state) != 0 || !S_ISREG(state.st_mode))
        return error_set(error, STATUS_INVALID, "file_unreadable", "%s is not a plain file", path);
    if ((uint64_t)state.st_size > bytes_max)
        return error_set(error, STATUS_TOO_LARGE, "file_too_large", "%s is larger than %zu bytes", path, bytes_max);
    size_t size = (size_t)state.st_size;
    *text = arena_alloc(arena, size + 1);
    *length = 0;
    while (*length < size) {
        ssize_t got = read(file, *text + *length, size - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(error, STATUS_INVALID, "file_unreadable", "%s can't be read: %s", path,
                             strerrordesc_np(errno));
        if (got == 0)
            break;
        *length += (size_t)got;
    }
    (*text)[*length] = '\0';
    return STATUS_OK;
}

enum status file_read(struct arena *arena, const char *path, size_t bytes_max, char **text, size_t *length,
                      struct error *error)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0 && errno == ENOENT)
        return error_set(error, STATUS_NOT_FOUND, "file_missing", "%s is not there", path);
    if (file < 0)
        return error_set(error, STATUS_INVALID, "file_unreadable", "%s can't be read: %s", path,
                         strerrordesc_np(errno));
    enum status status = read_all(file, arena, path, bytes_max, text, length, error);
    (void)close(file);
    return status;
}

static bool write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t put = write(file, bytes, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        bytes += put;
        length -= (size_t)put;
    }
    return fsync(file) == 0;
}

static void flush_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, sizeof(folder), "%.*s", slash != NULL ? (int)(slash - path) + 1 : 1,
                   slash != NULL ? path : ".");
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    (void)fsync(descriptor);
    (void)close(descriptor);
}

enum status file_create(const char *path, mode_t mode, const void *bytes, size_t length, struct error *error)
{
    char draft[PATH_MAX];
    if (snprintf(draft, sizeof(draft), "%s.XXXXXX", path) >= (int)sizeof(draft))
        return error_set(error, STATUS_UNAVAILABLE, "file_write", "the path of a file is too long");
    int file = mkostemp(draft, O_CLOEXEC);
    if (file < 0)
        return error_set(error, STATUS_UNAVAILABLE, "file_write", "%s can't be made: %s", path, strerrordesc_np(errno));
    bool written = fchmod(file, mode) == 0 && write_all(file, bytes, length);
    int fault = errno;
    (void)close(file);
    /* link() and not rename(): it refuses to replace, so of several creators one wins. */
    bool linked = written && link(draft, path) == 0;
    if (written && !linked)
        fault = errno;
    (void)unlink(draft);
    if (linked) {
        flush_folder_of(path);
        return STATUS_OK;
    }
    if (fault == EEXIST)
        return error_set(error, STATUS_CONFLICT, "file_exists", "%s is there already", path);
    return error_set(error, STATUS_UNAVAILABLE, "file_write", "%s can't be made: %s", path, strerrordesc_np(fault));
}

enum status folder_make(const char *path, struct error *error)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return STATUS_OK;
    return error_set(error, STATUS_UNAVAILABLE, "file_write", "%s can't be made: %s", path, strerrordesc_np(errno));
}
