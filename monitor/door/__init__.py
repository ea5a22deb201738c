"""What stands before every server of ours, the gateway, the wall and the metrics: who may come in, how many, and for how long."""

from monitor.door.credentials import BadTokens, Credential, Tokens, parse_tables
from monitor.door.rotation import NewToken, new_table, rotate_token

__all__ = ["BadTokens", "Credential", "NewToken", "Tokens", "new_table", "parse_tables", "rotate_token"]
