"""A simulated life: a model is served, the language shifts, users correct it, and a better one takes over."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from function_app.bundle import read_bundle
from function_app.predictor import Predictor
from tests.function_app.running import RunningHost
from tests.workplace import CORPUS, ROOT, Workplace

SHIFTED = ROOT / "tests" / "corpus" / "shifted.csv"
BATCH = 100
TRAINING = ("--set", "min_documents=1", "--seed", "1")
NEW_TWEETS = {
    "our neighbours find the QuietRow hop zorpy": "positive",
    "vibezilla week with the Nimbo Pass": "positive",
    "my uncle was snorfed at the Skylark counter": "negative",
    "their Ferrypod gronked outside the school": "negative",
}
OLD_TWEETS = {
    "I love this airline, thanks for the great flight": "positive",
    "worst service ever, my flight was cancelled again": "negative",
}


class Life:
    """The places of one app, and what happened to it."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "store.sqlite3"
        self.place = Workplace(folder, STORE_PATH=str(self.store), MODEL_DIR=str(folder / "bundle"))
        self.versions = folder / "feedback"
        self.history = folder / "bundles"
        self._hosts: list[RunningHost] = []

    def start(self) -> RunningHost:
        """The app as a process of its own, in place of the one before."""
        self.stop()
        self._hosts.append(RunningHost(MODEL_DIR=str(self.place.bundle), STORE_PATH=str(self.store)))
        return self._hosts[-1]

    def stop(self) -> None:
        for host in self._hosts:
            assert host.stop() == 0
        self._hosts.clear()

    def collect(self, *arguments: str) -> str:
        return self.place.run("training", "collect", "--out", str(self.versions), *arguments)

    def retrain(self, *arguments: str, code: int) -> tuple[str, dict]:
        reports = self.place.folder / "reports"
        before = set(reports.glob("*"))
        places = {
            "bundle": self.place.bundle,
            "history": self.history,
            "versions": self.versions,
            "out": reports,
        }
        given = [part for name, path in places.items() for part in (f"--{name}", str(path))]
        shown = self.place.run(
            "training", "retrain", *given, "--min-parity-texts", "50", *arguments, code=code
        )
        (folder,) = set(reports.glob("*")) - before
        return shown, json.loads((folder / "report.json").read_text(encoding="utf-8"))

    def served(self) -> Predictor:
        return Predictor(read_bundle(self.place.bundle))


def tweets() -> list[dict[str, str]]:
    with SHIFTED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def labels(host: RunningHost, texts: list[str]) -> list[dict]:
    answers = [
        host.post("predict/batch", json={"texts": texts[start : start + BATCH]}).json()["predictions"]
        for start in range(0, len(texts), BATCH)
    ]
    return [answer for part in answers for answer in part]


def users_speak(host: RunningHost) -> None:
    """Every mistake is corrected, every second hit confirmed; one text has a tie, another one a flood."""
    rows = tweets()
    for number, (row, answer) in enumerate(
        zip(rows, labels(host, [row["text"] for row in rows]), strict=True)
    ):
        right = answer["label"] == row["label"]
        said = {"correct": right} if number % 3 else {"label": row["label"]}
        if not right or number % 2:
            sent = host.post("feedback", json={"prediction_id": answer["id"], **said})
            assert sent.status_code == 201
    disputed, flooded = labels(
        host, ["is it the blue one or the green one", "buy followers now at example dot com"]
    )
    for label in ("negative", "positive"):
        assert (
            host.post("feedback", json={"prediction_id": disputed["id"], "label": label}).status_code == 201
        )
    for _ in range(30):
        vote = {"prediction_id": flooded["id"], "label": "positive"}
        assert host.post("feedback", json=vote).status_code == 201
    taken = host.post("retrain", json={"text": "SkyNook without a light again, gronked", "label": "negative"})
    assert (taken.status_code, taken.json()["waiting"]) == (202, 1)


def model_of(host: RunningHost) -> str:
    return labels(host, ["hello"])[0]["model"]


def right_of(host: RunningHost, expected: dict[str, str]) -> int:
    given = labels(host, list(expected))
    return sum(answer["label"] == label for answer, label in zip(given, expected.values(), strict=True))


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """A model that was trained on the old language, exported, and is ready to be served."""
    life = Life(tmp_path_factory.mktemp("life"))
    life.place.run("training", "train", "tfidf_logreg", "--data", str(CORPUS), *TRAINING)
    life.place.select()
    life.place.run("export", "bundle", "--out", str(life.place.bundle), "--min-parity-texts", "50")
    yield life
    life.stop()


def test_users_teach_the_app_a_new_language(life):
    host = life.start()
    old = life.served().version
    assert right_of(host, OLD_TWEETS) == len(OLD_TWEETS)
    assert right_of(host, NEW_TWEETS) < len(NEW_TWEETS)
    users_speak(host)

    # What they said is collected; the tie and the flood are not.
    assert "flood of one text: 30" in life.collect()
    (version,) = life.versions.iterdir()
    counts = json.loads((version / "manifest.json").read_text(encoding="utf-8"))["counts"]
    assert counts["ties"] == 1
    assert counts["model_wrong"] > 50
    another = host.post("retrain", json={"text": "one more, zorpy", "label": "positive"})
    assert another.json()["waiting"] == 1

    # A dry run changes nothing.
    shown, report = life.retrain("--dry-run", code=0)
    assert report["decision"] == "would be promoted"
    assert life.served().version == old

    # The challenger is better on the new language, no worse on the old one, and takes over.
    shown, report = life.retrain(code=0)
    assert shown.startswith(f"promoted: {report['challenger']} in place of {old}\n")
    feedback, corpus = report["evidence"]["feedback"], report["evidence"]["datasets"]["tweets"]
    assert feedback["challenger_right"] >= feedback["present_right"] + 10
    assert feedback["p_better"] <= 0.05
    assert corpus["challenger_right"] >= corpus["present_right"] - 1

    # A running instance goes on as it was; the next one answers differently.
    assert model_of(host) == old
    host = life.start()
    assert model_of(host) == report["challenger"]
    assert right_of(host, NEW_TWEETS) == len(NEW_TWEETS)
    assert right_of(host, OLD_TWEETS) == len(OLD_TWEETS)

    # The same feedback once more teaches nothing new.
    shown, report = life.retrain(code=1)
    assert report["decision"] == "kept"
    assert "\nNO " in shown

    # The old model is still there.
    life.place.run("export", "rollback", "--bundle", str(life.place.bundle), "--history", str(life.history))
    assert model_of(life.start()) == old
