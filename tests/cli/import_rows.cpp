// Inputs go through a file, because that is what the importer takes; one in memory, because there are very many.
#include "tests/cli/import_rows.h"

#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

namespace daybook::test {

std::string Imported::data() const {
  REQUIRE(!error);
  REQUIRE(bad.empty());
  REQUIRE(events.size() == 1);
  return events.front().commit.events.front().data;
}

std::string Imported::bad_row() const {
  REQUIRE(!error);
  REQUIRE(bad.size() == 1);
  const cli::BadRow& row = bad.front();
  return std::to_string(row.line) + ":" + std::to_string(row.column) + " (row " + std::to_string(row.row) +
         "): " + row.reason;
}

Imported import_file(std::string_view mapping_text, const std::string& path, cli::BadRows bad_rows) {
  Imported out;
  auto mapping = cli::Mapping::parse(mapping_text, "m.toml");
  if (!mapping) {
    out.error = mapping.error();
    return out;
  }
  auto source = cli::EventSource::open(path, *mapping, bad_rows);
  if (!source) {
    out.error = source.error();
    return out;
  }
  while (true) {
    auto step = (*source)->next();
    if (!step) {
      out.error = step.error();
      break;
    }
    if (std::holds_alternative<cli::EventSource::End>(*step)) break;
    if (auto* event = std::get_if<cli::ImportedCommit>(&*step)) {
      out.order.push_back(event->commit.events.front().stream + " " + std::to_string(event->first_row) + "-" +
                          std::to_string(event->last_row));
      out.events.push_back(std::move(*event));
    } else if (auto* bad = std::get_if<cli::BadRow>(&*step)) {
      out.order.push_back("bad " + std::to_string(bad->row));
      out.bad.push_back(std::move(*bad));
    }
  }
  out.rows = (*source)->rows();
  out.skipped = (*source)->rows_skipped();
  return out;
}

Imported import_text(std::string_view mapping, std::string_view input, cli::BadRows bad_rows) {
  const int descriptor = ::memfd_create("input", MFD_CLOEXEC);
  REQUIRE(descriptor >= 0);
  for (std::size_t done = 0; done < input.size();) {
    const ssize_t written = ::write(descriptor, input.data() + done, input.size() - done);
    REQUIRE(written > 0);
    done += static_cast<std::size_t>(written);
  }
  Imported out = import_file(mapping, "/proc/self/fd/" + std::to_string(descriptor), bad_rows);
  ::close(descriptor);
  return out;
}

std::string csv_mapping(std::string_view rule) {
  return "source = \"test\"\nformat = \"csv\"\n[[event]]\nstream = \"s-{id}\"\ntype = \"T\"\n" + std::string(rule) +
         "\n";
}

std::string jsonl_mapping(std::string_view rule) {
  return "source = \"test\"\nformat = \"jsonl\"\n[[event]]\nstream = \"s-{id}\"\ntype = \"T\"\n" + std::string(rule) +
         "\n";
}

std::string mapping_error(std::string_view mapping) {
  const auto parsed = cli::Mapping::parse(mapping, "m.toml");
  return parsed ? "" : parsed.error().message;
}

std::string real_data(const std::string& name) {
  const std::string path = std::string(DAYBOOK_SOURCE_DIR) + "/../shared/data/online-retail/" + name;
  if (std::filesystem::exists(path)) return path;
  MESSAGE("skipped: ", path, " is not there");
  return {};
}

std::string source_file(const std::string& path) {
  std::ifstream in(std::string(DAYBOOK_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << in.rdbuf();
  REQUIRE(!text.str().empty());
  return text.str();
}

}  // namespace daybook::test
