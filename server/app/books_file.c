/* The file of an export. Main thread. It won't write anywhere else: no copy, no temporary file but the draft beside it.
 */
#include "books_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akkoord/base/memory.h"

/* What an interruption takes away: a signal can't be told more. */
static const char *volatile draft_to_remove;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

static void remove_draft(int number)
{
    if (draft_to_remove != NULL)
        (void)unlink(draft_to_remove);
    (void)raise(number); /* by then what it does by default */
}

static void watch_signals(const char *draft)
{
    struct sigaction action = {.sa_handler = draft != NULL ? remove_draft : SIG_DFL, .sa_flags = (int)SA_RESETHAND};
    draft_to_remove = draft;
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        (void)sigaction(signals[i], &action, NULL);
}

static enum status open_draft(struct books_file *file, const char *path, struct error *error)
{
    struct stat state;
    if (stat(path, &state) == 0 && !S_ISREG(state.st_mode))
        return error_set(error, STATUS_INVALID, "file_unwritable", "%s is not a plain file", path);
    if (snprintf(file->path, sizeof(file->path), "%s", path) >= (int)sizeof(file->path) ||
        snprintf(file->draft, sizeof(file->draft), "%s.XXXXXX", path) >= (int)sizeof(file->draft)) {
        file->draft[0] = '\0';
        return error_set(error, STATUS_INVALID, "file_unwritable", "the path of the file is too long");
    }
    file->descriptor = mkostemp(file->draft, O_CLOEXEC); /* 0600 */
    if (file->descriptor < 0) {
        file->draft[0] = '\0';
        return error_set(error, STATUS_INVALID, "file_unwritable", "%s can't be made: %s", path,
                         strerrordesc_np(errno));
    }
    watch_signals(file->draft);
    return STATUS_OK;
}

enum status books_file_open(struct books_file *file, const char *path, struct error *error)
{
    *file = (struct books_file){.descriptor = STDOUT_FILENO, .is_standard_output = path == NULL};
    enum status status = path != NULL ? open_draft(file, path, error) : STATUS_OK;
    if (status == STATUS_OK)
        file->pending = memory_alloc(BOOKS_FILE_PENDING_BYTES);
    else
        file->descriptor = -1;
    return status;
}

static bool write_all(struct books_file *file, const char *bytes, size_t length)
{
    while (length > 0 && file->fault == 0) {
        ssize_t put = write(file->descriptor, bytes, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            file->fault = errno;
            break;
        }
        bytes += put;
        length -= (size_t)put;
    }
    return file->fault == 0;
}

static bool flush(struct books_file *file)
{
    size_t length = file->pending_length;
    file->pending_length = 0;
    return write_all(file, file->pending, length);
}

bool books_file_write(void *context, const void *bytes, size_t length)
{
    struct books_file *file = context;
    if (length > BOOKS_FILE_PENDING_BYTES - file->pending_length && !flush(file))
        return false;
    if (length > BOOKS_FILE_PENDING_BYTES)
        return write_all(file, bytes, length);
    memcpy(file->pending + file->pending_length, bytes, length);
    file->pending_length += length;
    return file->fault == 0;
}

enum status books_file_fail(const struct books_file *file, struct error *error)
{
    return error_set(error, STATUS_UNAVAILABLE, "file_write", "%s can't be written: %s",
                     file->is_standard_output ? "standard output" : file->path, strerrordesc_np(file->fault));
}

enum status books_file_commit(struct books_file *file, struct error *error)
{
    bool written = flush(file);
    if (!written || file->is_standard_output)
        return written ? STATUS_OK : books_file_fail(file, error);
    if (fsync(file->descriptor) != 0 || rename(file->draft, file->path) != 0) {
        file->fault = errno;
        return books_file_fail(file, error);
    }
    watch_signals(NULL);
    file->draft[0] = '\0';
    return STATUS_OK;
}

void books_file_close(struct books_file *file)
{
    if (file->descriptor >= 0 && !file->is_standard_output)
        (void)close(file->descriptor);
    if (file->draft[0] != '\0') {
        (void)unlink(file->draft);
        watch_signals(NULL);
    }
    if (file->pending != NULL)
        memory_free_cleansed(file->pending, BOOKS_FILE_PENDING_BYTES);
    *file = (struct books_file){.descriptor = -1};
}
