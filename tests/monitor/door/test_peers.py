"""Who is taken to be at the other end, and which names are ours."""

import pytest

from monitor.door import is_known_host, is_loopback, requester


@pytest.mark.parametrize(("address", "peer"), [
    (("10.0.0.1", 5), "10.0.0.1"),
    (("::ffff:10.0.0.1", 5, 0, 0), "10.0.0.1"),
    (("2001:db8:1:2:3:4:5:6", 5, 0, 0), "2001:db8:1:2::/64"),
    (("2001:db8:1:2::9", 5, 0, 0), "2001:db8:1:2::/64"),
    (("fe80::1%eth0", 5, 0, 2), "fe80::/64"),
    (("::1", 5, 0, 0), "::1"),
    (None, "None"),
])  # fmt: skip
def test_a_peer_is_an_address_or_a_network_of_one_machine(address: object, peer: str) -> None:
    assert requester(address, "", ()) == peer


@pytest.mark.parametrize(("address", "forwarded", "peer"), [
    ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
    ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
    ("10.0.0.1", "1.2.3.4, 2001:db8::1", "2001:db8::/64"),
    ("10.0.0.1", "", "10.0.0.1"),
    ("10.0.0.1", "x" * 1000, "x" * 64),
    ("10.0.0.2", "1.2.3.4", "10.0.0.2"),
])  # fmt: skip
def test_only_a_proxy_of_ours_is_believed_and_only_what_it_added_itself(address: str, forwarded: str, peer: str) -> None:
    assert requester((address, 5), forwarded, ("10.0.0.1",)) == peer


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_this_machine_alone(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "", "wall.city.example"])
def test_any_other_address_is_reached_by_others(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "header", [None, "", "evil.example", "evil.example:80", "[evil", "127.0.0.1.evil.example", "localhost.evil"]
)
def test_a_name_that_is_not_ours_is_not_known(header: str | None) -> None:
    assert not is_known_host(header, ("wall.city.example",))


@pytest.mark.parametrize(
    "header", ["127.0.0.1:80", "[::1]:80", "10.0.0.1", "LOCALHOST", "wall.city.example.", "Wall.City.Example:443"]
)
def test_addresses_loopback_and_our_names_are_known(header: str) -> None:
    assert is_known_host(header, ("wall.city.example",))
