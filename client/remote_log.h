// A server's log behind the public face.
//
// Threads: any. Owns: the client's loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/log_impl.h"
#include "client/client_loop.h"

namespace daybook::client {

class RemoteLog final : public Log::Impl {
 public:
  RemoteLog(net::Address address, std::string_view text, const ClientOptions& options);

  /// Connects. Blocks.
  [[nodiscard]] Result<void> open() { return loop_.open(); }
  [[nodiscard]] ClientLoop& loop() { return loop_; }

  [[nodiscard]] Result<void> close() override;
  [[nodiscard]] LogId id() const override;
  [[nodiscard]] Sequence head() const override;
  [[nodiscard]] Result<Checkpoint> checkpoint_at(Sequence sequence) override;
  [[nodiscard]] Result<void> check(const Checkpoint& checkpoint) override;
  [[nodiscard]] Result<Appended> append(Commit commit, AppendOptions options) override;
  [[nodiscard]] Result<void> append_async(Commit commit, Completion completion, AppendOptions options) override;
  [[nodiscard]] Result<Cursor> read(const ReadOptions& options) override;
  [[nodiscard]] Result<PinnedEvent> get(Sequence sequence) override;
  [[nodiscard]] Result<Placement> placement(Sequence sequence) override;
  [[nodiscard]] Result<Sequence> first_at(Timestamp time) override;
  [[nodiscard]] Result<Sequence> sequence_of(std::string_view stream, Version version) override;
  [[nodiscard]] Result<std::unique_ptr<Subscription>> subscribe(const SubscribeOptions& options) override;
  [[nodiscard]] Result<StreamHead> stream_head(std::string_view stream) override;
  [[nodiscard]] Result<std::vector<StreamHead>> streams(std::string_view prefix, std::string_view after,
                                                        std::size_t limit) override;
  [[nodiscard]] Result<Statistics> statistics() override;
  [[nodiscard]] Result<VerifyReport> verify(const std::function<bool(std::uint64_t, std::uint64_t)>& progress,
                                            VerifyScope scope) override;
  [[nodiscard]] Result<void> flush_index() override;
  [[nodiscard]] Result<Sequence> refresh() override;
  [[nodiscard]] std::optional<Error> damage() const override { return std::nullopt; }
  [[nodiscard]] const std::filesystem::path& directory() const override { return address_; }
  [[nodiscard]] const Options& options() const override { return options_; }

 private:
  [[nodiscard]] Result<std::unique_ptr<Outgoing>> prepare(Commit commit, AppendOptions options);

  const std::filesystem::path address_;
  const Options options_{};  ///< What an embedded log would have; a program may ask for its clock.
  ClientLoop loop_;
};

}  // namespace daybook::client
