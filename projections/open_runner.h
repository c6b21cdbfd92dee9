// The door for a projection whose store is not on the disk: a simulation's.
//
// Threads: any. Owns: nothing.
#pragma once

#include "daybook/projection.h"

namespace rocksdb {
class Env;
}

namespace daybook {

/// As ProjectionRunner::open; `env` (nullptr: the disk) is where the projection's own files are, and outlives it.
[[nodiscard]] Result<std::unique_ptr<ProjectionRunner>> open_runner(Log& log, Projection projection,
                                                                    const std::filesystem::path& directory,
                                                                    const RunnerOptions& options, rocksdb::Env* env);

}  // namespace daybook
