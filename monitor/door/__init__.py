"""What stands before every server of ours, the gateway, the wall and the metrics: who may come in, how many, and for how long."""

from monitor.door import limits
from monitor.door.credentials import BadTokens, Credential, Tokens, parse_tables
from monitor.door.exposing import serve_metrics
from monitor.door.http import DoorHandler, Runner
from monitor.door.listening import Door
from monitor.door.logs import thin_out_logs
from monitor.door.peers import is_known_host, is_loopback, requester
from monitor.door.rotation import NewToken, new_table, rotate_token
from monitor.door.strangers import RETRY_AFTER, Strangers

__all__ = [
    "RETRY_AFTER",
    "BadTokens",
    "Credential",
    "Door",
    "DoorHandler",
    "NewToken",
    "Runner",
    "Strangers",
    "Tokens",
    "is_known_host",
    "is_loopback",
    "limits",
    "new_table",
    "parse_tables",
    "requester",
    "rotate_token",
    "serve_metrics",
    "thin_out_logs",
]
