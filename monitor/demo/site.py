"""The demo's own little site: settings, rule book, tokens, all in its data folder."""

from pathlib import Path
from typing import NamedTuple

from monitor.embedded.ports import free_port, is_free
from monitor.gateway import new_token
from monitor.kafka import ensure_topics
from monitor.settings import Settings
from monitor.simulate import REGION, write_book


class Site(NamedTuple):
    """Where things are."""

    settings: Path
    token: Path
    wall: str
    gateway: str


def make_site(data: Path, bootstrap: str, wall_port: int, gateway_port: int) -> Site:
    """Write what the parts need into ``data``. A port that is taken gives way to a free one."""
    wall_port = wall_port if wall_port and is_free(wall_port) else free_port()
    gateway_port = gateway_port if gateway_port and is_free(gateway_port) else free_port(avoid=wall_port)
    book = data / "book.toml"
    write_book(book)
    token = data / "gateway.token"
    if not token.exists():
        made = new_token("demo", (REGION,))
        (data / "tokens.toml").write_text(made.table, "utf-8")
        token.touch(mode=0o600)
        token.write_text(made.token + "\n", "utf-8")
    settings = data / "settings.toml"
    settings.write_text(
        f"""\
# Written by supervise demo at every start.
[kafka]
bootstrap = "{bootstrap}"

[topics]
prefix = "demo"

[worker]
books = ["{book.as_posix()}"]
group = "demo"
tally_seconds = 15

[wall]
port = {wall_port}
simulated = true

[gateway]
port = {gateway_port}
tokens = "{(data / "tokens.toml").as_posix()}"
""",
        "utf-8",
    )
    return Site(settings, token, f"http://127.0.0.1:{wall_port}/", f"http://127.0.0.1:{gateway_port}/")


def name_database(site: Site, address: str, password: Path) -> None:
    """Add the ledger's database to the settings. Whoever starts from now on knows it."""
    with site.settings.open("a", encoding="utf-8") as out:
        out.write(f'\n[ledger]\ndsn = "postgresql://supervise@{address}/supervise"\npassword_file = "{password.as_posix()}"\n')


async def prepare_topics(settings: Settings) -> None:
    """The demo's clock is the simulated hall's, so its events carry their own times."""
    await ensure_topics(settings.kafka, settings.topics, create_time=True)
