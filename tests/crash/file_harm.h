// What can be done to one file of a log, one by one: every harm of a subject has a number.
//
// Threads: values; any. Owns: Harms, a list of names and lengths.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/crash/damage_probe.h"

namespace daybook::test {

struct FileHarm {
  enum class Kind : std::uint8_t {
    none,    ///< Nothing at all: what the others are compared with.
    flip,    ///< One bit, `place`.
    cut,     ///< The file ends at `place`.
    zero,    ///< The page of 4 KiB `place` is zeroed.
    remove,  ///< The file is gone.
    older,   ///< The file is as it was when the session before ended, also where it had been deleted since.
  };
  Kind kind = Kind::none;
  std::string file{};
  std::uint64_t place = 0;
};

/// For a person, such as `bit 17 of HEAD`.
[[nodiscard]] std::string text_of(const FileHarm& harm);
/// In one word.
[[nodiscard]] std::string_view word_of(FileHarm::Kind kind);

/// The subject's files after `harm`.
[[nodiscard]] Contents contents_after(const DamageSubject& subject, const FileHarm& harm);

/// All harms of a subject: first none, then file by file each bit, each length, each page, its end, its past. Of
/// RocksDB's OPTIONS files, which nothing reads, one bit of each byte.
class Harms {
 public:
  explicit Harms(const DamageSubject& subject);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// `number` is below size().
  [[nodiscard]] FileHarm at(std::uint64_t number) const;

 private:
  struct Stretch {
    FileHarm::Kind kind;
    std::string file;
    std::uint64_t count;  ///< Of places.
    std::uint64_t step;   ///< From one place to the next.
  };
  void add(FileHarm::Kind kind, const std::string& file, std::uint64_t count, std::uint64_t step = 1);

  std::vector<Stretch> stretches_;
  std::uint64_t size_ = 0;
};

}  // namespace daybook::test
