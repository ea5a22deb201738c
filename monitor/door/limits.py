"""Every limit that is no setting; ``docs/reference/http.md`` has them from here. Beneath each: where, what, and what then."""

import sys

MOST_BYTES = 4 * 1024 * 1024
"""Where: gateway. Bytes of a body, unpacked. Then: 413."""
MOST_EVENTS = 10_000
"""Where: gateway. Events or rows in one request. Then: 413."""
MOST_ERRORS = 10_000
"""Where: gateway. Errors listed in one answer. Then: `left_off` says how many more."""
MOST_NESTED = sys.getrecursionlimit()
"""Where: gateway. Arrays and objects within each other in JSON, about: the parsers stop there themselves. Then: 400."""
HEADER_LINE_BYTES = 8190
"""Where: gateway, metrics. Bytes of the request line, and of one header. Then: 400."""
MOST_HEADERS = 128
"""Where: gateway, wall, metrics. Headers of a request. Then: 400, or the connection ends."""
HEADER_SECONDS = 10.0
"""Where: gateway, wall, metrics. Seconds from a connection to its first whole headers, TLS included. Then: it ends."""
IDLE_SECONDS = 75.0
"""Where: gateway, metrics. Seconds between two requests of a connection. Then: it ends."""
BODY_SECONDS = 30.0
"""Where: gateway. Seconds for a body to come. Then: 408."""
ANSWER_SECONDS = 30.0
"""Where: gateway, metrics. Seconds in which an answer must be taken. Then: the connection ends."""
HELLO_SECONDS = 5.0
"""Where: wall. Seconds in which a screen must show its token, where one is needed. Then: the connection ends, 4401."""
SCREEN_BYTES = 1024
"""Where: wall. Bytes of a message from a screen. Then: the connection ends, 1009."""
SCREENS_PER_TOKEN = 4
"""Where: wall. Screens at once with one token. Then: the connection ends, 4429."""
WRONG_TOKENS = 10
"""Where: gateway, wall, metrics. Wrong tokens of one peer that are answered at once. Then: each is answered late."""
WRONG_TOKEN_EVERY = 6.0
"""Where: gateway, wall, metrics. Seconds from one of those to the next. Then: one more is answered at once."""
WRONG_TOKEN_SECONDS = 2.0
"""Where: gateway, wall, metrics. Seconds that a late answer waits. Then: 429 with `Retry-After`, and the connection ends."""
LOG_LINES = 5
"""Where: gateway, wall, metrics. Lines of one kind in the log, in a minute. Then: the next says how many were passed over."""
