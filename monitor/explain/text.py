"""A case's story as plain text, fit to be pasted into a letter."""

from collections.abc import Iterator
from datetime import datetime

from monitor import words
from monitor.explain.phrases import phrase
from monitor.explain.story import CardEntry, CaseStory, ChangeLine, Effect, LimitEntry, OrderNote, RecordEntry
from monitor.words import Language
from rules.events import Precision
from rules.families import FIRST_NUMBER
from rules.keys import WINDOW_KEY

_VALUE_FIELDS = frozenset(
    {"stage", "action", "procedure", "result", "how", "channel", "outcome", "cause", "founded", "upheld", "due_as"}
)
_LIMIT_FIELDS = frozenset({"promised", "statutory", "limit"})


def as_text(story: CaseStory, lang: Language = "zh") -> str:
    """The whole story, ending with a line feed."""
    return "\n".join(_Teller(story, lang).lines()) + "\n"


class _Teller:
    def __init__(self, story: CaseStory, lang: Language) -> None:
        self.story, self.lang = story, lang

    def lines(self) -> Iterator[str]:
        yield from self._head()
        yield from ("", self._say("records"))
        for entry in self.story.records:
            yield from self._record(entry)
        yield from ("", self._say("limits"))
        for limit in self.story.limits:
            yield from self._limit(limit)
        if not self.story.limits:
            yield "  " + self._say("no_limits")
        yield from ("", self._say("cards"))
        for card in self.story.cards:
            yield from self._card(card)
        if not self.story.cards:
            yield "  " + self._say("no_cards")

    def _head(self) -> Iterator[str]:
        story = self.story
        yield self._say("title_window" if story.state == "window" else "title", case=story.case.removeprefix(WINDOW_KEY))
        item = " ".join(part for part in (story.item, story.item_name) if part)
        window = self._say("window", window=story.window) if story.window else ""
        what = self._say("item", item=item) if item else ""
        own = story.numbered_by in ("", story.region, f"{story.region}-{story.department}")
        numberer = "" if own else self._say("numbered_by", numbered_by=story.numbered_by)
        yield " · ".join(part for part in (story.region, story.hall, story.department, window, what, numberer) if part)
        yield self._say("state", state=words.word(words.CASE_STATES, story.state, self.lang), as_of=self._at(story.as_of))
        yield self._say("book", book=story.book, title=story.book_title, calendar=story.calendar, zone=story.zone)
        for flag in story.flags:
            yield self._say(flag)
        yield from map(self._order, story.reordered)

    def _record(self, entry: RecordEntry) -> Iterator[str]:
        if not entry.number:
            yield f"    {self._at(entry.arrived)} {self._say('time')}"
        elif not entry.type:
            yield f"{entry.number:>3}. {self._at(entry.arrived)} {self._say('refused', why=entry.refused)}"
        else:
            kind = words.word(words.RECORDS, entry.type, self.lang)
            details = self._details(entry)
            at = _as_told(entry.at, entry.precision) if entry.at is not None else self._at(entry.arrived)
            yield f"{entry.number:>3}. {at} {kind}{details}"
            yield from (f"     {line}" for line in self._remarks(entry))
        for effect in entry.effects:
            yield f"     {self._effect(effect)}"
        for change in entry.changes:
            yield f"     → {self._change(change)}"

    def _details(self, entry: RecordEntry) -> str:
        shown = []
        for name, value in entry.details.items():
            if name == "level":
                text = words.word(words.LEVELS, value, self.lang)
            elif name in _VALUE_FIELDS:
                text = words.word(words.VALUES, value, self.lang)
            else:
                text = words.limit(value, self.lang) if name in _LIMIT_FIELDS and not entry.refused else value
            shown.append(self._say("field_" + name, value=text))
        if not shown:
            return ""
        return f"（{'，'.join(shown)}）" if self.lang == "zh" else f" ({', '.join(shown)})"

    def _remarks(self, entry: RecordEntry) -> Iterator[str]:
        if entry.precision != "second":
            yield self._say(f"told_{entry.precision}")
        if entry.late_ms:
            yield self._say("late", arrived=self._at(entry.arrived), late=words.duration(entry.late_ms, self.lang))
        if entry.ahead:
            yield self._say("ahead", arrived=self._at(entry.arrived))
        if entry.refused:
            yield self._say("refused", why=entry.refused)
        elif entry.repeated:
            yield self._say("repeated")
        elif entry.corrects:
            yield self._say("corrects", record=entry.corrects)
        elif entry.takes_back:
            yield self._say("takes_back", record=entry.takes_back)
        elif entry.unwatched:
            yield self._say("unwatched")

    def _order(self, note: OrderNote) -> str:
        names = {each: words.word(words.RECORDS, getattr(note, each), self.lang) for each in ("earlier", "later")}
        times = {"earlier_at": self._at(note.earlier_at), "later_at": _as_told(note.later_at, note.later_precision)}
        if not note.by_ms:
            return self._say("in_span", **names, **times)
        by, tolerance = words.duration(note.by_ms, self.lang), words.duration(note.tolerance_ms, self.lang)
        return self._say("in_tolerance", **names, **times, by=by, tolerance=tolerance)

    def _effect(self, effect: Effect) -> str:
        name = self._rule(effect.name, effect.rule, effect.cycle)
        key: str = effect.what
        if key in ("started", "moved") and effect.deadline is None:
            key = "uncovered_effect"
        if key == "ended":
            key = {None: "ended", True: "ended_in_time", False: "ended_late"}[effect.in_time]
        return self._say(
            key, name=name, begun=self._at(effect.counted_from), due=self._at(effect.deadline), ended=self._at(effect.ended)
        )

    def _change(self, change: ChangeLine) -> str:
        level = words.word(words.LEVELS, change.level, self.lang)
        state = words.word(words.STATES, change.state, self.lang)
        reason = words.reason(change.reason, self.lang)
        return self._say("change", level=level, name=change.name, alert=change.alert, state=state, reason=reason)

    def _limit(self, limit: LimitEntry) -> Iterator[str]:
        name = self._rule(limit.name, limit.rule, limit.cycle)
        text = words.limit(limit.limit, self.lang)
        begun, due = self._at(limit.counted_from), self._at(limit.deadline)
        yield f"  {self._say('limit' if due else 'limit_open', name=name, limit=text, begun=begun, due=due)}"
        yield f"    {self._say('limit_' + limit.state, ended=self._at(limit.ended))}"
        if limit.source:
            yield f"    {self._say('source', source=limit.source)}"
        yield from (f"    {line}" for line in words.arithmetic_lines(limit.spans, self.lang))

    def _card(self, card: CardEntry) -> Iterator[str]:
        level, state = words.word(words.LEVELS, card.level, self.lang), words.word(words.STATES, card.state, self.lang)
        yield f"  {self._say('card', level=level, name=card.name, alert=card.id, state=state)}"
        if card.source:
            yield f"    {self._say('source', source=card.source)}"
        if card.limit:
            begun, due = self._at(card.counted_from), self._at(card.deadline)
            limit = words.limit(card.limit, self.lang)
            yield f"    {self._say('card_limit', limit=limit, begun=begun, due=due, reached=self._at(card.due_at))}"
        else:
            detail = words.detail(card.detail, self.lang)
            yield f"    {self._say('card_found', at=self._at(card.deadline), detail=detail)}".rstrip()
            if card.due_at > card.deadline:
                yield f"    {self._say('card_grace', until=self._at(card.due_at))}"
        yield from (f"    {line}" for line in words.arithmetic_lines(card.spans, self.lang))
        for change in card.changes:
            state, reason = words.word(words.STATES, change.state, self.lang), words.reason(change.reason, self.lang)
            because = self._say("because", record=change.record) if change.record else ""
            yield f"    {self._say('card_change', at=self._at(change.at), state=state, reason=reason, because=because)}"

    def _rule(self, name: str, rule: str, cycle: int) -> str:
        text = self._say("rule", name=name, rule=rule) if name != rule else rule
        return text + (self._say("cycle", cycle=cycle) if 1 < cycle < FIRST_NUMBER else "")

    def _at(self, when: datetime | None) -> str:
        if when is None:
            return ""
        return f"{when:%Y-%m-%d %H:%M:%S}"

    def _say(self, key: str, **values: object) -> str:
        return phrase(key, self.lang, **values)


def _as_told(when: datetime, precision: Precision) -> str:
    """No more of the time than was told."""
    forms = {"second": "%Y-%m-%d %H:%M:%S", "minute": "%Y-%m-%d %H:%M", "hour": "%Y-%m-%d %Hh", "day": "%Y-%m-%d"}
    return when.strftime(forms[precision])
