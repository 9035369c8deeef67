"""A connection of the local host. What is no HTTP, or too much of it, gets a problem like every error."""

import msgspec
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask

from function_app.contract import ProblemDetails

_DETAILS = {
    400: "The request is not HTTP/1.1 as RFC 9112 has it",
    413: "The body is larger than this host reads",
    431: "The headers are longer than this host reads",
    501: "Transfer-Encoding: another coding was given; it must be chunked",
}


class ProblemTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Answers a request that did not become one; the connection is closed then."""

    def execute(self) -> None:
        """Writes the problem. It quotes nothing of the request."""
        error = self.request.error
        details = ProblemDetails(
            type="about:blank",
            title=error.reason,
            status=error.code,
            detail=_DETAILS.get(error.code, "The app failed on this request; the cause is in its log"),
        )
        body = msgspec.json.encode(details)
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class AnswerTask(WSGITask):  # type: ignore[misc]
    """Sends head and body of an answer together: one packet less, for which nobody has to wake up."""

    wrote_header: bool

    def write(self, data: bytes) -> None:
        """Writes a piece of the body, or all of it."""
        if self.wrote_header or not self.complete or not self.has_body or len(data) != self.content_length:
            super().write(data)
            return
        self.wrote_header = True
        self.content_bytes_written = len(data)
        self.channel.write_soon(self.build_response_header() + data)


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection whose errors are problems, and whose answers are one packet."""

    task_class = AnswerTask
    error_task_class = ProblemTask
