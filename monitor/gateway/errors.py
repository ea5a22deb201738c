"""Every error of the gateway in one JSON form, whoever finds it: the handlers, the router, or the parser of HTTP itself."""

import logging

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from monitor.door import DoorHandler
from monitor.gateway.reading import BodyRefused, Errors, Fault, whole
from monitor.wire import encode_json

log = logging.getLogger(__name__)
_CODES = {
    400: "bad_request", 401: "unauthorized", 404: "not_found", 405: "method_not_allowed", 413: "too_large",
    415: "unsupported_media_type", 417: "expectation_failed", 429: "too_many", 500: "internal_error",
}  # fmt: skip
_KEPT = ("WWW-Authenticate", "Allow", "Retry-After")
"""Headers of aiohttp's own errors that the answer needs."""
_LATER = {"Retry-After": "5"}


def refused(status: int, faults: list[Fault], headers: dict[str, str] | None = None, left_off: int = 0) -> web.Response:
    """The answer that says why nothing was taken."""
    body = encode_json(Errors(faults, left_off))
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


def refused_body(error: BodyRefused) -> web.Response:
    """The answer to a body that was not taken."""
    return refused(error.status, error.faults, _LATER if error.status in (429, 503) else None, error.left_off)


def refused_request(error: web.HTTPException) -> web.Response:
    """The answer to a request that aiohttp, or a handler in its words, did not take."""
    kept = {name: value for name, value in error.headers.items() if name in _KEPT}
    return refused(error.status, [_whole(error.status, error.reason)], kept)


def internal_error(request: web.BaseRequest, error: BaseException | None) -> web.Response:
    """The answer where the defect is ours. It goes to the log with its traceback, and not to the sender."""
    log.error("failed on %s %s", request.method, request.path, exc_info=error)
    return refused(500, [_whole(500, "a defect of the gateway; its log says more. Nothing was taken")])


def unreadable_body(error: BaseException) -> BodyRefused:
    """What to raise where the body's bytes could not be had: a wrong Content-Encoding, broken chunks, a connection cut."""
    said = str(error).rpartition("message:")[2].strip() or type(error).__name__
    text = f"the body cannot be read: {said}. Are Content-Encoding, Content-Length and chunks right?"
    return whole(400, "bad_request", "".join(each if each.isprintable() else "?" for each in text)[:300])


def _whole(status: int, message: str) -> Fault:
    return Fault(None, "", _CODES.get(status, "refused"), message)


class JsonHandler(DoorHandler):
    """One connection; what its parser cannot take is answered in our form, too."""

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun")
        if status >= 500 or not isinstance(exc, HttpProcessingError):
            answer = internal_error(request, exc)
        else:
            text = str(exc.message or message or "no HTTP").partition("\n")[0]
            answer = refused(status, [_whole(status, text)])
        answer.force_close()
        return answer

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        if isinstance(resp, web.HTTPException) and resp.status >= 400:  # raised before any middleware, as for Expect
            resp = refused_request(resp)
        if request.content.exception() is not None:  # nothing is left to be read that would let the sender see the answer
            self._lingering_time = 0
        return await super().finish_response(request, resp, start_time)
