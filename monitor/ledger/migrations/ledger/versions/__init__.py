"""One file a version; what it does stands in ``sql/``."""
