"""Versions of the ledger."""
