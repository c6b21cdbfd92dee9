// Copy on write: a list of at most some dozen pointers is copied a few times a second, and nobody who reads it waits.
#include "log/tail.h"

#include "base/check.h"

namespace daybook {

Tail::Tail(Sequence indexed_through, const LogCounts& indexed_counts) {
  auto set = std::make_shared<TailSet>();
  set->indexed_through = indexed_through;
  set->indexed_counts = indexed_counts;
  set->generations.push_back(std::make_shared<TailGeneration>(indexed_through, spare_));
  set_ = std::move(set);
}

std::shared_ptr<const TailSet> Tail::set() const {
  const Lock lock(mutex_);
  return set_;
}

TailGeneration& Tail::active() {
  return *set()->generations.back();
}

void Tail::freeze() {
  const Lock lock(mutex_);
  const Sequence through = set_->generations.back()->through();
  if (through == set_->frozen_through()) return;
  auto next = std::make_shared<TailSet>(*set_);
  next->generations.push_back(std::make_shared<TailGeneration>(through, spare_));
  set_ = std::move(next);
  ++changes_;
  changed_.notify_all();
}

std::shared_ptr<TailGeneration> Tail::oldest_frozen() const {
  const Lock lock(mutex_);
  return set_->generations.size() > 1 ? set_->generations.front() : nullptr;
}

void Tail::drop_oldest() {
  const Lock lock(mutex_);
  DAYBOOK_CHECK(set_->generations.size() > 1, "the active generation is never dropped");
  auto next = std::make_shared<TailSet>(*set_);
  next->indexed_through = next->generations.front()->through();
  next->indexed_counts = next->indexed_counts + next->generations.front()->counts();
  next->generations.erase(next->generations.begin());
  set_ = std::move(next);
  ++changes_;
  changed_.notify_all();
}

void Tail::ring() {
  const Lock lock(mutex_);
  ++changes_;
  changed_.notify_all();
}

std::uint64_t Tail::changes() const {
  const Lock lock(mutex_);
  return changes_;
}

std::size_t Tail::event_count() const {
  const auto now = set();
  return now->generations.back()->through().value() - now->indexed_through.value();
}

std::size_t Tail::bytes() const {
  std::size_t bytes = 0;
  const auto now = set();  // held: the indexer may let go of a generation meanwhile
  for (const auto& generation : now->generations) bytes += generation->bytes();
  return bytes;
}

}  // namespace daybook
