#pragma once

#include <sys/types.h>

#include "attngate/isolation/worker_process.h"

namespace attngate {

/// The whole life of a worker, called in the child right after fork: settles signals and environment, readies itself,
/// says so (an empty message, else why not), and answers requests until its supervisor is gone.
[[noreturn]] void worker_main(const WorkerBody& body, const WorkerStart& start, WorkerNote& note, int socket,
                              pid_t supervisor);

}  // namespace attngate
