// What the fuzzers of the protocol begin with.
//
// Threads: one at a time. Owns: nothing.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace daybook::fuzz {

/// Calls `add` for each input, with the fuzzer's name. The same bytes each time.
void add_rpc_inputs(const std::function<void(const std::string& fuzzer, std::string_view bytes)>& add);

}  // namespace daybook::fuzz
