// Any damage to any file is refused and named, or it does not show. A seeded sample of all flips of one bit; more of
// them, or others, by DAYBOOK_FLIPS and DAYBOOK_SEED.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <map>

#include <doctest/doctest.h>

#include "tests/crash/child.h"
#include "tests/crash/damage_probe.h"
#include "tests/crash/workload.h"

namespace daybook::test {
namespace {

constexpr std::size_t kPageBytes = 4096;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const given = std::getenv(variable);
  return given != nullptr ? std::strtoull(given, nullptr, 10) : otherwise;
}

/// A file of a subject and what is done to it.
struct Harm {
  std::string what;
  std::string file;
  Contents contents;
};

bool names_it(const Finding& finding, const Harm& harm) {
  const std::string base = harm.file.substr(harm.file.find_last_of('/') + 1);
  const std::string& text = finding.refusal;
  if (text.find(base) != std::string::npos) return true;
  const bool code = text.starts_with("corruption") || text.starts_with("unsupported");
  const bool place = text.find("sequence") != std::string::npos || text.find("log/") != std::string::npos ||
                     text.find("DIR/log") != std::string::npos || text.find("postings") != std::string::npos;
  return code && place;
}

/// Tries a reader and then a writer; what is wrong, or nothing.
std::string try_harm(const DamageSubject& subject, const Harm& harm, std::map<std::string, int>& tally) {
  QuickDirectory directory;
  const auto path = directory.path() / "log";
  put_contents(path, harm.contents);
  for (const bool reader : {true, false}) {
    const Finding finding = reader ? probe_reader(subject, path) : probe_writer(subject, path);
    const std::string who = reader ? "reader: " : "writer: ";
    if (!finding.wrong.empty()) return who + finding.wrong;
    if (!finding.refusal.empty() && !names_it(finding, harm)) return who + "does not name it: " + finding.refusal;
    ++tally[who + (finding.refusal.empty() ? "reads the same" : "names it")];
    if (std::getenv("DAYBOOK_DETAILS") != nullptr) MESSAGE(harm.what << " -> " << who << finding.refusal);
  }
  return {};
}

std::vector<std::string> files_of(const Contents& contents) {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : contents) {
    if (!name.ends_with('/') && !bytes.empty()) names.push_back(name);
  }
  return names;
}

Harm flip(const DamageSubject& subject, std::uint64_t random) {
  const auto names = files_of(subject.contents);
  Harm harm{.what = {}, .file = names[mixed(random) % names.size()], .contents = subject.contents};
  std::string& bytes = harm.contents[harm.file];
  const std::uint64_t bit = mixed(random + 1) % (8 * bytes.size());
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  harm.what = "bit " + std::to_string(bit) + " of " + harm.file;
  return harm;
}

Harm cut_short(const DamageSubject& subject, const std::string& file, std::uint64_t random) {
  Harm harm{.what = {}, .file = file, .contents = subject.contents};
  std::string& bytes = harm.contents[file];
  bytes.resize(mixed(random) % bytes.size());
  harm.what = file + " cut to " + std::to_string(bytes.size()) + " bytes";
  return harm;
}

Harm with_zeros(const DamageSubject& subject, const std::string& file, std::uint64_t random) {
  Harm harm{.what = {}, .file = file, .contents = subject.contents};
  std::string& bytes = harm.contents[file];
  const std::size_t page = mixed(random) % ((bytes.size() + kPageBytes - 1) / kPageBytes);
  const std::size_t begin = page * kPageBytes;
  std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
            bytes.begin() + static_cast<std::ptrdiff_t>(std::min(bytes.size(), begin + kPageBytes)), '\0');
  harm.what = "page " + std::to_string(page) + " of " + file + " zeroed";
  return harm;
}

Harm without(const DamageSubject& subject, const std::string& file) {
  Harm harm{.what = file + " deleted", .file = file, .contents = subject.contents};
  harm.contents.erase(file);
  return harm;
}

class Sweep {
 public:
  explicit Sweep(const DamageSubject& subject) : subject_(subject) {}
  ~Sweep() {
    for (const auto& [what, count] : tally_) MESSAGE(what << ": " << count);
  }

  void harm(const Harm& harm) {
    const std::string wrong = try_harm(subject_, harm, tally_);
    CHECK_MESSAGE(wrong.empty(), harm.what << ": " << wrong);
  }
  void flips(std::uint64_t seed, std::uint64_t count) {
    MESSAGE("DAYBOOK_SEED=" << seed << " DAYBOOK_FLIPS=" << count);
    for (std::uint64_t i = 0; i < count; ++i) harm(flip(subject_, mixed(seed) + 2 * i));
  }
  void files(std::uint64_t seed) {
    MESSAGE("DAYBOOK_SEED=" << seed);
    for (const std::string& file : files_of(subject_.contents)) {
      harm(without(subject_, file));
      harm(cut_short(subject_, file, ++seed));
      harm(with_zeros(subject_, file, ++seed));
    }
  }

 private:
  const DamageSubject& subject_;
  std::map<std::string, int> tally_;
};

void flip_bits(Durability durability, Ending ending) {
  const std::uint64_t now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  const DamageSubject subject = make_damage_subject(durability, ending);
  Sweep(subject).flips(number_from("DAYBOOK_SEED", now), number_from("DAYBOOK_FLIPS", 100));
}

void harm_files(Durability durability, Ending ending) {
  const std::uint64_t now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  const DamageSubject subject = make_damage_subject(durability, ending);
  Sweep(subject).files(number_from("DAYBOOK_SEED", now));
}

}  // namespace

TEST_CASE("damage: an undamaged subject reads the same, closed or killed, for readers and writers") {
  for (const Durability durability : {Durability::fsync, Durability::buffered}) {
    for (const Ending ending : {Ending::closed, Ending::killed}) {
      const DamageSubject subject = make_damage_subject(durability, ending);
      QuickDirectory directory;
      put_contents(directory.path() / "log", subject.contents);
      for (const bool reader : {true, false}) {
        const Finding finding =
            reader ? probe_reader(subject, directory.path() / "log") : probe_writer(subject, directory.path() / "log");
        CHECK(finding.wrong == "");
        CHECK(finding.refusal == "");
      }
    }
  }
}

TEST_CASE("damage: a flipped bit in a closed log is named, or does not show") {
  flip_bits(Durability::fsync, Ending::closed);
}

TEST_CASE("damage: a flipped bit in a log whose writer was killed is named, or does not show") {
  flip_bits(Durability::fsync, Ending::killed);
}

TEST_CASE("damage: a flipped bit in a log whose buffered writer was killed is named, or does not show") {
  flip_bits(Durability::buffered, Ending::killed);
}

TEST_CASE("damage: a deleted, shortened or partly zeroed file of a closed log is named, or does not show") {
  harm_files(Durability::fsync, Ending::closed);
}

TEST_CASE("damage: a deleted, shortened or partly zeroed file of a killed log is named, or does not show") {
  harm_files(Durability::fsync, Ending::killed);
  harm_files(Durability::buffered, Ending::killed);
}

}  // namespace daybook::test
