"""Every metric, from its declaration and the words beneath it."""

import re

from prometheus_client.metrics import MetricWrapperBase

from docs.generate.markdown import table
from docs.generate.sources import words_beneath
from monitor import metrics as declared

_BENEATH = re.compile(r"In: (?P<where>[^.]+)\.(?: Worry: (?P<worry>.+)\.)?", re.DOTALL)


def metrics() -> str:
    """One row per metric, by the name under which Prometheus finds it."""
    beneath = words_beneath(declared)
    rows = []
    for name, metric in vars(declared).items():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            exposed = f"{family.name}_total" if family.type == "counter" else family.name
            said = _BENEATH.fullmatch(" ".join(beneath[name].split()))
            if said is None:
                raise ValueError(f"monitor.metrics.{name}: beneath it must stand 'In: …. Worry: ….'")
            labels = ", ".join(metric._labelnames) or "–"
            rows.append((f"`{exposed}`", family.type, labels, said["where"], family.documentation, said["worry"] or "–"))
    return table(("name", "type", "labels", "process", "meaning", "when to worry"), rows)
