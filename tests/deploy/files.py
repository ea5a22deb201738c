"""The files of ``deploy/``, read; and programs that check them."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def read(path: Path) -> Any:
    """The one document of a YAML file."""
    return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


def run(*command: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a checking program; its output is for the test to judge."""
    return subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False)
