"""Who shares: each party's class of body, its part, and where it is reached."""

import re
from collections.abc import Iterator

from easement.agreement.rules import sources
from easement.agreement.rules.case import Case, near
from easement.agreement.rules.rule import Found, Level, rule

_ROLE = re.compile(
    r"\b(admin|caldicott|contact|data|dpo|enquiries|foi|governance|help|hub|ig|info|information|legal|mailbox|office"
    r"|officer|privacy|protection|records|register|safeguarding|security|sharing|siro|support|team)\b"
)
"""Words that mark an address as a role's; an address without any may be one person's, who will leave."""


@rule(
    "parties.class-missing",
    Level.SHOULD,
    "Each party states its class of body",
    why="which powers, bases and joiners fit can be checked only where the kind of body is known",
    source=sources.OWN_JOIN,
)
def class_missing(case: Case) -> Iterator[Found]:
    for party in case.terms.parties:
        if case.terms.class_of(party) is None:
            mend = "add `class:`, such as `local-authority`; easement law list --kind class shows them all"
            yield Found(("parties", party), f"`{party}` does not state its class of body", mend)


@rule(
    "parties.class-unknown",
    Level.MUST,
    "Each class of body is one the law catalogue knows",
    why="a class that nothing knows can neither be held against a power nor let anyone join",
    source=sources.OWN_JOIN,
)
def class_unknown(case: Case) -> Iterator[Found]:
    stated = {("parties", id_, "class"): party.body_class for id_, party in case.terms.parties.items()}
    stated |= {("joining", role, "class"): joining.body_class for role, joining in case.terms.joining.items()}
    for path, code in stated.items():
        if code is not None and case.catalogue.find_body_class(code) is None:
            known = (each.id for each in case.catalogue.body_classes)
            mend = near(code, known, look_up="easement law list --kind class")
            yield Found(path, f"`{code}` is not a known class of body", mend)


@rule(
    "parties.idle",
    Level.SHOULD,
    "Each party takes part in a share",
    why="a party that neither gives nor receives signs for nothing, or a share was forgotten",
    source=sources.CODE_PARTIES,
)
def idle(case: Case) -> Iterator[Found]:
    for party in case.terms.parties:
        if not case.recipients_of(party) and not case.providers_of(party):
            yield Found(("parties", party), f"no share names `{party}`", "add it to a share, or remove the party")


@rule(
    "parties.processor-gives",
    Level.MUST,
    "The body that gives is a controller",
    why="a processor may not decide to disclose; the controller it acts for must be the party",
    source=sources.PROCESSOR,
)
def processor_gives(case: Case) -> Iterator[Found]:
    for id_, party in case.terms.parties.items():
        if party.controller == "processor" and case.recipients_of(id_):
            mend = "name the controller it acts for as the party that gives"
            yield Found(("parties", id_, "controller"), f"`{id_}` gives data but is a processor", mend)


@rule(
    "parties.contact",
    Level.SHOULD,
    "Each contact is a role's address, not a person's",
    why="people leave; a question or a breach notice must still arrive",
    source=sources.CODE_PARTIES,
)
def contact(case: Case) -> Iterator[Found]:
    for id_, party in case.terms.parties.items():
        name, at, _ = party.contact.partition("@")
        if at and not _ROLE.search(name.lower().replace("_", "-")):
            text = f"the contact of `{id_}` looks like a person's own address"
            yield Found(("parties", id_, "contact"), text, "give a shared address such as `dpo@…`")
