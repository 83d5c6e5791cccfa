"""Spark started for one command, or what to do where it cannot be."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from easement.base.errors import UsageError

__all__ = ["LOCAL", "check_spark", "spark_session"]

LOCAL = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "4g",
    "spark.sql.shuffle.partitions": "8",
}
"""Settings of Spark on this machine alone: nothing listens outside it."""

ALWAYS = {
    "spark.app.name": "easement link",
    "spark.io.encryption.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
"""Settings unless others are given: what executors put on their disks is encrypted, and no page shows queries."""


def check_spark(environment: Mapping[str, str] = os.environ) -> None:
    """Raise `UsageError`, with what to install, where pyspark or Java is missing."""
    from importlib.util import find_spec

    if find_spec("pyspark") is None:
        raise UsageError("Spark's library is not installed", remedy="install it: pip install 'easement[spark]'")
    home = environment.get("JAVA_HOME")
    java = Path(home) / "bin" / "java" if home else shutil.which("java", path=environment.get("PATH"))
    if java is None or not Path(java).exists():
        where = f"JAVA_HOME says `{home}`, and " if home else ""
        raise UsageError(
            f"{where}there is no Java, which Spark needs", remedy="install Java 17 or newer, or set JAVA_HOME"
        )


@contextmanager
def spark_session(master: str, settings: Mapping[str, str]) -> Iterator[Any]:
    """A Spark session until the block ends; `master` is a cluster's address, or `local[2]` for two threads here.

    Raises `UsageError` where Spark is not installed or does not start.
    """
    check_spark()
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master)
    for name, value in (ALWAYS | (LOCAL if master.startswith("local") else {}) | dict(settings)).items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except (Py4JError, PySparkException, RuntimeError) as error:
        said = str(error).partition("\n")[0]
        raise UsageError(f"Spark does not start: {said}", remedy="see --master, and your Java: java -version") from None
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()
