/* One datagram a message, on a socket made for it. Keeps nothing. */
#include "supervisor.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "akkoord/base/clock.h"

#define MESSAGE_BYTES 64

static void notify(const char *message)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t length = path != NULL ? strlen(path) : 0;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (length < 2 || length >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(address.sun_path, path, length);
    if (path[0] == '@') /* a name in the abstract namespace */
        address.sun_path[0] = '\0';
    int made = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (made < 0)
        return;
    ssize_t sent = sendto(made, message, strlen(message), MSG_NOSIGNAL, (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    (void)sent;
    close(made);
}

void supervisor_ready(void)
{
    notify("READY=1");
}

/* Type=notify-reload wants to know when it began, in microseconds of CLOCK_MONOTONIC. */
void supervisor_reloading(void)
{
    char message[MESSAGE_BYTES];
    (void)snprintf(message, sizeof(message), "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_monotonic_us());
    notify(message);
}

void supervisor_stopping(void)
{
    notify("STOPPING=1");
}
