"""Bytes of everything that is kept, as each version of the code wrote them: one folder a version, ``state-1`` the first.

Stored are the cases in the changelog, alerts, figures, reported and counted events, published books, and the numbers that stand
for names in them. Whoever starts a newer worker keeps all of that, so every version must be read for ever.

A failing test here means one of two things.

- *A stored number or field has moved.* Put it back. Append at the end, never insert, reorder, rename or reuse.
- *Something was appended*, so that today's bytes are longer. That is a new version: leave the old folder untouched, write
  ``state_2.py`` beside ``state_1.py`` with the new field filled, add it to :data:`tests.golden.versions.VERSIONS`, and run
  ``python -m tests.golden.write``. The tests then demand that the old bytes still mean what they meant, the new field at its
  default.
"""
