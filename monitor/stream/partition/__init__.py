"""One partition without any I/O: its engine, cases as rows, clock, wake-ups, slices and figures."""
