// One event is one XADD. Several are one MULTI, sent in one go, so that they are there together or not at all. Redis
// keeps no versions of its own: a script does, in a hash, where a line asks for them.
#include "bench/peers/redis_store.h"

#include <hiredis/hiredis.h>

#include "bench/append_run.h"

namespace daybook::bench {
namespace {

constexpr const char* kEvents = "events";
constexpr const char* kCheckedAppend =
    "local version = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0') "
    "if version ~= tonumber(ARGV[2]) then return redis.error_reply('CONFLICT at ' .. version) end "
    "redis.call('HSET', KEYS[2], ARGV[1], version + 1) "
    "return redis.call('XADD', KEYS[1], '*', 'stream', ARGV[1], 'version', version + 1, unpack(ARGV, 3))";

struct ReplyDeleter {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, ReplyDeleter>;

[[noreturn]] void give_up_on(const std::string& message) {
  give_up("Redis", {.code = Code::io, .message = message});
}

/// A command's words, which it borrows.
class Words {
 public:
  Words& add(std::string_view word) {
    begins_.push_back(word.data());
    sizes_.push_back(word.size());
    return *this;
  }
  /// Type, tag, correlation id and data, each after its name.
  Words& add_fields(const Event& event) {
    const Uuid& correlation = *event.correlation_id;
    return add("type")
        .add(event.type)
        .add("tag")
        .add(event.tags.front())
        .add("correlation")
        .add({reinterpret_cast<const char*>(correlation.bytes.data()), correlation.bytes.size()})
        .add("data")
        .add(event.data);
  }
  [[nodiscard]] int count() const { return static_cast<int>(begins_.size()); }
  [[nodiscard]] const char** begins() { return begins_.data(); }
  [[nodiscard]] const std::size_t* sizes() const { return sizes_.data(); }

 private:
  std::vector<const char*> begins_;
  std::vector<std::size_t> sizes_;
};

Words append_words(const Event& event) {
  Words words;
  return words.add("XADD").add(kEvents).add("*").add("stream").add(event.stream).add_fields(event);
}

}  // namespace

/// Commands go out with send() and are answered in order by answer().
class RedisStore::Connection {
 public:
  explicit Connection(const std::string& socket) : context_(redisConnectUnix(socket.c_str())) {
    if (context_ == nullptr || context_->err != 0) {
      give_up_on("no server at " + socket + (context_ != nullptr ? std::string(": ") + context_->errstr : ""));
    }
  }
  ~Connection() { redisFree(context_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(Words words) {
    if (redisAppendCommandArgv(context_, words.count(), words.begins(), words.sizes()) != REDIS_OK) {
      give_up_on(context_->errstr);
    }
  }
  [[nodiscard]] Reply answer() {
    void* reply = nullptr;
    if (redisGetReply(context_, &reply) != REDIS_OK) give_up_on(context_->errstr);
    Reply owned(static_cast<redisReply*>(reply));
    if (owned->type == REDIS_REPLY_ERROR) give_up_on(owned->str);
    return owned;
  }
  [[nodiscard]] Reply ask(std::initializer_list<std::string_view> command) {
    Words words;
    for (const std::string_view word : command) words.add(word);
    send(std::move(words));
    return answer();
  }

 private:
  redisContext* context_;
};

RedisStore::RedisStore(std::string socket) : socket_(std::move(socket)), own_(std::make_unique<Connection>(socket_)) {
  using Setting = std::pair<std::string_view, std::string_view>;
  for (const auto& [setting, value] : {Setting{"appendonly", "yes"}, Setting{"appendfsync", "always"}}) {
    const Reply reply = own_->ask({"CONFIG", "GET", setting});
    if (reply->elements != 2 || reply->element[1]->str != value) {
      give_up_on("the server must run with " + std::string(setting) + " " + std::string(value));
    }
  }
  const Reply loaded = own_->ask({"SCRIPT", "LOAD", kCheckedAppend});
  checked_append_.assign(loaded->str, loaded->len);
  const Reply info = own_->ask({"INFO", "server"});
  const std::string_view text(info->str, info->len);
  constexpr std::string_view kMark = "redis_version:";
  const std::size_t begin = text.find(kMark);
  if (begin == text.npos) give_up_on("the server does not say its version");
  const std::size_t at = begin + kMark.size();
  name_ = "Redis " + std::string(text.substr(at, text.find('\r', at) - at));
}

RedisStore::~RedisStore() = default;

void RedisStore::begin(std::uint32_t producers) {
  static_cast<void>(own_->ask({"FLUSHALL", "SYNC"}));
  producers_.clear();
  for (std::uint32_t i = 0; i < producers; ++i) producers_.push_back(std::make_unique<Connection>(socket_));
}

void RedisStore::append(std::uint32_t producer, Commit commit) {
  Connection& connection = *producers_[producer];
  const Event& first = commit.events.front();
  if (!commit.expected.empty()) {
    if (commit.events.size() != 1) give_up_on("the script checks a commit of one event");
    const std::string version = std::to_string(commit.expected.front().version.value());
    Words words;
    words.add("EVALSHA").add(checked_append_).add("2").add(kEvents).add("versions").add(first.stream).add(version);
    connection.send(words.add_fields(first));
    static_cast<void>(connection.answer());
    return;
  }
  if (commit.events.size() == 1) {
    connection.send(append_words(first));
    static_cast<void>(connection.answer());
    return;
  }
  connection.send(Words().add("MULTI"));
  for (const Event& event : commit.events) connection.send(append_words(event));
  connection.send(Words().add("EXEC"));
  for (std::size_t i = 0; i < commit.events.size() + 1; ++i) static_cast<void>(connection.answer());
  if (connection.answer()->elements != commit.events.size()) give_up_on("a transaction was not carried out whole");
}

std::uint64_t RedisStore::replay() {
  std::uint64_t events = 0;
  std::uint64_t sum = 0;
  std::string from = "-";
  while (true) {
    const Reply reply = own_->ask({"XRANGE", kEvents, from, "+", "COUNT", "1000"});
    if (reply->elements == 0) break;
    for (std::size_t i = 0; i < reply->elements; ++i) {
      const redisReply& entry = *reply->element[i];
      const redisReply& fields = *entry.element[1];
      sum += entry.element[0]->len + fields.element[fields.elements - 1]->len;
    }
    events += reply->elements;
    from = std::string("(") + reply->element[reply->elements - 1]->element[0]->str;
  }
  if (sum == 0) give_up_on("no events");
  return events;
}

}  // namespace daybook::bench
