"""A book laid over another: rule by rule, and item by item."""

from rules.bookfile import merge

BASE = {
    "time_limits": [{"id": "a", "clock": "case", "warning": "2wd before", "red": "deadline"}, {"id": "b", "clock": "stage"}],
    "process": [{"id": "p", "finding": "returned", "red": "at once"}],
    "items": [{"code": "x", "name": "old"}, {"code": "y", "name": "kept"}],
    "hall": {"cashiers": ["一"]},
}


def ids(book: dict, kind: str = "time_limits", key: str = "id") -> list:
    return [entry.get(key) for entry in book[kind]]


def test_a_rule_replaces_the_one_of_its_id_whole() -> None:
    laid = merge(BASE, {"time_limits": [{"id": "a", "clock": "case", "yellow": "deadline"}]})
    assert laid["time_limits"] == [{"id": "a", "clock": "case", "yellow": "deadline"}, {"id": "b", "clock": "stage"}]
    assert laid["process"] == BASE["process"]


def test_new_rules_come_first_so_that_a_defect_is_named_with_its_place_in_the_file() -> None:
    laid = merge(BASE, {"time_limits": [{"id": "new", "clock": "case"}, {"id": "b", "clock": "case"}]})
    assert ids(laid) == ["new", "b", "a"]


def test_an_item_replaces_the_one_of_its_code() -> None:
    laid = merge(BASE, {"items": [{"code": "x", "name": "new"}]})
    assert [(item["code"], item["name"]) for item in laid["items"]] == [("x", "new"), ("y", "kept")]


def test_a_rule_is_switched_off_and_known_as_such() -> None:
    laid = merge(BASE, {"process": [{"id": "p", "off": True}]})
    assert laid["process"] == [{"id": "p", "finding": "returned", "red": "at once", "off": True}]
    again = merge(laid, {"process": [{"id": "p", "finding": "suspended", "red": "at once"}]})
    assert again["process"] == [{"id": "p", "finding": "suspended", "red": "at once"}]


def test_a_switched_off_rule_that_the_base_lacks_is_left_for_the_check_to_refuse() -> None:
    assert merge(BASE, {"process": [{"id": "q", "off": True}]})["process"][0] == {"id": "q", "off": True}


def test_a_list_named_in_drop_is_dropped_whole() -> None:
    laid = merge(BASE, {"drop": ["process", "time_limits"], "time_limits": [{"id": "c", "clock": "case"}]})
    assert ids(laid) == ["c"] and laid["process"] == []
    assert ids(merge(laid, {"process": BASE["process"]}), "process") == ["p"], "what was dropped below is not dropped again"
    assert merge(BASE, {"process": []})["process"] == []


def test_an_entry_that_is_no_rule_is_left_for_the_check_to_find() -> None:
    odd = [{"id": "a"}, {"id": "a"}, {"name": "nobody"}, 7, {"id": ["list"]}]
    laid = merge(BASE, {"time_limits": odd})
    assert laid["time_limits"] == [*odd, {"id": "b", "clock": "stage"}]
    assert merge(BASE, {"time_limits": "none"})["time_limits"] == "none"
    assert merge({"time_limits": [7, {"name": "x"}]}, BASE)["time_limits"] == [*BASE["time_limits"], 7, {"name": "x"}]
    assert merge({"time_limits": "none"}, BASE)["time_limits"] == BASE["time_limits"]


def test_a_list_of_other_things_replaces_the_one_below() -> None:
    assert merge(BASE, {"hall": {"cashiers": ["二"]}})["hall"] == {"cashiers": ["二"]}
