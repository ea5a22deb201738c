"""The reference that code knows best, written from the code: ``python -m docs.generate``, part of ``make docs``.

A page of ``docs/reference/`` is prose with *blocks*: what stands between ``<!-- from NAME -->`` and ``<!-- end -->`` is written
here, from the code, and never by hand. It stands beside the pages rather than in ``monitor/``, for it is a tool of whoever
changes the code: nothing of it is installed with the monitor. ``tests/docs/test_generated.py`` fails when a page is stale.
"""
