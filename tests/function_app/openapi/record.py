"""`python -m tests.function_app.openapi.record`: sends the documentation's requests, keeps the answers.

For whoever ships another model or changes an answer: it rewrites `exchanges.json`.
"""

import json
import sys
import tempfile
from pathlib import Path

import msgspec

from function_app.openapi.exchanges import FILE, exchanges
from tests.function_app.openapi.replay import Apps, replay


def main() -> int:
    """Records; the exit code says whether every status is the one that is wanted."""
    with tempfile.TemporaryDirectory() as folder, Apps(Path(folder)) as apps:
        recorded = [
            (msgspec.structs.replace(sent.exchange, answer=sent.answer), sent.response.status_code)
            for sent in replay(apps, exchanges())
        ]
    for exchange, status in recorded:
        if status != exchange.status:
            sys.stderr.write(f"{exchange.operation}, {exchange.name}: {status} {exchange.answer}\n")
            return 1
    found = msgspec.to_builtins([exchange for exchange, _ in recorded])
    FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(recorded)} exchanges recorded\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
