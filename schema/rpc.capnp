# The protocol between a daybook server and its clients: Cap'n Proto RPC, level 1, over TCP or a Unix socket
# (docs/protocol.md). Any language's Cap'n Proto can speak it from this file and event.capnp alone.
#
# What can go wrong is data: every result has an `error`, null where there is none, and its other fields then hold what
# they say. Exceptions are for broken connections and broken clients only. Where a method returns a capability and an
# error, the capability is null, and calls pipelined on it fail.
#
# Bytes are for ever: ordinals never change or get reused; new fields and methods come last. `login` agrees on a
# version; a server refuses a client whose oldest version is newer than its own.
@0xd4b00c5e1a7e0002;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::rpc");

const protocolVersion :UInt32 = 1;

interface Daybook @0xd4b00c5e1a7e0101 {
  # What a connection begins with (the bootstrap capability).

  login @0 (token :Text, client :Text, version :UInt32)
      -> (session :Session, server :Text, version :UInt32, error :Error);
  # `token` is empty where the server asks for none. `client`: a name for the server's log, at most 256 bytes. `version`:
  # the newest that the client speaks; the answer's is the one that both use. Until it succeeds a connection may send
  # small messages only, and not for long (docs/limits.md).
}

interface Session @0xd4b00c5e1a7e0102 {
  openLog @0 () -> (log :Log, logId :Uuid, head :UInt64, error :Error);
  projection @1 (name :Text) -> (projection :Projection, error :Error);
  projections @2 () -> (list :List(ProjectionStatus), error :Error);
}

interface Log @0xd4b00c5e1a7e0103 {
  append @0 (commit :Commit, timeout :Int64) -> (appended :Appended, error :Error);
  # `timeout`: nanoseconds, 0 to 1 hour, as in an embedded log. The answer comes when the commit is as durable as the
  # server was told to make it. An error's `outcome` says whether it may have been appended all the same; then ask again
  # with the same key.

  appendMany @1 (commits :List(Commit), timeout :Int64) -> (results :List(AppendResult), error :Error);
  # As so many calls of append in this order, each judged alone: one may be refused and the next appended. At most 4,096
  # commits.

  appender @2 (timeout :Int64) -> (appender :Appender, error :Error);
  # For many commits at full speed, with flow control.

  read @3 (from :UInt64, through :UInt64, query :Query, backward :Bool, limit :UInt64, bytesMax :UInt32)
      -> (batches :List(Batch), through :UInt64, next :UInt64, done :Bool, plan :Plan, gap :Gap, error :Error);
  # One page, about `bytesMax` bytes and at least one event if there is one. `from` and `through` are inclusive and low to
  # high in both directions; the answer's `through` is the given one clamped to the head, to be given again for a steady
  # view. `limit` counts events; give what is left of it again. Unless `done`, the next page begins at `next`: as `from`
  # (backward: as `through`). A `gap` ends a page: what lies there cannot be read.

  get @4 (sequence :UInt64) -> (batch :Batch, error :Error);
  head @5 () -> (head :UInt64, error :Error);
  checkpointAt @6 (sequence :UInt64) -> (checkpoint :Checkpoint, error :Error);
  check @7 (checkpoint :Checkpoint) -> (error :Error);
  # `diverged` unless this log's history holds it.
  firstAt @8 (time :Int64) -> (sequence :UInt64, error :Error);
  sequenceOf @9 (stream :Text, version :UInt64) -> (sequence :UInt64, error :Error);
  streamHead @10 (stream :Text) -> (head :StreamHead, error :Error);
  streams @11 (prefix :Text, after :Text, limit :UInt32) -> (streams :List(StreamHead), error :Error);
  # In byte order, those after `after` only. A page may hold fewer than `limit`; the last one is empty.
  statistics @12 () -> (statistics :Statistics, error :Error);

  subscribe @13 (start :Start, query :Query, subscriber :Subscriber)
      -> (subscription :Subscription, position :Checkpoint, error :Error);
  # Delivers each matching event once and in order, from `start` on, for ever. `position` is the place that it begins
  # behind. It ends when the subscription is dropped or stopped, or the connection ends.
}

interface Appender @0xd4b00c5e1a7e0104 {
  write @0 (commits :List(Commit)) -> stream;
  # Appends them as appendMany does. Never fails itself: finish tells.

  finish @1 () -> (commits :UInt64, refused :UInt64, last :UInt64, firstRefused :UInt64, error :Error);
  # Waits until all that was written is judged. `commits`: appended, or known by their key. `refused`: the others;
  # `firstRefused` counts from 0 over all that was written, and `error` is why. `last`: the highest sequence. Keep the
  # appender until this is answered: Cap'n Proto 0.9 takes streaming calls back with their capability, and what was taken
  # back counts as refused, with an error that says that it may have been appended.
}

interface Subscriber @0xd4b00c5e1a7e0105 {
  # The client's side. All calls are made one after the other; one that is not answered holds back those behind it, so a
  # slow subscriber slows nobody else and is never cut off.

  push @0 (batches :List(Batch)) -> stream;
  caughtUp @1 (position :Checkpoint) -> stream;
  # Everything up to here was pushed; told each time that it gets there from behind.
  scannedThrough @2 (position :Checkpoint) -> stream;
  # Nothing that is not pushed yet matches up to here: a place to store.
  gap @3 (gap :Gap) -> stream;
  # What lies there is not pushed; the subscription goes on behind it, or ends if it cannot.
  ended @4 (error :Error) -> ();
  # Nothing comes any more.
}

interface Subscription @0xd4b00c5e1a7e0106 {
  stop @0 () -> ();
}

interface Projection @0xd4b00c5e1a7e0107 {
  # Rows are as the projection's fold wrote them: keys and values are bytes, ordered bytewise. `atLeast`: the answer
  # waits until the state holds every event through it, up to `timeout` nanoseconds (`timeout` error; at most 1 hour), so
  # that who appended reads his own writes.

  query @0 (key :Data, atLeast :UInt64, timeout :Int64) -> (found :Bool, value :Data, position :Checkpoint, error :Error);
  scan @1 (prefix :Data, after :Data, limit :UInt32, bytesMax :UInt32, atLeast :UInt64, timeout :Int64)
      -> (rows :List(Row), done :Bool, position :Checkpoint, error :Error);
  # One page of the rows whose keys begin with `prefix`, those after `after` only (null: from the first).
  status @2 (atLeast :UInt64, timeout :Int64) -> (status :ProjectionStatus, error :Error);
}

struct Uuid {
  # 128 bits: the first eight bytes as a big-endian number, and the last. Null: absent.
  high @0 :UInt64;
  low @1 :UInt64;
}

struct Hash {
  # XXH3-128 in canonical form, as two big-endian numbers.
  high @0 :UInt64;
  low @1 :UInt64;
}

struct Checkpoint {
  logId @0 :Uuid;
  sequence @1 :UInt64;   # 0: before the first event
  link @2 :Hash;         # of the block that holds it
}

struct Header {
  name @0 :Text;
  value @1 :Text;
}

struct NewEvent {
  # As its producer gives it. Limits: docs/limits.md.
  stream @0 :Text;
  type @1 :Text;
  data @2 :Data;
  tags @3 :List(Text);
  contentType @4 :Text;      # null: application/json
  id @5 :Uuid;               # null: the server makes one
  occurredAt @6 :Int64;      # nanoseconds since 1970, UTC; counts if hasOccurredAt
  hasOccurredAt @7 :Bool;
  correlationId @8 :Uuid;
  causationId @9 :Uuid;
  traceparent @10 :Text;     # null: absent, which differs from empty
  headers @11 :List(Header);
}

struct ExpectedVersion {
  stream @0 :Text;
  version @1 :UInt64;        # 0: the stream must not exist
}

struct FailIfMatch {
  query @0 :Query;
  after @1 :UInt64;          # exclusive
}

struct Commit {
  # One atomic append: all of its events or none.
  events @0 :List(NewEvent);
  expected @1 :List(ExpectedVersion);
  failIfMatch @2 :List(FailIfMatch);
  key @3 :Uuid;              # idempotency key; null: none
  fingerprint @4 :Hash;      # null, or what the client computed (docs/format.md): checked, so that what is appended is what was meant
  newKey @5 :Bool;           # the key was made for this commit, and the commit was never sent before: the key is not looked up
}

struct Appended {
  first @0 :UInt64;
  last @1 :UInt64;
  repeated @2 :Bool;         # the key was known; nothing was appended now
  versions @3 :List(StreamVersion);
}

struct StreamVersion {
  stream @0 :Text;
  version @1 :UInt64;
}

struct AppendResult {
  union {
    appended @0 :Appended;
    error @1 :Error;
  }
}

struct QueryItem {
  # An AND of its parts; one that is absent does not restrict.
  streams @0 :List(Text);    # any of these; excludes streamPrefix
  streamPrefix @1 :Text;
  types @2 :List(Text);      # any of these
  tags @3 :List(Text);       # all of these
  correlationId @4 :Uuid;
}

struct Query {
  items @0 :List(QueryItem); # an OR; none: every event
}

struct Batch {
  # Events of one block, in the order read. Either the stored block's bytes, untouched, with what of it is meant; or, where
  # little of a block matches, an excerpt: a Block message that holds only what matches.
  block @0 :Data;            # event.capnp, Block, framed as a stream message
  link @1 :Hash;             # of the stored block. Not an excerpt: the XXH3-128 of `block`, to be checked
  first @2 :UInt32;          # what is meant, as indexes in `block`: first through last,
  last @3 :UInt32;
  picks @4 :List(UInt32);    # or, unless null, these
  excerpt @5 :Excerpt;       # unless null, `block` is an excerpt
}

struct Excerpt {
  sequences @0 :List(UInt64); # of its events; its own firstSequence is the first of them
  hash @1 :Hash;              # XXH3-128 of `block`, to be checked
}

struct Gap {
  # Events that are not delivered, and why.
  enum Reason {
    damaged @0;              # they cannot be read; see daybook verify on the server's log
    denied @1;               # the session may not read them
  }
  first @0 :UInt64;
  last @1 :UInt64;           # inclusive
  reason @2 :Reason;
  message @3 :Text;
}

struct Start {
  union {
    sequence @0 :UInt64;     # the first event at or after it; at most one beyond the head
    head @1 :Void;           # what is appended from now on
    checkpoint @2 :Checkpoint; # the first event after it; `diverged` where this log's history does not hold it
  }
}

struct Plan {
  usesPostings @0 :Bool;
  terms @1 :UInt64;
  text @2 :Text;
}

struct StreamHead {
  stream @0 :Text;
  version @1 :UInt64;        # 0: it does not exist
  lastSequence @2 :UInt64;
}

struct Statistics {
  head @0 :UInt64;
  streams @1 :UInt64;
  commits @2 :UInt64;
  blocks @3 :UInt64;
  bytesOnDisk @4 :UInt64;
  indexedThrough @5 :UInt64;
  logId @6 :Uuid;
  formatVersion @7 :UInt32;
  recovered @8 :UInt16;      # 0 clean, 1 replayed, 2 cut
}

struct Row {
  key @0 :Data;
  value @1 :Data;
}

struct ProjectionStatus {
  name @0 :Text;
  foldVersion @1 :UInt32;
  position @2 :Checkpoint;
  failure @3 :Failure;       # null: it runs

  struct Failure {
    sequence @0 :UInt64;
    stream @1 :Text;
    reason @2 :Text;
  }
}

struct Error {
  enum Code {
    # What the caller can do (include/daybook/result.h).
    conflict @0;
    notFound @1;
    invalid @2;
    tooLarge @3;
    busy @4;
    closed @5;
    denied @6;
    corruption @7;
    io @8;
    unsupported @9;
    diverged @10;
    timeout @11;
  }
  enum Outcome {
    none @0;                 # not an append
    notAppended @1;
    mayHaveBeenAppended @2;
  }
  code @0 :Code;
  outcome @1 :Outcome;
  message @2 :Text;          # one line for a person; not to be parsed
  conflict @3 :Conflict;     # set exactly where `code` is conflict
}

struct Conflict {
  enum Kind {
    version @0;              # `stream` is at `actual`, not at `expected`
    match @1;                # the event `sequence`, in `stream`, matches a failIfMatch query
    key @2;                  # the key was used for other events, which begin at `sequence`
  }
  kind @0 :Kind;
  stream @1 :Text;
  expected @2 :UInt64;
  actual @3 :UInt64;
  sequence @4 :UInt64;
}
