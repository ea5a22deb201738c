"""Kafka as every part of ours talks to it: one client, its refusals in words, appending, and reading ranges."""
