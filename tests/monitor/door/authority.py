"""Certificates made for a test: an authority, a server's files, a client's context."""

import ssl
from pathlib import Path
from typing import NamedTuple

import trustme


class Files(NamedTuple):
    """PEM files."""

    certificate: Path
    key: Path


def issue(authority: trustme.CA, folder: Path, *names: str) -> Files:
    """A certificate for ``names`` in files of ``folder``, over those that are there."""
    made = authority.issue_cert(*names)
    files = Files(folder / "server.pem", folder / "server.key")
    files.certificate.write_bytes(b"".join(each.bytes() for each in made.cert_chain_pems))
    files.key.write_bytes(made.private_key_pem.bytes())
    return files


def trusting(authority: trustme.CA, client: trustme.LeafCert | None = None) -> ssl.SSLContext:
    """A client's context that trusts the authority, with a certificate of its own where one is given."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    if client is not None:
        client.configure_cert(context)
    return context
