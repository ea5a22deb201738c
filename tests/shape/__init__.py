"""The shape of the house, measured from its code alone: rooms, floors, arrows, circles, lengths, words.

    python -m tests.shape                        a table of this tree
    python -m tests.shape --root DIR             of another one, say an older commit in a work tree of its own
    python -m tests.shape --json > before.json   everything as data, the lists in full
    python -m tests.shape --against before.json  a column for what was, a column for what is
    python -m tests.shape --against before.json --page docs/explanation/shape.md
                                                 renews the table of that page

Nothing is imported, everything is parsed, so one script measures any commit. How things are counted:

* A *room* is a package or module directly in ``rules/``; the face ``rules/__init__.py`` is none. ``monitor/`` likewise.
* An *arrow* leads from who imports to what is imported; many names from one place are one arrow.
* A *floor* is a step of the longest way along arrows. All in one circle share a floor.
* A *circle* is a set of files, or rooms, that reach each other. A package's ``__init__`` counts as a file, its face.
* *Names from outside* are pairs of module and name that ``monitor/`` and ``dashboards/`` import from ``rules/``.
  Past a face means out of a file that lies in a room.
* A function's length is from its ``def`` to its last line, docstring included.
* A docstring is any string that stands alone as a statement. Tables, literal blocks and doctests are no sentences.
"""
