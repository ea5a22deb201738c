"""``supervise rulebook publish|published|withdraw`` and ``supervise calendar`` as they are typed, on the real broker."""

import asyncio
import json
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result

from monitor.books import Library, append, read_library
from monitor.books.files import load_book
from monitor.books.topic import TooLarge
from monitor.cli.main import main
from monitor.kafka import LARGEST_PUBLICATION, topic_config
from monitor.settings import KafkaSettings, Settings, TopicSettings
from monitor.wire import Topics
from tests.monitor.books.published_books import record_of, table
from tests.monitor.stream.hall import MONDAY, Hall, accepted, feed

pytestmark = pytest.mark.kafka

CITY = """\
extends = "default"
name = "city"
version = "city-1"
effective_from = 2026-03-01T00:00:00+08:00
"""
LATER = CITY.replace("city-1", "city-2").replace("2026-03-01", "2097-07-01")
NO_POWER = 'name = "cn"\nbase = "cn"\nholidays = [{ date = 2026-03-04, name = "停电" }]\n'


class Site:
    """Typed commands against topics of its own."""

    def __init__(self, bootstrap: str, prefix: str, folder: Path) -> None:
        self.settings = Settings(kafka=KafkaSettings(bootstrap=bootstrap), topics=TopicSettings(prefix=prefix, partitions=3))
        self.folder = folder

    def file(self, name: str, text: str) -> Path:
        (self.folder / name).write_text(text, "utf-8")
        return self.folder / name

    def run(self, *words: object) -> Result:
        kafka = ["--bootstrap", self.settings.kafka.bootstrap, "--prefix", self.settings.topics.prefix]
        return CliRunner().invoke(main, [*map(str, words), *kafka], prog_name="supervise")

    def publish(self, *words: object) -> Result:
        return self.run("rulebook", "publish", *words, "--today", "2026-03-02", "--by", "王监察")

    def published(self) -> dict[str, dict[str, str]]:
        lines = self.run("rulebook", "published", "--json").stdout.splitlines()
        return {row["name"]: row for row in map(json.loads, filter(None, lines))}

    def library(self) -> Library:
        library = Library.of_files([])
        asyncio.run(read_library(self.settings, library))
        return library


@pytest.fixture
def site(kafka: str, topic_prefix: str, tmp_path: Path) -> Site:
    return Site(kafka, topic_prefix, tmp_path)


def test_a_book_is_published_whole_and_listed_with_who_and_when(site: Site) -> None:
    assert site.run("rulebook", "published").stdout == "nothing is published\n"
    done = site.publish(site.file("city.toml", CITY), site.file("later.toml", LATER))
    assert done.exit_code == 0, done.output
    assert "city-1 (digest" in done.stdout
    assert "city-1: that is past." in done.stdout
    assert "city-2: that is past." not in done.stdout
    rows = site.published()
    assert [(row["by"], row.get("in_force", False)) for row in rows.values()] == [("王监察", True), ("王监察", False)]
    assert rows["city-1"]["digest"] == load_book(site.folder / "city.toml").digest
    text = site.run("rulebook", "published").stdout.splitlines()
    assert text[1].split()[:3] == ["*", "rulebook:city-1", rows["city-1"]["digest"]]
    saved = site.file("saved.json", site.run("rulebook", "published", "city-1").stdout)
    assert load_book(saved).digest == rows["city-1"]["digest"]
    assert site.publish(saved).stdout.endswith("city-1: published already, just so\n")
    config = asyncio.run(topic_config(site.settings.kafka, Topics(site.settings.topics.prefix).catalog))
    assert (config["cleanup.policy"], config["message.timestamp.type"]) == ("compact", "LogAppendTime")


def test_a_book_with_errors_is_not_published_and_every_error_is_named(site: Site) -> None:
    bad = site.file("bad.toml", CITY + 'title = 3\n[stages]\nreview = "never"\n')
    done = site.publish(site.file("city.toml", CITY.replace("city-1", "city-0")), bad)
    assert done.exit_code == 1
    assert "bad.toml:5: error: title" in done.stdout
    assert "bad.toml:7: error: stages.review" in done.stdout
    assert "nothing was published: 2 errors" in done.stderr
    assert not site.published()


def test_several_books_are_published_all_or_none(site: Site) -> None:
    done = site.publish(site.file("city.toml", CITY), site.file("always.toml", 'extends = "default"\nversion = "always"\n'))
    assert done.exit_code == 2
    assert "effective_from: a book to be published says from when" in done.stderr
    assert not site.published()


def test_the_rules_of_a_version_are_replaced_only_when_asked(site: Site) -> None:
    book = site.file("city.toml", CITY)
    site.publish(book)
    site.file("city.toml", CITY + "[extension]\nmax_days = 3\n")
    refused = site.publish(book)
    assert refused.exit_code == 2
    assert "new version" in refused.stderr and "--replace" in refused.stderr
    assert site.publish(book, "--replace").exit_code == 0
    assert site.library().books.get("city-1").extension.max_days == 3


def test_the_calendar_of_a_published_version_may_change(site: Site) -> None:
    book = site.file("city.toml", CITY)
    site.publish(book)
    before = site.published()["city-1"]["digest"]
    site.file("cn.toml", NO_POWER)
    site.file("city.toml", CITY + 'calendar = "cn.toml"\n')
    assert site.publish(book).exit_code == 0
    assert site.published()["city-1"]["digest"] != before


def test_two_books_that_begin_at_the_same_instant_are_refused(site: Site) -> None:
    site.publish(site.file("city.toml", CITY))
    refused = site.publish(site.file("other.toml", CITY.replace("city-1", "city-9")))
    assert refused.exit_code == 2
    assert "same instant" in refused.stderr


def test_a_withdrawn_book_makes_room_for_another_of_its_instant(site: Site) -> None:
    site.publish(site.file("city.toml", CITY), site.file("later.toml", LATER))
    done = site.run("rulebook", "withdraw", "city-2", "--by", "李监察")
    assert "city-2: not for cases accepted from 2097-07-01T00:00:00+08:00 on" in done.stdout
    assert "in force in the end: city-1" in done.stdout
    assert site.published()["city-2"]["by"] == "李监察"
    assert site.publish(site.file("mended.toml", LATER.replace("city-2", "city-2b"))).exit_code == 0
    assert site.library().books.at(4_060_000_000_000).version == "city-2b"
    unknown = site.run("rulebook", "withdraw", "city-7")
    assert unknown.exit_code == 2
    assert "published are: city-1, city-2" in unknown.stderr
    assert site.publish(site.folder / "later.toml").exit_code == 2, "city-2b has its place now"


def test_the_only_book_is_not_withdrawn(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    book = site.file("city.toml", CITY)
    monkeypatch.setenv("SUPERVISE_WORKER__BOOKS", json.dumps([str(book)]))
    site.publish(book)
    refused = site.run("rulebook", "withdraw", "city-1", "--from", "2026-09-01T00:00:00+0800")
    assert refused.exit_code == 2
    assert "would have no successor" in refused.stderr
    assert "until" not in str(site.published()["city-1"])


def test_a_published_calendar_counts_for_all_books_of_its_name(site: Site) -> None:
    site.publish(site.file("city.toml", CITY))
    before = site.published()["city-1"]["digest"]
    done = site.run("calendar", "publish", site.file("cn.toml", NO_POWER), "--by", "王监察")
    assert done.exit_code == 0, done.output
    assert "city-1: its open cases are judged anew; days that change: 1\n  2026-03-04: not worked (停电)" in done.stdout
    assert site.published()["cn"]["by"] == "王监察"
    assert site.published()["city-1"]["digest"] != before
    assert site.run("calendar", "publish", site.folder / "cn.toml").stdout.endswith("published already, just so\n")
    other = site.publish(site.file("later.toml", LATER))
    assert "city-2: the published calendar cn stands in for that of the file" in other.stdout
    assert "city-1" in site.run("calendar", "withdraw", "cn").stdout
    assert site.published()["city-1"]["digest"] == before
    assert site.run("calendar", "withdraw", "cn").exit_code == 2


def test_a_calendar_that_covers_less_is_published_only_when_asked(site: Site) -> None:
    short = site.file("cn.toml", 'name = "cn"\nbase = "weekends"\nyears = [2026]\n')
    refused = site.run("calendar", "publish", short)
    assert refused.exit_code == 2
    assert "2004, 2005" in refused.stderr and "--replace" in refused.stderr
    assert site.run("calendar", "publish", short, "--replace").exit_code == 0
    assert site.run("calendar", "publish", site.file("own.toml", 'name = "own"\nbase = "cn"\n')).exit_code == 2
    assert "waits for one" in site.run("calendar", "publish", "guangxi").stdout
    assert "no file beside" not in site.run("calendar", "publish", "nowhere").stdout


def test_a_book_too_large_for_a_record_is_refused(site: Site) -> None:
    rubbish = Random(1).randbytes(9_000_000).hex()
    record = record_of(table(title=rubbish))
    with pytest.raises(TooLarge, match=f"{LARGEST_PUBLICATION:,}"):
        asyncio.run(append(site.settings, [(record.key, record)]))
    many = [{"code": f"4301-{number:05}", "name": "事项" * 20, "promised": "10wd"} for number in range(5000)]
    record = record_of(table(items=many))
    asyncio.run(append(site.settings, [(record.key, record)]))
    assert len(site.library().books.get("city-1").items) == 5000


def test_explain_and_backtest_of_a_topic_know_what_is_published(site: Site, kafka: str) -> None:
    hall = Hall(kafka, site.settings.topics.prefix, site.folder)
    asyncio.run(hall.open(create_time=True))
    asyncio.run(hall.append([feed(accepted("c1", MONDAY, "3wd"))]))
    site.publish(site.file("city.toml", CITY))
    site.run("calendar", "publish", site.file("cn.toml", NO_POWER))
    story = json.loads(site.run("explain", "c1", "--json").stdout)
    assert story["book"] == "city-1"
    promise = next(limit for limit in story["limits"] if limit["rule"] == "case-promise")
    assert any("停电" in str(span) for span in promise["spans"])
    report = site.run("backtest", "--topic", "--book", "hunan", "--processes", "1", "--json")
    assert report.exit_code == 0, report.output
    assert "city-1" in report.stdout
