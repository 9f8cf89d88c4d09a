/* Mails as files. The mail lane's threads; a file is named after what it is about, and a half-written one after its
 * thread. */
#include "mail_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akkoord/base/clock.h"

static enum status failed(struct error *error, int number)
{
    return error_set(error, STATUS_UNAVAILABLE, "mail_folder", "the folder for mail can't be written: %s",
                     strerrordesc_np(number));
}

static enum status make_folder(struct arena *arena, const char *folder, struct error *error)
{
    char *parent = arena_copy_text(arena, folder);
    char *slash = strrchr(parent, '/');
    if (mkdir(folder, 0700) == 0 || errno == EEXIST)
        return STATUS_OK;
    if (errno == ENOENT && slash != NULL) {
        *slash = '\0';
        if ((mkdir(parent, 0700) == 0 || errno == EEXIST) && (mkdir(folder, 0700) == 0 || errno == EEXIST))
            return STATUS_OK;
    }
    return failed(error, errno);
}

static bool write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

enum status mail_folder_write(struct arena *arena, const char *folder, const struct mail_job *mail, const char *bytes,
                              size_t length, struct error *error)
{
    char id[UUID_TEXT_BYTES];
    const char *path =
        arena_format(arena, "%s/%s-%s.eml", folder, mail_kind_name(mail->kind), uuid_format(&mail->subject_id, id));
    const char *half = arena_format(arena, "%s/.half-%ld", folder, (long)gettid());
    enum status status = make_folder(arena, folder, error);
    if (status != STATUS_OK)
        return status;
    int file = open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return failed(error, errno);
    bool is_written = write_all(file, bytes, length);
    int number = errno;
    if (close(file) != 0 || !is_written)
        return failed(error, number);
    return rename(half, path) == 0 ? STATUS_OK : failed(error, errno);
}

static bool is_mail(const char *name)
{
    static const char suffix[] = ".eml";
    const size_t length = strlen(name);
    return length > sizeof(suffix) && strcmp(name + length - (sizeof(suffix) - 1), suffix) == 0;
}

void mail_folder_forget(const char *folder, int64_t before_us)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        struct stat found;
        if (is_mail(entry->d_name) && fstatat(dirfd(directory), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(found.st_mode) && found.st_mtim.tv_sec < before_us / CLOCK_US_PER_SECOND)
            (void)unlinkat(dirfd(directory), entry->d_name, 0);
    }
    (void)closedir(directory);
}
