"""Judging what a person has written, before it goes live: diagnoses with their places, for books and catalogs alike."""
