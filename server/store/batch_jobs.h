#pragma once
/* The jobs that a batch adds, for batch_write.c. Internal to store. */
#include "akkoord/store/batch.h"

/* Those that were asked for, one for each new document, and mails; sorted by kind and key, so that two batches that
 * share keys wait for each other in one order. In the batch's arena. */
struct batch_job *batch_collect_jobs(const struct batch *batch, size_t *count);
