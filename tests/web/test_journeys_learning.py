"""R6.4: whoever is signed in reads a short course; a passed test is the training that agreements ask for."""

from datetime import timedelta

from easement.guidance.read import course
from easement.staff import service as staff

from .signed_in import statuses

COURSE = course("data-sharing")


def answer(seat, wrong: set[str]) -> None:
    """Fill in the test, with the wrong choice where one is wanted."""
    for question in COURSE.questions:
        right = [choice.right for choice in question.choices].index(True)
        at = (right + (question.id in wrong)) % len(question.choices)
        seat.page.locator(f"input[name='{question.id}'][value='{at}']").check()
    seat.press("Mark my test")


def test_a_course_is_read_and_its_pass_is_recorded_as_training(world, seat, mel, axe):
    seat.sign_in(mel, "/")
    seat.follow("Courses")
    seat.check(axe)
    seat.follow(COURSE.title)
    seat.check(axe)
    seat.press("Start")
    for number, lesson in enumerate(COURSE.lessons, start=1):
        assert seat.heading == lesson.title
        if number == 1:
            seat.check(axe)
        seat.press("Go to the test" if number == len(COURSE.lessons) else "Next lesson")
    seat.check(axe)
    seat.press("Mark my test")
    assert f"Question {len(COURSE.questions)}: choose an answer" in seat.text
    seat.check(axe)
    answer(seat, {"consent", "bar", "breach", "curious"})
    assert seat.heading == "Not passed yet"
    assert "What ground" not in seat.text
    seat.check(axe)
    assert "data-sharing" not in {each.code for each in staff.find_person(world.node, mel.id).training}
    seat.press("Try again")
    answer(seat, {"consent"})
    assert seat.heading == "You passed"
    assert "14 of 15 answers are right" in seat.text
    assert "You chose another" in seat.text
    seat.check(axe)
    (passed,) = [each for each in staff.find_person(world.node, mel.id).training if each.code == "data-sharing"]
    assert passed.expires - passed.passed == timedelta(days=365)
    seat.go("/learn")
    assert "Your pass counts until" in seat.text


def test_a_course_needs_no_scripts(plain, sam):
    plain.sign_in(sam, "/learn/data-sharing/test")
    answer(plain, set())
    assert plain.heading == "You passed"


def test_a_course_or_lesson_that_is_not_there_is_not_found(world, sam):
    none = ("/learn/no-such", "/learn/data-sharing/no-such", "/learn/no-such/test")
    assert statuses(world, sam, *none) == [404] * 3
