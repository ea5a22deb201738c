"""The whole examination, and its report as text."""

import msgspec

from monitor.doctor.checks import checked
from monitor.doctor.finding import ClusterFinding
from monitor.doctor.look import look_at
from monitor.doctor.trial import tried
from monitor.settings import Settings

_MARKS = {"ok": "ok     ", "warning": "WARNING", "error": "ERROR  "}


class Examination(msgspec.Struct, frozen=True):
    """What was found. ``is_well`` where nothing needs a mend."""

    bootstrap: str
    prefix: str
    findings: tuple[ClusterFinding, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing was found but what is right."""
        return all(finding.severity == "ok" for finding in self.findings)

    def lines(self) -> list[str]:
        """For people: a line each, and its mend below."""
        lines = []
        for finding in self.findings:
            lines.append(f"{_MARKS[finding.severity]} {finding.check}: {finding.about}: {finding.text}")
            if finding.mend:
                lines.append(f"        mend: {finding.mend}")
        count = {severity: sum(each.severity == severity for each in self.findings) for severity in _MARKS}
        lines.append(f"{count['ok']} right, {count['warning']} warnings, {count['error']} errors at {self.bootstrap}")
        return lines


async def examine(settings: Settings, *, trial: bool = True) -> Examination:
    """Look at the cluster, and with ``trial`` make, write, read and delete a topic there.

    :class:`~monitor.kafka.KafkaUnavailable` where no broker lets us in.
    """
    cluster = await look_at(settings)
    findings = list(checked(cluster, settings))
    if trial:
        reachable = sum(not broker.failure for broker in cluster.brokers)
        findings += await tried(settings, max(reachable, 1))
    return Examination(settings.kafka.bootstrap, settings.topics.prefix, tuple(findings))
