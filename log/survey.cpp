// Two ways to look. Where RocksDB opens log/ and all of its blocks follow each other through the end that HEAD vouches
// for, the events are whole, and what is wrong lies around them: FORMAT, HEAD, a torn end, the postings. In any other
// case RocksDB's books are left alone: the files are searched for blocks, which prove themselves, and what can be kept
// is the longest prefix of them that is linked. The log id is proven the same way, by the first block's chain.
#include "log/survey.h"

#include <algorithm>

#include "log/recovery.h"
#include "log/salvage.h"
#include "log/verify.h"
#include "schema/block_builder.h"

namespace daybook {
namespace {

constexpr std::uint64_t kProgressBlocks = 256;

std::string text_of(Sequence sequence) {
  return std::to_string(sequence.value());
}

/// A message without what it tells the reader to do, which is what is being done.
std::string without_advice(std::string message) {
  for (const std::string_view advice : {"; restore a copy", "; see `daybook", "; run `daybook", "; `daybook"}) {
    message.resize(std::min(message.size(), message.find(advice)));
  }
  return message;
}

class Surveyor {
 public:
  Surveyor(Core& core, const RepairOptions& options, const RepairProgress& progress)
      : core_(core), options_(options), progress_(progress) {}

  Result<Survey> run() {
    if (auto ok = look_at_files(); !ok) return std::unexpected(std::move(ok.error()));
    auto whole = look_at_store();
    if (!whole) return std::unexpected(std::move(whole.error()));
    survey_.write_head = !survey_.head;
    const bool cuts = options_.truncate_after && *options_.truncate_after != survey_.end;
    if (!*whole || cuts) {
      if (auto ok = look_at_blocks(); !ok) return std::unexpected(std::move(ok.error()));
      survey_.rebuild = store_end_ != survey_.end;
      survey_.cut_wal = survey_.cut_wal && !survey_.rebuild;
      survey_.write_head = !survey_.head || !survey_.loss.empty() || survey_.cut_wal;
    }
    // Half-made: the next command that may create a log finishes it.
    if (format_missing_ && last_known_ == Sequence(0)) return no_log();
    survey_.drop_postings = !survey_.rebuild && (survey_.drop_postings || options_.rebuild_postings);
    return std::move(survey_);
  }

 private:
  void found(Sequence sequence, std::string file, std::string message, DamagedPart part) {
    survey_.damage.push_back({sequence, std::move(file), without_advice(std::move(message)), part});
  }

  [[nodiscard]] std::unexpected<Error> no_log() const {
    return fail(Code::not_found, "there is no log in " + core_.directory.string());
  }

  /// FORMAT and HEAD.
  Result<void> look_at_files() {
    const std::string directory = core_.directory.string();
    auto format = read_format(core_.files, directory);
    if (!format && format.error().code != Code::corruption) return std::unexpected(std::move(format.error()));
    if (format && *format) candidates_.push_back(**format);
    if (!format) found(Sequence(0), "FORMAT", format.error().message, DamagedPart::end);
    if (format && !*format) found(Sequence(0), "FORMAT", "it is missing", DamagedPart::end);
    format_missing_ = format && !*format;
    auto head = read_head(core_.files, directory);
    if (!head && head.error().code != Code::corruption) return std::unexpected(std::move(head.error()));
    if (head) survey_.head = *head;
    if (!survey_.head) {
      found(Sequence(0), "HEAD", head ? "it is missing" : head.error().message, DamagedPart::end);
    }
    format_read_ = format && *format;
    return {};
  }

  /// By RocksDB. False: the events are not whole, or it does not open.
  Result<bool> look_at_store() {
    const auto store = Store::open(core_.files.env(), core_.directory, StoreMode::inspect, core_.options);
    if (!store) {
      if (store.error().code == Code::denied) return std::unexpected(store.error());
      const std::string& message = store.error().message;
      found(Sequence(0), table_file_in(message).value_or("log"), message, DamagedPart::events);
      return false;
    }
    const auto copy = (*store)->format();
    if (!copy && copy.error().code == Code::unsupported) return std::unexpected(copy.error());
    if (copy && *copy) candidates_.push_back(**copy);
    const auto first = (*store)->block_at(Sequence(1));
    if (!choose_format(first ? *first : nullptr)) return false;
    if (!copy || !*copy || **copy != survey_.format) {
      found(Sequence(0), "log", "its copy of version and log id is missing or damaged", DamagedPart::end);
      return false;
    }
    core_.log_id = survey_.format.log_id;
    auto end = inspect_end(core_, **store, Head{});  // What HEAD says of it is judged apart.
    if (!end) {
      if (end.error().code != Code::corruption) return std::unexpected(std::move(end.error()));
      found(Sequence(0), table_file_in(end.error().message).value_or("log"), end.error().message, DamagedPart::events);
      return false;
    }
    survey_.end = end->head;
    last_known_ = end->head;
    const auto whole = verify(**store);
    if (!whole || !*whole) return whole;
    store_end_ = end->head;
    wal_ = std::move(end->wal);
    return end_is_whole();
  }

  /// Whether the end that is there is all that anybody was promised. What recovery cuts by itself was not.
  bool end_is_whole() {
    bool whole = true;
    if (!wal_->clean()) {
      const WalDamage& damage = wal_->damage.front();
      found(survey_.end.next(), damage.file,
            "damaged from byte " + std::to_string(damage.offset) + " on (" + damage.reason + ")", DamagedPart::end);
      survey_.cut_wal = true;
      whole = survey_.head && check_cut(*survey_.head, *wal_);
    }
    if (!survey_.head) return whole;
    if (survey_.end < survey_.head->durable) {
      found(survey_.end.next(), "HEAD",
            "events through " + text_of(survey_.head->durable) + " were acknowledged, and the log ends at " +
                text_of(survey_.end),
            DamagedPart::events);
      whole = false;
    }
    if (wal_->newest_wal_number < survey_.head->wal_number) {
      found(survey_.end.next(), "log", "a WAL file that HEAD names is gone", DamagedPart::events);
      whole = false;
    }
    return whole;
  }

  Result<bool> verify(const Store& store) {
    const auto index = read_index_state(store, survey_.end);
    auto report = verify_log({core_.log_id, store, survey_.end, index}, VerifyScope::everything, progress_);
    if (!report) return std::unexpected(std::move(report.error()));
    bool whole = true;
    for (Damage& damage : report->damage) {
      const bool of_postings = damage.part == DamagedPart::postings;
      survey_.drop_postings = survey_.drop_postings || of_postings;
      whole = whole && of_postings;
      survey_.damage.push_back(std::move(damage));
    }
    return whole;
  }

  /// The id that the first block's chain proves; without a block, any. False: none is known, or none fits.
  bool choose_format(const std::shared_ptr<const Block>& block) {
    const bool proves = block != nullptr && block->first_sequence() == Sequence(1);
    const auto fits = [&](const Format& format) { return !proves || block->chain() == genesis_link(format.log_id); };
    const auto chosen = std::ranges::find_if(candidates_, fits);
    if (chosen == candidates_.end()) return false;
    survey_.format = *chosen;
    survey_.write_format = !format_read_ || candidates_.front() != *chosen;
    return true;
  }

  /// By the files themselves.
  Result<void> look_at_blocks() {
    auto salvage = Salvage::open(core_.files, core_.directory, core_.options);
    if (!salvage) return std::unexpected(std::move(salvage.error()));
    if ((*salvage)->format()) candidates_.push_back(*(*salvage)->format());
    const auto first = (*salvage)->find(Sequence(1), std::nullopt);
    if (!first) return std::unexpected(first.error());
    last_known_ = std::max({last_known_, (*salvage)->last_seen(), survey_.head ? survey_.head->durable : Sequence(0)});
    if (candidates_.empty() && last_known_ == Sequence(0)) return no_log();
    if (!choose_format(*first)) {
      return fail(Code::corruption,
                  "neither FORMAT nor a copy of it in log/ names the log that the first event is "
                  "of; put FORMAT back from a copy of " +
                      core_.directory.string());
    }
    core_.log_id = survey_.format.log_id;
    survey_.rebuild_bytes = (*salvage)->bytes();
    if (const auto behind = (*salvage)->wal().behind_event_key_max) {
      last_known_ = std::max(last_known_, Sequence(*behind));
    }
    if (auto walked = walk(**salvage); !walked) return walked;
    for (const Damage& damage : (*salvage)->damage()) {
      const auto same = [&](const Damage& known) { return known.file == damage.file; };
      if (std::ranges::none_of(survey_.damage, same)) survey_.damage.push_back(damage);
    }
    if (!wal_) wal_ = (*salvage)->wal();
    return judge_loss();
  }

  /// The longest prefix that is linked, and where blocks end around truncate_after.
  Result<void> walk(Salvage& salvage) {
    Link chain = genesis_link(core_.log_id);
    survey_.end = Sequence(0);
    for (std::uint64_t blocks = 1;; ++blocks) {
      const auto block = salvage.find(survey_.end.next(), chain);
      if (!block) return std::unexpected(block.error());
      if (!*block) return {};
      chain = (*block)->link();
      survey_.end = (*block)->last_sequence();
      if (options_.truncate_after && survey_.end <= *options_.truncate_after) end_below_ = survey_.end;
      if (options_.truncate_after && survey_.end > *options_.truncate_after && !end_above_) end_above_ = survey_.end;
      const bool tells = blocks % kProgressBlocks == 0 && progress_;
      if (tells && !progress_(survey_.end.value(), last_known_.value())) {
        return fail(Code::closed, "the search was stopped at sequence " + text_of(survey_.end));
      }
    }
  }

  Result<void> judge_loss() {
    const Sequence most = survey_.end;
    if (most < last_known_) {
      survey_.loss = "events " + text_of(most.next()) + " through " + text_of(last_known_) +
                     " are lost: they cannot be read, or do not follow what can be";
    } else if (survey_.head && wal_->newest_wal_number < survey_.head->wal_number) {
      survey_.loss = "what a WAL file that is gone held behind event " + text_of(most) + " is unknown";
    } else if (!survey_.head && !wal_->clean()) {
      survey_.loss = "the damaged end behind event " + text_of(most) +
                     " may have been acknowledged, and HEAD, which would tell, is lost";
    }
    if (!options_.truncate_after) {
      if (!survey_.loss.empty()) survey_.keeps_most = most;
      return {};
    }
    const Sequence asked = *options_.truncate_after;
    if (asked > most) {
      return fail(Code::invalid,
                  "--truncate-after " + text_of(asked) + ": at most " + text_of(most) + " events can be kept");
    }
    if (asked != end_below_) {
      return fail(Code::invalid, "--truncate-after " + text_of(asked) + " lies inside a block; blocks end at " +
                                     text_of(end_below_) + " and " + text_of(end_above_.value_or(most)));
    }
    survey_.end = asked;
    if (asked < last_known_) {
      survey_.loss =
          "events " + text_of(asked.next()) + " through " + text_of(std::max(last_known_, most)) + " are cut";
    }
    return {};
  }

  Core& core_;
  const RepairOptions& options_;
  const RepairProgress& progress_;
  Survey survey_;
  std::vector<Format> candidates_;  ///< What FORMAT says, if anything, comes first.
  bool format_read_ = false;
  bool format_missing_ = false;
  std::optional<WalScan> wal_;         ///< Of the files that RocksDB needs; of all where it does not say.
  std::optional<Sequence> store_end_;  ///< Set: log/ can be used as it is, and ends here.
  Sequence last_known_;                ///< The last event that anything speaks of.
  Sequence end_below_;                 ///< Block ends around truncate_after.
  std::optional<Sequence> end_above_;
};

}  // namespace

Result<Survey> survey_log(Core& core, const RepairOptions& options, const RepairProgress& progress) {
  return Surveyor(core, options, progress).run();
}

}  // namespace daybook
