# SPDX-FileCopyrightText: 2026 azureml.model_management contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that are said once: C(replicas: int | None = setting(INTEGER, "numReplicas", "Number of replicas.")).

A resource is a frozen dataclass of such fields. How it is read, compared, merged, shown and documented, and what
requests hold, follow from them. They are ordinary dataclass fields: what is said about one is in its metadata.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from .._masking import without_query
from ._common import Change, error_from, state_from
from .wire import Fields, last_segment, normal_id, same_content

T = TypeVar("T")
D = TypeVar("D", bound="Described")

Role = Literal["setting", "secret", "reference", "fact"]
"""C(setting): what the user chooses. C(secret): the same, never read back nor shown. C(reference): the id of another
resource. C(fact): what only the service can say; neither sent nor compared."""


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Shape(Generic[T]):
    """What values of a field look like.

    Args:
        read: Takes the value from an answer; the names are those that it may have there.
        ansible_type: The type in documentation, such as C(str).
        elements: The type of its elements in documentation, where it is a list.
        show: Turns the value into what results show.
        send: Turns the value into what requests hold, before a generation puts it in its form.
        take: Turns the value of an option into that of the field.
        members: The fields of a dict, or of the elements of a list, for documentation.
    """

    read: Callable[..., T | None]
    ansible_type: str
    elements: str | None = None
    show: Callable[[T], Any] = _as_it_is
    send: Callable[[T], Any] = _as_it_is
    take: Callable[[Any], T] = _as_it_is
    members: type[Described] | None = None


@dataclass(frozen=True)
class Comparison:
    """When a wanted and an existing value count as equal, and what comes of putting one over the other.

    Args:
        forbidden: Whether what exists forbids it.
    """

    same: Callable[[Any, Any], bool]
    merged: Callable[[Any, Any], Any] = lambda wanted, actual: wanted
    forbidden: Callable[[Any, Any], bool] = lambda wanted, actual: False


@dataclass(frozen=True)
class Said:
    """What is said about a field.

    Args:
        wire: The names that it was seen to have in answers; the first is also the one in requests.
        option: Its name among the options and in C(changes); empty for the name of the field.
        updatable: Whether an update may change it, where the generation has updates of it.
        silent: Whether the service may leave it out of answers; then it counts as equal.
        absent: What an answer means that does not have it.
        shown: Whether results have it.
    """

    role: Role
    shape: Shape[Any]
    wire: tuple[str, ...]
    description: str
    sample: Any = None
    compare: Comparison = Comparison(lambda wanted, actual: bool(wanted == actual))
    option: str = ""
    updatable: bool = False
    silent: bool = False
    absent: Any = None
    shown: bool = True

    def as_field(self, default: Any) -> Any:
        """Return the dataclass field; what may hold a secret is in no C(repr)."""
        private = self.role == "secret" or self.shape in (URL, PRIVATE_URL)
        made: Any = dataclasses.field(default=default, repr=not private, metadata={"said": self})
        return made


@dataclass(frozen=True)
class Part:
    """What is said about a group of fields, which is an option with suboptions."""

    kind: type[Described]
    description: str

    def as_field(self) -> Any:
        """Return the dataclass field."""
        made: Any = dataclasses.field(default=self.kind(), metadata={"said": self})
        return made


def setting(shape: Shape[T], wire: str, description: str = "", **more: Any) -> T | None:
    """Return a field for what the user chooses.

    Args:
        wire: Its name in requests, and in answers.
        more: C(also), further names in answers, and arguments of C(Said).
    """
    made: T | None = _field("setting", shape, wire, description, **more)
    return made


def reference(wire: str, description: str = "", **more: Any) -> str | None:
    """Return a field for the id of another resource."""
    made: str | None = _field("reference", TEXT, wire, description, compare=ID, **more)
    return made


def references(wire: str, description: str = "", **more: Any) -> tuple[str, ...] | None:
    """Return a field for the ids of other resources, the order of which means nothing."""
    made: tuple[str, ...] | None = _field("reference", TEXTS, wire, description, compare=ID_SET, **more)
    return made


def secret(wire: str, **more: Any) -> str | None:
    """Return a field for what the service is given and never gives back."""
    made: str | None = _field("secret", TEXT, wire, "", shown=False, **more)
    return made


def identity(wire: str, description: str = "") -> str:
    """Return a field for the id of something that cannot be without one."""
    made: str = _field("setting", REQUIRED_TEXT, wire, description, default="")
    return made


def fact(shape: Shape[T], wire: str, description: str = "", **more: Any) -> T | None:
    """Return a field for what only the service can say."""
    made: T | None = _field("fact", shape, wire, description, **more)
    return made


def part(type_: type[D], description: str) -> D:
    """Return a field for a group of fields."""
    made: D = Part(type_, description).as_field()
    return made


def _field(
    role: Role,
    shape: Shape[Any],
    wire: str,
    description: str,
    *,
    also: tuple[str, ...] = (),
    default: Any = None,
    **more: Any,
) -> Any:
    return Said(role, shape, (wire, *also), description, **more).as_field(default)


@dataclass(frozen=True)
class Member:
    """A field of a resource, those of its parts included. C(path) leads to its value."""

    path: tuple[str, ...]
    said: Said

    @property
    def option(self) -> str:
        """The option; a dot leads into suboptions."""
        return ".".join((*self.path[:-1], self.said.option or self.path[-1]))

    def of(self, resource: Any) -> Any:
        """Return the value that the resource has here."""
        for name in self.path:
            resource = getattr(resource, name)
        return resource


_MEMBERS: dict[Any, tuple[Member, ...]] = {}


def members(cls: type[Described]) -> tuple[Member, ...]:
    """Return all fields of a kind of resource."""
    if cls not in _MEMBERS:
        _MEMBERS[cls] = tuple(_members(cls))
    return _MEMBERS[cls]


def _members(cls: type[Described]) -> Iterator[Member]:
    for one in dataclasses.fields(cls):
        said = one.metadata["said"]
        if isinstance(said, Part):
            yield from (Member((one.name, *inner.path), inner.said) for inner in members(said.kind))
        else:
            yield Member((one.name,), said)


def named(cls: type[Described], *options: str, **others: str) -> dict[str, str]:
    """Return under which names these fields travel in a request, by option.

    Args:
        options: Those with the name that the field says.
        others: Those with another name.
    """
    wire = {member.option: member.said.wire[0] for member in members(cls)}
    return {**{option: wire[option] for option in options}, **others}


def updatable(cls: type[Described], request: Mapping[str, str]) -> dict[str, str]:
    """Return what an update can hold of a create request."""
    able = {member.option for member in members(cls) if member.said.updatable}
    return {option: wire for option, wire in request.items() if option in able}


@dataclass(frozen=True)
class Described:
    """A resource as it is at the service, or the description of one that is to exist; there, what was left out is
    None."""

    @classmethod
    def from_api(cls: type[D], raw: Any) -> D:
        """Read what the service sent.

        Raises:
            ResponseFormatError: it cannot be such a resource.
        """
        article = "an" if cls.__name__[0] in "AEIOU" else "a"
        return _read(cls, Fields(raw, f"{article} {cls.__name__.lower()}"))

    @classmethod
    def from_options(cls: type[D], options: Mapping[str, Any]) -> D:
        """Return what the options describe; those that this resource does not have are left alone."""
        values: dict[str, Any] = {}
        for one in dataclasses.fields(cls):
            said = one.metadata["said"]
            if isinstance(said, Part):
                values[one.name] = said.kind.from_options(options.get(one.name) or {})
            elif said.role != "fact" and options.get(said.option or one.name) is not None:
                values[one.name] = said.shape.take(options[said.option or one.name])
        return cls(**values)

    def without(self: D, options: Collection[str]) -> D:
        """Return this description with these options left out."""
        changes: dict[str, Any] = {}
        for one in dataclasses.fields(self):
            said = one.metadata["said"]
            if isinstance(said, Part):
                inner = [option.partition(".")[2] for option in options if option.startswith(f"{one.name}.")]
                changes[one.name] = getattr(self, one.name).without(inner)
            elif (said.option or one.name) in options:
                changes[one.name] = None
        return dataclasses.replace(self, **changes)

    def wanted(self) -> dict[str, Any]:
        """Return what requests hold of this, by option."""
        return {
            member.option: member.said.shape.send(value)
            for member in members(type(self))
            if member.said.role != "fact" and (value := member.of(self)) is not None
        }

    def differences(self: D, actual: D) -> dict[str, Change]:
        """Return in what C(actual) differs from this description, by option.

        Fields left out here do not count, nor do secrets, which the service never gives back.
        """
        changes = {}
        for member in members(type(self)):
            said, wanted, existing = member.said, member.of(self), member.of(actual)
            if said.role in ("secret", "fact") or wanted is None or (said.silent and existing is None):
                continue
            if not said.compare.same(wanted, existing):
                changes[member.option] = Change(_shown(said, existing), _shown(said, wanted))
        return changes

    def forbidden(self: D, actual: D) -> set[str]:
        """Return the options that what exists forbids to change, whatever updates can hold."""
        return {
            member.option
            for member in members(type(self))
            if member.of(self) is not None and member.said.compare.forbidden(member.of(self), member.of(actual))
        }

    def over(self: D, actual: D) -> D:
        """Return C(actual) with everything that this description says put over it."""
        merged = {}
        for one in dataclasses.fields(self):
            said, mine, theirs = one.metadata["said"], getattr(self, one.name), getattr(actual, one.name)
            if isinstance(said, Part):
                merged[one.name] = mine.over(theirs)
            elif mine is None or theirs is None:
                merged[one.name] = theirs if mine is None else mine
            else:
                same = said.compare.same(mine, theirs)  # then it stays as it is written there
                merged[one.name] = theirs if same else said.compare.merged(mine, theirs)
        return type(self)(**merged)

    def to_result(self) -> dict[str, Any]:
        """Return what the user sees: always the same keys."""
        result = {}
        for one in dataclasses.fields(self):
            said, value = one.metadata["said"], getattr(self, one.name)
            if isinstance(said, Part):
                result[one.name] = value.to_result()
            elif said.shown:
                result[one.name] = _shown(said, value)
        return result


def _read(cls: type[D], fields: Fields) -> D:
    values: dict[str, Any] = {}
    for one in dataclasses.fields(cls):
        said = one.metadata["said"]
        if isinstance(said, Part):
            values[one.name] = _read(said.kind, fields)
        elif said.role != "secret":
            value = said.shape.read(fields, *said.wire)
            values[one.name] = said.absent if value is None else value
    return cls(**values)


def _shown(said: Said, value: Any) -> Any:
    return None if value is None else said.shape.show(value)


def list_of(kind: type[D]) -> Shape[tuple[D, ...]]:
    """Return the shape of a list of objects."""
    return Shape(
        lambda fields, *names: tuple(kind.from_api(item) for item in fields.items(*names)),
        "list",
        "dict",
        show=lambda values: [value.to_result() for value in values],
        send=lambda values: [value.wanted() for value in values],
        members=kind,
    )


def _texts_in(member: str) -> Callable[..., tuple[str, ...]]:
    """Return what reads one member of each object of a list."""
    return lambda fields, *names: tuple(Fields(item).required_text(member) for item in fields.items(*names))


def _map(fields: Fields, *names: str) -> dict[str, str] | None:
    value = fields.any(*names)
    return {str(name): str(one) for name, one in value.items()} if isinstance(value, Mapping) else None


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def _error(fields: Fields, *names: str) -> Mapping[str, Any] | None:
    return error_from(fields)


def _segment(fields: Fields, *names: str) -> str | None:
    return last_segment(fields.text(*names))


TEXT: Shape[str] = Shape(Fields.text, "str")
REQUIRED_TEXT: Shape[str] = Shape(Fields.required_text, "str")
INTEGER: Shape[int] = Shape(Fields.integer, "int")
FLAG: Shape[bool] = Shape(Fields.flag, "bool")
TEXTS: Shape[tuple[str, ...]] = Shape(Fields.texts, "list", "str", show=list, send=list, take=_texts)
IDS: Shape[tuple[str, ...]] = Shape(_texts_in("id"), "list", "str", show=list)
MAP: Shape[Mapping[str, str]] = Shape(
    _map, "dict", show=dict, send=dict, take=lambda given: {name: str(value) for name, value in given.items()}
)
URL: Shape[str] = Shape(Fields.text, "str", show=without_query)
"""May carry a signature, which results leave out."""
PRIVATE_URL: Shape[str] = Shape(Fields.text, "str")
"""May carry a key; for fields that are not shown."""
STATE: Shape[str] = Shape(state_from, "str")
ERROR: Shape[Mapping[str, Any]] = Shape(_error, "dict")
LAST_SEGMENT: Shape[str] = Shape(_segment, "str")

ID = Comparison(lambda wanted, actual: normal_id(wanted) == normal_id(actual))
CONTENT = Comparison(same_content)
"""URLs are equal when they lead to the same content."""
SET = Comparison(lambda wanted, actual: set(wanted) == set(actual or ()))
MERGED = Comparison(
    lambda wanted, actual: wanted.items() <= dict(actual or {}).items(), lambda wanted, actual: {**actual, **wanted}
)
"""Maps of which a description names a part; the rest stays."""
WRITTEN_ONCE = Comparison(
    MERGED.same,
    MERGED.merged,
    forbidden=lambda wanted, actual: any((actual or {}).get(key, value) != value for key, value in wanted.items()),
)
"""The same, where the value of a key cannot be changed."""
ID_SET = Comparison(lambda wanted, actual: set(map(normal_id, wanted)) == set(map(normal_id, actual or ())))
