"""What an instance does with an unpacked package: loads the app, answers. JSON in, JSON out.

Run by `test_package` with ``python -I -S``: nothing is found but the package and the standard library.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any


def answer(folder: Path, calls: list[dict[str, Any]]) -> dict[str, Any]:
    """What each call gave, and which modules came from elsewhere than the package and Python itself."""
    sys.path[:0] = [str(folder), str(folder / ".python_packages" / "lib" / "site-packages")]
    os.chdir(folder)
    from azure.functions import HttpRequest  # noqa: PLC0415 - from the package

    from main import app  # noqa: PLC0415

    functions = {one.get_function_name(): one.get_user_function() for one in app.get_functions()}
    answers = []
    for call in calls:
        body = json.dumps(call["body"]).encode() if "body" in call else b""
        request = HttpRequest(
            method="POST" if "body" in call else "GET",
            url="http://127.0.0.1/api",
            headers={"Content-Type": "application/json"},
            body=body,
        )
        response = functions[call["function"]](request)
        answers.append({"status": response.status_code, "body": json.loads(response.get_body())})
    homes = (str(folder), *(str(Path(os.__file__).parent),))
    files = {
        str(module.__file__) for module in list(sys.modules.values()) if getattr(module, "__file__", None)
    }
    strangers = [name for name in files if not name.startswith(homes) and name != __file__]
    cached = [name for name in files if not _has_byte_code(name, folder)]
    return {"answers": answers, "functions": sorted(functions), "strangers": strangers, "cold": cached}


def _has_byte_code(name: str, folder: Path) -> bool:
    from importlib.util import cache_from_source  # noqa: PLC0415

    return (
        not (name.startswith(str(folder)) and name.endswith(".py")) or Path(cache_from_source(name)).is_file()
    )


if __name__ == "__main__":
    json.dump(answer(Path(sys.argv[1]), json.load(sys.stdin)), sys.stdout)
