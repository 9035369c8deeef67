"""Reads Bicep files and works out what they would deploy, as far as that can be known without Azure.

The syntax comes from tree-sitter's grammar; the meaning of the few functions that our files use is below.
What only Azure knows (the address of an account, an identity's id) is a `Reference`. A compiler checks more;
this one knows enough to say what an alert rule asks, and which settings an app gets.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_bicep.language()))
_DECLARATIONS = {
    "parameter_declaration": "param",
    "variable_declaration": "var",
    "resource_declaration": "resource",
    "module_declaration": "module",
    "output_declaration": "output",
}
_NOT_VALUES = {"type", "comment"}
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


class BicepError(Exception):
    """A file that is not Bicep, or says something that this reader does not understand."""


@dataclass(frozen=True)
class Reference:
    """Something that only Azure knows: the expression that stands for it."""

    expression: str

    def __str__(self) -> str:
        return f"<{self.expression}>"


@dataclass(frozen=True)
class Declaration:
    """One `param`, `var`, `resource`, `module` or `output`."""

    kind: str
    name: str
    node: Node
    decorators: tuple[str, ...]

    @property
    def about(self) -> str:
        """The resource's type with its version, or the module's file."""
        text = next(child for child in self.node.named_children if child.type == "string")
        return "".join(_text(child) for child in text.named_children)

    @property
    def existing(self) -> bool:
        """Whether the resource is there already and is only referred to."""
        return any(child.type == "existing" for child in self.node.children)

    @property
    def value(self) -> Node | None:
        """What stands behind the equals sign; None for a parameter that must be given."""
        if not any(child.type == "=" for child in self.node.children):
            return None
        return [child for child in self.node.named_children if child.type not in _NOT_VALUES][-1]


@dataclass(frozen=True)
class Resource:
    """A resource as it would be deployed."""

    symbol: str
    type: str
    body: dict[str, Any]


@dataclass
class Deployment:
    """What a file and its modules would deploy."""

    resources: list[Resource] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)

    def of_type(self, type_: str) -> list[Resource]:
        """The resources of a type, given without its version."""
        return [resource for resource in self.resources if resource.type.split("@")[0] == type_]


class BicepFile:
    """A parsed `.bicep` or `.bicepparam` file. Raises `BicepError` where it is not Bicep."""

    def __init__(self, path: Path) -> None:
        self.path = path
        source = path.read_text(encoding="utf-8")
        if path.suffix == ".bicepparam":
            # The grammar knows declarations of parameters, no assignments to them; those read like variables.
            source = re.sub(r"^param (\w+) =", r"var param_\1 =", source, flags=re.MULTILINE)
        self.root = _PARSER.parse(source.encode()).root_node
        broken = next((node for node in walk(self.root) if node.type == "ERROR" or node.is_missing), None)
        if broken is not None:
            raise BicepError(f"{path.name}:{broken.start_point.row + 1}: {_text(broken)[:60]!r}")

    @cached_property
    def declarations(self) -> tuple[Declaration, ...]:
        """Everything that the file declares, in order."""
        found: list[Declaration] = []
        decorators: tuple[str, ...] = ()
        for node in self.root.named_children:
            if node.type == "decorators":
                decorators = tuple(_text(child) for child in node.named_children)
            elif node.type in _DECLARATIONS:
                name = next(child for child in node.named_children if child.type == "identifier")
                found.append(Declaration(_DECLARATIONS[node.type], _text(name), node, decorators))
                decorators = ()
        return tuple(found)

    def of_kind(self, *kinds: str) -> list[Declaration]:
        """The declarations of some kinds."""
        return [one for one in self.declarations if one.kind in kinds]


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in node.children:
        yield from walk(child)


def used_names(node: Node) -> set[str]:
    """The names that an expression refers to, without those that it declares itself."""
    own = {_text(child) for child in _introduced(node)}
    found = set()
    for one in walk(node):
        if one.type != "identifier" or one.parent is None:
            continue
        is_key = one.parent.type == "object_property" and one.parent.named_children[0] == one
        is_function = one.parent.type == "call_expression" and one.parent.named_children[0] == one
        if not is_key and not is_function:
            found.add(_text(one))
    return found - own


def _introduced(node: Node) -> Iterator[Node]:
    for one in walk(node):
        if one.type in ("lambda_expression", "for_statement"):
            yield one.named_children[0]


def read_parameters(path: Path, environment: Mapping[str, str]) -> dict[str, Any]:
    """The parameters that a `.bicepparam` file gives, with these environment variables."""
    file = BicepFile(path)
    scope = Scope(file, {}, environment)
    prefix = "param_"
    return {
        one.name.removeprefix(prefix): scope.lookup(one.name)
        for one in file.declarations
        if one.name.startswith(prefix)
    }


def deploy(path: Path, parameters: Mapping[str, Any]) -> Deployment:
    """What the file would deploy with these parameters. Raises `BicepError` if one is missing or unknown."""
    file = BicepFile(path)
    declared = {one.name: one for one in file.of_kind("param")}
    unknown = set(parameters) - set(declared)
    missing = {name for name, one in declared.items() if one.value is None} - set(parameters)
    if unknown or missing:
        raise BicepError(f"{path.name}: unknown parameters {sorted(unknown)}, missing {sorted(missing)}")
    scope = Scope(file, parameters, {})
    result = Deployment()
    for one in file.of_kind("resource", "module"):
        for body in scope.bodies(one):
            if one.kind == "resource" and not one.existing:
                result.resources.append(Resource(one.name, one.about, body))
            elif one.kind == "module":
                result.resources += deploy(path.parent / one.about, body["params"]).resources
    result.outputs = {one.name: scope.evaluate(_some(one.value)) for one in file.of_kind("output")}
    return result


class Scope:
    """The names of a file and what they stand for. Values are worked out when they are asked for."""

    def __init__(
        self,
        file: BicepFile,
        parameters: Mapping[str, Any],
        environment: Mapping[str, str],
        local: Mapping[str, Any] | None = None,
    ) -> None:
        self.file, self.parameters, self.environment = file, parameters, environment
        self.local = dict(local or {})
        self._declared = {one.name: one for one in file.declarations if one.kind != "output"}

    def lookup(self, name: str) -> Any:
        """What a name stands for. Raises `BicepError` for one that is not declared."""
        if name in self.local:
            return self.local[name]
        if name in self.parameters:
            return self.parameters[name]
        if name not in self._declared:
            raise BicepError(f"{self.file.path.name}: {name} is not declared")
        one = self._declared[name]
        if one.kind == "module":
            (body,) = self.bodies(one)
            return {"outputs": deploy(self.file.path.parent / one.about, body["params"]).outputs}
        return Reference(name) if one.kind == "resource" else self.evaluate(_some(one.value))

    def bodies(self, one: Declaration) -> list[dict[str, Any]]:
        """The resource or module: once, never (its condition is false), or once a turn of its loop."""
        node = _some(one.value)
        if node.type == "if_statement":
            condition, node = node.named_children
            if not self.evaluate(condition):
                return []
        value = self.evaluate(node)
        return value if isinstance(value, list) else [value]

    def evaluate(self, node: Node) -> Any:
        """The value of an expression."""
        reader = getattr(self, f"_{node.type}", None)
        if reader is None:
            raise BicepError(
                f"{self.file.path.name}:{node.start_point.row + 1}: {node.type} is not understood"
            )
        return reader(node)

    def _within(self, names: Mapping[str, Any]) -> "Scope":
        return Scope(self.file, self.parameters, self.environment, {**self.local, **names})

    def _string(self, node: Node) -> Any:
        parts = [
            self.evaluate(_values(part)[0]) if part.type == "interpolation" else _unescape(_text(part))
            for part in node.named_children
        ]
        return "".join(_words(part) for part in parts)

    def _number(self, node: Node) -> int:
        return int(_text(node))

    def _boolean(self, node: Node) -> bool:
        return _text(node) == "true"

    def _null(self, node: Node) -> None:
        return None

    def _identifier(self, node: Node) -> Any:
        return self.lookup(_text(node))

    def _array(self, node: Node) -> list[Any]:
        return [self.evaluate(child) for child in _values(node)]

    def _object(self, node: Node) -> dict[str, Any]:
        found = {}
        for child in _values(node):
            key, value = _values(child)
            found[_text(key) if key.type == "identifier" else self.evaluate(key)] = self.evaluate(value)
        return found

    def _parenthesized_expression(self, node: Node) -> Any:
        return self.evaluate(_values(node)[0])

    def _unary_expression(self, node: Node) -> Any:
        value = self.evaluate(_values(node)[0])
        return not value if _text(node).startswith("!") else -value

    def _binary_expression(self, node: Node) -> Any:
        left, right = (self.evaluate(child) for child in _values(node))
        operator = next(_text(child) for child in node.children if not child.is_named)
        return _OPERATORS[operator](left, right)

    def _ternary_expression(self, node: Node) -> Any:
        condition, then, otherwise = _values(node)
        return self.evaluate(then if self.evaluate(condition) else otherwise)

    def _member_expression(self, node: Node) -> Any:
        names: list[Node] = []
        while node.type == "member_expression":
            node, name = _values(node)
            names.insert(0, name)
        if node.type == "binary_expression":
            raise BicepError(f"{self.file.path.name}: put parentheses around {_text(node)!r}")
        if node.type == "ternary_expression":
            # The grammar reads `a ? b : c.d` as `(a ? b : c).d`.
            condition, then, otherwise = _values(node)
            if self.evaluate(condition):
                return self.evaluate(then)
            node = otherwise
        value = self.evaluate(node)
        for name in names:
            value = _member(value, _text(name))
        return value

    def _subscript_expression(self, node: Node) -> Any:
        whole, key = (self.evaluate(child) for child in _values(node))
        return whole[key]

    def _for_statement(self, node: Node) -> list[Any]:
        name, items, body = _values(node)
        return [self._within({_text(name): one}).evaluate(body) for one in self.evaluate(items)]

    def _lambda_expression(self, node: Node) -> Callable[[Any], Any]:
        name, body = _values(node)
        return lambda one: self._within({_text(name): one}).evaluate(body)

    def _call_expression(self, node: Node) -> Any:
        name, arguments = _values(node)
        values = [self.evaluate(child) for child in _values(arguments)]
        if _text(name) in ("loadTextContent", "loadJsonContent"):
            text = (self.file.path.parent / values[0]).read_text(encoding="utf-8")
            return text if _text(name) == "loadTextContent" else json.loads(text)
        if _text(name) == "readEnvironmentVariable":
            return self.environment.get(*values)
        if _text(name) in _ONLY_IN_AZURE:
            return Reference(_text(node))
        return _FUNCTIONS[_text(name)](*values)


def _words(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_ONLY_IN_AZURE = {"environment", "guid", "listKeys", "resourceGroup", "uniqueString", "utcNow"}


def _union(*parts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "bool": lambda text: text.lower() == "true",
    "contains": lambda whole, part: part in whole,
    "empty": lambda value: not value,
    "filter": lambda items, holds: [one for one in items if holds(one)],
    "int": int,
    "items": lambda whole: [{"key": key, "value": whole[key]} for key in sorted(whole)],
    "map": lambda items, change: [change(one) for one in items],
    "replace": lambda text, old, new: text.replace(old, _words(new)),
    "split": lambda text, separator: text.split(separator),
    "string": _words,
    "subscriptionResourceId": lambda *parts: "/".join(("<subscription>", *parts)),
    "take": lambda whole, count: whole[:count],
    "toObject": lambda items, key, value: {key(one): value(one) for one in items},
    "union": _union,
}
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "&&": lambda left, right: left and right,
    "||": lambda left, right: left or right,
    ">": lambda left, right: left > right,
}


def _member(whole: Any, name: str) -> Any:
    if callable(whole):  # the grammar reads `one => one.key` as `(one => one).key`
        return lambda one: _member(whole(one), name)
    return Reference(f"{whole.expression}.{name}") if isinstance(whole, Reference) else whole[name]


def _values(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type not in ("comment", "decorators")]


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), text)


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _some(node: Node | None) -> Node:
    if node is None:
        raise BicepError("a parameter without a value")
    return node
