"""The tables in ``docs/`` say what the code says, all of it and nothing else."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel, SecretStr

from monitor import metrics
from monitor.settings import Settings, load_settings

DOCS = Path(__file__).parents[2] / "docs"


def rows(name: str) -> Iterator[list[str]]:
    """Cells of every table row whose first cell is code, backquotes taken off."""
    for line in (DOCS / name).read_text("utf-8").splitlines():
        if line.startswith("| `"):
            yield [cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def declared_metrics() -> dict[str, tuple[str, str]]:
    """Exposed name to (type, labels) of every metric of the module."""
    found = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            name = f"{family.name}_total" if family.type == "counter" else family.name
            found[name] = (family.type, ", ".join(metric._labelnames) or "–")
    return found


def keys(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, str]]:
    """Every key with its default as the table writes it."""
    for name, field in model.model_fields.items():
        default = field.default
        if isinstance(default, BaseModel):
            yield from keys(type(default), f"{before}{name}.")
        elif isinstance(default, SecretStr) or default == "":
            yield f"{before}{name}", "empty"
        elif isinstance(default, bool):
            yield f"{before}{name}", str(default).lower()
        else:
            yield f"{before}{name}", "none" if default is None or default == () else str(default)


def test_every_metric_is_documented() -> None:
    written = {name: (kind, labels) for name, kind, labels, *_ in rows("reference/metrics.md")}

    assert written == declared_metrics()
    assert len(written) == len(list(rows("reference/metrics.md"))), "a metric stands twice"


def test_every_metric_is_documented_with_what_it_means_and_when_to_worry() -> None:
    for name, _, _, process, meaning, worry in rows("reference/metrics.md"):
        assert all((process, meaning, worry)), name


def test_every_setting_is_documented_with_its_default() -> None:
    written = {key: default for key, default, _ in rows("reference/settings.md")}

    assert written == dict(keys(Settings))


def test_every_property_that_is_named_is_tested() -> None:
    tests = DOCS.parent / "tests"
    sources = "".join(
        path.read_text("utf-8") for path in [*(tests / "properties").glob("*.py"), *tests.glob("monitor/wall/*.py")]
    )
    named = set(re.findall(r"`(test_\w+)`", (DOCS / "explanation" / "properties.md").read_text("utf-8")))
    modules = {path.stem for path in (tests / "properties").glob("test_*.py")}
    assert modules <= named, "a file of properties is not in the table"
    for name in named - modules:
        assert f"def {name}(" in sources, name


def test_the_example_of_a_real_site_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", (DOCS / "reference" / "settings.md").read_text("utf-8"), re.DOTALL)
    assert "password" not in tomllib.loads(example)["kafka"]
    file, secrets = tmp_path / "site.toml", tmp_path / "secrets"
    file.write_text(example, "utf-8")
    secrets.mkdir()
    (secrets / "SUPERVISE_KAFKA__SASL_PASSWORD").write_text("wonderful")
    monkeypatch.setenv("SUPERVISE_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("SUPERVISE_WORKER__BOOKS", '["hunan"]')

    settings = load_settings(file)

    assert settings.kafka.sasl_password.get_secret_value() == "wonderful"
    assert settings.kafka.security_protocol == "SASL_SSL"
    assert settings.worker.books == (Path("hunan"),)
    assert "wonderful" not in repr(settings)
