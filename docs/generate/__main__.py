"""``python -m docs.generate``: writes every block of every page anew, and says which pages changed."""

import sys

from docs.generate.pages import DOCS, PAGES, written_anew


def main() -> None:
    """Write what is stale."""
    for page in PAGES:
        path = DOCS / page
        text, before = written_anew(page), path.read_text("utf-8")
        if text != before:
            path.write_text(text, "utf-8")
            sys.stderr.write(f"written anew: {path.relative_to(DOCS.parent)}\n")


if __name__ == "__main__":
    main()
