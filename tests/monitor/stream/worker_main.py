"""``python -m tests.monitor.stream.worker_main [BOOK …]``: one worker, with settings from the environment.

``TEST_CLOCK_AHEAD``: seconds by which this process's clock is wrong, wherever it is read.
"""

import logging
import os
import sys
import time
from pathlib import Path

import aiokafka.codec

from monitor.books import Library
from monitor.settings import load_settings
from monitor.stream.run import run_worker
from rules.errors import SupervisionError

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if os.environ.get("TEST_WITHOUT_CODECS"):
        aiokafka.codec.cramjam = None
    if wrong := int(os.environ.get("TEST_CLOCK_AHEAD") or 0):
        right, right_ns = time.time, time.time_ns
        time.time, time.time_ns = lambda: right() + wrong, lambda: right_ns() + wrong * 10**9
    try:
        run_worker(load_settings(), Library.of_files([Path(book) for book in sys.argv[1:]]))
    except SupervisionError as error:
        sys.exit(f"supervise worker: {error}")
