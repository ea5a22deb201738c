"""Writes the folder of a new version: ``python -m tests.golden.write``. Never touches one that is there."""

import sys

from tests.golden.versions import FILES, FOLDER, NEWEST


def main() -> None:
    """Write what today's code writes of the newest samples."""
    folder = FOLDER / NEWEST.NAME
    if folder.exists():
        sys.exit(f"{folder} exists, and what was stored once must be read for ever: a new version is a new folder")
    folder.mkdir()
    for name, write in FILES.items():
        (folder / name).write_text(write(), "utf-8")


if __name__ == "__main__":
    main()
