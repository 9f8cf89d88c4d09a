#pragma once
/*
 * Tells the service manager how the server is doing, by systemd's notification protocol: datagrams to the socket that
 * NOTIFY_SOCKET names (sd_notify(3), "Notes"). Without that variable nothing happens; a failure is no reason to end.
 * Any thread.
 */
void supervisor_ready(void);
void supervisor_reloading(void);
void supervisor_stopping(void);
