// A person who looks at bytes wants to see each of them explained, by something that does not share its errors with the
// code that wrote them. So this walks the words by Cap'n Proto's encoding itself
// (https://capnproto.org/encoding.html), and what no pointer leads to shows as such. A link is no signature, so a
// pointer is followed only where it stays inside the block.
#include "schema/block_layout.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <span>
#include <string_view>

namespace daybook {
namespace {

static_assert(std::endian::native == std::endian::little, "Cap'n Proto's words are little-endian");

constexpr std::size_t kWordBytes = 8;
constexpr std::size_t kLinkBytes = 16;

constexpr std::array<std::string_view, 4> kBlockWords{"firstSequence", "recordedAt", "chainHigh", "chainLow"};
constexpr std::array<std::string_view, 4> kCommitWords{"keyHigh", "keyLow", "fingerprintHigh", "fingerprintLow"};
constexpr std::array<std::string_view, 8> kEventWords{
    "version", "idHigh", "idLow", "correlationHigh", "correlationLow", "causationHigh", "causationLow", "occurredAt"};
constexpr std::array<std::string_view, 3> kEventFlags{"hasOccurredAt", "hasCorrelation", "hasCausation"};

std::string count_of(std::uint64_t count, std::string_view what) {
  const std::string number = count == 0 ? "no" : std::to_string(count);
  return number + " " + std::string(what) + (count == 1 || count == 0 ? "" : "s");
}

std::string hex(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned shift = 64; shift > 0; shift -= 4) text += kDigits[(value >> (shift - 4)) & 15U];
  return text;
}

/// What a pointer's word says; `target` and `words` are those of its content.
struct Pointer {
  bool list = false;
  std::int64_t target = 0;         ///< A word of the block.
  std::uint64_t data_words = 0;    ///< Of a struct.
  std::uint64_t pointers = 0;      ///< Of a struct.
  std::uint64_t element_size = 0;  ///< Of a list: 2 bytes, 6 pointers, 7 structs behind a tag.
  std::uint64_t count = 0;         ///< Of a list: elements; of one of structs, words behind the tag.
};

Pointer decode(std::uint64_t word, std::size_t at) {
  const auto ahead = static_cast<std::int32_t>(static_cast<std::uint32_t>(word)) >> 2;
  return {.list = (word & 3U) == 1,
          .target = static_cast<std::int64_t>(at) + 1 + ahead,
          .data_words = (word >> 32U) & 0xffffU,
          .pointers = word >> 48U,
          .element_size = (word >> 32U) & 7U,
          .count = word >> 35U};
}

std::string ahead_text(const Pointer& pointer, std::size_t at) {
  const std::int64_t words = pointer.target - static_cast<std::int64_t>(at) - 1;
  return words == 0 ? "right behind" : std::to_string(words) + (words == 1 ? " word ahead" : " words ahead");
}

class Walk {
 public:
  Walk(const Block& block, std::uint32_t index)
      : block_(block),
        index_(index),
        words_(reinterpret_cast<const std::uint64_t*>(block.bytes().data()), block.bytes().size() / kWordBytes) {}

  BlockLayout run() {
    add(0, 1,
        "frame: one segment of " + std::to_string(words_[0] >> 32U) + " words; all of Cap'n Proto is little-endian");
    const Pointer root = decode(words_[1], 1);
    add(1, 1, "root pointer: " + struct_text(root, 1));
    const auto body = place(root, root.data_words + root.pointers);
    if (body && root.data_words >= kBlockWords.size() && root.pointers >= 2) walk_block(*body, root);
    const std::size_t end = block_.bytes().size();
    stretches_.push_back({.offset = end, .bytes = kLinkBytes, .name = "link: XXH3-128 of all bytes before it"});
    return {.stretches = in_order(end + kLinkBytes), .event_offset = event_offset_, .event_bytes = event_bytes_};
  }

 private:
  void add(std::size_t word, std::size_t words, std::string name, Stretch::Kind kind = Stretch::Kind::field,
           std::size_t length = 0) {
    if (words == 0) return;
    stretches_.push_back({.offset = word * kWordBytes,
                          .bytes = words * kWordBytes,
                          .name = std::move(name),
                          .kind = kind,
                          .length = length});
  }

  /// Where the content of `pointer`, `words` long, begins; nullopt where it is not inside the block.
  [[nodiscard]] std::optional<std::size_t> place(const Pointer& pointer, std::uint64_t words) const {
    if (pointer.target < 0 || words > words_.size()) return std::nullopt;
    const auto target = static_cast<std::uint64_t>(pointer.target);
    if (target > words_.size() - words) return std::nullopt;
    return static_cast<std::size_t>(target);
  }

  static std::string struct_text(const Pointer& pointer, std::size_t at) {
    return "a struct of " + count_of(pointer.data_words, "data word") + " and " +
           count_of(pointer.pointers, "pointer") + ", " + ahead_text(pointer, at);
  }

  void walk_block(std::size_t body, const Pointer& root) {
    for (std::size_t at = 0; at < kBlockWords.size(); ++at) {
      const std::uint64_t word = words_[body + at];
      const std::string value = at < 2 ? std::to_string(static_cast<std::int64_t>(word)) : hex(word);
      add(body + at, 1, "Block." + std::string(kBlockWords[at]) + " " + value);
    }
    const std::size_t commits = body + root.data_words;
    walk_commits(commits);
    walk_events(commits + 1);
  }

  /// The list of structs that the pointer at word `at` leads to: its first element, and the struct that its tag names.
  struct StructList {
    std::size_t first;
    std::uint64_t count;
    std::uint64_t data_words;
    std::uint64_t pointers;
  };
  std::optional<StructList> struct_list(std::size_t at, const std::string& field, const std::string& name) {
    const Pointer pointer = decode(words_[at], at);
    add(at, 1,
        field + ": a list of structs, " + ahead_text(pointer, at) + ", " + count_of(pointer.count, "word") +
            " of content");
    const auto tag_at = place(pointer, pointer.count + 1);
    if (!tag_at || !pointer.list || pointer.element_size != 7) return std::nullopt;
    const std::uint64_t word = words_[*tag_at];
    const StructList list{.first = *tag_at + 1,
                          .count = static_cast<std::uint32_t>(word) >> 2U,
                          .data_words = (word >> 32U) & 0xffffU,
                          .pointers = word >> 48U};
    add(*tag_at, 1,
        name + "' tag: " + count_of(list.count, "element") + " of " + count_of(list.data_words, "data word") + " and " +
            count_of(list.pointers, "pointer"));
    if (list.count * (list.data_words + list.pointers) > pointer.count) return std::nullopt;
    return list;
  }

  void walk_commits(std::size_t at) {
    const auto list = struct_list(at, "Block.commits", "commits");
    if (!list || list->data_words <= kCommitWords.size()) return;
    const std::uint64_t words = list->data_words + list->pointers;
    std::uint64_t first_event = 0;
    for (std::uint64_t number = 0; number < list->count; ++number) {
      const std::size_t commit = list->first + number * words;
      const auto events = static_cast<std::uint32_t>(words_[commit + kCommitWords.size()]);
      const bool ours = first_event <= index_ && index_ < first_event + events;
      first_event += events;
      if (!ours) {
        add(commit, words, "other commits of the block", Stretch::Kind::other);
        continue;
      }
      for (std::size_t word = 0; word < kCommitWords.size(); ++word) {
        add(commit + word, 1, "Commit." + std::string(kCommitWords[word]) + " " + hex(words_[commit + word]));
      }
      const std::size_t rest = (commit + kCommitWords.size()) * kWordBytes;
      stretches_.push_back({.offset = rest, .bytes = 4, .name = "Commit.eventCount " + std::to_string(events)});
      const bool has_key = (words_[commit + kCommitWords.size()] >> 32U & 1U) != 0;
      stretches_.push_back(
          {.offset = rest + 4, .bytes = 4, .name = std::string("bit 0: Commit.hasKey") + (has_key ? " (set)" : "")});
    }
  }

  void walk_events(std::size_t at) {
    const Pointer pointer = decode(words_[at], at);
    add(at, 1, "Block.events: a list of " + count_of(pointer.count, "pointer") + ", " + ahead_text(pointer, at));
    const auto list = place(pointer, pointer.count);
    if (!list || !pointer.list || pointer.element_size != 6) return;
    for (std::uint64_t number = 0; number < pointer.count; ++number) {
      const std::size_t element = *list + number;
      const Pointer data = decode(words_[element], element);
      const std::uint64_t words = (data.count + kWordBytes - 1) / kWordBytes;
      const auto message = place(data, words);
      if (number == index_) {
        add(element, 1,
            "events[" + std::to_string(number) + "]: " + count_of(data.count, "byte") + ", " +
                ahead_text(data, element) + ": the event's message");
        event_bytes_ = data.count;
        if (!message) continue;
        event_offset_ = *message * kWordBytes;
        walk_event(*message, words);
      } else {
        add(element, 1, "other events' pointers", Stretch::Kind::other);
        if (message) add(*message, words, "other events of the block", Stretch::Kind::other);
      }
    }
  }

  void walk_event(std::size_t begin, std::uint64_t words) {
    const Pointer root = decode(words_[begin], begin);
    add(begin, 1, "its root pointer: " + struct_text(root, begin));
    const auto body = place(root, root.data_words + root.pointers);
    if (!body || *body + root.data_words + root.pointers > begin + words) return;
    if (root.data_words <= kEventWords.size() || root.pointers < 7) return;
    for (std::size_t at = 0; at < kEventWords.size(); ++at) {
      const std::uint64_t word = words_[*body + at];
      const bool number = at == 0 || at + 1 == kEventWords.size();
      std::string name = "Event." + std::string(kEventWords[at]) + " ";
      name += number ? std::to_string(static_cast<std::int64_t>(word)) : hex(word);
      add(*body + at, 1, at == 0 ? name + ", word 1 of every event" : name);
    }
    add(*body + kEventWords.size(), 1, flags_text(words_[*body + kEventWords.size()]));
    const std::size_t pointers = *body + root.data_words;
    walk_bytes(pointers, "Event.stream", Stretch::Kind::text, "absent");
    walk_bytes(pointers + 1, "Event.type", Stretch::Kind::text, "absent");
    walk_tags(pointers + 2);
    walk_bytes(pointers + 3, "Event.contentType", Stretch::Kind::text, "application/json");
    walk_bytes(pointers + 4, "Event.data", Stretch::Kind::data, "empty");
    walk_bytes(pointers + 5, "Event.traceparent", Stretch::Kind::text, "absent");
    walk_headers(pointers + 6);
  }

  static std::string flags_text(std::uint64_t word) {
    std::string text;
    for (std::size_t bit = 0; bit < kEventFlags.size(); ++bit) {
      text += (bit == 0 ? "bit " : ", bit ") + std::to_string(bit) + " " + std::string(kEventFlags[bit]);
      if ((word >> bit & 1U) != 0) text += " (set)";
    }
    return text;
  }

  /// A text or data field: its pointer at word `at`, and the bytes that it leads to.
  void walk_bytes(std::size_t at, const std::string& field, Stretch::Kind kind, std::string_view null_means) {
    if (words_[at] == 0) return add(at, 1, field + ": null, " + std::string(null_means));
    const Pointer pointer = decode(words_[at], at);
    const bool text = kind == Stretch::Kind::text;
    add(at, 1,
        field + ": " + count_of(pointer.count, "byte") + (text ? " with the closing zero, " : ", ") +
            ahead_text(pointer, at));
    const std::uint64_t words = (pointer.count + kWordBytes - 1) / kWordBytes;
    const auto content = place(pointer, words);
    if (!content || !pointer.list || pointer.element_size != 2) return;
    add(*content, words, field, kind, pointer.count - (text && pointer.count > 0 ? 1 : 0));
  }

  void walk_tags(std::size_t at) {
    if (words_[at] == 0) return add(at, 1, "Event.tags: null, none");
    const Pointer pointer = decode(words_[at], at);
    add(at, 1, "Event.tags: a list of " + count_of(pointer.count, "pointer") + ", " + ahead_text(pointer, at));
    const auto list = place(pointer, pointer.count);
    if (!list || !pointer.list || pointer.element_size != 6) return;
    for (std::size_t tag = 0; tag < pointer.count; ++tag) {
      walk_bytes(*list + tag, "tags[" + std::to_string(tag) + "]", Stretch::Kind::text, "absent");
    }
  }

  void walk_headers(std::size_t at) {
    if (words_[at] == 0) return add(at, 1, "Event.headers: null, none");
    const auto list = struct_list(at, "Event.headers", "headers");
    if (!list || list->pointers < 2) return;
    for (std::size_t header = 0; header < list->count; ++header) {
      const std::size_t name = list->first + header * (list->data_words + list->pointers) + list->data_words;
      const std::string field = "headers[" + std::to_string(header) + "]";
      walk_bytes(name, field + ".name", Stretch::Kind::text, "empty");
      walk_bytes(name + 1, field + ".value", Stretch::Kind::text, "empty");
    }
  }

  /// Sorted; what follows the same neighbours is joined, and gaps are filled.
  std::vector<Stretch> in_order(std::size_t end) {
    std::ranges::stable_sort(stretches_, {}, &Stretch::offset);
    std::vector<Stretch> ordered;
    std::size_t at = 0;
    const auto other_until = [&](std::size_t until, const std::string& name) {
      const bool same = !ordered.empty() && ordered.back().kind == Stretch::Kind::other && ordered.back().name == name;
      if (same) {
        ordered.back().bytes += until - at;
      } else if (until > at) {
        ordered.push_back({.offset = at, .bytes = until - at, .name = name, .kind = Stretch::Kind::other});
      }
      at = std::max(at, until);
    };
    for (Stretch& stretch : stretches_) {
      if (stretch.offset < at) continue;  // Two pointers to one place: the first one named it.
      other_until(stretch.offset, "bytes that no pointer leads to");
      if (stretch.kind == Stretch::Kind::other) {
        other_until(stretch.offset + stretch.bytes, stretch.name);
      } else {
        at = stretch.offset + stretch.bytes;
        ordered.push_back(std::move(stretch));
      }
    }
    other_until(end, "bytes that no pointer leads to");
    return ordered;
  }

  const Block& block_;
  const std::uint32_t index_;
  const std::span<const std::uint64_t> words_;
  std::vector<Stretch> stretches_;
  std::size_t event_offset_ = 0;
  std::size_t event_bytes_ = 0;
};

}  // namespace

BlockLayout layout_of(const Block& block, std::uint32_t index) {
  return Walk(block, index).run();
}

}  // namespace daybook
