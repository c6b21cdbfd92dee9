// A call is counted and noted before it does anything, so that a fault or an end can stand at any of them, and a run
// that goes another way than the one before shows it in the history at once.
#include "tests/simulation/disk.h"

#include <algorithm>
#include <cerrno>

#include "base/check.h"
#include "log/file_layer.h"

namespace daybook::simulation {
namespace {

/// RocksDB puts random ids into these, so their bytes differ from run to run; their lengths do not.
bool has_random_bytes(const std::string& path) {
  return path.ends_with(".sst") || path.ends_with(".tmp") || path.ends_with(".dbtmp") ||
         path.find("/MANIFEST-") != std::string::npos || path.find("/OPTIONS-") != std::string::npos;
}

std::string range_of(std::uint64_t offset, std::size_t bytes) {
  return std::to_string(offset) + "+" + std::to_string(bytes);
}

}  // namespace

std::string_view to_string(Call call) {
  switch (call) {
    case Call::open:
      return "open";
    case Call::create:
      return "create";
    case Call::read:
      return "read";
    case Call::write:
      return "write";
    case Call::sync:
      return "sync";
    case Call::sync_directory:
      return "sync_directory";
    case Call::rename:
      return "rename";
    case Call::remove:
      return "remove";
    case Call::make_directory:
      return "make_directory";
    case Call::look:
      return "look";
    case Call::lock:
      return "lock";
  }
  return "?";
}

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::io_error:
      return "EIO";
    case Fault::no_space:
      return "ENOSPC";
    case Fault::short_write:
      return "short write";
    case Fault::lost_sync:
      return "lost sync";
    case Fault::end:
      return "end of the process";
  }
  return "?";
}

bool can_fail(Call call, Fault fault) {
  switch (fault) {
    case Fault::io_error:
    case Fault::end:
      return true;
    case Fault::no_space:
      return call == Call::create || call == Call::write || call == Call::sync || call == Call::sync_directory ||
             call == Call::rename || call == Call::make_directory;
    case Fault::short_write:
      return call == Call::write;
    case Fault::lost_sync:
      return call == Call::sync;
  }
  return false;
}

Disk::Entered Disk::enter() {
  if (gate_) gate_();
  std::function<void()> action;
  {
    const Entered lock(mutex_);
    const auto planned = actions_.find(calls_ + 1);
    if (planned != actions_.end()) action = std::move(actions_.extract(planned).mapped());
  }
  if (action) action();
  return Entered(mutex_);
}

/// The error that the call ends with; nullopt: it may go on.
std::optional<int> Disk::begin(Call call, const std::string& path, const std::string& what) {
  ++calls_;
  if (recorded_ != nullptr) recorded_->push_back(call);
  fault_.reset();
  if (ended_) return EIO;
  history_.note("call " + std::to_string(calls_) + " " + std::string(to_string(call)) + " " + path + " " + what);
  const auto planned = faults_.find(calls_);
  if (planned == faults_.end() || !can_fail(call, planned->second)) return std::nullopt;
  fault_ = planned->second;
  history_.note("fault " + std::string(to_string(*fault_)));
  failed_ = true;
  if (*fault_ == Fault::end) ended_ = true;
  if (*fault_ == Fault::short_write || *fault_ == Fault::lost_sync) return std::nullopt;
  return *fault_ == Fault::no_space ? ENOSPC : EIO;
}

int Disk::told(int error) {
  if (error != 0) history_.note("error " + std::to_string(error));
  return error;
}

bool Disk::parent_is_there(const std::string& path) const {
  const NodePtr parent = names_.find(parent_directory(path));
  return parent && parent->is_directory;
}

int Disk::open(const std::string& path, NodePtr& node) {
  const Entered lock = enter();
  if (const auto error = begin(Call::open, path, "")) return *error;
  node = names_.find(path);
  return told(!node ? ENOENT : node->is_directory ? EISDIR : 0);
}

/// With `keep` an existing file keeps its bytes; without it gives way to a new one.
int Disk::create(const std::string& path, NodePtr& node, bool keep) {
  const Entered lock = enter();
  if (const auto error = begin(Call::create, path, keep ? "keep" : "")) return *error;
  node = names_.find(path);
  if (node && node->is_directory) return told(EISDIR);
  if (node && keep) return 0;
  if (!parent_is_there(path)) return told(ENOENT);
  if (node) {
    node->content.truncate(0);
    return 0;
  }
  node = std::make_shared<Node>();
  names_.set(path, node);
  return 0;
}

int Disk::read(const std::string& path, const Node& node, std::uint64_t offset, std::span<char> buffer,
               std::size_t& count) {
  const Entered lock = enter();
  if (const auto error = begin(Call::read, path, range_of(offset, buffer.size()))) return *error;
  const std::string& bytes = node.content.bytes();
  count = offset >= bytes.size() ? 0 : bytes.copy(buffer.data(), buffer.size(), offset);
  return 0;
}

int Disk::write(const std::string& path, Node& node, std::uint64_t offset, std::string_view bytes) {
  const Entered lock = enter();
  const std::string hash = has_random_bytes(path) ? "" : " " + std::to_string(hash64(bytes));
  if (const auto error = begin(Call::write, path, range_of(offset, bytes.size()) + hash)) return *error;
  int error = 0;
  if (fault_ == Fault::short_write) {
    bytes = bytes.substr(0, bytes.size() / 2);
    error = EIO;
  }
  const std::uint64_t end = offset + bytes.size();
  const std::uint64_t grows = end > node.content.bytes().size() ? end - node.content.bytes().size() : 0;
  const std::uint64_t used = grows == 0 ? 0 : used_bytes();
  if (grows > 0 && used + grows > capacity_) {
    const std::uint64_t over = used + grows - capacity_;
    bytes = bytes.substr(0, over < bytes.size() ? bytes.size() - over : 0);
    error = ENOSPC;
    failed_ = true;
  }
  node.content.write(offset, bytes);
  return told(error);
}

int Disk::truncate(const std::string& path, Node& node, std::uint64_t length) {
  const Entered lock = enter();
  if (const auto error = begin(Call::write, path, "length " + std::to_string(length))) return *error;
  if (fault_ == Fault::short_write) return told(EIO);
  node.content.truncate(length);
  return 0;
}

int Disk::sync(const std::string& path, Node& node) {
  const Entered lock = enter();
  if (const auto error = begin(Call::sync, path, "")) return *error;
  if (fault_ == Fault::lost_sync) {
    node.content.fail_sync();
    return told(EIO);
  }
  node.content.sync();
  return 0;
}

int Disk::sync_directory(const std::string& path) {
  const Entered lock = enter();
  if (const auto error = begin(Call::sync_directory, path, "")) return *error;
  names_.sync(path);
  return 0;
}

int Disk::rename(const std::string& from, const std::string& to) {
  const Entered lock = enter();
  if (const auto error = begin(Call::rename, from, "to " + to)) return *error;
  if (!names_.find(from) || !parent_is_there(to)) return told(ENOENT);
  names_.rename(from, to);
  return 0;
}

int Disk::link(const std::string& from, const std::string& to) {
  const Entered lock = enter();
  if (const auto error = begin(Call::rename, from, "also as " + to)) return *error;
  const NodePtr node = names_.find(from);
  if (!node || !parent_is_there(to)) return told(ENOENT);
  if (names_.find(to)) return told(EEXIST);
  names_.set(to, node);
  return 0;
}

int Disk::remove(const std::string& path, bool directory) {
  const Entered lock = enter();
  if (const auto error = begin(Call::remove, path, "")) return *error;
  const NodePtr node = names_.find(path);
  if (!node) return told(ENOENT);
  if (node->is_directory != directory) return told(directory ? ENOTDIR : EISDIR);
  if (directory && !names_.children(path).empty()) return told(ENOTEMPTY);
  names_.set(path, nullptr);
  return 0;
}

int Disk::make_directory(const std::string& path, bool may_exist) {
  const Entered lock = enter();
  if (const auto error = begin(Call::make_directory, path, "")) return *error;
  const NodePtr node = names_.find(path);
  if (node) return told(may_exist && node->is_directory ? 0 : EEXIST);
  if (!parent_is_there(path)) return told(ENOENT);
  names_.set(path, std::make_shared<Node>(Node{.is_directory = true, .content = {}}));
  return 0;
}

int Disk::list(const std::string& path, std::vector<std::string>& names) {
  const Entered lock = enter();
  if (const auto error = begin(Call::look, path, "list")) return *error;
  const NodePtr node = names_.find(path);
  if (!node || !node->is_directory) return told(node ? ENOTDIR : ENOENT);
  names = names_.children(path);
  return 0;
}

int Disk::find(const std::string& path, NodePtr& node) {
  const Entered lock = enter();
  if (const auto error = begin(Call::look, path, "")) return *error;
  node = names_.find(path);
  return node ? 0 : ENOENT;
}

int Disk::lock(const std::string& path) {
  const Entered lock = enter();
  if (const auto error = begin(Call::lock, path, "")) return *error;
  if (!parent_is_there(path)) return told(ENOENT);
  if (!locks_.insert(path).second) return told(EAGAIN);
  if (!names_.find(path)) names_.set(path, std::make_shared<Node>());
  return 0;
}

int Disk::unlock(const std::string& path) {
  const Entered lock = enter();
  if (const auto error = begin(Call::lock, path, "let go")) return *error;
  locks_.erase(path);
  return 0;
}

std::uint64_t Disk::used_bytes() const {
  std::uint64_t used = 0;
  for (const auto& [path, node] : names_.all()) used += node->content.bytes().size();
  return used;
}

std::uint64_t Disk::free_bytes() const {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t used = used_bytes();
  return used < capacity_ ? capacity_ - used : 0;
}

void Disk::end_process() {
  const std::scoped_lock lock(mutex_);
  if (!ended_) history_.note("the process ends");
  ended_ = true;
}

void Disk::restart(bool power_cut, Random& random) {
  const std::scoped_lock lock(mutex_);
  history_.note(power_cut ? "the power is cut" : "another process");
  locks_.clear();
  faults_.clear();
  failed_ = false;
  ended_ = false;
  if (power_cut) names_.cut_power(random);
}

std::string Disk::contents() const {
  const std::scoped_lock lock(mutex_);
  Hasher128 hasher;
  for (const auto& [path, node] : names_.all()) {
    hasher.add_text(path);
    hasher.add_text(node->content.bytes());
  }
  const Hash128 hash = hasher.finish();
  return {hash.begin(), hash.end()};
}

}  // namespace daybook::simulation
