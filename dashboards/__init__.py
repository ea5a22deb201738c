"""Files of the screens, shipped inside the package."""

from importlib.resources import files


def read_files(folder: str) -> dict[str, bytes]:
    """Every file right in ``dashboards/<folder>``, by name."""
    return {
        entry.name: entry.read_bytes()
        for entry in files(__name__).joinpath(folder).iterdir()
        if entry.is_file() and not entry.name.startswith((".", "_"))
    }
