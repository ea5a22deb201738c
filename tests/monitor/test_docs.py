"""What ``docs/`` names is there: properties that are tested, an example of settings that can be used."""

import re
import tomllib
from pathlib import Path

import pytest

from monitor.settings import load_settings

DOCS = Path(__file__).parents[2] / "docs"


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
