"""Versions of the audit log."""
