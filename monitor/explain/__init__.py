"""``supervise explain``: the whole story of one case, so that every card can be checked and defended.

The rule core itself makes the story: :class:`Follower` gives it the case's records once more and notes what each changed.
"""

from monitor.explain.follow import Follower
from monitor.explain.sources import follow_file, follow_topic, keys_in_file, keys_in_topic
from monitor.explain.story import CaseStory
from monitor.explain.text import as_text

__all__ = ["CaseStory", "Follower", "as_text", "follow_file", "follow_topic", "keys_in_file", "keys_in_topic"]
