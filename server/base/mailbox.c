/* A ring of pointers under a lock, with an eventfd that is readable while the ring holds something or is closed. */
#include "akkoord/base/mailbox.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "akkoord/base/memory.h"

struct mailbox {
    pthread_mutex_t lock;
    int descriptor;
    bool closed;
    size_t first;
    size_t count;
    size_t capacity;
    void *messages[];
};

struct mailbox *mailbox_new(size_t messages_max)
{
    assert(messages_max > 0);
    struct mailbox *mailbox = memory_alloc_zero(1, sizeof(*mailbox) + messages_max * sizeof(void *));
    pthread_mutex_init(&mailbox->lock, NULL);
    mailbox->capacity = messages_max;
    mailbox->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (mailbox->descriptor < 0)
        abort(); /* out of descriptors at the start: nothing can run */
    return mailbox;
}

void mailbox_free(struct mailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    assert(mailbox->count == 0);
    close(mailbox->descriptor);
    pthread_mutex_destroy(&mailbox->lock);
    free(mailbox);
}

static void mailbox_signal(struct mailbox *mailbox)
{
    const uint64_t one = 1;
    ssize_t written = write(mailbox->descriptor, &one, sizeof(one));
    (void)written; /* fails only when the counter is full, and then it is readable already */
}

enum status mailbox_post(struct mailbox *mailbox, void *message)
{
    enum status status = STATUS_BUSY;
    pthread_mutex_lock(&mailbox->lock);
    if (!mailbox->closed && mailbox->count < mailbox->capacity) {
        mailbox->messages[(mailbox->first + mailbox->count) % mailbox->capacity] = message;
        /* Only the first message wakes: the owner takes all that it finds. */
        if (mailbox->count++ == 0)
            mailbox_signal(mailbox);
        status = STATUS_OK;
    }
    pthread_mutex_unlock(&mailbox->lock);
    return status;
}

size_t mailbox_take(struct mailbox *mailbox, void **messages, size_t count)
{
    pthread_mutex_lock(&mailbox->lock);
    size_t taken = count < mailbox->count ? count : mailbox->count;
    for (size_t i = 0; i < taken; i++)
        messages[i] = mailbox->messages[(mailbox->first + i) % mailbox->capacity];
    mailbox->first = (mailbox->first + taken) % mailbox->capacity;
    mailbox->count -= taken;
    if (mailbox->count == 0 && !mailbox->closed) {
        uint64_t signals;
        ssize_t got = read(mailbox->descriptor, &signals, sizeof(signals));
        (void)got;
    }
    pthread_mutex_unlock(&mailbox->lock);
    return taken;
}

bool mailbox_wait(struct mailbox *mailbox, int timeout_ms)
{
    struct pollfd waited = {.fd = mailbox->descriptor, .events = POLLIN};
    while (poll(&waited, 1, timeout_ms) < 0 && errno == EINTR)
        continue;
    return mailbox_depth(mailbox) > 0;
}

void mailbox_close(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->closed = true;
    mailbox_signal(mailbox);
    pthread_mutex_unlock(&mailbox->lock);
}

bool mailbox_is_closed(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    bool closed = mailbox->closed;
    pthread_mutex_unlock(&mailbox->lock);
    return closed;
}

int mailbox_descriptor(const struct mailbox *mailbox)
{
    return mailbox->descriptor;
}

size_t mailbox_depth(struct mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    size_t count = mailbox->count;
    pthread_mutex_unlock(&mailbox->lock);
    return count;
}
