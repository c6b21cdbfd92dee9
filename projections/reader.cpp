// A reader is a snapshot: state and record come from one view of the store, so they belong together whatever the
// runner does meanwhile.
#include <utility>

#include "daybook/projection.h"
#include "projections/overlay.h"
#include "projections/read_only_state.h"
#include "projections/state_store.h"
#include "projections/status_record.h"

namespace daybook {
namespace {

class StoredState final : public ReadOnlyState {
 public:
  explicit StoredState(StateStore& store) : store_(store) {}

  Result<std::optional<std::string_view>> get(std::string_view key) override {
    if (auto valid = check_state_key(key); !valid) return std::unexpected(std::move(valid.error()));
    auto found = store_.get(key, value_);
    if (!found) return std::unexpected(std::move(found.error()));
    if (!*found) return std::nullopt;
    return value_;
  }
  Result<void> scan_after(std::string_view prefix, std::string_view after, const StateRow& row) override {
    return store_.scan_after(prefix, after, row);
  }

 private:
  StateStore& store_;
  std::string value_;
};

}  // namespace

class ProjectionReader::Impl {
 public:
  Impl(std::unique_ptr<StateStore> store, ProjectionStatus status)
      : store_(std::move(store)), status_(std::move(status)), state_(*store_) {}

  const ProjectionStatus& status() const { return status_; }
  State& state() { return state_; }

 private:
  std::unique_ptr<StateStore> store_;
  ProjectionStatus status_;
  StoredState state_;
};

ProjectionReader::ProjectionReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ProjectionReader::~ProjectionReader() = default;

Result<std::unique_ptr<ProjectionReader>> ProjectionReader::open(const std::filesystem::path& directory) {
  auto store = StateStore::open(directory, StateStore::Access::read_only);
  if (!store) return std::unexpected(std::move(store.error()));
  auto record = (*store)->record();
  if (!record) return std::unexpected(std::move(record.error()));
  // A runner that was killed before its first write leaves a store without a record.
  if (!*record) return fail(Code::not_found, "no projection state in " + directory.string());
  auto status = decode_status(**record);
  if (!status) {
    status.error().message += " in " + directory.string() + "; delete this folder and run the projection again";
    return std::unexpected(std::move(status.error()));
  }
  auto impl = std::make_unique<Impl>(std::move(*store), std::move(*status));
  return std::unique_ptr<ProjectionReader>(new ProjectionReader(std::move(impl)));
}

const ProjectionStatus& ProjectionReader::status() const {
  return impl_->status();
}
State& ProjectionReader::state() {
  return impl_->state();
}

}  // namespace daybook
