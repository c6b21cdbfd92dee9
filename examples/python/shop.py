#!/usr/bin/env python3
"""A daybook client from the schema alone: logs in, appends an order, and follows the log from sequence 1.

    pip install pycapnp==2.2.4
    daybook serve --log shop.daybook &
    python shop.py 127.0.0.1:4290 ../../schema      # the address; the folder of rpc.capnp and event.capnp

Prints each event as a JSON line, until it has seen the one that it appended."""
import asyncio, json, pathlib, struct, sys, uuid
import capnp

address, schema = sys.argv[1:3]
standard = [str(pathlib.Path(capnp.__file__).parent.parent)]  # where pycapnp keeps /capnp/c++.capnp
rpc = capnp.load(f"{schema}/rpc.capnp", imports=standard)
stored = capnp.load(f"{schema}/event.capnp", imports=standard)


def events_of(batch):
    """The events that a batch means: some of a whole block, or those of an excerpt with its sequences."""
    with stored.Block.from_bytes(batch.block, traversal_limit_in_words=2**32) as block:
        for at in list(batch.picks) or range(batch.first, batch.last + 1):
            words = block.events[at]  # a message without its frame, which is: one segment, so many words
            sequence = batch.excerpt.sequences[at] if batch._has("excerpt") else block.firstSequence + at
            with stored.Event.from_bytes(struct.pack("<II", 0, len(words) // 8) + words) as event:
                yield {"sequence": sequence, "stream": event.stream, "version": event.version, "type": event.type,
                       "data": json.loads(event.data)}


class Printer(rpc.Subscriber.Server):
    def __init__(self, through, done):
        self.through, self.done = through, done

    async def push(self, batches, **_):
        for event in (event for batch in batches for event in events_of(batch)):
            print(json.dumps(event))
            if event["sequence"] >= self.through and not self.done.done():
                self.done.set_result(None)


def checked(result):
    return sys.exit(f"{result.error.message} ({result.error.outcome})") if result._has("error") else result


async def main():
    host, port = address.rsplit(":", 1)
    client = capnp.TwoPartyClient(await capnp.AsyncIoStream.create_connection(host=host, port=port))
    login = client.bootstrap().cast_as(rpc.Daybook).login(token="", client="shop.py", version=rpc.protocolVersion)
    log = login.session.openLog().log  # neither is waited for: the append below goes out with them
    order = uuid.uuid4()
    event = {"stream": f"order-{order}", "type": "OrderPlaced", "data": json.dumps({"total": "9.50"}).encode()}
    key = {"high": order.int >> 64, "low": order.int & (1 << 64) - 1}  # sent again with it, it is not appended again
    placed = checked(await log.append(commit={"events": [event], "key": key}, timeout=10**10)).appended
    done = asyncio.get_running_loop().create_future()
    following = checked(await log.subscribe(start={"sequence": 1}, query={}, subscriber=Printer(placed.last, done)))
    await done  # and with it holds `following`: dropping a subscription ends it
    following.subscription.stop()


asyncio.run(capnp.run(main()))
