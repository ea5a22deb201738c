"""Every command, its help, arguments, flags and examples, from Click."""

import inspect
from collections.abc import Iterator

import click

from docs.generate.markdown import prose, table
from monitor.cli.main import main


def commands() -> str:
    """All commands, in the order of ``--help``."""
    return "\n\n".join(_told(words, command) for words, command in _walk(("supervise",), main))


def _walk(words: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _walk((*words, name), command.commands[name])


def _told(words: tuple[str, ...], command: click.Command) -> str:
    about, _, examples = inspect.cleandoc(command.help or "").partition("\b\n")
    context = click.Context(command, info_name=" ".join(words))
    usage = " ".join([*words, *command.collect_usage_pieces(context)])
    parts = [f"## {' '.join(words)}", *(prose(part) for part in about.split("\n\n") if part.strip()), f"```text\n{usage}\n```"]
    # Every command has --help; said once, at the top of the page.
    records = [param.get_help_record(context) for param in command.get_params(context) if param.name != "help"]
    if rows := [(f"`{flag}`", prose(help_text)) for flag, help_text in filter(None, records)]:
        parts.append(table(("flag", "meaning"), rows))
    if examples:
        parts.append("Examples:\n\n```console\n" + inspect.cleandoc(examples) + "\n```")
    return "\n\n".join(parts)
