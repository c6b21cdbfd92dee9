// RFC 4180 read once more, as plainly as it can be: the model that the importer's CSV reader is compared with.
//
// Threads: any; a pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace daybook::test {

/// The records of `text`, each with its fields; nullopt where a record is not allowed by RFC 4180.
[[nodiscard]] std::optional<std::vector<std::vector<std::string>>> simple_csv(std::string_view text,
                                                                              char delimiter = ',');

}  // namespace daybook::test
