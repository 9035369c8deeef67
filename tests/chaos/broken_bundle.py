"""A broken bundle arrives: it is refused by name at the next start, and the running host goes on."""

import json
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import onnx
from onnx import TensorProto, helper

from function_app.service import Service
from function_app.settings import Settings
from tests.chaos.record import Record
from tests.chaos.trial import Trial
from tests.function_app.handmade import write_manifest
from tests.function_app.running import run_until_it_ends

REFUSED = 2
"""Exit code of a host that cannot start."""

Breaking = Callable[[Path, random.Random], None]


def run(trial: Trial) -> Record:
    """Puts each broken bundle in the place of the one that a host serves, then starts another host."""
    record = Record(fault="Broken bundle", done="of each kind, in the place of the served one", bound=10.0)
    chance = trial.random("bundle")
    names = list(KINDS) if not trial.quick else ["truncated model"]
    place = trial.folder / "model"
    shutil.copytree(trial.model, place)
    host = trial.host(MODEL_DIR=str(place))
    served = host.get("health").json()["model"]["version"]
    for name in names:
        shutil.rmtree(place)
        shutil.copytree(trial.model, place)
        KINDS[name](place, chance)
        started = time.monotonic()
        code, output = run_until_it_ends(MODEL_DIR=str(place), STORE_PATH=str(trial.folder / "other.sqlite3"))
        record.took(time.monotonic() - started)
        record.demand(code == REFUSED, f"a host started on a bundle with a {name}, or crashed ({code})")
        record.demand(
            output.startswith("Cannot start: ") and output.count("\n") == 1,
            f"why a bundle with a {name} is refused is not said in one line",
        )
        record.demand(_health_says_so(place), f"health does not tell of a {name}")
        made = host.post("predict", json={"text": "love"})
        record.answers[str(made.status_code)] += 1
        record.demand(
            made.ok and made.json()["model"] == served, f"the running host did not go on beside a {name}"
        )
        record.times += 1
    record.demand(host.stop() == 0, "the running host did not end by itself")
    record.notes.append(
        f"{', '.join(names)}; each refusal is one line, and a wait is the time until it is said; "
        "an instance in Azure starts without a model and says so in health"
    )
    return record


def _health_says_so(folder: Path) -> bool:
    """As in Azure, where an instance answers without a model."""
    settings = {"MODEL_DIR": str(folder), "STORE_PATH": str(folder / "store.sqlite3"), "TELEMETRY": "off"}
    service = Service(Settings.from_environment(settings))
    health = service.health()
    service.close()
    return health.http_status == 503 and not health.model.loaded and health.store.reachable


def _truncated_model(folder: Path, chance: random.Random) -> None:
    content = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(content[: chance.randrange(len(content))])


def _flipped_bit(folder: Path, chance: random.Random) -> None:
    content = bytearray((folder / "model.onnx").read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    (folder / "model.onnx").write_bytes(content)


def _other_sum(folder: Path, chance: random.Random) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["model.onnx"]["sha256"] = f"{chance.getrandbits(256):064x}"
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _truncated_manifest(folder: Path, chance: random.Random) -> None:
    content = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").write_bytes(content[: chance.randrange(len(content) - 2)])


def _missing(name: str) -> Breaking:
    return lambda folder, _: (folder / name).unlink()


def _folder_in_place(folder: Path, _: random.Random) -> None:
    (folder / "model.onnx").unlink()
    (folder / "model.onnx").mkdir()


def _no_model_at_all(folder: Path, chance: random.Random) -> None:
    _vouch(folder, chance.randbytes(10_000))


def _other_shape(folder: Path, _: random.Random) -> None:
    """A model that is one, of numbers instead of texts."""
    real = TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Sigmoid", ["x"], ["probability"])],
        "another",
        [helper.make_tensor_value_info("x", real, ["N", 3])],
        [helper.make_tensor_value_info("probability", real, ["N", 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    _vouch(folder, model.SerializeToString())


def _unknown_operator(folder: Path, _: random.Random) -> None:
    model = onnx.load(folder / "model.onnx")
    model.graph.node[-1].op_type = "NoSuchOperator"
    _vouch(folder, model.SerializeToString())


def _other_scores(folder: Path, _: random.Random) -> None:
    """Whole and of the right shape, but it does not give what it gave when it was made."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["self_test"] = [{"text": "great crew", "probability": 0.123456}]
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _other_labels(folder: Path, _: random.Random) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"labels": ["positive", "negative"]}))


def _vouch(folder: Path, model: bytes) -> None:
    """Puts another model into the bundle, with a manifest that vouches for it."""
    (folder / "model.onnx").write_bytes(model)
    files = {name: (folder / name).read_bytes() for name in ("model.onnx", "reference.json")}
    write_manifest(folder, files=files)


KINDS: dict[str, Breaking] = {
    "truncated model": _truncated_model,
    "flipped bit": _flipped_bit,
    "other sha256": _other_sum,
    "truncated manifest": _truncated_manifest,
    "missing model": _missing("model.onnx"),
    "missing manifest": _missing("manifest.json"),
    "missing reference": _missing("reference.json"),
    "folder in the model's place": _folder_in_place,
    "model that is none": _no_model_at_all,
    "model of another shape": _other_shape,
    "unknown operator": _unknown_operator,
    "failed self-test": _other_scores,
    "other labels": _other_labels,
}
