"""``python -m monitor``: the same as ``supervise``."""

from monitor.cli import main

if __name__ == "__main__":
    main(prog_name="supervise")
