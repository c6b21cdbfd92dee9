// Building the answer (a map of versions, for a repeat a read of the first append) is not done on the sequencer, whose
// time is everybody's, and a map that one thread builds and another frees costs both: so a blocking append's thread
// does it. What is left to the sequencer is to mark each request and to strike the one or two gongs that they sleep on.
#include "log/completions.h"

#include <utility>

#include "base/thread_name.h"

namespace daybook {
namespace {

/// So many appenders are told between two touches of the queue's lock, which is the producers' as well.
constexpr std::size_t kToldTogether = 32;

Result<Appended> repeat_of(Core& core, const KeyEntry& entry) {
  Appended appended{
      .first = entry.first, .last = entry.first.plus(entry.event_count - 1), .versions = {}, .repeated = true};
  const auto block = core.block_containing(entry.first);  // a commit lies in one block
  if (!block) return std::unexpected(block.error());
  if (!(*block)->contains(appended.last)) {
    return fail(Code::corruption, "the index names a commit at " + std::to_string(entry.first.value()) +
                                      " that its block does not hold; run `daybook verify`");
  }
  const std::uint64_t begin = entry.first.value() - (*block)->first_sequence().value();
  for (std::uint64_t i = begin; i < begin + entry.event_count; ++i) {
    const EventView event = (*block)->event(static_cast<std::uint32_t>(i));
    appended.versions[std::string(event.stream())] = event.version();
  }
  return appended;
}

/// The matching event is durable by now: says what and where it is, for a person.
void name_match(Core& core, Error& error) {
  const Sequence sequence = error.conflict->sequence;
  const auto block = core.block_containing(sequence);
  if (!block) return;
  const EventView event =
      (*block)->event(static_cast<std::uint32_t>(sequence.value() - (*block)->first_sequence().value()));
  error.conflict->stream = event.stream();
  error.message += " (" + std::string(event.type()) + " in " + std::string(event.stream()) + ")";
}

/// The result of a verdict that needs reading.
Result<Appended> read_result(Core& core, AppendRequest& request) {
  Verdict& verdict = request.verdict;
  if (verdict.error) {
    name_match(core, *verdict.error);
    return std::unexpected(std::move(*verdict.error));
  }
  auto repeat = repeat_of(core, *verdict.repeat);
  // The events are there, but what to say of them could not be read.
  if (!repeat) repeat.error().outcome = Outcome::may_have_been_appended;
  return repeat;
}

}  // namespace

bool needs_reading(const Verdict& verdict) {
  if (verdict.repeat) return true;
  return verdict.error && verdict.error->conflict && verdict.error->conflict->kind == Conflict::Kind::match;
}

Result<Appended> result_of(AppendRequest& request) {
  Verdict& verdict = request.verdict;
  if (verdict.error) return std::unexpected(std::move(*verdict.error));
  Appended appended{
      .first = verdict.first, .last = verdict.first.plus(request.events.event_count() - 1), .versions = {}};
  for (const StreamUse& stream : request.streams) {
    if (stream.written) appended.versions.emplace(stream.term.text, stream.version);
  }
  return appended;
}

Completions::~Completions() {
  stop();
}

void Completions::start() {
  thread_ = std::thread([this] { run(); });
}

void Completions::post(std::vector<RequestPtr> requests) {
  tell_blocking(requests);
  if (requests.empty()) return;
  if (may_tell_here(requests)) {
    tell_all(requests);
    return;
  }
  {
    const Lock lock(mutex_);
    if (waiting_.empty()) {
      waiting_ = std::move(requests);
    } else {
      waiting_.insert(waiting_.end(), std::make_move_iterator(requests.begin()),
                      std::make_move_iterator(requests.end()));
    }
  }
  posted_.notify_one();
}

/// Takes those out that need no reading, and tells them.
void Completions::tell_blocking(std::vector<RequestPtr>& requests) {
  std::vector<std::shared_ptr<Gong>> gongs;
  std::size_t told = 0;
  std::size_t bytes = 0;
  std::size_t kept = 0;
  for (RequestPtr& request : requests) {
    if (request->completion || needs_reading(request->verdict)) {
      std::swap(requests[kept++], request);
      continue;
    }
    if (gongs.empty() || gongs.back() != request->gong) gongs.push_back(request->gong);
    ++told;
    bytes += request->bytes;
    request->told.store(true, std::memory_order_release);
    request.reset();  // before its thread is woken, which then frees what it allocated
  }
  requests.resize(kept);
  if (told == 0) return;
  queue_.release(told, bytes);
  for (const auto& gong : gongs) gong->strike();
}

/// Few, brief and ready, and none before them that is still to be told.
bool Completions::may_tell_here(const std::vector<RequestPtr>& requests) {
  constexpr std::size_t kToldHereMax = 4;
  if (requests.size() > kToldHereMax) return false;
  for (const RequestPtr& request : requests) {
    if (!request->brief || needs_reading(request->verdict)) return false;
  }
  const Lock lock(mutex_);
  return waiting_.empty() && !telling_;
}

void Completions::stop() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  posted_.notify_one();
  if (thread_.joinable()) thread_.join();
  while (step()) {
  }
}

bool Completions::step() {
  std::vector<RequestPtr> batch;
  {
    const Lock lock(mutex_);
    batch.swap(waiting_);
    telling_ = true;
  }
  tell_all(batch);
  const Lock lock(mutex_);
  telling_ = false;
  return !batch.empty();
}

void Completions::tell_all(std::vector<RequestPtr>& requests) {
  std::size_t told = 0;
  std::size_t bytes = 0;
  for (RequestPtr& request : requests) {
    tell(*request);
    ++told;
    bytes += request->bytes;
    request.reset();
    if (told == kToldTogether || &request == &requests.back()) {
      queue_.release(std::exchange(told, 0), std::exchange(bytes, 0));
    }
  }
}

void Completions::run() {
  name_this_thread("daybook-done");
  while (true) {
    {
      Lock lock(mutex_);
      while (waiting_.empty() && !stopping_) posted_.wait(lock);
      if (waiting_.empty()) return;
    }
    step();
  }
}

void Completions::tell(AppendRequest& request) {
  Result<Appended> result = needs_reading(request.verdict) ? read_result(core_, request) : result_of(request);
  if (request.completion) {
    request.completion(std::move(result));
    return;
  }
  request.result = std::move(result);
  const std::shared_ptr<Gong> gong = request.gong;
  request.told.store(true, std::memory_order_release);
  gong->strike();
}

}  // namespace daybook
