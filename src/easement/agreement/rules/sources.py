"""Where the rules come from, and how well each source was read; the catalogue's entries bring their own."""

from typing import NamedTuple

from easement.law.entry import Checked

__all__ = ["Source"]


class Source(NamedTuple):
    """A statute, a heading of a code of practice, or a promise of Easement's own; and how well it was checked."""

    citation: str
    checked: Checked


def _code(heading: str) -> Source:
    return Source(f"Data sharing code of practice (ICO, in force 5 October 2021): {heading}", Checked.PARTLY)


def _gdpr(article: str) -> Source:
    return Source(f"UK GDPR {article}", Checked.KNOWLEDGE)


def _own(promise: str) -> Source:
    return Source(f"Easement's own rule: {promise}", Checked.VERIFIED)


CODE_JUSTIFIED = _code("Annex A, is the sharing justified")
CODE_PURPOSE = _code("purpose, aims, necessity and benefits")
CODE_PARTIES = _code("parties and controllers at every stage")
CODE_DATA = _code("data items")
CODE_BASIS = _code("lawful basis")
CODE_POWER = _code("public bodies' legal power")
CODE_SENSITIVE = _code("special category, offence or sensitive processing")
CODE_RIGHTS = _code("rights handling")
CODE_GOVERNANCE = _code("governance: limits, quality, retention, security, training, breach")
CODE_REVIEW = _code("review")
CODE_DPIA = _code("impact assessment")
CODE_URGENT = _code("urgent situations and emergencies")
CONFIDENCE = Source("Common law duty of confidentiality", Checked.KNOWLEDGE)
DEA_CODE = Source("Digital Economy Act 2017 Part 5, codes of practice: agreement and register entry", Checked.PARTLY)
POLICY_DOCUMENT = Source("Data Protection Act 2018 Sch 1 Part 4 (paras 38 to 41)", Checked.KNOWLEDGE)
SCHEDULE_1 = Source("Data Protection Act 2018 s.10 and Sch 1 Parts 1 to 3", Checked.KNOWLEDGE)
ANONYMISATION = Source("Anonymisation guidance (ICO, 28 March 2025), which fixes no number", Checked.PARTLY)
SMALL_NUMBERS = Source(
    "Hospital statistics disclosure control (September 2018): 1 to 7 hidden, others to 5", Checked.PARTLY
)
PURPOSE_LIMIT = _gdpr("Art 5(1)(b), purpose limitation")
MINIMISATION = _gdpr("Art 5(1)(c), data minimisation")
ACCURACY = _gdpr("Art 5(1)(d), accuracy")
STORAGE = _gdpr("Art 5(1)(e), storage limitation")
SECURITY = _gdpr("Art 5(1)(f) and 32, security")
ARTICLE_6 = _gdpr("Art 6(1)")
LEGAL_OBLIGATION = _gdpr("Art 6(1)(c) and 6(3)")
ARTICLE_9 = _gdpr("Art 9(2)")
ARTICLE_10 = _gdpr("Art 10")
TRANSPARENCY = _gdpr("Arts 12 to 14")
CORRECTIONS = _gdpr("Arts 16 and 19")
PROCESSOR = _gdpr("Art 28(3)")
BREACH = _gdpr("Art 33, within 72 hours")
IMPACT = _gdpr("Arts 35 and 36")
OWN_WHOLE = _own("an agreement is read by machines, so nothing in it may dangle")
OWN_SCALE = _own("both sides of the scale (R1.5)")
OWN_CLASH = _own("purposes that pull against each other are named (R1.6)")
OWN_RISK = _own("who holds the risk after disclosure is stated (R1.7)")
OWN_JOIN = _own("approve once, so the class of each body is stated (R2.5)")
OWN_COUNTS = _own("no second table from which a hidden count could be worked out (R4.9)")
OWN_REVIEW = _own("time-limited and reviewed at least every 12 months (R2.8)")
OWN_DELETE = _own("deletion is certified and proved (R2.9)")
OWN_BREACH = _own("partners are told within 24 hours, so that 72 hours can be kept")
OWN_EMERGENCY = _own("an emergency is recorded within 24 hours and looked at afterwards")
OWN_K = _own("groups of at least 5 between partners, 10 beyond")
