"""The order and the limit of the lists."""

from monitor.wall.hub import row_of
from monitor.wall.newest import Newest
from monitor.wall.picture import Placed
from monitor.wall.scope import Scope
from tests.monitor.wall.records import alert

ALL = Scope()


def placed(number: int, at: int, region: str = "430104") -> Placed:
    return Placed(at, row_of(alert(number, region=region)))


def cases(newest: Newest, scope: Scope = ALL, count: int = 10) -> list[str]:
    return [entry.row.case[-2:] for entry in newest.newest(scope, count)]


def test_alerts_are_listed_newest_first_and_replaced_by_id() -> None:
    newest = Newest(10)
    for number, at in ((1, 10), (2, 30), (3, 20)):
        newest.put(placed(number, at))
    assert cases(newest) == ["02", "03", "01"]
    newest.put(placed(1, 40))
    assert cases(newest) == ["01", "02", "03"]
    assert cases(newest, count=2) == ["01", "02"]


def test_alerts_of_equal_instants_have_one_order() -> None:
    first, second = Newest(10), Newest(10)
    for number in (1, 2, 3):
        first.put(placed(number, 5))
        second.put(placed(4 - number, 5))
    assert cases(first) == cases(second) == ["01", "02", "03"]


def test_the_oldest_alert_falls_off_a_full_list() -> None:
    newest = Newest(2)
    for number, at in ((1, 10), (2, 30), (3, 20), (4, 5)):
        newest.put(placed(number, at))
    assert cases(newest) == ["02", "03"]
    assert newest.drop(placed(1, 10).id) is None


def test_a_list_shows_the_alerts_of_the_scope_only() -> None:
    newest = Newest(10)
    newest.put(placed(1, 10, "430104"))
    newest.put(placed(2, 20, "430204"))
    assert cases(newest, Scope("4301")) == ["01"]
