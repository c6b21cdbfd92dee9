// A simulated disk: every call that a process makes on its files comes through here, is counted and put into the
// history, and fails where a test asks for it. A process can end at a call, and the power can be cut.
//
// Threads: any; calls one at a time, see set_gate(). Owns: the files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/history.h"
#include "tests/simulation/names.h"

namespace daybook::simulation {

/// What a call does.
enum class Call : std::uint8_t {
  open,            ///< An existing file.
  create,          ///< A file, empty.
  read,            ///< Bytes.
  write,           ///< Bytes, also a new length.
  sync,            ///< A file's bytes.
  sync_directory,  ///< The names in a directory.
  rename,          ///< Also a second name (link).
  remove,          ///< A file or directory.
  make_directory,  ///< Or find it there.
  look,            ///< Lists, measures, asks for existence.
  lock,            ///< Takes or lets go of a lock.
};

/// How a call fails.
enum class Fault : std::uint8_t {
  io_error,     ///< EIO; nothing happened.
  no_space,     ///< ENOSPC; nothing happened.
  short_write,  ///< EIO after half of a write.
  lost_sync,    ///< EIO of a sync, and what it should have written counts as clean from now on.
  end,          ///< The process is no more: this call and all later ones do nothing.
};

[[nodiscard]] std::string_view to_string(Call call);
[[nodiscard]] std::string_view to_string(Fault fault);
/// Whether a call of this kind can fail in this way.
[[nodiscard]] bool can_fail(Call call, Fault fault);

class Disk {
 public:
  explicit Disk(History& history) : history_(history) {}
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// Each call first runs `gate`, which waits until no other thread is at work.
  void set_gate(std::function<void()> gate) { gate_ = std::move(gate); }

  // What a process calls. 0, or an errno.
  [[nodiscard]] int open(const std::string& path, NodePtr& node);
  [[nodiscard]] int create(const std::string& path, NodePtr& node, bool keep);
  /// Fewer bytes than asked for: the file ends there.
  [[nodiscard]] int read(const std::string& path, const Node& node, std::uint64_t offset, std::span<char> buffer,
                         std::size_t& count);
  [[nodiscard]] int write(const std::string& path, Node& node, std::uint64_t offset, std::string_view bytes);
  [[nodiscard]] int truncate(const std::string& path, Node& node, std::uint64_t length);
  [[nodiscard]] int sync(const std::string& path, Node& node);
  [[nodiscard]] int sync_directory(const std::string& path);
  [[nodiscard]] int rename(const std::string& from, const std::string& to);
  [[nodiscard]] int link(const std::string& from, const std::string& to);
  [[nodiscard]] int remove(const std::string& path, bool directory);
  [[nodiscard]] int make_directory(const std::string& path, bool may_exist);
  [[nodiscard]] int list(const std::string& path, std::vector<std::string>& names);
  [[nodiscard]] int find(const std::string& path, NodePtr& node);
  [[nodiscard]] int lock(const std::string& path);
  [[nodiscard]] int unlock(const std::string& path);
  [[nodiscard]] std::uint64_t free_bytes() const;

  // What a test does.
  /// How many calls there were.
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  /// The kind of each call goes to `into` from now on; nullptr: no more.
  void record_calls(std::vector<Call>* into) { recorded_ = into; }
  /// The call with this number (the next one is calls() + 1) fails, if its kind can.
  void fail_at(std::uint64_t call, Fault fault) { faults_[call] = fault; }
  /// Before the call with this number: `action`, which may call on its own. It stands for another process.
  void run_before(std::uint64_t call, std::function<void()> action) { actions_[call] = std::move(action); }
  /// None fails any more, and none has.
  void forget_faults() {
    faults_.clear();
    failed_ = false;
  }
  /// Whether a fault happened since the last restart.
  [[nodiscard]] bool has_failed() const { return failed_; }
  /// From now on the process's calls do nothing, as at Fault::end.
  void end_process();
  [[nodiscard]] bool ended() const { return ended_; }
  /// Another process: locks are free, calls work. With a power cut only some of what was not synced is there.
  void restart(bool power_cut, Random& random);
  void set_capacity(std::uint64_t bytes) { capacity_ = bytes; }
  [[nodiscard]] std::uint64_t used_bytes() const;
  /// A hash over all names and bytes.
  [[nodiscard]] std::string contents() const;
  [[nodiscard]] const Names& names() const { return names_; }

 private:
  using Entered = std::scoped_lock<std::mutex>;

  /// How each call begins: through the gate, then alone.
  [[nodiscard]] Entered enter();
  [[nodiscard]] std::optional<int> begin(Call call, const std::string& path, const std::string& what);
  [[nodiscard]] int told(int error);
  [[nodiscard]] bool parent_is_there(const std::string& path) const;

  History& history_;
  std::function<void()> gate_;
  mutable std::mutex mutex_;
  // Protected by mutex_:
  Names names_;
  std::uint64_t calls_ = 0;
  std::map<std::uint64_t, Fault> faults_;
  std::map<std::uint64_t, std::function<void()>> actions_;
  std::optional<Fault> fault_;  ///< Of the call at hand.
  std::set<std::string> locks_;
  std::vector<Call>* recorded_ = nullptr;
  std::uint64_t capacity_ = std::uint64_t{1} << 40;
  bool failed_ = false;
  bool ended_ = false;
};

}  // namespace daybook::simulation
