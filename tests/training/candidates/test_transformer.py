"""The network is BERT, starts from the weights in the folder, and a run that was stopped goes on."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from scipy.special import erf, softmax

from tests.tiny_bert import HEADS, LAYERS, WIDTH, write_tiny_bert
from training.candidates import Examples, Transformer
from training.candidates.base import HyperparameterError
from training.candidates.pretrained import PretrainedError, read_pretrained
from training.checkpoints import CheckpointError

VOCABULARY = ["a", "b", "##s", "late", ":)", "_happy_"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(write_tiny_bert(tmp_path_factory.mktemp("bert"), words=("late", "happy")))


@pytest.fixture(scope="module")
def candidate(folder):
    return Transformer(
        folder=folder,
        max_tokens=12,
        layers=LAYERS,
        dropout=0.0,
        learning_rate=1e-3,
        warmup=4,
        cooldown=0.0,
        batch_size=16,
        precision="float32",
    )


def examples(rows, seed):
    random = np.random.default_rng(seed)
    ids = np.zeros((rows, 12), dtype=np.int32)
    for row in range(rows):
        length = random.integers(10, 12)  # few lengths: each new one is traced anew
        ids[row, :length] = random.integers(1, 8, length)
    labels = (ids == 3).any(axis=1).astype(np.int8)
    return Examples(ids, labels, np.ones(rows, dtype=np.float32))


def fit(candidate, train, **options):
    return candidate.fit(train, train, vocabulary=VOCABULARY, seed=5, progress=False, **options)


def bert(pretrained, pieces):
    """BERT’s last hidden states (tokens, width) of one text, by the book (Devlin et al. 2019)."""
    weights = pretrained.weights

    def dense(name, value):
        return value @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(name, value):
        centred = value - value.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    table = weights["embeddings.word_embeddings.weight"]
    x = np.stack([table[pretrained.pieces.index(piece)] for piece in pieces])
    x = x + weights["embeddings.position_embeddings.weight"][: len(pieces)]
    x = norm("embeddings.LayerNorm", x + weights["embeddings.token_type_embeddings.weight"][0])
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        query, key, value = (
            dense(f"{name}.attention.self.{part}", x).reshape(len(x), HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = softmax(query @ key.transpose(0, 2, 1) / np.sqrt(WIDTH / HEADS), axis=-1)
        read = (scores @ value).transpose(1, 0, 2).reshape(len(x), WIDTH)
        x = norm(f"{name}.attention.output.LayerNorm", x + dense(f"{name}.attention.output.dense", read))
        hidden = dense(f"{name}.intermediate.dense", x)
        hidden = hidden * (1 + erf(hidden / np.sqrt(2))) / 2
        x = norm(f"{name}.output.LayerNorm", x + dense(f"{name}.output.dense", hidden))
    return x


def test_an_untrained_network_computes_what_the_pretrained_bert_computes(candidate, folder):
    # Not a step is taken with a rate of zero; the last layer then reads the mean of BERT's states.
    still = replace(candidate, learning_rate=0.0, weight_decay=0.0, epochs=0.01)
    network = fit(still, examples(64, seed=1)).network
    kernel, bias = network.get_layer("logit").get_weights()
    states = bert(read_pretrained(folder), ["[CLS]", "[SEP]", "a", "##s", "late", "[UNK]"])
    ids = np.array([[2, 4, 5, 1, 0, 0]], dtype=np.int32)
    expected = states.mean(axis=0) @ kernel + bias
    np.testing.assert_allclose(keras.ops.convert_to_numpy(network(ids))[0], expected, atol=1e-5)


def test_pieces_that_the_pretrained_model_lacks_start_as_the_mean_of_their_parts(folder):
    pretrained = read_pretrained(folder)
    numbers = {piece: number for number, piece in enumerate(pretrained.pieces)}
    table = pretrained.weights["embeddings.word_embeddings.weight"]
    late, smile, happy, of, unknown = pretrained.embeddings(["late", ":)", "_happy_", "##'s", "été"])
    np.testing.assert_array_equal(late, table[numbers["late"]])
    np.testing.assert_allclose(smile, (table[numbers[":"]] + table[numbers[")"]]) / 2)
    np.testing.assert_array_equal(happy, table[numbers["happy"]])
    np.testing.assert_allclose(of, (table[numbers["'"]] + table[numbers["s"]]) / 2)
    np.testing.assert_array_equal(unknown, table[numbers["[UNK]"]])


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(candidate, tmp_path):
    train = examples(100, seed=1)
    candidate = replace(candidate, token_dropout=0.1)
    whole = fit(replace(candidate, epochs=2.0), train)
    first = fit(replace(candidate, epochs=0.7), train, checkpoints=tmp_path)
    resumed = fit(replace(candidate, epochs=2.0), train, checkpoints=tmp_path)
    ids = examples(20, seed=2).ids
    np.testing.assert_allclose(resumed.logits(ids), whole.logits(ids), atol=1e-4)
    assert np.abs(first.logits(ids) - whole.logits(ids)).max() > 1e-2
    assert [row["step"] for row in resumed.history][-1] == 14
    assert (tmp_path / "log.csv").read_text().splitlines()[0].startswith("step,epoch,seconds,loss")


def test_a_finished_run_that_is_resumed_gives_the_same_model_and_says_so(candidate, tmp_path, capsys):
    train = examples(60, seed=1)
    whole = replace(candidate, epochs=1.0)
    first = fit(whole, train, checkpoints=tmp_path)
    assert capsys.readouterr().err == ""
    again = fit(replace(whole, learning_rate=1e-2), train, checkpoints=tmp_path)
    np.testing.assert_array_equal(first.logits(train.ids), again.logits(train.ids))
    told = capsys.readouterr().err
    assert told.startswith(f"{tmp_path}: this training was at its end before, after 4 steps: nothing is")
    assert "hyperparameters of the training have no effect" in told
    assert told.count("\n") == 1


def test_the_state_of_other_data_or_another_network_is_refused(candidate, tmp_path):
    short = replace(candidate, epochs=0.2)
    fit(short, examples(60, seed=1), checkpoints=tmp_path)
    with pytest.raises(CheckpointError, match="another run"):
        fit(short, examples(60, seed=2), checkpoints=tmp_path)
    with pytest.raises(CheckpointError, match="1 layers"):
        fit(replace(short, layers=1), examples(60, seed=1), checkpoints=tmp_path)


def test_the_rate_rises_stays_and_falls_to_zero():
    candidate = Transformer(learning_rate=1.0, warmup=10, cooldown=0.25)
    rates = [candidate.rate(step, 100) for step in range(100)]
    assert rates[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert set(rates[9:75]) == {1.0}
    assert rates[76] > rates[90] > rates[99] > 0
    assert rates[99] == pytest.approx(1 / 25)


def test_sixteen_bits_learn_what_thirty_two_do(candidate):
    train = examples(200, seed=3)
    coarse = fit(replace(candidate, precision="bfloat16", learning_rate=3e-3, epochs=8.0), train)
    assert ((coarse.logits(train.ids) > 0) == train.labels).mean() > 0.9
    assert coarse.network.dtype_policy.compute_dtype == "float32"


@pytest.mark.parametrize("prefix", ["", "bert."])
def test_weights_are_found_with_and_without_the_name_of_the_model(tmp_path, prefix):
    pretrained = read_pretrained(str(write_tiny_bert(tmp_path, prefix=prefix)))
    assert pretrained.dense("encoder.layer.0.intermediate.dense")[0].shape == (WIDTH, 64)


def test_a_folder_without_a_bert_is_refused(tmp_path):
    with pytest.raises(PretrainedError, match="no BERT"):
        read_pretrained(str(tmp_path))
    with pytest.raises(PretrainedError, match="roberta"):
        read_pretrained(str(write_tiny_bert(tmp_path, model_type="roberta")))


def test_nothing_stays_without_a_start():
    with pytest.raises(HyperparameterError, match=r"stay=0\.2: there is nothing to keep without start"):
        Transformer(stay=0.2)
    with pytest.raises(HyperparameterError, match="stay=2: must be from 0 to 1"):
        Transformer(stay=2)
