"""Alerts about the monitor itself: each fires, is silent, has its runbook, and rests on metrics that are published."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.deploy.alerts import OURS, RULES, TESTS, buckets, exposed, labels_wanted, rules, tried
from tests.deploy.files import DEPLOY, ROOT, read, run

PROMETHEUS = DEPLOY / "prometheus"
ALERTS = {rule["alert"]: rule for rule in rules("alert")}
NEVER_SILENT = {"Watchdog"}
OTHERS = re.compile(r"\b(?:node|process|prometheus|alertmanager)_\w+|\bup\b")
KNOWN_OF_OTHERS = {
    "up": "Prometheus",
    "process_start_time_seconds": "prometheus_client",
    "process_open_fds": "prometheus_client",
    "process_max_fds": "prometheus_client",
    "node_timex_offset_seconds": "node-exporter",
    "node_timex_sync_status": "node-exporter",
    "node_filesystem_avail_bytes": "node-exporter",
    "node_filesystem_size_bytes": "node-exporter",
    "node_filesystem_readonly": "node-exporter",
    "prometheus_rule_evaluation_failures_total": "Prometheus",
    "prometheus_config_last_reload_successful": "Prometheus",
    "prometheus_notifications_dropped_total": "Prometheus",
    "alertmanager_config_last_reload_successful": "Alertmanager",
    "alertmanager_notifications_failed_total": "Alertmanager",
}
"""Metrics that are not ours, and who publishes them."""


def defects(expr: str) -> list[str]:
    """What an expression asks for that no code of ours publishes: names, labels, buckets."""
    series, found = exposed(), []
    for name, selector in re.findall(r"\b(supervise_\w+)(\{[^}]*\})?", expr):
        if name not in series:
            found.append(name)
            continue
        found += [f"{name}: {label}" for label in labels_wanted(selector) - series[name]]
        found += [
            f"{name}: le={le}" for le in re.findall(r'le="([^"]+)"', selector) if le not in buckets(name[: -len("_bucket")])
        ]
    return found


def test_every_metric_label_and_bucket_of_a_rule_is_published() -> None:
    assert [wrong for rule in [*rules("alert"), *rules("record")] for wrong in defects(rule["expr"])] == []


def test_a_metric_label_or_bucket_nobody_publishes_is_found() -> None:
    expr = 'supervise_cases_seen > 0 and supervise_cases{region="4301"} and supervise_batch_seconds_bucket{le="2.0"}'
    assert defects(expr) == ["supervise_cases_seen", "supervise_cases: region", "supervise_batch_seconds_bucket: le=2.0"]


def test_a_label_that_rules_group_by_is_one_of_a_metric_in_them() -> None:
    series = exposed()
    for rule in rules("alert"):
        names = set(OURS.findall(rule["expr"]))
        if names:
            known = set().union(*(series[name] for name in names))
            for group in re.findall(r"\b(?:by|on|without)\s*\(([^)]*)\)", rule["expr"]):
                assert {label.strip() for label in group.split(",") if label.strip()} <= known, rule["alert"]


def test_metrics_of_others_are_those_we_know() -> None:
    named = {name for rule in [*rules("alert"), *rules("record")] for name in OTHERS.findall(rule["expr"])}
    assert named == KNOWN_OF_OTHERS.keys()


def test_every_alert_has_a_name_of_its_own() -> None:
    assert len(ALERTS) == len(rules("alert")) > 30


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_is_tried_firing_and_silent(alert: str) -> None:
    firing, silent = tried()[alert]
    assert firing
    assert silent or alert in NEVER_SILENT


@pytest.mark.parametrize("page", ["docs/howto/runbooks.md", "docs/zh-CN/runbooks.md"])
def test_every_alert_has_its_runbook_and_every_runbook_its_alert(page: str) -> None:
    headings = re.findall(r"^### (\w+)$", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(ALERTS)


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_leads_to_its_runbook_and_says_in_both_languages_what_it_means(alert: str) -> None:
    said = ALERTS[alert]["annotations"]
    assert said["runbook_url"] == "{{ $externalLabels.docs }}/howto/runbooks.html#" + alert.lower()
    assert re.search("[\u4e00-\u9fff]", said["summary_zh"])
    assert said["summary"].isascii()
    assert ALERTS[alert]["labels"]["severity"] in {"page", "ticket", "heartbeat"}


@pytest.mark.debian("promtool")
def test_promtool_accepts_the_configuration_and_the_rules(tmp_path: Path) -> None:
    installed = shutil.copytree(PROMETHEUS, tmp_path / "prometheus")
    (installed / "metrics-token").write_text("open-sesame", "utf-8")
    checked = run("promtool", "check", "config", installed / "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(RULES)} rule files found" in checked.stdout


@pytest.mark.debian("promtool")
def test_every_alert_fires_and_is_silent_as_expected() -> None:
    checked = run("promtool", "test", "rules", *sorted(TESTS.glob("*.yml")))
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.debian("promtool")
@pytest.mark.parametrize(
    ("file", "was", "becomes"),
    [
        ("worker.yml", "sum(supervise_uncovered_cases) > 0", "sum(supervise_uncovered_cases) > 5"),
        ("processes.yml", "== 0", "== 2"),
        ("wall.yml", "hour() >= 1 < 9", "hour() >= 0 < 9"),
    ],
)
def test_a_rule_that_is_changed_fails_its_tests(file: str, was: str, becomes: str, tmp_path: Path) -> None:
    shutil.copytree(PROMETHEUS, tmp_path / "prometheus")
    rule = tmp_path / "prometheus" / "rules" / file
    text = rule.read_text("utf-8")
    assert was in text
    rule.write_text(text.replace(was, becomes), "utf-8")
    assert run("promtool", "test", "rules", tmp_path / "prometheus" / "tests" / file).returncode != 0


def test_jobs_that_rules_name_are_scraped() -> None:
    scraped = {job["job_name"] for job in read(PROMETHEUS / "prometheus.yml")["scrape_configs"]}
    named = re.findall(r'job=~?"([^"]+)"', "".join(rule["expr"] for rule in rules("alert")))
    assert {job for names in named for job in names.split("|")} <= scraped


def test_every_file_of_targets_is_there() -> None:
    jobs = read(PROMETHEUS / "prometheus.yml")["scrape_configs"]
    files = [name for job in jobs for found in job.get("file_sd_configs", ()) for name in found["files"]]
    assert files
    for name in files:
        assert yaml.safe_load((PROMETHEUS / name).read_text("utf-8"))[0]["targets"]
