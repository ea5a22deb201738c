"""Snapshot and deltas can never drift from the truth, whatever comes in whatever order."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.wall.hub import LINGER, Hub
from monitor.wall.picture import Delta, Picture, apply_delta, decode_message, difference, encode_message
from monitor.wall.scope import Scope
from monitor.wire import Figures
from rules.alerts import STATES, Alert
from tests.monitor.wall.records import alert, figures

REGIONS = ("430104", "430204")
SCOPES = (Scope(), Scope("4301"), Scope("43", department="b"), Scope(hall="nowhere"))

alerts = st.builds(
    alert,
    number=st.integers(1, 5),
    level=st.sampled_from(["warning", "yellow", "red"]),
    state=st.sampled_from(STATES),
    change=st.integers(1, 6),
    region=st.sampled_from(REGIONS),
    department=st.sampled_from(["a", "b"]),
)
counts = st.builds(
    figures,
    partition=st.integers(0, 1),
    department=st.sampled_from(["a", "b"]),
    region=st.sampled_from(REGIONS),
    open=st.integers(0, 3),
    red=st.integers(0, 2),
    at=st.integers(0, 5),
)
flushes = st.just("flush")
steps = st.lists(st.one_of(alerts, counts, flushes), max_size=40)


def put(hub: Hub, record: Alert | Figures, stamped: int) -> None:
    if isinstance(record, Alert):
        hub.put_alert(record, stamped)
    else:
        hub.put_figures(record)


@given(steps, st.integers(0, 40))
def test_snapshot_and_deltas_equal_a_fresh_snapshot(script: list[Alert | Figures | str], joins: int) -> None:
    """Screens that join at any moment and apply every delta see what a hub that never published shows."""
    hub, screens = Hub(), dict[Scope, tuple[int, Picture]]()
    step = LINGER // 8  # so that struck cards leave while the script runs
    for turn, record in enumerate([*script, "flush"]):
        if turn == min(joins, len(script)):
            for scope in SCOPES:
                hub.open(scope)
                screens[scope] = hub.snapshot(scope)
        if not isinstance(record, str):
            put(hub, record, turn * step)
            continue
        for scope, sent in hub.flush(turn * step):
            delta = decode_message(encode_message(sent))
            seq, picture = screens[scope]
            assert isinstance(delta, Delta)
            assert delta.seq == seq + 1
            screens[scope] = delta.seq, apply_delta(picture, delta)

    fresh = Hub()
    for turn, record in enumerate(script):
        if not isinstance(record, str):
            put(fresh, record, turn * step)
        else:
            fresh.flush(turn * step)
    fresh.flush(len(script) * step)
    for scope in SCOPES:
        fresh.open(scope)
        assert screens[scope][1] == fresh.snapshot(scope)[1] == hub.snapshot(scope)[1]


@given(st.lists(st.one_of(alerts, counts), max_size=30), st.integers(0, 30))
def test_a_redelivered_record_changes_nothing(script: list[Alert | Figures], begin: int) -> None:
    """A worker that crashed writes its last batch again: every screen stays as it was."""
    hub = Hub()
    hub.open(Scope())
    for record in script:
        put(hub, record, 0)
    hub.flush(0)
    before = hub.snapshot(Scope())
    again = script[begin:]
    for record in again:
        if isinstance(record, Alert):
            assert not hub.put_alert(record, 1)
    for record in {item.key: item for item in script if isinstance(item, Figures)}.values():
        hub.put_figures(record)
    assert hub.flush(0) == []
    assert hub.snapshot(Scope()) == before


@given(st.lists(st.one_of(alerts, counts), max_size=20), st.lists(st.one_of(alerts, counts), max_size=20))
def test_a_difference_leads_from_any_picture_to_any_other(first: list[Alert | Figures], second: list[Alert | Figures]) -> None:
    pictures = []
    for script in (first, second):
        hub = Hub()
        for record in script:
            put(hub, record, 0)
        hub.open(Scope())
        pictures.append(hub.snapshot(Scope())[1])
    old, new = pictures
    delta = difference(old, new, 1)
    assert (delta is None) == (old == new)
    assert (old if delta is None else apply_delta(old, delta)) == new
