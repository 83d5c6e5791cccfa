"""The sections of the document, one function each, from the terms and what can be looked up about them.

Every term of the file has its place here, in words or as written; a generated test changes each value of a full
agreement in turn and holds that the document changes with it (R2.1). What cannot be looked up says so.
"""

from easement.agreement.clauses import Section
from easement.agreement.conditions import condition_words
from easement.agreement.lookup import Lookup
from easement.agreement.model import Aggregate, Agreement, Condition, Dpia, Emergency, Measure, Mode, Share
from easement.agreement.paper import Block, Facts, Item, Paper, Part, Table, Text, fact, facts, listing, row, table
from easement.agreement.read import AgreementFile
from easement.agreement.words import (
    CERTIFICATE,
    CONTROLLER,
    CORRECTIONS,
    LEVEL,
    MODE,
    RISK,
    ROLE,
    SUBJECTS,
    THEN,
    form_words,
    match_words,
    named,
)
from easement.base.words import day, listed, number
from easement.law.entry import Kind

__all__ = ["paper"]


def paper(file: AgreementFile, lookup: Lookup) -> Paper:
    """The document of an agreement file; `lookup` gives the words of the law catalogue and the standards."""
    sections = (_about, _purpose, _parties, _data, _basis, _sensitive, _rights, _governance, _impact, _term)
    terms = file.terms
    parts = tuple(section(terms, lookup) for section in sections)
    signers = tuple((id_, party.name or id_) for id_, party in terms.parties.items())
    return Paper(terms.title, terms.id, terms.version, file.digest, parts, tuple(lookup.gaps), signers)


def _about(terms: Agreement, _lookup: Lookup) -> Part:
    return Part(
        Section.ABOUT,
        (
            *((Text(terms.summary),) if terms.summary else ()),
            Text(
                "This document is made from the agreement’s file, and machines enforce that same file. Every word of "
                "the file counts towards its digest. If one word changes, the digest changes too, and a signature "
                "no longer fits."
            ),
            facts(
                fact("Agreement", Item(terms.title, terms.id)),
                fact("Version", terms.version),
                fact("Takes the place of", f"the version with the digest {terms.supersedes}")
                if terms.supersedes
                else None,
                fact("File format", terms.format),
            ),
        ),
    )


def _purpose(terms: Agreement, lookup: Lookup) -> Part:
    purpose = terms.purpose
    return Part(
        Section.PURPOSE,
        (
            facts(
                fact("What it is for", lookup.purpose(purpose.code)),
                fact("What the recipient will do", purpose.statement),
                fact("Who gains, and what", *listing(purpose.benefits, "Not said.")),
                fact("What happens if the data is not shared", purpose.harm_if_not_shared or "Not said."),
                fact("Why less would not do", purpose.necessity or "Not said."),
                fact("Never to be used for", *listing(map(lookup.purpose, purpose.never_for), "Nothing is named.")),
            ),
        ),
    )


def _parties(terms: Agreement, lookup: Lookup) -> Part:
    rows = tuple(
        row(
            Item(party.name or id_, id_),
            ROLE[party.role],
            CONTROLLER[party.controller],
            party.contact,
            lookup.body_class(party.body_class) if party.body_class else None,
        )
        for id_, party in terms.parties.items()
    )
    headings = ("Organisation", "Part", "Role in data protection law", "Contact", "Kind of body")
    joining = tuple(
        fact(
            f"Who else may join as {role}",
            "Others of this kind, by signing the same terms:",
            lookup.body_class(joining.body_class),
        )
        for role, joining in terms.joining.items()
    )
    return Part(
        Section.PARTIES,
        (
            table("The organisations that share", headings, rows),
            Facts(joining) if joining else Text("No other organisation may join without a new version."),
        ),
    )


def _data(terms: Agreement, lookup: Lookup) -> Part:
    many = len(terms.shares)
    head = "This agreement lets one thing be shared." if many == 1 else f"This agreement lets {many} things be shared."
    parts = tuple(_share(terms, id_, share, lookup) for id_, share in terms.shares.items())
    return Part(Section.DATA, (Text(f"{head} Nothing else may be shared under it."),), parts)


def _share(terms: Agreement, id_: str, share: Share, lookup: Lookup) -> Part:
    about = facts(
        fact("From", _who(terms, share.provider)),
        fact("To", *(_who(terms, recipient) for recipient in share.recipients)),
        fact("Kind of record", lookup.standard(share.standard)),
        fact("How well people can be told apart", LEVEL[share.level]),
        fact("Smallest group", f"{share.k}: each person is in a group of at least {share.k}") if share.k else None,
        fact("How it may be asked for", *(MODE[mode] for mode in share.modes)),
        fact("About whom", SUBJECTS[share.subjects]),
        fact("Which rows", _rows(share, lookup)),
        fact("How people on the list are found", *match_words(share.match)) if share.match else None,
        fact("Most records in one day", _limit(share.limits.records_per_day)),
        fact("Most records in one request", _limit(share.limits.records_per_request)),
    )
    return Part(f"Share: {id_}", (about, *_fields(id_, share, lookup), *_counts(share)))


def _who(terms: Agreement, party: str) -> Item:
    return Item(terms.parties[party].name or party, party)


def _rows(share: Share, lookup: Lookup) -> Item:
    if share.rows is None:
        return Item("Every row.")
    return Item(f"Only rows where {condition_words(share.rows, lookup.codes(share.standard))}.", share.rows)


def _limit(most: int | None) -> str:
    return "No limit is set." if most is None else number(most)


def _fields(id_: str, share: Share, lookup: Lookup) -> tuple[Block, ...]:
    if not share.fields:
        return (Text("No field about single people is shared."),)
    rows = tuple(
        row(Item(named(name), name), lookup.definition(share.standard, name), form_words(form))
        for name, form in share.fields.items()
    )
    return (Table(f"Fields shared: {id_}", ("Field", "What it means", "How it is shared"), rows),)


def _counts(share: Share) -> tuple[Block, ...]:
    if share.aggregate is None and Mode.AGGREGATE not in share.modes:
        return ()
    counted = share.aggregate or Aggregate()
    small = counted.small_numbers
    by_nothing = "Nothing: there is one count of everybody the share covers."
    return (
        facts(
            fact("Tables are split by", *listing(map(_element, counted.dimensions), by_nothing)),
            fact("What is counted", *(_measure(n, m) for n, m in counted.measures.items())),
            fact(
                "Small numbers",
                f"Any count under {small.hide_below} is hidden. Other counts are rounded to the nearest "
                f"{small.round_to}.",
            ),
        ),
    )


def _element(name: str) -> Item:
    return Item(named(name), name)


def _measure(name: str, measure: Measure) -> Item:
    if isinstance(measure, str):
        return Item(f"{named(name)}: how many people", name)
    ((how, element),) = measure.items()
    return Item(f"{named(name)}: the {how} of {named(element)}", f"{name}: {how} {element}")


def _basis(terms: Agreement, lookup: Lookup) -> Part:
    law = terms.law
    rows = tuple(
        row(
            _who(terms, party),
            lookup.law(relied.power, Kind.POWER) if relied.power else "No power is named.",
            lookup.law(relied.basis, Kind.BASIS),
            relied.legal_obligation,
        )
        for party, relied in law.parties.items()
    )
    headings = ("Organisation", "Power: why it may share or use this", "Lawful basis", "Duty it must meet")
    relied_on = (table("What each organisation relies on", headings, rows),) if rows else ()
    secret = law.confidentiality
    if secret is None:
        confidence = fact("Was the data given in confidence?", "Not said.")
    else:
        met = (_met_by(secret.met_by, lookup),) if secret.met_by else ("How this is met is not said.",)
        confidence = fact("Was the data given in confidence?", _yes(secret.engaged), *met)
    explained = Text(
        "A power says that an organisation may share. A basis says on what ground. Each needs both. The words about "
        f"the law come from Easement’s law catalogue as at {day(lookup.as_at)}. They are not legal advice."
    )
    missing = () if rows else (Text("No organisation has said what it relies on."),)
    return Part(Section.BASIS, (explained, *relied_on, *missing, facts(confidence)))


def _met_by(met_by: str, lookup: Lookup) -> Item | str:
    """The catalogue's words where an id is named; else the words of the file, such as `direct care`."""
    if lookup.entry(met_by, Kind.POWER, Kind.CONDITION) or "_" in met_by:
        return lookup.law(met_by, Kind.POWER, Kind.CONDITION)
    return met_by


def _sensitive(terms: Agreement, lookup: Lookup) -> Part:
    special, criminal = terms.law.special_category, terms.law.criminal_offence
    return Part(
        Section.SENSITIVE,
        (
            facts(
                fact("Special category data, such as health or religion", *_condition(special, lookup)),
                fact("Criminal offence data", *_condition(criminal, lookup)),
            ),
        ),
    )


def _condition(condition: str | Condition, lookup: Lookup) -> tuple[Item | str, ...]:
    if isinstance(condition, str):
        return ("None is shared.",)
    return (
        "It is shared, under this condition:",
        lookup.law(condition.condition, Kind.CONDITION),
        *((lookup.law(condition.schedule_1, Kind.CONDITION),) if condition.schedule_1 else ()),
        *((f"Policy document: {condition.policy_document}",) if condition.policy_document else ()),
    )


def _rights(terms: Agreement, _lookup: Lookup) -> Part:
    told = terms.transparency
    public: tuple[str, ...] = ("Not said.",)
    if told:
        public = ("Yes: it is on the public register.",) if told.public else ("No: it is not on the public register.",)
    return Part(
        Section.RIGHTS,
        (
            Text("People keep all their rights in law. To use them, ask any contact named above."),
            facts(
                fact("Is this agreement public?", *public),
                fact("What the public is told", told.in_plain_words) if told and told.in_plain_words else None,
                fact("Why it is not public", told.reason_not_public) if told and told.reason_not_public else None,
                fact("Privacy notice", told.notice) if told and told.notice else None,
                fact("When a mistake is found", CORRECTIONS[terms.duties.corrections]),
            ),
        ),
    )


def _governance(terms: Agreement, _lookup: Lookup) -> Part:
    duties = terms.duties
    return Part(
        Section.GOVERNANCE,
        (
            *_people(terms),
            facts(
                fact("How long the recipient may keep it", duties.retain.words),
                fact("What it must do then", THEN[duties.then]),
                fact("Written confirmation", CERTIFICATE[duties.certificate]),
                fact("Who it may be passed on to", *_onward(duties.onward)),
                fact(
                    "When data is lost or seen by the wrong people",
                    f"tell the others within {duties.breach_notice.words}"
                    if duties.breach_notice
                    else "No time limit for telling the others is set.",
                ),
                fact(
                    "Who holds the risk once it is shared",
                    RISK[duties.risk_after_disclosure] if duties.risk_after_disclosure else "Not said.",
                ),
                fact("In an emergency", *_emergency(terms.emergency, _lookup)),
            ),
        ),
    )


def _people(terms: Agreement) -> tuple[Block, ...]:
    if not terms.people:
        return (Text("Nobody is named who may ask, so nobody may."),)
    rows = tuple(
        row(
            _who(terms, party),
            Item(listed(map(named, who.roles)), ", ".join(who.roles)),
            Item(listed(map(named, who.training)), ", ".join(who.training)) if who.training else "None is asked for.",
        )
        for party, who in terms.people.items()
    )
    return (Table("Who may ask", ("Organisation", "Jobs that may ask", "Training they must have passed"), rows),)


def _onward(onward: str | tuple[str, ...]) -> tuple[Item | str, ...]:
    if isinstance(onward, str) or not onward:
        return ("Nobody.",)
    return tuple(Item(named(body), body) for body in onward)


def _emergency(emergency: str | Emergency, lookup: Lookup) -> tuple[Item | str, ...]:
    if isinstance(emergency, str):
        return ("Nothing more may be shared than on any other day.",)
    return (
        "More may be shared when waiting would do serious harm, only for:",
        *map(lookup.purpose, emergency.allowed_for),
        f"It must be written down within {emergency.record_within.words}.",
        f"It must be looked at again within {emergency.review_within.words}.",
    )


def _impact(terms: Agreement, _lookup: Lookup) -> Part:
    return Part(Section.IMPACT, (_dpia(terms.law.dpia),))


def _dpia(dpia: Dpia | None) -> Block:
    if dpia is None:
        return Text("No data protection impact assessment (DPIA) is named.")
    return facts(
        fact("Assessment (DPIA)", dpia.reference) if dpia.reference else None,
        fact("Why no assessment (DPIA) is needed", dpia.not_required) if dpia.not_required else None,
        fact("What it found", dpia.outcome) if dpia.outcome else None,
        fact("Date", day(dpia.dated)) if dpia.dated else None,
    )


def _term(terms: Agreement, _lookup: Lookup) -> Part:
    every = terms.term.review_every
    return Part(
        Section.TERM,
        (
            facts(
                fact("First day", day(terms.term.starts)),
                fact("Last day", day(terms.term.ends)),
                fact("Reviewed every", every.words if every else "No review is set."),
            ),
            Text("Nothing may be shared before the first day, after the last day, or while a review is overdue."),
        ),
    )


def _yes(value: bool) -> str:
    return "Yes." if value else "No."
