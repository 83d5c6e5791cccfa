"""A real HTTP server in a thread of a test's own, on a port that the system chooses."""

import socket
import threading
from typing import Self

import uvicorn
from fastapi import FastAPI

__all__ = ["Serving", "bound"]


def bound() -> socket.socket:
    """A socket on loopback whose port nobody else has, so that an address is known before its server runs."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening


class Serving(uvicorn.Server):
    """Serves an app from entering a block until leaving it."""

    def __init__(self, app: FastAPI, listening: socket.socket | None = None) -> None:
        super().__init__(uvicorn.Config(app, log_level="error", lifespan="off"))
        self.listening = listening or bound()
        self.thread = threading.Thread(target=self.run, args=([self.listening],))

    @property
    def address(self) -> str:
        """Where it is reached."""
        return address_of(self.listening)

    def __enter__(self) -> Self:
        self.thread.start()
        while not self.started:
            self.thread.join(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self.should_exit = True
        self.thread.join()
        self.listening.close()


def address_of(listening: socket.socket) -> str:
    """The address of a bound socket."""
    return f"http://127.0.0.1:{listening.getsockname()[1]}"
