/*
 * The client's thread: an event loop on which curl's multi interface moves all calls at once. Calls come in through a
 * mailbox; a closed mailbox is the cancellation. Owns the event base, the multi handle and every call from its post to
 * its callback.
 *
 * Invariant: at most HTTP_CLIENT_CALLS_MAX calls are between their start and their callback, so the mailbox, which has
 * as many places, never refuses one while it is open. https://curl.se/libcurl/c/curl_multi_socket_action.html
 */
#include <pthread.h>
#include <stdatomic.h>

#include "akkoord/base/mailbox.h"
#include "akkoord/base/memory.h"
#include "client_call.h"
#include "event_base.h"

#define MESSAGES_AT_ONCE 64
#define US_PER_MS        1000

TAILQ_HEAD(client_calls, client_call);

struct client_loop {
    pthread_t thread;
    struct event_base *base;
    struct event *mail;
    struct event *timer;
    struct mailbox *mailbox;
    CURLM *multi;
    CURLSH *share; /* TLS sessions, which each easy handle would else keep to itself */
    struct client_calls calls;
    atomic_size_t under_way;
    bool is_cancelled; /* and the thread has ended; of the thread that made the loop */
};

/* ---- the end of a call ---- */

static void finish(struct client_loop *loop, struct client_call *call, CURLcode code)
{
    struct http_client_response response;
    struct error error;
    enum status status = client_call_result(call, code, &response, &error);
    TAILQ_REMOVE(&loop->calls, call, entry);
    (void)event_del(&call->delay);
    (void)curl_multi_remove_handle(loop->multi, call->easy);
    client_call_release(call);
    atomic_fetch_sub(&loop->under_way, 1);
    call->callback(call->context, status, &response, &error);
}

static void finish_ended(struct client_loop *loop)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(loop->multi, &left)) != NULL;) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURLcode code = message->data.result;
        void *call = NULL;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        finish(loop, call, code);
    }
}

/* ---- what moves curl ---- */

static void move(struct client_loop *loop, curl_socket_t socket, int what)
{
    int running;
    (void)curl_multi_socket_action(loop->multi, socket, what, &running);
    finish_ended(loop);
}

static void on_ready(evutil_socket_t socket, short what, void *argument)
{
    move(argument, socket,
         ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) | ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static void on_time(evutil_socket_t socket, short what, void *argument)
{
    (void)socket;
    (void)what;
    move(argument, CURL_SOCKET_TIMEOUT, 0);
}

/* ---- what curl asks for ---- */

static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *watched)
{
    struct client_loop *loop = context;
    struct event *event = watched;
    (void)easy;
    if (event != NULL)
        event_free(event);
    event = NULL;
    if (what != CURL_POLL_REMOVE) {
        int wanted =
            EV_PERSIST | ((what & CURL_POLL_IN) != 0 ? EV_READ : 0) | ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0);
        event = event_new(loop->base, socket, (short)wanted, on_ready, loop);
        if (event == NULL)
            abort(); /* out of memory */
        (void)event_add(event, NULL);
    }
    (void)curl_multi_assign(loop->multi, socket, event);
    return 0;
}

static struct timeval time_of(long ms)
{
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * US_PER_MS};
}

static int set_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct client_loop *loop = context;
    (void)multi;
    if (timeout_ms < 0) {
        (void)event_del(loop->timer);
        return 0;
    }
    const struct timeval pause = time_of(timeout_ms);
    (void)event_add(loop->timer, &pause);
    return 0;
}

/* ---- the beginning of a call ---- */

static void begin(evutil_socket_t socket, short what, void *argument)
{
    (void)socket;
    (void)what;
    struct client_call *call = argument;
    if (curl_multi_add_handle(call->loop->multi, call->easy) != CURLM_OK)
        abort(); /* out of memory */
}

static void take_over(struct client_loop *loop, struct client_call *call)
{
    TAILQ_INSERT_TAIL(&loop->calls, call, entry);
    curl_easy_setopt(call->easy, CURLOPT_SHARE, loop->share); /* here, as the share has no lock */
    (void)evtimer_assign(&call->delay, loop->base, begin, call);
    if (call->delay_ms > 0) {
        const struct timeval pause = time_of(call->delay_ms);
        (void)event_add(&call->delay, &pause);
    } else {
        begin(-1, 0, call);
    }
}

static void cancel_all(struct client_loop *loop)
{
    for (struct client_call *call = TAILQ_FIRST(&loop->calls), *next; call != NULL; call = next) {
        next = TAILQ_NEXT(call, entry);
        finish(loop, call, CURLE_ABORTED_BY_CALLBACK);
    }
    (void)event_base_loopbreak(loop->base);
}

static void on_mail(evutil_socket_t socket, short what, void *argument)
{
    (void)socket;
    (void)what;
    struct client_loop *loop = argument;
    /* Asked first: once it is closed nothing more comes, so what is taken below is all. */
    bool is_over = mailbox_is_closed(loop->mailbox);
    void *messages[MESSAGES_AT_ONCE];
    for (size_t count; (count = mailbox_take(loop->mailbox, messages, MESSAGES_AT_ONCE)) > 0;) {
        for (size_t i = 0; i < count; i++)
            take_over(loop, messages[i]);
    }
    if (is_over)
        cancel_all(loop);
}

static void *run(void *argument)
{
    struct client_loop *loop = argument;
    (void)event_base_dispatch(loop->base);
    return NULL;
}

enum status client_loop_start(struct client_loop *loop, struct client_call *call, struct error *error)
{
    enum status status = STATUS_OK;
    if (atomic_fetch_add(&loop->under_way, 1) >= HTTP_CLIENT_CALLS_MAX)
        status = error_set(error, STATUS_BUSY, "too_many_calls", "too many calls are under way");
    call->loop = loop;
    if (status == STATUS_OK && mailbox_post(loop->mailbox, call) != STATUS_OK)
        status = error_set(error, STATUS_UNAVAILABLE, "cancelled", "the call was broken off");
    if (status != STATUS_OK)
        atomic_fetch_sub(&loop->under_way, 1);
    return status;
}

/* ---- start and stop ---- */

static void open_loop(struct client_loop *loop)
{
    loop->base = event_base_new_unlocked();
    loop->mailbox = mailbox_new(HTTP_CLIENT_CALLS_MAX);
    loop->mail = event_new(loop->base, mailbox_descriptor(loop->mailbox), EV_READ | EV_PERSIST, on_mail, loop);
    loop->timer = evtimer_new(loop->base, on_time, loop);
    if (loop->mail == NULL || loop->timer == NULL || event_add(loop->mail, NULL) != 0)
        abort();
}

static void open_curl(struct client_loop *loop)
{
    loop->multi = curl_multi_init();
    loop->share = curl_share_init();
    if (loop->multi == NULL || loop->share == NULL)
        abort(); /* out of memory */
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
    curl_share_setopt(loop->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

struct client_loop *client_loop_new(const char *name)
{
    struct client_loop *loop = memory_alloc_zero(1, sizeof(*loop));
    TAILQ_INIT(&loop->calls);
    open_loop(loop);
    open_curl(loop);
    if (pthread_create(&loop->thread, NULL, run, loop) != 0)
        abort(); /* no thread at the start: nothing can run */
    (void)pthread_setname_np(loop->thread, name);
    return loop;
}

void client_loop_cancel(struct client_loop *loop)
{
    if (loop->is_cancelled)
        return;
    loop->is_cancelled = true;
    mailbox_close(loop->mailbox);
    (void)pthread_join(loop->thread, NULL);
}

void client_loop_free(struct client_loop *loop)
{
    client_loop_cancel(loop);
    (void)curl_multi_cleanup(loop->multi);
    (void)curl_share_cleanup(loop->share);
    event_free(loop->timer);
    event_free(loop->mail);
    event_base_free(loop->base);
    mailbox_free(loop->mailbox);
    free(loop);
}
