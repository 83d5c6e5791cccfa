"""From the tables of a data file to entries; each table's keys are the entry's own fields."""

from collections.abc import Callable, Mapping
from typing import Any

from easement.base.errors import BadFile
from easement.law.entry import Checked, Entry, Jurisdiction, Kind, Verdict
from easement.law.model import (
    Basis,
    BodyClass,
    Clash,
    Condition,
    ConditionKind,
    DpiaTrigger,
    Duty,
    ExpectedField,
    Identifier,
    Purpose,
    Question,
    Sensitivity,
    SmallNumberRule,
)
from easement.law.power import InForce, Nature, Override, Power, Route, Side, Status

__all__ = ["entries"]

Table = Mapping[str, Any]

TYPES: Mapping[Kind, type[Entry]] = {
    type_.shelf: type_
    for type_ in (
        Basis,
        BodyClass,
        Clash,
        Condition,
        DpiaTrigger,
        Duty,
        ExpectedField,
        Identifier,
        Power,
        Purpose,
        Question,
        SmallNumberRule,
    )
}
"""The type that each shelf holds."""

_ENUMS: Mapping[str, Callable[[Any], Any]] = {
    "check": Checked,
    "nature": Nature,
    "overrides_confidentiality": Override,
    "for_public_authorities": Verdict,
    "for_others": Verdict,
}
_ENUM_LISTS: Mapping[str, Callable[[Any], Any]] = {
    "jurisdiction": Jurisdiction,
    "jurisdiction_if": Jurisdiction,
    "covers": Sensitivity,
}


def entries(kind: Kind, data: Table, *, where: str) -> tuple[Entry, ...]:
    """The entries of one data file; raises `BadFile` naming the file and the entry that is wrong."""
    made = []
    for table in data[kind.replace("-", "_")]:
        try:
            made.append(_entry(kind, table))
        except (KeyError, TypeError, ValueError) as error:
            raise BadFile(
                f"the entry `{table.get('id', '?')}` of the law catalogue is not well formed: {error}",
                where=where,
                remedy="mend the entry, or put back the file that came with the program",
            ) from error
    return tuple(made)


def _entry(kind: Kind, table: Table) -> Entry:
    fields = {name: _value(name, value) for name, value in table.items()}
    if kind is Kind.POWER:
        _take_power(fields)
    elif kind is Kind.CONDITION:
        fields["kind"] = ConditionKind(fields["kind"])
    return TYPES[kind](**fields)


def _value(name: str, value: Any) -> Any:
    if name in _ENUMS:
        return _ENUMS[name](value)
    if isinstance(value, list):
        return tuple(map(_ENUM_LISTS[name], value)) if name in _ENUM_LISTS else tuple(value)
    return value


_SIDES = ("givers", "receivers")
_SUFFIXES = ("", "_if", "_not", "_specified")
_ROUTE_KEYS = frozenset(side + suffix for side in _SIDES for suffix in _SUFFIXES)


def _take_power(fields: dict[str, Any]) -> None:
    """Gather a power's flat keys into its routes and its dates."""
    own = {key: fields.pop(key) for key in _ROUTE_KEYS if key in fields}
    fields["routes"] = tuple(map(_route, fields.pop("route", (own,))))
    fields["in_force"] = InForce(
        status=Status(fields.pop("status")),
        text=fields.pop("status_text"),
        valid_from=fields.pop("valid_from", None),
        valid_to=fields.pop("valid_to", None),
        enacted=fields.pop("enacted", None),
    )


def _route(table: Table) -> Route:
    unknown = set(table) - _ROUTE_KEYS
    if unknown:
        raise ValueError(f"`{min(unknown)}` is not a key of a route")
    givers, receivers = (_side(table, side) for side in _SIDES)
    return Route(givers=givers, receivers=receivers)


def _side(table: Table, name: str) -> Side:
    classes, perhaps, never = (tuple(table.get(name + suffix, ())) for suffix in _SUFFIXES[:3])
    return Side(classes=classes, perhaps=perhaps, never=never, specified=bool(table.get(f"{name}_specified")))
