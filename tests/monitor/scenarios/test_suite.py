"""Scenarios as a product: what holds, what fails and how it is told, and what cannot be played."""

from pathlib import Path

import pytest

from monitor.scenarios import run_suite
from monitor.scenarios.play import play
from monitor.scenarios.script import BadScenario, Scenario, load_scenarios

HERE = Path(__file__).parent / "files"
HEAD = 'book = "hunan"\nstart = 2026-03-02T09:30:00+08:00\n\n[[scenario]]\nname = "x"\n'


def write(folder: Path, steps: list[str], head: str = HEAD) -> Path:
    file = folder / "x.toml"
    file.write_text(f"{head}steps = [\n" + "".join(f'    "{step}",\n' for step in steps) + "]\n", "utf-8")
    return file


def test_a_failed_expectation_says_what_stood() -> None:
    result = run_suite(HERE)
    assert not result.ok
    where = HERE / "cards.toml"
    assert str(result) == (
        f"  FAILED: fails twice ({where}:15)\n"
        "    step 2, line 19: 8wd+1s expect yellow case-promise\n"
        "      at        2026-03-12T09:30:01+08:00\n"
        "      expected  yellow case-promise/1 stands\n"
        "      stood     warning case-promise/1 issued, due 2026-03-12T09:30:00+08:00, raised 2026-03-12T09:30:01+08:00\n"
        f"  FAILED: fails twice ({where}:15)\n"
        "    step 3, line 20: 10wd+1s expect none yellow\n"
        "      at        2026-03-16T09:30:01+08:00\n"
        "      expected  no yellow stands\n"
        "      stood     yellow case-promise/1 issued, due 2026-03-16T09:30:00+08:00, raised 2026-03-16T09:30:01+08:00\n"
        "FAILED: 1 of 2 scenarios in 1 files hold"
    )


def test_another_book_is_tried_on_the_same_scenarios() -> None:
    assert "warning case-promise/1 stands" in str(run_suite(HERE, "chengdu")), "Chengdu has no warning"


def test_a_scenario_may_name_a_book_beside_it(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text('extends = "hunan"\nversion = "city-1"\n[stages]\nreview = "1wd"\n', "utf-8")
    head = HEAD.replace("hunan", "city.toml")
    write(tmp_path, ["0m accepted promised=9wd", "0m stage_entered review", "1wd+1s expect yellow stage-review"], head)
    result = run_suite(tmp_path)
    assert (result.files, result.scenarios, result.ok) == (1, 1, True), result


UNPLAYABLE = {
    "5 expect none": "no time after the start",
    "5wd": "neither expect nor a record type",
    "5wd acepted": "neither expect nor a record type",
    "5wd suspended holiday": "Invalid enum value 'holiday'",
    "5wd suspended inspection 5d extra": "takes procedure, approved_days",
    "5wd accepted promised=fortnight": "the engine refuses the record",
    "5wd accepted colour=red": "unknown field `colour`",
    "5wd expect orange case-promise": "nothing to expect",
    "5wd expect yellow": "the id of a rule",
    "5wd expect yellow case-promis": "no rule of the book",
    "5wd expect none green": "no level",
    "5wd expect withdrawn case-promise": "a level, a rule",
    "5wd expect due": "a time after the start, or none",
    "2000wd expect none": "does not cover 2027",
}


@pytest.mark.parametrize("step", UNPLAYABLE)
def test_a_step_that_cannot_be_played_names_file_scenario_and_step(step: str, tmp_path: Path) -> None:
    file = write(tmp_path, ["0m applied", step])
    with pytest.raises(BadScenario) as error:
        play(load_scenarios(file)[0])
    assert str(error.value).startswith(f"{file}:8: scenario 'x', step 2 {step!r}: ")
    assert UNPLAYABLE[step] in str(error.value)
    result = run_suite(file)
    assert (result.failed, result.ok, result.errors) == (1, False, [str(error.value)])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("scenario = ", "cannot be read"),
        ('book = "hunan"\nscenario = []\n', "holds no"),
        ("[[scenario]]\nsteps = []\n", "missing required field"),
        (f"{HEAD}steps = []\nstep = 1\n", "unknown field `step`"),
        (f"{HEAD.replace('+08:00', '')}steps = []\n", "with its offset"),
    ],
)
def test_a_file_that_is_no_scenario_file_is_an_error(text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(BadScenario, match=why):
        load_scenarios(file)
    assert not run_suite(tmp_path).ok


def test_a_folder_without_scenarios_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadScenario, match=r"no \.toml file"):
        run_suite(tmp_path)


def only(tmp_path: Path, steps: list[str]) -> Scenario:
    return load_scenarios(write(tmp_path, steps))[0]


def test_a_scenario_plays_what_people_do_with_a_card(tmp_path: Path) -> None:
    card = "case-promise/yellow/1"
    steps = [
        "0m accepted promised=5wd",
        f"4wd refused alert_acknowledged {card}",
        "5wd+1s expect yellow case-promise",
        f"6wd alert_acknowledged {card} operator=inspector",
        "6wd expect acknowledged yellow case-promise acknowledged",
        f"6wd refused alert_confirmed {card}",
    ]
    assert play(only(tmp_path, steps)) == []


def test_a_record_that_should_have_been_refused_is_a_failure(tmp_path: Path) -> None:
    (failure,) = play(only(tmp_path, ["0m refused accepted promised=5wd"]))
    assert failure.expected == "the record is refused"


def test_a_scenario_plays_late_records_and_expects_reasons(tmp_path: Path) -> None:
    steps = [
        "0m accepted promised=5wd",
        "5wd+1s expect yellow case-promise",
        "6wd concluded at=4wd",
        "6wd expect withdrawn yellow case-promise late_record",
        "6wd expect withdrawn yellow case-promise limit_moved",
        "6wd expect due 5wd",
        "6wd expect due 4wd",
        "6wd expect case open",
    ]
    told = [(failure.step.number, failure.stood) for failure in play(only(tmp_path, steps))]
    assert told == [
        (5, ("its reason is late_record",)),
        (7, ("it is due 2026-03-09T09:30:00+08:00",)),
        (8, ("it is concluded",)),
    ]
