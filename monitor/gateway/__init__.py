"""The HTTP way in: window systems post events or their own rows; answered only when the broker has the records."""

from monitor.gateway.server import Gateway, run_gateway
from monitor.gateway.tokens import new_token

__all__ = ["Gateway", "new_token", "run_gateway"]
