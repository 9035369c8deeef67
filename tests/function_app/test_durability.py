"""What callers were told is kept stays kept, with either store: the app killed, the store away."""

import threading
from pathlib import Path

import requests

from function_app.ids import new_id
from function_app.store import Store
from tests.azurite import Azurite
from tests.function_app.places import Place, tables_place
from tests.function_app.running import HostStarter, RunningHost
from tests.function_app.waiting import wait_until

CALLERS = 4
ENOUGH = 40


class Caller(threading.Thread):
    """Predicts, says what it thinks of it and gives an example, again and again until the host is gone."""

    def __init__(self, base: str) -> None:
        super().__init__(daemon=True)
        self.sent: list[tuple[str, dict[str, str], str]] = []
        self.acknowledged: dict[str, str] = {}
        self.unmatched = 0
        self.failures: list[int] = []
        self._base = base
        self._session = requests.Session()

    def run(self) -> None:
        try:
            while True:
                predicted = self._post("predict", {"text": f"love {len(self.sent)}"}, new_id()).json()
                self.send("feedback", {"prediction_id": predicted["id"], "label": "negative"}, new_id())
                self.send("retrain", {"text": f"hate {new_id()}", "label": "negative"}, new_id())
        except requests.RequestException:
            self._session.close()

    def send(self, route: str, body: dict[str, str], key: str) -> None:
        self.sent.append((route, body, key))
        response = self._post(route, body, key)
        if not response.ok:
            self.failures.append(response.status_code)
            return
        answer = response.json()
        self.acknowledged[key] = answer.get("feedback_id") or answer["example_id"]
        self.unmatched += answer.get("matched") is False

    def _post(self, route: str, body: dict[str, str], key: str) -> requests.Response:
        headers = {"Idempotency-Key": key}
        return self._session.post(f"{self._base}/api/{route}", json=body, headers=headers, timeout=30)


def repeat(host: RunningHost, caller: Caller) -> None:
    """Sends everything again; what was acknowledged gets the same answer."""
    for route, body, key in caller.sent:
        response = host.post(route, json=body, headers={"Idempotency-Key": key})
        assert response.ok, response.text
        answer = response.json()
        kept = answer.get("feedback_id") or answer["example_id"]
        if key in caller.acknowledged:
            assert (response.status_code, kept) == (200, caller.acknowledged[key])


def kept_in(store: Store) -> list[str]:
    feedback, examples = store.feedback_after("", 10_000)[0], store.examples_after("", 10_000)[0]
    return [row.id for row, _ in feedback] + [row.id for row in examples]


def test_a_kill_under_load_loses_nothing_that_was_acknowledged(start_host: HostStarter, place: Place) -> None:
    host = start_host(**place.settings())
    callers = [Caller(host.base) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    wait_until(lambda: sum(len(caller.acknowledged) for caller in callers) >= ENOUGH, seconds=60)
    host.kill()
    for caller in callers:
        caller.join(30)
    assert sum(len(caller.failures) + caller.unmatched for caller in callers) == 0
    store = place.open()
    kept = kept_in(store)
    acknowledged = {one for caller in callers for one in caller.acknowledged.values()}
    assert len(set(kept)) == len(kept)
    assert acknowledged <= set(kept)
    again = start_host(**place.settings())
    for caller in callers:
        repeat(again, caller)
    assert len(kept_in(store)) == sum(len(caller.sent) for caller in callers)
    store.close()
    assert again.stop() == 0


def test_feedback_at_another_instance_finds_a_prediction_made_a_moment_ago(
    start_host: HostStarter, place: Place
) -> None:
    one, other = start_host(**place.settings()), start_host(**place.settings())
    for _ in range(5):
        predicted = one.post("predict", json={"text": "love"}).json()
        given = other.post("feedback", json={"prediction_id": predicted["id"], "correct": True})
        assert (given.status_code, given.json()["matched"]) == (201, True)


def test_tables_that_are_away_are_503_until_they_are_back(
    start_host: HostStarter, tmp_path: Path, azurite: Azurite
) -> None:
    own = Azurite(tmp_path / "azurite")
    place = tables_place(own)
    host = start_host(**place.settings())
    predicted = host.post("predict", json={"text": "love"}).json()
    body, key = {"prediction_id": predicted["id"], "correct": True}, {"Idempotency-Key": "once"}
    wait_until(lambda: host.get("health").json()["predictions"]["recorded"] == 1)
    own.stop()
    for route, content in (("feedback", body), ("retrain", {"text": "so late", "label": "negative"})):
        away = host.post(route, json=content, headers=key)
        assert (away.status_code, away.headers["Content-Type"]) == (503, "application/problem+json")
        assert int(away.headers["Retry-After"]) > 0
    meanwhile = host.post("predict", json={"text": "hate"})
    assert meanwhile.status_code == 200
    assert host.get("health").json()["store"] == {"reachable": False, "kind": "tables"}
    own.start()
    store = place.open()
    assert kept_in(store) == []
    given = host.post("feedback", json=body, headers=key)
    assert (given.status_code, given.json()["matched"]) == (201, True)
    wait_until(lambda: store.prediction(meanwhile.json()["id"]) is not None)
    assert kept_in(store) == [given.json()["feedback_id"]]
    health = host.get("health").json()
    assert (health["status"], health["predictions"]["dropped"]) == ("ok", 0)
    store.close()
    assert host.stop() == 0
    own.stop()


def test_what_is_not_to_be_kept_is_not_in_the_store(start_host: HostStarter, place: Place) -> None:
    host = start_host(**place.settings(), STORE_TEXT="false")
    predicted = host.post("predict", json={"text": "averysecrettext"}).json()
    body = {
        "prediction_id": predicted["id"],
        "correct": True,
        "text": "averysecret",
        "comment": "averysecret!",
    }
    assert host.post("feedback", json=body).json()["matched"] is True
    refused = host.post("retrain", json={"text": "averysecrettext", "label": "positive"})
    assert (refused.status_code, refused.json()["title"]) == (403, "Forbidden")
    assert host.stop() == 0
    store = place.open()
    ((said, made),) = store.feedback_after("", 10)[0]
    assert made is not None
    assert (made.text, made.characters) == (None, 15)
    assert (said.text, said.characters, said.comment, said.comment_characters) == (None, 11, None, 12)
    assert "secret" not in str((said, made))
    assert store.count_examples() == 0
    store.close()
