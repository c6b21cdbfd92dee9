# The bytes of an event and of a block. docs/format.md is the grammar around them.
#
# Bytes are for ever: ordinals never change or get reused; new fields come last, with defaults.
@0xd4b00c5e1a7e0001;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema");

struct Header {
  name @0 :Text;
  value @1 :Text;
}

struct Event {
  # One recorded event; stored as an unframed single-segment message.
  version @0 :UInt64;            # within the stream, from 1; patched in place by the sequencer, so it stays word 0
  idHigh @1 :UInt64;             # the UUID's first eight bytes, as a big-endian number
  idLow @2 :UInt64;
  correlationHigh @3 :UInt64;
  correlationLow @4 :UInt64;
  causationHigh @5 :UInt64;
  causationLow @6 :UInt64;
  occurredAt @7 :Int64;          # nanoseconds UTC
  hasOccurredAt @8 :Bool;
  hasCorrelation @9 :Bool;
  hasCausation @10 :Bool;
  stream @11 :Text;
  type @12 :Text;
  tags @13 :List(Text);          # null when there is none
  contentType @14 :Text;         # null: application/json
  data @15 :Data;
  traceparent @16 :Text;         # null: absent, which differs from empty
  headers @17 :List(Header);     # null when there is none
}

struct Commit {
  # One atomic append: the next eventCount events of the block.
  keyHigh @0 :UInt64;
  keyLow @1 :UInt64;
  fingerprintHigh @2 :UInt64;
  fingerprintLow @3 :UInt64;
  eventCount @4 :UInt32;
  hasKey @5 :Bool;
}

struct Block {
  # 1..n whole commits; event i has the sequence firstSequence + i.
  firstSequence @0 :UInt64;
  recordedAt @1 :Int64;          # nanoseconds UTC; one for the block, never decreasing
  chainHigh @2 :UInt64;          # the link of the block before
  chainLow @3 :UInt64;
  commits @4 :List(Commit);
  events @5 :List(Data);         # each an Event
}
