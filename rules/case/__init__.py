"""What is remembered: one case, the counts of many, and what a case adds to the figures."""
