// A recorded event in JSON, in the one form that docs/cli.md defines; and what an append returns.
//
// Threads: one at a time a writer. Owns: a few bytes of cache.
#pragma once

#include <string>
#include <string_view>

#include "daybook/event.h"
#include "daybook/log.h"

namespace daybook::cli {

/// Writes recorded events as JSON, the members always in the same order.
class EventJson {
 public:
  /// `for_terminal`: control characters that JSON allows in its strings (DEL, C1) are escaped in `data` too; elsewhere
  /// `data` is byte for byte what was appended.
  explicit EventJson(bool for_terminal = false) : for_terminal_(for_terminal) {}
  /// Appends `{"sequence":...}` without a line end.
  void append(std::string& out, const EventView& event);

 private:
  void append_data(std::string& out, std::string_view data) const;

  bool for_terminal_;
  Timestamp time_{};  ///< The recorded time that `time_text_` spells; the events of a block share one.
  std::string time_text_;
};

/// Appends `{"firstSequence":1,"lastSequence":2,"versions":{"a":2},"repeated":false}`, streams in byte order.
void append_appended_json(std::string& out, const Appended& appended);
/// Whether `data` can stand in a JSON line as it is: valid JSON in UTF-8 without a line break, or blanks around it.
[[nodiscard]] bool is_json_line(std::string_view data);

}  // namespace daybook::cli
