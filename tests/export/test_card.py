"""The model card says what the manifest says."""

import copy
import json
from pathlib import Path

import pytest

from export.__main__ import main
from export.card import model_card
from export.errors import ExportError
from export.origins import origin

SERVED = Path(__file__).resolve().parents[2] / "function_app" / "model" / "manifest.json"


@pytest.fixture
def manifest() -> dict:
    return json.loads(SERVED.read_text(encoding="utf-8"))


def card_of(manifest: dict, folder: Path) -> str:
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return model_card(folder / "manifest.json")


def test_it_has_every_data_set_with_its_terms_and_every_metric_with_its_interval(manifest, tmp_path):
    card = card_of(manifest, tmp_path)
    for name, source in manifest["data"]["sources"].items():
        assert name in card
        assert source["terms"] in card
    for one in manifest["metrics"].values():
        low, high = one["accuracy_interval"]
        assert f"{one['accuracy']:.3f} ({low:.3f}–{high:.3f})" in card
    assert manifest["weights"]["licence"] in card


def test_a_figure_that_changes_in_the_manifest_changes_in_the_card(manifest, tmp_path):
    changed = copy.deepcopy(manifest)
    changed["metrics"]["airline"]["accuracy"] = 0.12345
    assert "0.123 (" in card_of(changed, tmp_path)
    assert "0.123 (" not in card_of(manifest, tmp_path)


def test_the_weakest_part_comes_first(manifest, tmp_path):
    manifest["slices"] = [
        {"name": "long", "rows": 900, "accuracy": 0.91, "accuracy_interval": [0.89, 0.93]},
        {"name": "negation", "rows": 400, "accuracy": 0.81, "accuracy_interval": [0.77, 0.85]},
    ]
    card = card_of(manifest, tmp_path)
    assert card.index("| negation | 400 | 0.810 (0.770–0.850) |") < card.index("| long | 900 |")


def test_its_tables_are_whole(manifest, tmp_path):
    rows = [line for line in card_of(manifest, tmp_path).splitlines() if line.startswith("|")]
    widths = [line.count("|") for line in rows]
    starts = [number for number, line in enumerate(rows) if set(line) <= set("|-: ")]
    assert len(starts) == 4
    for start, end in zip(starts, [*(start - 1 for start in starts[1:]), len(rows)], strict=True):
        assert len(set(widths[start - 1 : end])) == 1


def test_the_command_writes_it_and_says_where(manifest, tmp_path, capsys):
    card_of(manifest, tmp_path)
    assert main(["card", "--bundle", str(tmp_path), "--out", str(tmp_path / "card.md")]) == 0
    assert (
        (tmp_path / "card.md").read_text(encoding="utf-8").startswith(f"# Model card: {manifest['version']}")
    )
    assert "card.md" in capsys.readouterr().out


def test_what_is_no_manifest_is_named(tmp_path):
    for content in ("", "{}", '{"weights": 1'):
        (tmp_path / "manifest.json").write_text(content)
        with pytest.raises(ExportError, match=r"manifest\.json"):
            model_card(tmp_path / "manifest.json")


def test_a_model_that_was_trained_further_says_from_which_and_that_the_table_is_not_all(manifest, tmp_path):
    manifest["parameters"] = {"start": "models:/tweet-sentiment/3", "epochs": "0.1"}
    *_, table, said = card_of(manifest, tmp_path).strip().split("\n\n")
    assert table.endswith("| `epochs` | 0.1 |")
    assert "`models:/tweet-sentiment/3`" in said
    assert "not in the table" in said
    for other in ({"epochs": "0.1"}, {"start": "", "epochs": "0.1"}):
        assert card_of(manifest | {"parameters": other}, tmp_path).endswith("| `epochs` | 0.1 |\n")


def test_a_model_that_was_trained_further_is_not_said_to_begin_with_the_package():
    further = origin({"folder": "", "start": "models:/tweet-sentiment/3"})
    assert "models:/tweet-sentiment/3" in further["started_from"]
    assert further["licence"].startswith("that of the weights")
    assert "source" not in further
    assert origin({"folder": "", "start": ""})["licence"] == "Apache-2.0"
    again = origin({"folder": "/home/ann/my-bert", "start": "models:/tweet-sentiment/3"})
    assert again["started_from"] == "my-bert"


def test_a_chain_of_models_leads_to_the_weights_that_the_first_began_with():
    runs = {
        "second": {"folder": "", "start": "models:/tweet-sentiment/1", "start_run": "first"},
        "first": {"folder": "", "start": ""},
        "own": {"folder": "/home/ann/my-bert"},
        "round": {"folder": "", "start": "models:/tweet-sentiment/7", "start_run": "round"},
    }

    def further(run: str) -> dict[str, str]:
        return origin(
            {"folder": "", "start": "models:/tweet-sentiment/9", "start_run": run}, run_parameters=runs.get
        )

    assert further("second") == further("first") == origin({"folder": ""})
    assert further("own")["started_from"] == "my-bert"
    for lost in ("deleted", "round"):
        assert "models:/tweet-sentiment/9" in further(lost)["started_from"]
        assert "source" not in further(lost)


def test_weights_that_were_given_are_named_without_their_path():
    assert origin({"folder": ""})["licence"] == "Apache-2.0"
    assert origin({"folder": "/home/ann/models/my-bert/"})["started_from"] == "my-bert"
    assert origin({"embeddings": "/home/ann/glove.txt"})["started_from"] == "glove.txt"
    assert origin({"embeddings": ""})["started_from"] == origin({})["started_from"] == "random numbers"
