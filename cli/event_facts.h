// All of a recorded event for a person: what `get` prints, and `inspect` begins with.
//
// Threads: one at a time. Owns: nothing.
#pragma once

#include "daybook/event.h"

#include "cli/fact_list.h"
#include "cli/output.h"

namespace daybook::cli {

/// Adds the event's fields to `facts`, times as `output` is to show them.
void add_event_facts(FactList& facts, const EventView& event, const Output& output);

}  // namespace daybook::cli
