"""Steps that several journeys have in common."""

from easement.node.working import Worker

from .browser import Seat
from .world import World

__all__ = ["ask", "make_sets", "send"]


def ask(seat: Seat, *sources: str, purpose: str = "Safeguarding children", why: str = "A worry, case 4021") -> None:
    """Ask about Jo Ash, as far as the page where everything is checked."""
    seat.go("/ask")
    seat.page.get_by_label(purpose, exact=True).check()
    seat.press("Continue")
    for source in sources:
        seat.page.get_by_label(source).check()
    seat.press("Continue")
    seat.page.get_by_label("Family name").fill("Ash")
    for part, value in (("Day", "1"), ("Month", "2"), ("Year", "2015")):
        seat.page.get_by_label(part).fill(value)
    seat.press("Continue")
    seat.page.get_by_label("Why do you need this?").fill(why)
    seat.press("Continue")


def send(seat: Seat) -> None:
    """Ask, and wait until the answer is there."""
    seat.press("Ask now")
    seat.page.get_by_role("heading", name="What came back").wait_for()


def make_sets(world: World) -> None:
    """Have the department make every set that it was asked for."""
    worker = Worker(world.others["dwp"], world.clock)
    while worker.once() == 0.0:
        pass
