"""What runs on one machine with nothing installed: a real Apache Kafka on loopback, and the guard that ends children.

Import from the modules (``monitor.embedded.kafka``, ``.guard``, ``.jars``); this file stays empty so that
``python -m monitor.embedded.guard`` starts in milliseconds.
"""
