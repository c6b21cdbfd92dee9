// The bytes of the postings family and of FORMAT: a decoder refuses them, or encoding what it gave gives them again.
// So no two texts mean the same entry, and nothing is let through that no encoder wrote.
#include <array>
#include <vector>

#include "log/format_file.h"
#include "log/postings.h"
#include "tests/fuzz/fuzz.h"

using namespace daybook;
using namespace daybook::fuzz;

namespace {

void check_chunk(std::string_view key, std::string_view value) {
  const auto parsed = parse_chunk_key(key);
  if (!parsed) return;
  DAYBOOK_CHECK(chunk_key(parsed->kind, parsed->text, parsed->first) == key, "a chunk's key is one to one");
  Chunk chunk;
  if (!decode_chunk(parsed->kind, key, value, chunk)) return;
  DAYBOOK_CHECK(chunk.sequences.front() == parsed->first.value(), "a chunk begins where its key says");
  DAYBOOK_CHECK(encode_chunk(parsed->kind, chunk.sequences, chunk.first_version) == value, "a chunk is one to one");
}

void check_entries(std::string_view key, std::string_view value) {
  if (const auto head = decode_head(value)) {
    DAYBOOK_CHECK(encode_head(*head) == value, "a head is one to one");
    DAYBOOK_CHECK(head->version.value() >= 1 && head->last_sequence.value() >= head->version.value(),
                  "a stream has no more versions than the log has events");
  }
  if (const auto entry = decode_key(value)) {
    DAYBOOK_CHECK(encode_key(*entry) == value, "a key's entry is one to one");
    DAYBOOK_CHECK(entry->first >= Sequence(1) && entry->first.plus(entry->event_count - 1) <= kSequenceMax,
                  "a commit has sequences");
  }
  if (const auto checkpoint = decode_checkpoint(key, value)) {
    DAYBOOK_CHECK(checkpoint_key(checkpoint->through) == key, "a checkpoint's key is one to one");
    DAYBOOK_CHECK(encode_checkpoint(*checkpoint) == value, "a checkpoint is one to one");
    DAYBOOK_CHECK(checkpoint->after < checkpoint->through, "a checkpoint covers something");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  std::string_view input = text_of(data, bytes);
  const std::uint8_t key_bytes = take_byte(input);
  const std::string_view key = take(input, key_bytes);
  check_chunk(key, input);
  check_entries(key, input);
  if (const auto format = decode_format(input, "FORMAT")) {
    DAYBOOK_CHECK(encode_format(*format) == input, "FORMAT is one to one");
  }
  return 0;
}
