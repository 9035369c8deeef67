"""The functions that are registered, for whoever asks."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import azure.functions as func
from msgspec import Struct


class Route(Struct, frozen=True, kw_only=True):
    """How an HTTP function is called: `path` is behind the prefix, `summary` the function's docstring."""

    name: str
    path: str
    methods: tuple[str, ...]
    needs_key: bool
    summary: str


class App(func.FunctionApp):
    """An app that lists its functions as often as it is asked; the library's does so once, for the worker."""

    def get_functions(self) -> list[func.Function]:
        """All functions, as they were registered when this was first called."""
        return self._functions

    def routes(self) -> list[Route]:
        """The HTTP functions."""
        return [
            _route(function, trigger.get_dict_repr())
            for function in self.get_functions()
            if (trigger := function.get_trigger()) is not None and function.is_http_function()
        ]

    @cached_property
    def _functions(self) -> list[func.Function]:
        return list(super().get_functions())


def _route(function: func.Function, trigger: Mapping[str, Any]) -> Route:
    return Route(
        name=function.get_function_name() or "",
        path=trigger["route"],
        methods=tuple(str(method) for method in trigger["methods"]),
        needs_key=trigger["authLevel"] != func.AuthLevel.ANONYMOUS,
        summary=function.get_user_function().__doc__ or "",
    )
