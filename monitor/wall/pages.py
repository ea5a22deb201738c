"""The page's files as HTTP answers: what is served, with which headers. Knows nothing of sockets."""

import hashlib
from pathlib import PurePosixPath
from typing import NamedTuple

from dashboards import read_files

# All scripts and styles are files of ours and the only connection is back to us, so that is all a browser may do here.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Page(NamedTuple):
    """One file ready to be sent."""

    content_type: str
    body: bytes


class Pages:
    """The files of ``dashboards/wall``, read once."""

    def __init__(self) -> None:
        self._files = {
            name: Page(_TYPES[suffix], body)
            for name, body in sorted(read_files("wall").items())
            if (suffix := PurePosixPath(name).suffix) in _TYPES
        }
        digest = hashlib.sha256()
        for page in self._files.values():
            digest.update(page.body)
        self.version = digest.hexdigest()[:12]
        """Changes with the files: a screen that has older ones loads the page anew."""

    def get(self, path: str) -> Page | None:
        """The file at a URL path (``/`` is the page itself), or None. Only exact names: there is no path to walk."""
        return self._files.get("index.html" if path == "/" else path.removeprefix("/"))
