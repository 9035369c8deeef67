"""Loads the app with Azure's own worker library and calls its functions: JSON in, JSON out.

Run by `test_worker` in a process of its own. The library is the one that Azure's Python 3.13 worker hands
every request to; between it and the host stand gRPC and message types generated from the host's protocol, for
which plain objects stand in here.
"""

import asyncio
import json
import logging
import sys
import threading
import types
import uuid
from pathlib import Path
from typing import Any

from azure_functions_runtime import handle_event, native_invocation
from azure_functions_runtime.bindings.context import _invocation_id_local
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.utils.executor import invocation_id_cv
from azure_functions_runtime.utils.threadpool import start_threadpool_executor


class Message(types.SimpleNamespace):
    """A message of the host's protocol: whatever fields it is given."""


class BindingInfo(Message):
    in_, out, inout, undefined = 0, 1, 2, 0


class StatusResult(Message):
    Success, Failure = 1, 0


METADATA = {"Id": Datum("a-message", "string"), "DequeueCount": Datum("1", "json")}
PROTOCOL = Message(
    BindingInfo=BindingInfo,
    FunctionMetadataResponse=Message,
    RpcException=Message,
    RpcFunctionMetadata=Message,
    RpcRetryOptions=Message,
    StatusResult=StatusResult,
    WorkerInitResponse=Message,
    WorkerMetadata=Message,
)


class Logs(logging.Handler):
    """Keeps log lines with the invocation id that a worker finds for them.

    The 3.13 worker looks into a context variable, the 3.11 worker into what is local to the thread.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(
            {
                "message": record.getMessage(),
                "thread": threading.current_thread().name,
                "variable": invocation_id_cv.get(),
                "local": getattr(_invocation_id_local, "invocation_id", None),
            }
        )

    def has(self, words: str) -> bool:
        return any(words in line["message"] for line in list(self.lines))


LOGS = Logs()


async def answer(calls: list[dict[str, Any]]) -> dict[str, Any]:
    """What was indexed, by function, and what each call gave."""
    sys.path.insert(0, str(Path.cwd()))
    handle_event.protos = PROTOCOL
    start_threadpool_executor()
    start = Message(capabilities={}, function_app_directory=str(Path.cwd()))
    started = await handle_event.worker_init_request(
        Message(
            request=Message(worker_init_request=start), properties={"host": "127.0.0.1", "protos": PROTOCOL}
        )
    )
    if started.result.status != StatusResult.Success:
        raise SystemExit(f"the worker could not load the app: {started.result.exception}")
    functions = {metadata.name: metadata for metadata in handle_event._metadata_result}
    return {
        "functions": {
            name: [json.loads(binding) for binding in found.raw_bindings] for name, found in functions.items()
        },
        "answers": [await invoke(functions[call["function"]].function_id, call) for call in calls],
        "logs": LOGS.lines,
    }


async def invoke(function_id: str, call: dict[str, Any]) -> dict[str, Any]:
    """One invocation; an HTTP answer as status, content type and body, with the id of the invocation."""
    invocation_id = str(uuid.uuid4())
    succeeded, returned, outputs, error, _ = await native_invocation.invocation_request_native(
        invocation_id, function_id, [request(call)], METADATA, trace_parent=call.get("trace_parent", "")
    )
    for _ in range(2_000 if "until_logged" in call else 0):
        if LOGS.has(call["until_logged"]):
            break
        await asyncio.sleep(0.01)
    if not succeeded:
        return {"error": str(error)}
    if returned is None:
        return {name: (datum.type, datum.value) for name, datum in outputs}
    response = returned.value
    return {
        "invocation": invocation_id,
        "status": int(response["status_code"].value),
        "type": response["headers"]["content-type"].value,
        "body": json.loads(response["body"].value),
    }


def request(call: dict[str, Any]) -> tuple[str, Datum]:
    """The trigger's argument, as the host sends it."""
    if "message" in call:
        return "message", Datum(json.dumps(call["message"]).encode(), "bytes")
    if "method" not in call:
        return "timer", Datum(json.dumps({"IsPastDue": False, "Schedule": {}, "ScheduleStatus": {}}), "json")
    headers = {"Content-Type": Datum("application/json", "string")}
    return "req", Datum(
        {
            "method": Datum(call["method"], "string"),
            "url": Datum("http://127.0.0.1/api", "string"),
            "headers": headers,
            "query": {},
            "params": {},
            "body": Datum(call.get("body", "").encode(), "bytes"),
        },
        "http",
    )


if __name__ == "__main__":
    logging.getLogger().addHandler(LOGS)
    json.dump(asyncio.run(answer(json.load(sys.stdin))), sys.stdout)
