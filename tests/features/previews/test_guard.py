"""The server connects to the public Internet only, however an address is written."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address, ip_network
from threading import Event, current_thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatrooms.features.previews.guard import (
    LAST_PORT,
    LOOK_UPS,
    OF_HOST,
    OF_NETWORK,
    Guard,
    Refused,
    is_public,
    look_up,
)

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "172.15.0.1", "172.32.0.1", "100.63.255.255", "2606:4700::1111"]
PRIVATE = [
    *("0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7"),
    *("168.63.129.16", "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fe80::1%1", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "ff0e::1"),
    *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "100::1"),
    *("2002:7f00:1::1", "2002:808:808::1", "2001::1", "2001:0:53aa:64c:0:0:80ff:fffe", "2001:db8::1", "3fff::1"),
    *("2001:10::1", "2001:20::1", "5f00::1", "2606:4700::1111%1"),
]
WRITTEN = [
    *("127.1", "127.0.1", "0x7f.1", "0x7f000001.", "0177.0.0.1", "0177.0.0.01", "127.0.0.1.", "0x7f.0x0.0x0.0x1"),
    *("0.0", "10.1", "0xa9.0xfe.0xa9.0xfe", "0251.0376.0251.0376", "169.254.43518", "192.168.257", "::ffff:7f00:1"),
    *("[::1]", "0:0:0:0:0:0:0:1", "::0001", "0000::1"),
]
"""Ways to write private addresses that the system's resolver understands, or does not."""
LOCAL = ["localhost", "localhost.", "LOCALHOST", "2130706433", "0x7f000001", "017700000001", "intranet", "intranet."]


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_all_other_addresses_are_not(address):
    assert not is_public(ip_address(address))


@given(st.ip_addresses())
def test_the_guard_allows_nothing_that_the_library_knows_to_be_special(address):
    special = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
    assert not (is_public(address) and (special or address.is_reserved or address.is_unspecified))


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/96", "::/96"]))
def test_no_address_within_an_address_is_public(inner, network):
    assert not is_public(ip_network(network)[int(inner)])


@pytest.mark.parametrize("host", [*WRITTEN, *LOCAL])
async def test_a_private_address_is_refused_however_it_is_written(host):
    with pytest.raises((Refused, OSError)):
        await Guard().address("http", host, None)


@pytest.mark.parametrize("host", LOCAL)
async def test_local_names_are_not_even_looked_up(host):
    async def resolve(host, port):
        pytest.fail("looked up")

    with pytest.raises(Refused):
        await Guard(resolve=resolve).address("https", host, None)


@pytest.mark.parametrize(
    ("answers", "is_allowed"),
    [(["1.1.1.1"], True), (["1.1.1.1", "10.0.0.1"], False), (["10.0.0.1", "1.1.1.1"], False), (["::1"], False)],
)
async def test_all_addresses_of_a_name_have_to_be_public(answers, is_allowed):
    async def resolve(host, port):
        return answers

    guard = Guard(resolve=resolve)
    if is_allowed:
        assert str(await guard.address("https", "example.org", None)) == answers[0]
    else:
        with pytest.raises(Refused):
            await guard.address("https", "example.org", None)


@pytest.mark.parametrize(
    ("scheme", "port"),
    [("http", 22), ("https", 80), ("http", 443), ("http", 6379), ("http", 65_536), ("https", 10**20)],
)
async def test_other_ports_are_refused(scheme, port):
    async def resolve(host, port):
        assert port <= LAST_PORT, "the library fails for it"
        return ["1.1.1.1"]

    with pytest.raises(Refused):
        await Guard(resolve=resolve).address(scheme, "example.org", port)


async def test_a_name_without_an_address_and_one_with_nonsense_are_refused():
    for answers in ([], ["example"]):

        async def resolve(host, port, answers=answers):
            return answers

        with pytest.raises((Refused, OSError)):
            await Guard(resolve=resolve).address("http", "example.org", None)


async def test_look_ups_that_never_end_block_no_other_work_nor_the_exit(monkeypatch):
    ended, threads = Event(), []

    def getaddrinfo(*_asked, **_how):
        threads.append(current_thread())
        ended.wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("1.1.1.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    asking = [asyncio.create_task(look_up(f"{number}.example", 80)) for number in range(5 * LOOK_UPS)]
    try:
        await asyncio.to_thread(lambda: None)
        async with asyncio.timeout(10):
            while len(threads) < LOOK_UPS:
                await asyncio.sleep(0.01)
        assert len(threads) == LOOK_UPS and all(each.daemon for each in threads)
    finally:
        ended.set()
    assert await asyncio.gather(*asking) == [["1.1.1.1"]] * len(asking)


class Names:
    """A resolver that never answers for names of ``silent``, until `end`."""

    def __init__(self) -> None:
        self.asked, self._ended = [], asyncio.Event()

    async def __call__(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        if host.rstrip(".").lower().endswith(".silent"):
            await self._ended.wait()
            raise OSError("no answer")
        return ["1.1.1.1"]

    def end(self) -> None:
        self._ended.set()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_silent_servers_of_names_hold_up_those_alone_who_ask_them():
    """Also when nobody waits any more for what they were asked, as their threads are busy until the system gives up."""
    names = Names()
    guard = Guard(resolve=names)
    asking = [
        asyncio.create_task(guard.address("http", f"{number}.silent", None, f"botnet {number % 3}"))
        for number in range(3 * 10)
    ]
    await settle()
    assert len(names.asked) == 3 * OF_NETWORK < LOOK_UPS
    for each in asking:
        each.cancel()
    await settle()
    assert len(names.asked) == 3 * OF_NETWORK
    late = asyncio.create_task(guard.address("http", "example.org", None, "botnet 0"))
    assert str(await guard.address("http", "example.org", None, "alice's")) == "1.1.1.1"
    assert not late.done()
    names.end()
    assert str(await late) == "1.1.1.1"


async def test_a_silent_name_that_many_link_to_has_few_look_ups():
    names = Names()
    guard = Guard(resolve=names)
    written = ("popular.silent", "popular.Silent.")
    asking = [asyncio.create_task(guard.address("http", written[number % 2], None, f"{number}")) for number in range(9)]
    await settle()
    assert len(names.asked) == OF_HOST
    names.end()
    for each in asking:
        with pytest.raises(OSError, match="no answer"):
            await each
