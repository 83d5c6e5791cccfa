"""Every route of an app with its template, whichever room it is from."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI


def routes_of(app: FastAPI) -> Iterator[Any]:
    """The routes as they are reached: with `path_format`, `methods`, `dependant`."""
    for route in app.routes:
        if hasattr(route, "effective_route_contexts"):
            yield from route.effective_route_contexts()
        else:
            yield route


def dependencies(dependant: Any) -> Iterator[Any]:
    """Everything that a route depends on."""
    for each in dependant.dependencies:
        yield each.call
        yield from dependencies(each)


def filled(template: str) -> str:
    """A path that fits a template."""
    path = template
    while "{" in path:
        head, _, rest = path.partition("{")
        path = f"{head}1{rest.partition('}')[2]}"
    return path
