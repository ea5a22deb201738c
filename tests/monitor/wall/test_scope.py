"""Which screens see which cases."""

from urllib.parse import parse_qs

import pytest

from monitor.wall.scope import BadScope, Scope, parse_scope


@pytest.mark.parametrize(
    ("scope", "place", "covered"),
    [
        (Scope(), ("430104", "h", "d"), True),
        (Scope("43"), ("430104", "h", "d"), True),
        (Scope("4301"), ("430204", "h", "d"), False),
        (Scope("430104", "h"), ("430104", "h", "d"), True),
        (Scope("430104", "h"), ("430104", "other", "d"), False),
        (Scope(department="d"), ("430104", "h", "d"), True),
        (Scope(department="d"), ("430104", "h", "dd"), False),
    ],
)
def test_a_scope_covers_the_places_within_it_only(scope: Scope, place: tuple[str, str, str], covered: bool) -> None:
    assert scope.covers(*place) is covered


def test_a_query_is_read_as_a_scope() -> None:
    assert parse_scope(parse_qs("region=4301&hall=%E5%A4%A7%E5%8E%85")) == Scope("4301", "大厅")
    assert parse_scope({}) == Scope()


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("region=43x", "region"),
        ("region=4301041", "region"),
        ("region=４３", "region"),
        ("window=8", "window"),
        ("hall=a&hall=b", "hall"),
        (f"hall={'x' * 257}", "hall"),
    ],
)
def test_a_bad_query_is_refused_by_its_parameter(query: str, named: str) -> None:
    with pytest.raises(BadScope, match=f"^{named}: "):
        parse_scope(parse_qs(query))
