"""The rule core: records in, alerts out. Pure: no clock, no I/O, no randomness, no logging.

Start at :mod:`rules.step`. Everything here takes instants and data as arguments, so the same code runs live, in replay,
in back-tests and in tests.
"""
