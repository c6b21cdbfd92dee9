// What runs in a child that appends: as fast as it can, in one of several ways, telling its parent of each
// acknowledgement at once.
//
// Threads: the child's. Owns: nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "daybook/log.h"
#include "tests/crash/child.h"
#include "tests/crash/workload.h"

namespace daybook::test {

/// How a writer goes about it.
struct WriterPlan {
  std::filesystem::path directory;
  Options options;
  std::uint32_t run = 0;                 ///< Names its commits.
  std::uint32_t threads = 1;             ///< Each appends its own commits.
  bool async = false;                    ///< Hundreds outstanding a thread; otherwise each waits for its own.
  std::uint32_t commits_max = 1u << 30;  ///< A thread; then the log is closed.
  std::vector<Acknowledgement> known;    ///< Keys among these are sent again first and must be known.
};

/// Options for small logs: postings are written often, and a nearly full disk does not matter.
[[nodiscard]] Options writer_options(Durability durability);

/// Says an Acknowledgement for each commit. Ends with exit code 2, the reason on standard error, where anything is
/// refused that should not be.
void run_writer(const Pipe& pipe, const WriterPlan& plan);

/// What run_writer() said; a last one that is not whole is left out.
[[nodiscard]] std::vector<Acknowledgement> acknowledgements_in(const std::string& said);

/// Ends the child with `trouble` on its standard error, unless it is empty.
void end_on_trouble(const std::string& trouble);

}  // namespace daybook::test
