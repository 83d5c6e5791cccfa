"""What was agreed is kept with what was done under it (R5.3): the text and the signatures, under their digest."""

from easement.agreement.model import Mode

from .world import World


def kept(world: World) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (world.node / "agreements").iterdir()}


def test_an_agreement_from_elsewhere_is_kept_when_something_crosses_under_it(world: World) -> None:
    other = world.variant(("version: 1.0.0", "version: 1.1.0"))
    outcome = world.share("forms", Mode.BULK, agreement=other)
    name = f"school-meals-1.1.0-{outcome.decision.agreement[:12]}.yaml"
    assert kept(world)[name] == other.read_bytes()
    assert kept(world)[f"{name}.signatures"] == other.with_name(f"{other.name}.signatures").read_bytes()


def test_keeping_it_again_is_nothing_new(world: World) -> None:
    other = world.variant(("version: 1.0.0", "version: 1.1.0"))
    world.share("forms", Mode.BULK, agreement=other)
    before = kept(world)
    world.share("forms", Mode.BULK, agreement=other)
    assert kept(world) == before


def test_one_that_stands_there_already_is_left_as_it_is(world: World) -> None:
    before = kept(world)
    world.share("forms", Mode.BULK)
    assert kept(world) == before


def test_a_refusal_keeps_nothing(world: World) -> None:
    other = world.variant(("version: 1.0.0", "version: 1.1.0"))
    before = kept(world)
    world.share("forms", Mode.BULK, agreement=other, role="teacher")
    assert kept(world) == before
