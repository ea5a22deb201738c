"""The HTTP way in: window systems post events or their own rows; answered only when the broker has the records."""

from monitor.gateway.server import Gateway, run_gateway
from monitor.gateway.tokens import BadTokens, NewToken, new_token

__all__ = ["BadTokens", "Gateway", "NewToken", "new_token", "run_gateway"]
