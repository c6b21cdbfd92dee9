// A refused append ends the child with a reason, so that "nothing was lost" cannot be had by appending nothing.
#include "tests/crash/writer.h"

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <functional>
#include <thread>

namespace daybook::test {
namespace {

void say(const Pipe& pipe, const CommitName& name, const Appended& appended) {
  const Acknowledgement said{.name = name,
                             .repeated = appended.repeated ? 1u : 0u,
                             .first = appended.first.value(),
                             .last = appended.last.value()};
  pipe.say({reinterpret_cast<const char*>(&said), sizeof said});
}

void append_waiting(const Pipe& pipe, Log& log, CommitName name, std::uint32_t commits_max) {
  for (; name.number < commits_max; ++name.number) {
    const auto appended = log.append(make_commit(name));
    if (!appended) return end_on_trouble(to_string(appended.error()));
    say(pipe, name, *appended);
  }
}

void append_without_waiting(const Pipe& pipe, Log& log, CommitName name, std::uint32_t commits_max) {
  while (name.number < commits_max) {
    const auto queued = log.append_async(make_commit(name), [&pipe, name](Result<Appended> appended) {
      if (!appended) return end_on_trouble(to_string(appended.error()));
      say(pipe, name, *appended);
    });
    if (queued) {
      ++name.number;
    } else if (queued.error().code == Code::busy) {
      std::this_thread::yield();
    } else {
      end_on_trouble(to_string(queued.error()));
    }
  }
}

std::string send_again(Log& log, const std::vector<Acknowledgement>& known) {
  for (const Acknowledgement& earlier : known) {
    const Commit commit = make_commit(earlier.name);
    if (!commit.key) continue;
    const auto appended = log.append(commit);
    if (!appended) return "sent again: " + to_string(appended.error());
    if (!appended->repeated || appended->first.value() != earlier.first || appended->last.value() != earlier.last) {
      return "the key of the commit at " + std::to_string(earlier.first) + " is not known";
    }
  }
  return {};
}

}  // namespace

Options writer_options(Durability durability) {
  Options options;
  options.create_if_missing = true;
  options.durability = durability;
  options.index_batch_events = 2'000;
  options.queue_commits_max = 512;
  options.disk_free_bytes_min = 0;
  return options;
}

void end_on_trouble(const std::string& trouble) {
  if (trouble.empty()) return;
  const std::string line = trouble + "\n";
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) ::_exit(4);
  ::_exit(2);
}

void run_writer(const Pipe& pipe, const WriterPlan& plan) {
  auto log = Log::open(plan.directory, plan.options);
  if (!log) return end_on_trouble("open: " + to_string(log.error()));
  end_on_trouble(send_again(**log, plan.known));
  std::vector<std::thread> threads;
  for (std::uint32_t thread = 0; thread < plan.threads; ++thread) {
    const CommitName name{.run = plan.run, .thread = thread, .number = 0};
    const auto append = plan.async ? append_without_waiting : append_waiting;
    threads.emplace_back(append, std::cref(pipe), std::ref(**log), name, plan.commits_max);
  }
  for (std::thread& thread : threads) thread.join();
  if (const auto closed = (*log)->close(); !closed) end_on_trouble("close: " + to_string(closed.error()));
}

std::vector<Acknowledgement> acknowledgements_in(const std::string& said) {
  std::vector<Acknowledgement> all(said.size() / sizeof(Acknowledgement));
  if (!all.empty()) std::memcpy(all.data(), said.data(), all.size() * sizeof(Acknowledgement));
  return all;
}

}  // namespace daybook::test
