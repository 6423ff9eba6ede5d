"""What counts as one address."""

from __future__ import annotations

import pytest

from chatrooms.wire.networks import circles, network


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", ("192.0.2.1",)),
        ("::ffff:192.0.2.1", ("192.0.2.1",)),
        ("2001:db8::1", ("2001:db8::/64", "2001:db8::/48")),
        ("2001:db8::ffff:1", ("2001:db8::/64", "2001:db8::/48")),
        ("2001:db8:0:1::1", ("2001:db8:0:1::/64", "2001:db8::/48")),
        ("2001:db8:1:1::1", ("2001:db8:1:1::/64", "2001:db8:1::/48")),
        ("fe80::1%eth0", ("fe80::/64", "fe80::/48")),
        ("", ("",)),
    ],
)
def test_an_ipv6_network_is_one_address_and_counts_for_the_one_around_it_too(address, counted):
    assert circles(network(address)) == counted
