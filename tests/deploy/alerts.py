"""What the rules of ``deploy/prometheus`` say, and what their tests expect."""

import re
from functools import cache
from typing import Any, NamedTuple

from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.utils import floatToGoString

from monitor import metrics
from tests.deploy.files import DEPLOY, read

RULES = sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))
TESTS = DEPLOY / "prometheus" / "tests"
OURS = re.compile(r"\bsupervise_\w+")
_OF_PROMETHEUS = {"job", "instance", "le"}


class Tried(NamedTuple):
    """What the promtool tests expect of one alert."""

    firing: int
    silent: int


@cache
def rules(kind: str) -> list[dict[str, Any]]:
    """All rules of a kind, ``alert`` or ``record``."""
    return [rule for path in RULES for group in read(path)["groups"] for rule in group["rules"] if kind in rule]


@cache
def tried() -> dict[str, Tried]:
    """By alert: how often it is expected to fire, and to be silent."""
    found: dict[str, Tried] = {}
    for path in sorted(TESTS.glob("*.yml")):
        for test in read(path)["tests"]:
            for expected in test.get("alert_rule_test", ()):
                firing, silent = found.get(expected["alertname"], Tried(0, 0))
                fires = bool(expected.get("exp_alerts"))
                found[expected["alertname"]] = Tried(firing + fires, silent + (not fires))
    return found


@cache
def exposed() -> dict[str, set[str]]:
    """Every series our processes publish, with the labels it can have."""
    series: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if not isinstance(metric, MetricWrapperBase):
            continue
        (family,) = metric.describe()
        labels = {*metric._labelnames, *_OF_PROMETHEUS}
        match family.type:
            case "counter":
                series[f"{family.name}_total"] = labels
            case "histogram":
                series |= {f"{family.name}_{part}": labels for part in ("bucket", "sum", "count")}
            case _:
                series[family.name] = labels
    return series


def buckets(histogram: str) -> set[str]:
    """The bounds of a histogram's buckets as Prometheus writes them."""
    for metric in vars(metrics).values():
        if isinstance(metric, metrics.Histogram) and metric.describe()[0].name == histogram:
            return {floatToGoString(bound) for bound in metric._upper_bounds}
    raise KeyError(histogram)


def labels_wanted(selector: str) -> set[str]:
    """Labels named in ``{…}`` of a selector."""
    return set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
