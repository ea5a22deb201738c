"""``supervise explain``: the whole story of one case, so that every card can be checked and defended."""
