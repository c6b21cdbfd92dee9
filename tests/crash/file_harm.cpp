// A number stands for a harm, so that a sample is a few random numbers and the whole sweep is all of them.
#include "tests/crash/file_harm.h"

#include <algorithm>

namespace daybook::test {
namespace {

constexpr std::uint64_t kPageBytes = 4096;

void flip(std::string& bytes, std::uint64_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
}

void zero(std::string& bytes, std::uint64_t page) {
  const std::uint64_t begin = page * kPageBytes;
  const std::uint64_t end = std::min<std::uint64_t>(bytes.size(), begin + kPageBytes);
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(begin), end - begin, '\0');
}

}  // namespace

std::string_view word_of(FileHarm::Kind kind) {
  switch (kind) {
    case FileHarm::Kind::none:
      return "unharmed";
    case FileHarm::Kind::flip:
      return "bit flipped";
    case FileHarm::Kind::cut:
      return "cut short";
    case FileHarm::Kind::zero:
      return "page zeroed";
    case FileHarm::Kind::remove:
      return "deleted";
    case FileHarm::Kind::older:
      return "older copy";
  }
  return "";
}

std::string text_of(const FileHarm& harm) {
  if (harm.kind == FileHarm::Kind::none) return "no harm";
  return std::string(word_of(harm.kind)) + " " + std::to_string(harm.place) + " of " + harm.file;
}

Contents contents_after(const DamageSubject& subject, const FileHarm& harm) {
  Contents contents = subject.contents;
  switch (harm.kind) {
    case FileHarm::Kind::none:
      break;
    case FileHarm::Kind::flip:
      flip(contents.at(harm.file), harm.place);
      break;
    case FileHarm::Kind::cut:
      contents.at(harm.file).resize(harm.place);
      break;
    case FileHarm::Kind::zero:
      zero(contents.at(harm.file), harm.place);
      break;
    case FileHarm::Kind::remove:
      contents.erase(harm.file);
      break;
    case FileHarm::Kind::older:
      contents[harm.file] = subject.older.at(harm.file);
      break;
  }
  return contents;
}

Harms::Harms(const DamageSubject& subject) {
  add(FileHarm::Kind::none, "", 1);
  for (const auto& [name, bytes] : subject.contents) {
    if (name.ends_with('/')) continue;
    const bool is_read = !name.starts_with("log/OPTIONS");
    add(FileHarm::Kind::flip, name, (is_read ? 8 : 1) * bytes.size(), is_read ? 1 : 8);
    add(FileHarm::Kind::cut, name, bytes.size());
    add(FileHarm::Kind::zero, name, (bytes.size() + kPageBytes - 1) / kPageBytes);
    add(FileHarm::Kind::remove, name, 1);
  }
  for (const auto& [name, bytes] : subject.older) {
    const auto now = subject.contents.find(name);
    const bool same = now != subject.contents.end() && now->second == bytes;
    if (!name.ends_with('/') && !same) add(FileHarm::Kind::older, name, 1);
  }
}

void Harms::add(FileHarm::Kind kind, const std::string& file, std::uint64_t count, std::uint64_t step) {
  if (count > 0) stretches_.push_back({kind, file, count, step});
  size_ += count;
}

FileHarm Harms::at(std::uint64_t number) const {
  for (const Stretch& stretch : stretches_) {
    if (number < stretch.count) return {.kind = stretch.kind, .file = stretch.file, .place = number * stretch.step};
    number -= stretch.count;
  }
  return {};
}

}  // namespace daybook::test
