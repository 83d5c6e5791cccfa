"""What a running node counts for Prometheus. Labels are routes, codes and public ids: never a person.

With several workers, `PROMETHEUS_MULTIPROC_DIR` names a folder in which each keeps its numbers, and a scrape of any
worker adds them up; `easement serve` sets it.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

__all__ = ["CONTENT_TYPE", "FOLDER", "Metrics", "Reading", "folder_of_workers"]

disable_created_metrics()  # type: ignore[no-untyped-call]  # a time for each number tells nothing that the process's start does not

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""What a scrape is sent as."""

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own variable; it must stand in the environment before the library is loaded."""

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Seconds: from a lookup out of an index to the slowest provider that is waited for."""


class Reading(NamedTuple):
    """A number read when somebody asks: a name, what it says, its value, labels with their values.

    `grows` says that it only ever grows, so that rates can be taken of it.
    """

    name: str
    help: str
    value: float
    labels: tuple[tuple[str, str], ...] = ()
    grows: bool = False


def folder_of_workers() -> str | None:
    """Where several workers keep their numbers; `None` where there is one."""
    return os.environ.get(FOLDER)


class _Readings:
    def __init__(self, read: Callable[[], Iterable[Reading]]) -> None:
        self.read = read

    def collect(self) -> Iterator[Metric]:
        families: dict[str, GaugeMetricFamily | CounterMetricFamily] = {}
        for each in self.read():
            kind = CounterMetricFamily if each.grows else GaugeMetricFamily
            if each.name not in families:
                families[each.name] = kind(each.name, each.help, labels=[label for label, _ in each.labels])
            families[each.name].add_metric([value for _, value in each.labels], each.value)
        yield from families.values()


class Metrics:
    """The numbers of one app. `read` gives those that are looked up when somebody asks."""

    def __init__(self, read: Callable[[], Iterable[Reading]] = tuple) -> None:
        self.read = read
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "easement_requests", "Requests answered.", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "easement_request_seconds", "How long answers took.", ["route"], buckets=BUCKETS, registry=self.registry
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request by its route's template, never by its path."""
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Everything in Prometheus's text format, over all workers."""
        shown = self.registry
        if folder_of_workers():
            shown = CollectorRegistry()
            MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
        now = CollectorRegistry()
        now.register(_Readings(self.read))
        return generate_latest(shown) + generate_latest(now)
