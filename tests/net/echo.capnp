# What the tests of net/ speak: one call of each kind that the RPC treats differently.
@0xd2f7a5c1e0b94683;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::test");

interface Echo {
  echo @0 (text :Text) -> (text :Text);      # answers at once
  wait @1 () -> ();                          # answers when the test says so
  make @2 () -> (echo :Echo);                # gives a capability
  push @3 (times :UInt32, sink :Sink) -> (); # sends its block to sink that many times
  fetch @4 () -> (bytes :Data);              # answers with bytes that are not copied
  keep @5 (sink :Sink) -> ();                # keeps sink

  interface Sink {
    take @0 (bytes :Data) -> stream;
    done @1 () -> ();
  }
}
