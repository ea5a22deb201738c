"""The simulated hall as lists: departments with their windows, people and items; and the items as a rule book wants them."""

import json
import random
from collections.abc import Iterable
from itertools import accumulate
from math import ceil
from typing import NamedTuple, TypedDict

from monitor.simulate.departments import DEPARTMENTS, SimulatedDepartment

REGION = "990100"
"""An administrative division code that GB/T 2260 gives to nobody."""
HALL = "安和市政务服务中心"
CASHIER = "大厅收费窗口"
"""Where fees are paid; elsewhere they were collected outside the hall."""
FLOW = ("acceptance", "handling", "review", "approval")
"""The stages a committed case passes, in order."""

INSTANT_SHARE = 0.35
"""Share of instant items (即办件) among the cases."""

STAGE_SHARES = {"review": 0.3, "approval": 0.3}
"""Limits of stages (环节时限) as shares of the promise, rounded up to whole days."""

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚英华志海燕晓东文博雨欣涵思远国庆春梅玉珍红建佳怡浩然梓萱立新"


class ItemLimits(TypedDict):
    """One service item as a rule book lists it; limits as ``10wd``. ``stages`` and ``flow`` are empty for an instant item."""

    code: str
    name: str
    promised: str
    statutory: str
    stages: dict[str, str]
    flow: tuple[str, ...]


class SimulatedItem(NamedTuple):
    """A service item (事项). ``promised`` and ``statutory`` are working days; promised 0 is an instant item (即办件)."""

    code: str
    name: str
    promised: int
    statutory: int
    has_fee: bool


class Window(NamedTuple):
    """A window and who sits there."""

    name: str
    terminal: str
    clerks: tuple[str, ...]


class Office(NamedTuple):
    """A department in the hall, with its people."""

    name: str
    trouble: float
    windows: tuple[Window, ...]
    handlers: tuple[str, ...]
    reviewers: tuple[str, ...]
    approvers: tuple[str, ...]


class WeightedItems(NamedTuple):
    """Everything that can be drawn from: ``choices[i]`` is drawn with weight ``cumulated[i] - cumulated[i - 1]``."""

    choices: tuple[tuple[Office, SimulatedItem], ...]
    cumulated: tuple[float, ...]


def items() -> list[ItemLimits]:
    """Every item of the simulated hall with its limits: what :func:`items_toml` writes and accepted events carry."""
    return [
        ItemLimits(
            code=item.code,
            name=item.name,
            promised=f"{item.promised}wd",
            statutory=f"{item.statutory}wd",
            stages={stage: f"{days}wd" for stage, days in _stage_days(item.promised).items()},
            flow=FLOW if item.promised else (),
        )
        for department in DEPARTMENTS
        for item in _items_of(department)
    ]


def _stage_days(promised: int) -> dict[str, int]:
    """Whole days per stage; none where they would not fit into the promise."""
    days = {stage: ceil(promised * share) for stage, share in STAGE_SHARES.items()}
    return days if promised and sum(days.values()) <= promised else {}


def items_toml(entries: Iterable[ItemLimits] | None = None) -> str:
    """The items as ``[[items]]`` tables of a rule book, ready to be appended to one."""
    lines = [f"# {HALL}: simulated service items\n"]
    for entry in entries if entries is not None else items():
        stages = ", ".join(f'{stage} = "{limit}"' for stage, limit in entry["stages"].items())
        limits = f'promised = "{entry["promised"]}"\nstatutory = "{entry["statutory"]}"\n'
        lines.append(
            f'[[items]]\ncode = "{entry["code"]}"\nname = "{entry["name"]}"\n{limits}'
            + (f"stages = {{ {stages} }}\n" if stages else "")
            + (f"flow = {json.dumps(entry['flow'])}\n" if entry["flow"] else "")
        )
    return "\n".join(lines)


def build_catalog(rng: random.Random) -> WeightedItems:
    """The hall of one seed: limits and departments are fixed, the people differ."""
    drawn = [(_office(department, rng), item, department) for department in DEPARTMENTS for item in _items_of(department)]
    offices: dict[str, Office] = {}
    choices = []
    weights = []
    for office, item, department in drawn:
        choices.append((offices.setdefault(department.code, office), item))
        weights.append(department.load * _popularity(item) / sum(_popularity(other) for other in _items_of(department)))
    return WeightedItems(tuple(choices), tuple(accumulate(_balanced(choices, weights))))


def _items_of(department: SimulatedDepartment) -> list[SimulatedItem]:
    rows = [line.split() for line in department.items.strip().splitlines()]
    return [
        SimulatedItem(f"{department.code}-{number:03d}", name, int(promised), int(statutory), "证" in name or "登记" in name)
        for number, (name, promised, statutory) in enumerate(rows, 1)
    ]


def _popularity(item: SimulatedItem) -> float:
    """Simple things are asked for more often than hard ones."""
    return 1 / (4 + item.promised)


def _balanced(choices: list[tuple[Office, SimulatedItem]], weights: list[float]) -> list[float]:
    """Weights scaled so that instant items make up ``INSTANT_SHARE`` of the cases."""
    instant = sum(weight for (_, item), weight in zip(choices, weights, strict=True) if not item.promised)
    factors = {True: INSTANT_SHARE / instant, False: (1 - INSTANT_SHARE) / (sum(weights) - instant)}
    return [weight * factors[not item.promised] for (_, item), weight in zip(choices, weights, strict=True)]


def _office(department: SimulatedDepartment, rng: random.Random) -> Office:
    def people(count: int) -> tuple[str, ...]:
        return tuple(rng.choice(_SURNAMES) + "".join(rng.choices(_GIVEN, k=rng.choice((1, 2, 2)))) for _ in range(count))

    windows = tuple(
        Window(f"{department.code}-{number:02d}", f"T-{department.code}-{number:02d}", people(2))
        for number in range(1, department.windows + 1)
    )
    size = 2 + department.windows
    return Office(department.name, department.trouble, windows, people(size), people(1 + size // 3), people(1 + size // 5))
