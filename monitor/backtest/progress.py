"""How far it is, on stderr: records, rate, time left."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich import progress as bars
from rich.console import Console

_WORDS = {
    "zh": ("读取记录", "检查记录", "两套规则试算"),
    "en": ("fetching records", "checking records", "judging by both books"),
}


class Progress:
    """One line per pass. Not shown where stderr is no terminal, unless that is forced."""

    def __init__(self, lang: str = "zh", *, shown: bool | None = None) -> None:
        console = Console(stderr=True)
        visible = console.is_terminal if shown is None else shown
        self._fetching, self._reading, self._judging = _WORDS[lang]
        self._bar = bars.Progress(
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.TaskProgressColumn(),
            bars.TextColumn("{task.fields[done]}"),
            bars.TimeElapsedColumn(),
            bars.TimeRemainingColumn(),
            console=console,
            disable=not visible,
        )
        self._task: bars.TaskID | None = None
        self._done, self._unit = 0, ""

    @contextmanager
    def running(self) -> Iterator["Progress"]:
        """Shown while inside."""
        with self._bar:
            yield self

    def fetched(self, records: int) -> None:
        """So many records have come out of the topic or the mapping."""
        if self._task is None:
            self._begin(self._fetching, None, "")
        self._show(records)

    def reading(self, total: int) -> None:
        """The first pass begins, over so many bytes."""
        self._begin(self._reading, total, "MB")

    def judging(self, total: int) -> None:
        """The second pass begins, over so many records."""
        self._begin(self._judging, total, "")

    def advance(self, done: int) -> None:
        """So many bytes or records more."""
        self._show(self._done + done)

    def _begin(self, text: str, total: int | None, unit: str) -> None:
        if self._task is not None:
            self._bar.update(self._task, total=self._done)
        self._done, self._unit = 0, unit
        self._task = self._bar.add_task(text, total=total, done="")

    def _show(self, done: int) -> None:
        assert self._task is not None
        self._done = done
        self._bar.update(self._task, completed=done)
        scale = 1_000_000 if self._unit else 1
        speed = self._bar.tasks[self._task].speed or 0
        self._bar.update(
            self._task, done=f"{done // scale:,} {self._unit} ({speed / scale:,.0f} {self._unit}/s)".replace("  ", " ")
        )
