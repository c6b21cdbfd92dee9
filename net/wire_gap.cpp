// A gap is told rather than passed over: who follows a log must know that what it has is not all there is.
#include "net/wire_gap.h"

#include "net/wire_error.h"
#include "net/wire_guard.h"
#include "net/wire_ids.h"

namespace daybook::net {

void to_wire(const Gap& gap, rpc::Gap::Builder builder) {
  builder.setFirst(gap.first.value());
  builder.setLast(gap.last.value());
  builder.setReason(gap.reason == Gap::Reason::denied ? rpc::Gap::Reason::DENIED : rpc::Gap::Reason::DAMAGED);
  builder.setMessage(text_of(gap.message));
}

Result<Gap> from_wire(rpc::Gap::Reader reader) {
  return guarded([&]() -> Result<Gap> {
    Gap gap{.first = Sequence(reader.getFirst()), .last = Sequence(reader.getLast())};
    if (gap.first == Sequence(0) || gap.last < gap.first || gap.last > kSequenceMax) {
      return fail(Code::invalid, "a gap names no events");
    }
    if (reader.getReason() == rpc::Gap::Reason::DENIED) gap.reason = Gap::Reason::denied;
    gap.message = one_line(reader.getMessage());
    return gap;
  });
}

}  // namespace daybook::net
