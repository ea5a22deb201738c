"""The topics: their names, what lies in them, and how they are made when they are missing."""

from docs.generate.markdown import prose, table
from monitor.kafka.client import topic_configs
from monitor.settings import Settings
from monitor.stream.topics import CHANGELOG_CONFIG, changelog_name
from monitor.wire import Topics


def topics() -> str:
    """One row per topic of an installation with the default settings."""
    settings = Settings.model_construct()
    names = Topics(settings.topics.prefix)
    what = {name: prose(kind.__doc__) for name, kind in vars(Topics).items() if isinstance(kind, property)}
    made = topic_configs(settings.topics)
    rows = [(f"`{topic}`", said, _config(made[topic])) for name, said in what.items() for topic in [getattr(names, name)]]
    changelog = "The case table's changelog: one case's state, compacted; key = case."
    rows.append((f"`{changelog_name(settings)}`", changelog, _config(CHANGELOG_CONFIG)))
    return table(("topic", "what", "made with"), rows)


def _config(config: dict[str, str]) -> str:
    return ", ".join(f"`{key}={value}`" for key, value in config.items())
