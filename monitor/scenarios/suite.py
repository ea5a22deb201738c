"""``supervise rulebook test``: plays all scenarios of a folder and says which expectations failed, as promtool does."""

from pathlib import Path

import msgspec

from monitor.scenarios.play import Failure, play
from monitor.scenarios.script import BadScenario, load_scenarios


class SuiteResult(msgspec.Struct):
    """``failures`` and ``errors`` are of scenarios played otherwise, and of such that could not be played."""

    files: int
    scenarios: int
    failed: int
    failures: list[Failure]
    errors: list[str]

    @property
    def ok(self) -> bool:
        """Everything was played, and came true."""
        return not self.failures and not self.errors

    def __str__(self) -> str:
        """Each failure, each error, and the count."""
        lines = [str(failure) for failure in self.failures] + [f"  ERROR: {text}" for text in self.errors]
        passed = self.scenarios - self.failed
        verdict = "SUCCESS" if self.ok else "FAILED"
        return "\n".join([*lines, f"{verdict}: {passed} of {self.scenarios} scenarios in {self.files} files hold"])


def run_suite(where: Path, book: str = "") -> SuiteResult:
    """Every scenario of the file ``where``, or of all ``.toml`` files under it.

    ``book`` takes the place of the books the files name: so a candidate is tried on scenarios written for another. Raises
    ``BadScenario`` where there is no scenario at all.
    """
    files = sorted(path for path in where.rglob("*.toml") if _holds_scenarios(path)) if where.is_dir() else [where]
    if not files:
        raise BadScenario(f"{where}: no .toml file with [[scenario]] tables lies under it")
    result = SuiteResult(len(files), 0, 0, [], [])
    for path in files:
        try:
            scenarios = load_scenarios(path, book)
        except BadScenario as error:
            result.errors.append(str(error))
            continue
        for scenario in scenarios:
            result.scenarios += 1
            try:
                failures = play(scenario)
            except BadScenario as error:
                result.errors.append(str(error))
                result.failed += 1
            else:
                result.failures += failures
                result.failed += bool(failures)
    return result


def _holds_scenarios(path: Path) -> bool:
    """Rule books and mappings may lie in the same folder."""
    return "scenario" in path.read_text("utf-8", errors="replace")
