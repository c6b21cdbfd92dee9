// Keys, ids and correlation ids: fixed for ever, or a second import would append everything again.
#include <string>

#include <doctest/doctest.h>

#include "cli/import/identity.h"
#include "schema/hash.h"
#include "tests/cli/import_rows.h"

using daybook::Uuid;
using daybook::test::csv_mapping;
using daybook::test::import_text;
using daybook::test::Imported;

namespace {

std::string be64(std::uint64_t value) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> static_cast<unsigned>(shift));
  return out;
}

}  // namespace

TEST_CASE("identity: the key is XXH3-128 of source, first row and rows, as docs/mapping.md has it") {
  const Imported imported = import_text(csv_mapping("group = [\"id\"]\n"), "id,v\nz,0\na,\"1\"\r\na,2\n");
  REQUIRE(imported.events.size() == 2);
  const std::string input = be64(4) + "test" + be64(2) + be64(5) + "a,\"1\"" + be64(3) + "a,2";
  CHECK(imported.events[1].commit.key == Uuid{daybook::hash128(input)});
  CHECK(imported.events[1].commit.events[0].id == daybook::cli::event_id_of(*imported.events[1].commit.key));
}

TEST_CASE("identity: the worked example of docs/mapping.md") {
  daybook::cli::RunKey key;
  key.begin("shop", 1);
  key.add("1001,6");
  CHECK(key.finish().text() == "aadbe33a-44f8-9da0-13ec-5438d89c4ff9");
  CHECK(daybook::cli::event_id_of(key.finish()).text() == "2127e914-95e4-521a-9855-0b9a5d55cad6");
  CHECK(daybook::cli::correlation_of("shop", "1001").text() == "1c0c31c6-d87b-57ee-aa90-cf901e9d73d3");
  const std::string page = daybook::test::source_file("docs/mapping.md");
  for (const std::string part : {"aadbe33a-44f8-9da0-13ec-5438d89c4ff9", "2127e914-95e4-521a-9855-0b9a5d55cad6",
                                 "1c0c31c6-d87b-57ee-aa90-cf901e9d73d3"})
    CHECK(page.find(part) != std::string::npos);
}

TEST_CASE("identity: source, row number and bytes each change the key, and lengths keep them apart") {
  const auto key_of = [](const char* source, std::uint64_t row, std::initializer_list<const char*> rows) {
    daybook::cli::RunKey key;
    key.begin(source, row);
    for (const char* bytes : rows) key.add(bytes);
    return key.finish();
  };
  const auto key = key_of("s", 1, {"a", "b"});
  CHECK(key == key_of("s", 1, {"a", "b"}));
  CHECK(key != key_of("t", 1, {"a", "b"}));
  CHECK(key != key_of("s", 2, {"a", "b"}));
  CHECK(key != key_of("s", 1, {"ab"}));
  CHECK(key != key_of("s", 1, {"ab", ""}));
  CHECK(key != key_of("s", 1, {"a"}));
}

TEST_CASE("identity: a correlation that is a UUID is taken as it is, any other text is named within its source") {
  const std::string uuid = "01890a5d-ac96-774b-bcce-b302099a8057";
  CHECK(daybook::cli::correlation_of("s", uuid).text() == uuid);
  CHECK(daybook::cli::correlation_of("s", "x") == daybook::cli::correlation_of("s", "x"));
  CHECK(daybook::cli::correlation_of("s", "x") != daybook::cli::correlation_of("t", "x"));
  CHECK(daybook::cli::correlation_of("s", "x") != daybook::cli::correlation_of("s", "y"));
  CHECK(daybook::cli::correlation_of("s", "x").text()[14] == '5');
}

TEST_CASE(
    "identity: the name of the file, its compression and its line ends do not matter; a changed mapping keeps the "
    "keys") {
  const Imported one = import_text(csv_mapping("data.a = \"{v}\""), "id,v\n1,a\n");
  const Imported other = import_text(csv_mapping("data.b = \"{v}\""), "id,v\r\n1,a");
  CHECK(one.events[0].commit.key == other.events[0].commit.key);
  CHECK(one.events[0].commit.events[0].id == other.events[0].commit.events[0].id);
  CHECK(one.events[0].commit.events[0].data != other.events[0].commit.events[0].data);
}
