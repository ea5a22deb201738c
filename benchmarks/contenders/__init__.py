"""The same job done otherwise, to compare with: as Faust's documentation would have it, and as a bare aiokafka loop.

Both read the same settings file as ``supervise worker`` (topics, group, rule books), run the same :func:`rules.step.step`,
and keep the cases recoverable in a changelog named ``PREFIX.GROUP.FORM-cases-changelog``.
"""
