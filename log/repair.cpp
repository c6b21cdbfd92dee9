// The order of the steps is what makes a crash harmless. The new log/ comes first, since it needs the old one; FORMAT
// and HEAD next, since opening needs them; then the log is opened as any writer would open it, which cuts a torn end
// and writes the postings. After each step a survey finds what is left to do.
#include "daybook/repair.h"

#include <utility>

#include <rocksdb/env.h>

#include "base/check.h"
#include "log/indexer.h"
#include "log/rebuild.h"
#include "log/recovery.h"
#include "log/survey.h"

namespace daybook {
namespace {

constexpr std::size_t kKeptBytesMax = 1024 * 1024;

std::vector<std::string> steps_of(const Survey& survey) {
  std::vector<std::string> steps;
  if (survey.rebuild) {
    steps.push_back("make log/ anew from events 1 through " + std::to_string(survey.end.value()) +
                    ", as its files hold them; the old log/ moves to lost/");
  }
  if (survey.write_format) steps.push_back("write FORMAT again, for the log " + survey.format.log_id.text());
  if (survey.write_head) {
    steps.push_back("write HEAD again, with the log's end at event " + std::to_string(survey.end.value()));
  }
  if (survey.cut_wal) steps.emplace_back("cut the damaged end of the WAL; it moves to lost/");
  if (survey.drop_postings) steps.emplace_back("drop the postings");
  if (survey.rebuild || survey.drop_postings) steps.emplace_back("write the postings anew from the events");
  return steps;
}

}  // namespace

class Repair::Impl {
 public:
  Impl(const std::filesystem::path& directory, const RepairOptions& options)
      : core_(Options{}, directory, *rocksdb::Env::Default()), options_(options) {}

  Result<void> open(const RepairProgress& progress) {
    if (auto ok = take_lock(); !ok) return ok;
    const auto unfinished = rebuild_is_unfinished(core_);
    if (!unfinished) return std::unexpected(unfinished.error());
    if (*unfinished && options_.dry_run) {
      plan_.damage.push_back({Sequence(0), "log", "a repair was broken off before it named the new log/", {}});
      plan_.steps.emplace_back("put log.repaired, which is whole, in the place of log/, and look again");
      return {};
    }
    if (*unfinished) {
      if (auto finished = finish_rebuild(core_); !finished) return finished;
    }
    auto survey = survey_log(core_, options_, progress);
    if (!survey) return std::unexpected(std::move(survey.error()));
    survey_ = std::move(*survey);
    plan_.damage = survey_.damage;
    plan_.loss = survey_.loss;
    plan_.keeps_most = survey_.keeps_most;
    plan_.head = survey_.end;
    if (!plan_.keeps_most) plan_.steps = steps_of(survey_);
    return {};
  }

  [[nodiscard]] const RepairPlan& plan() const { return plan_; }

  Result<void> execute(const RepairProgress& progress) {
    if (!lock_) return fail(Code::unsupported, "this repair only looks, or is done");
    if (plan_.keeps_most) return fail(Code::unsupported, "events would be lost, and nobody has said that they may");
    if (plan_.steps.empty()) return {};
    if (survey_.rebuild) {
      auto built = rebuild_log(core_, survey_.format, survey_.end, survey_.rebuild_bytes, progress);
      if (!built) return built;
    }
    if (survey_.write_format) {
      if (auto written = keep_and_write("FORMAT"); !written) return written;
    }
    if (survey_.write_head) {
      if (auto written = keep_and_write("HEAD"); !written) return written;
    }
    return open_and_close();
  }

 private:
  /// A dry run asks who holds it, and leaves even LOCK as it is.
  Result<void> take_lock() {
    const std::string directory = core_.directory.string();
    const auto there = core_.files.exists(directory);
    if (!there) return std::unexpected(there.error());
    if (!*there) return fail(Code::not_found, "there is no log in " + directory);
    if (options_.dry_run) {
      const auto holder = WriterLock::holder(core_.files, directory);
      if (!holder) return std::unexpected(holder.error());
      if (*holder) return fail(Code::busy, directory + ": another writer holds the log: " + **holder);
      return {};
    }
    // What is no log gets no LOCK.
    const auto log = core_.files.exists(directory + "/log");
    const auto format = core_.files.exists(directory + "/FORMAT");
    if (log && format && !*log && !*format) return fail(Code::not_found, "there is no log in " + directory);
    auto lock = WriterLock::acquire(core_.files, directory, *core_.options.clock);
    if (!lock) return std::unexpected(std::move(lock.error()));
    lock_ = std::move(*lock);
    return {};
  }

  /// Keeps what stands there in lost/ and writes it anew.
  Result<void> keep_and_write(const std::string& name) {
    const std::string directory = core_.directory.string();
    const auto old = core_.files.read_file(directory + "/" + name, kKeptBytesMax);
    if (old) {
      const auto lost = lost_name(core_, name);
      if (!lost) return std::unexpected(lost.error());
      if (auto kept = core_.files.write_file_atomically(*lost, *old); !kept) return kept;
    }
    if (name == "FORMAT") return write_format(core_.files, directory, survey_.format);
    return write_head();
  }

  /// What it calls durable is made so first. A writer with `buffered` is one behind whom damage may be cut.
  Result<void> write_head() {
    const std::string log = core_.directory.string() + "/log";
    const auto names = core_.files.list(log);
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names) {
      if (!wal_number_of(name)) continue;
      if (auto synced = core_.files.sync_file(log + "/" + name); !synced) return synced;
    }
    const auto durability = survey_.cut_wal ? Durability::buffered : Durability::fsync;
    const Head head{.durable = survey_.end, .written = survey_.end, .durability = durability, .clean = false};
    const auto written = HeadFile::create(core_.files, core_.directory.string(), head);
    return written ? Result<void>() : std::unexpected(written.error());
  }

  /// As a writer that finds nothing to append: torn ends are cut, postings written, HEAD says what was found.
  Result<void> open_and_close() {
    auto writer = open_writer(core_, {.lock = std::move(lock_), .drop_postings = survey_.drop_postings});
    if (!writer) return std::unexpected(std::move(writer.error()));
    core_.tail()->freeze();
    Indexer indexer(core_);
    for (bool more = true; more;) {
      const auto stepped = indexer.step();
      if (!stepped) return std::unexpected(stepped.error());
      more = *stepped;
    }
    if (auto flushed = core_.store()->flush(); !flushed) return flushed;
    HeadFile& head = *writer->head_file;
    const bool cut = !survey_.loss.empty() || core_.recovered == Recovered::cut;
    const Head said = head.current();
    const auto recovered = cut ? Recovered::cut : said.recovered;
    if (auto stored = head.store_opened(said.durability, said.wal_number, recovered); !stored) return stored;
    if (auto closed = head.store_closed(); !closed) return closed;
    core_.replace(nullptr, core_.tail());
    return {};
  }

  Core core_;
  const RepairOptions options_;
  std::unique_ptr<WriterLock> lock_;
  Survey survey_;
  RepairPlan plan_;
};

Repair::Repair(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Repair::~Repair() = default;

Result<std::unique_ptr<Repair>> Repair::open(const std::filesystem::path& directory, const RepairOptions& options,
                                             const RepairProgress& progress) {
  std::error_code unresolved;
  const auto absolute = std::filesystem::absolute(directory, unresolved);
  if (unresolved) return fail(Code::io, "cannot resolve " + directory.string() + ": " + unresolved.message());
  auto impl = std::make_unique<Impl>(absolute, options);
  if (auto ok = impl->open(progress); !ok) return std::unexpected(std::move(ok.error()));
  return std::unique_ptr<Repair>(new Repair(std::move(impl)));
}

const RepairPlan& Repair::plan() const {
  return impl_->plan();
}

Result<void> Repair::execute(const RepairProgress& progress) {
  return impl_->execute(progress);
}

}  // namespace daybook
