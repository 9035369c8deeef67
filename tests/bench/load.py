"""The load generator, a process of its own: ``python -m tests.bench.load`` reads a `Job` and writes `Found`.

Every client is one connection that is kept open, and sends its next request when it has the answer. Only
asyncio and bytes, so that one core can ask faster than any of the servers answers.
"""

import asyncio
import itertools
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
_PATIENCE = 60.0
"""Seconds after which an answer no longer counts."""


@dataclass(frozen=True)
class Job:
    """So many clients for so many seconds; each takes the next of `bodies`, over and over."""

    port: int
    path: str
    bodies: list[str]
    clients: int
    seconds: float


@dataclass
class Found:
    """The milliseconds of each answer, how many failed, and the seconds from first request to last answer."""

    milliseconds: list[float] = field(default_factory=list)
    errors: int = 0
    seconds: float = 0.0


async def work(job: Job) -> Found:
    """Ask until the time is over, and wait for what was asked."""
    found = Found()
    head = f"POST {job.path} HTTP/1.1\r\nHost: 127.0.0.1:{job.port}\r\nContent-Type: application/json\r\n"
    requests = itertools.cycle(
        f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode() for body in job.bodies
    )
    started = time.perf_counter()
    until = started + job.seconds
    await asyncio.gather(*(_client(job.port, requests, until, found) for _ in range(job.clients)))
    found.seconds = time.perf_counter() - started
    return found


async def _client(port: int, requests: Iterator[bytes], until: float, found: Found) -> None:
    while time.perf_counter() < until:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            found.errors += 1
            await asyncio.sleep(0.05)
            continue
        try:
            while (start := time.perf_counter()) < until:
                writer.write(next(requests))
                async with asyncio.timeout(_PATIENCE):
                    right = await _answer(reader)
                if right:
                    found.milliseconds.append(1000 * (time.perf_counter() - start))
                else:
                    found.errors += 1
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            found.errors += 1
        finally:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> bool:
    """Whether the next answer is a 200 that names a label."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    if length is None:
        raise asyncio.IncompleteReadError(head, None)
    body = await reader.readexactly(int(length[1]))
    return head.split(b" ", 2)[1] == b"200" and (b'"positive"' in body or b'"negative"' in body)


def main() -> None:
    """Do the job on standard input."""
    job = Job(**json.load(sys.stdin))
    json.dump(asdict(asyncio.run(work(job))), sys.stdout)


if __name__ == "__main__":
    main()
