"""Scenarios: what a book is expected to do, written as TOML and played against it."""
