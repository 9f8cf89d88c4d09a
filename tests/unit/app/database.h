#pragma once
/* An embedded cluster in a folder of its own, for tests. PostgreSQL refuses root, so a test that root runs becomes the
 * user "nobody" for good. */
#include "akkoord/app/embedded.h"
#include "akkoord/store/store.h"

/* Becomes unprivileged and makes the folder; call first. Returns its path, which lives until the end. */
const char *test_folder_make(void);
/* Ends a postmaster of the folder, should one live, and removes it. */
void test_folder_remove(void);
/* The pid in <folder>/data/postgres/postmaster.pid; 0 when there is none. */
int test_postmaster_pid(void);
/* embedded_open() on <folder>/data; ends the test on failure. */
struct embedded *test_open(void);
/* The folder, its cluster and its schema: a store as the server's role, without keys. Ends the test on failure. */
struct store *test_store_open(struct embedded **embedded);
/* And all of that away. */
void test_store_close(struct store *store, struct embedded *embedded);
