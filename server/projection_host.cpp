// Why the runner's own state is read, and no ProjectionReader: opening one costs milliseconds and files, and what it
// shows is as old as its opening. Between two steps the runner's state is exactly that of its checkpoint; a step is
// kept small, so that a read waits for milliseconds at most (docs/adr/0030-server.md).
#include "server/projection_host.h"

#include <utility>

#include "base/logger.h"
#include "base/thread_name.h"

namespace daybook::server {
namespace {

/// Between two checkpoints, while it catches up: a read waits no longer than for these.
constexpr std::size_t kStepEventsMax = 8 * 1024;

}  // namespace

Result<std::unique_ptr<ProjectionHost>> ProjectionHost::open(Log& log, Projection projection) {
  const auto directory = log.directory() / "projections" / projection.name;
  auto runner = ProjectionRunner::open(log, std::move(projection), directory, {.batch_events_max = kStepEventsMax});
  if (!runner) return std::unexpected(std::move(runner.error()));
  return std::unique_ptr<ProjectionHost>(new ProjectionHost(std::move(*runner)));
}

ProjectionHost::ProjectionHost(std::unique_ptr<ProjectionRunner> runner)
    : runner_(std::move(runner)), name_(runner_->status().name), status_(runner_->status()) {
  position_.store(status_.checkpoint.sequence.value());
}

ProjectionHost::~ProjectionHost() {
  stop();
}

void ProjectionHost::start(std::function<void(ProjectionHost&)> moved) {
  moved_ = std::move(moved);
  thread_ = std::thread([this] { run(); });
}

void ProjectionHost::ring() {
  {
    const Lock lock(mutex_);
    rung_ = true;
  }
  bell_.notify_one();
}

void ProjectionHost::stop() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  bell_.notify_one();
  if (thread_.joinable()) thread_.join();
}

ProjectionStatus ProjectionHost::status() const {
  const Lock lock(mutex_);
  return status_;
}

std::optional<Error> ProjectionHost::standstill() const {
  const Lock lock(mutex_);
  return standstill_;
}

Checkpoint ProjectionHost::read(const std::function<void(State&)>& use) {
  const Turnstile::Turn turn(turns_);
  use(runner_->state());
  return runner_->status().checkpoint;
}

void ProjectionHost::run() {
  name_this_thread("daybook-fold");
  while (true) {
    {
      Lock lock(mutex_);
      while (!rung_ && !stopping_) bell_.wait(lock);
      if (stopping_) return;
      rung_ = false;
    }
    if (!step()) return;
  }
}

/// Folds up to the head. False: there it stops.
bool ProjectionHost::step() {
  while (true) {
    Result<bool> more;
    {
      const Turnstile::Turn turn(turns_);
      more = runner_->step();
      publish(more ? std::nullopt : std::optional(more.error()));
    }
    moved_(*this);
    if (!more) return false;
    const Lock lock(mutex_);
    if (stopping_) return false;
    if (!*more) return true;
  }
}

/// For those who ask where it stands, while a step may be at hand.
void ProjectionHost::publish(std::optional<Error> error) {
  const Lock lock(mutex_);
  status_ = runner_->status();
  if (error) {
    log_error("projection " + name_ + " stopped sequence=" + std::to_string(status_.checkpoint.sequence.value()) +
              " error=\"" + to_string(*error) + "\"; it stands still until the server is started again");
    standstill_ = Error{.code = Code::closed, .message = "projection " + name_ + " stands still: " + error->message};
  }
  position_.store(status_.checkpoint.sequence.value());
}

}  // namespace daybook::server
