"""What follows from the facts: runs of clocks, and findings. One file a family."""
