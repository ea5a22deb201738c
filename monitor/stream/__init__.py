"""The worker: reads the events topic, runs the rule core over it, writes alerts, figures and the case table's changelog.

Start at :mod:`monitor.stream.worker`; ``docs/explanation/worker.md`` says how a batch flows.
Faust is imported in :mod:`monitor.stream.faust` and nowhere else. Import from the files: a partition
is worked on without Faust, so this one hands on nothing.
"""
