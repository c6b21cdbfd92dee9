// The bytes of a stored block beside what they are: `inspect --raw`.
//
// Threads: one at a time. Owns: nothing.
#pragma once

#include <string>
#include <vector>

#include "daybook/block.h"

#include "cli/output.h"
#include "schema/block_layout.h"

namespace daybook::cli {

/// Prints a row for every eight bytes: `OFFSET  BYTES  FIELD`, as docs/format.md does; one for each stretch of others.
void print_hexdump(Output& output, const Block& block, const std::vector<Stretch>& layout);
/// Appends `[{"offset","bytes","field"},...]`, an object a stretch; others have `length` instead of their bytes.
void append_hexdump_json(std::string& out, const Block& block, const std::vector<Stretch>& layout);

}  // namespace daybook::cli
