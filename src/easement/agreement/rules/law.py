"""On what ground: each party's power and basis, taken by themselves; `fit.py` holds them against the parties."""

from collections.abc import Iterator

from easement.agreement.rules import sources
from easement.agreement.rules.case import Case, near
from easement.agreement.rules.rule import Found, Level, rule
from easement.law.findings import Outcome
from easement.law.fits import in_force
from easement.law.power import Nature


@rule(
    "law.party-missing",
    Level.MUST,
    "Giver and receiver each state their law",
    why="each controller needs a basis of its own; one party's does not cover the other",
    source=sources.CODE_BASIS,
)
def party_missing(case: Case) -> Iterator[Found]:
    for party in case.controllers():
        if party not in case.terms.law.parties:
            mend = f"add `{party}: {{power: …, basis: …}}`; easement law list --giver CLASS shows powers"
            yield Found(("law",), f"`{party}` states no basis", mend)


@rule(
    "law.power-missing",
    Level.MUST,
    "Each public body names its power",
    why="a public body may do only what the law lets it do; a basis is not a power",
    source=sources.CODE_POWER,
)
def power_missing(case: Case) -> Iterator[Found]:
    for party, law in case.terms.law.parties.items():
        body = case.body_class(party)
        if law.power is None and (body is None or body.public_authority):
            mend = "add `power:`; easement law list --giver CLASS --purpose CODE shows those that may fit"
            yield Found(("law", party), f"`{party}` names no power to share", mend)


@rule(
    "law.power-unknown",
    Level.MUST,
    "Each power is in the law catalogue",
    why="a power that nothing knows cannot be held against the parties and the purpose",
    source=sources.CODE_POWER,
)
def power_unknown(case: Case) -> Iterator[Found]:
    for party, law in case.terms.law.parties.items():
        if law.power is not None and case.catalogue.find_power(law.power) is None:
            known = (each.id for each in case.catalogue.powers)
            mend = near(law.power, known, look_up="easement law list --kind power")
            yield Found(("law", party, "power"), f"`{law.power}` is not a known power", mend)


@rule(
    "law.not-a-power",
    Level.MUST,
    "What is named as a power is one",
    why="a bar limits disclosure and an exemption lifts duties; neither lets anyone share",
    source=sources.CODE_POWER,
)
def not_a_power(case: Case) -> Iterator[Found]:
    for party, law in case.terms.law.parties.items():
        power = case.catalogue.find_power(law.power) if law.power else None
        if power is not None and not power.is_power:
            text = f"`{law.power}` gives no power to share: {power.nature.words}"
            yield Found(("law", party, "power"), text, "name the power that lets this party share", power)


@rule(
    "law.power-not-in-force",
    Level.MUST,
    "Each power is in force on the day the agreement starts",
    why="an Act that is not commenced, or was repealed, lets nobody do anything",
    source=sources.CODE_POWER,
)
def power_not_in_force(case: Case) -> Iterator[Found]:
    starts = case.terms.term.starts
    for party, law, power in case.powers():
        if in_force(power, starts) is Outcome.NOT_MET:
            text = f"`{law.power}` is not in force on {starts}: {power.in_force.text}"
            yield Found(("law", party, "power"), text, "name a power that is in force, or start later", power)


@rule(
    "law.power-commencement",
    Level.SHOULD,
    "Each power's commencement was looked up",
    why="the catalogue could not tell whether all of these words have force of law yet",
    source=sources.CODE_POWER,
)
def power_commencement(case: Case) -> Iterator[Found]:
    for party, law, power in case.powers():
        if in_force(power, case.terms.term.starts) is Outcome.UNCLEAR:
            text = f"`{law.power}` may not be wholly in force: {power.in_force.text}"
            yield Found(("law", party, "power"), text, "have a lawyer confirm that what you rely on is in force", power)


@rule(
    "law.basis-unknown",
    Level.MUST,
    "Each basis is one of Article 6",
    why="there are no lawful bases but those",
    source=sources.ARTICLE_6,
)
def basis_unknown(case: Case) -> Iterator[Found]:
    for party, law in case.terms.law.parties.items():
        if case.catalogue.find_basis(law.basis) is None:
            known = (name for each in case.catalogue.bases for name in (each.id, *each.aliases))
            mend = near(law.basis, known, look_up="easement law list --kind basis")
            yield Found(("law", party, "basis"), f"`{law.basis}` is not a basis of Article 6", mend)


@rule(
    "law.basis-not-in-force",
    Level.MUST,
    "Each basis is in force on the day the agreement starts",
    why="a basis that Parliament had not yet made carries nothing done before",
    source=sources.ARTICLE_6,
)
def basis_not_in_force(case: Case) -> Iterator[Found]:
    starts = case.terms.term.starts
    for party, law in case.terms.law.parties.items():
        basis = case.catalogue.find_basis(law.basis)
        if basis is not None and basis.valid_from is not None and starts < basis.valid_from:
            text = f"`{law.basis}` has been law only since {basis.valid_from}"
            yield Found(("law", party, "basis"), text, "name another basis, or start later", basis)


@rule(
    "law.obligation-unnamed",
    Level.MUST,
    "A legal obligation is named",
    why="an obligation that cannot be pointed at cannot be shown to bind",
    source=sources.LEGAL_OBLIGATION,
)
def obligation_unnamed(case: Case) -> Iterator[Found]:
    for party, law in case.terms.law.parties.items():
        basis = case.catalogue.find_basis(law.basis)
        if basis is not None and basis.needs_mandatory_power and law.legal_obligation is None:
            text = f"`{party}` relies on a legal obligation but does not name it"
            yield Found(("law", party), text, "add `legal_obligation:` with the section that obliges", basis)


@rule(
    "law.obligation-needs-duty",
    Level.MUST,
    "A legal obligation rests on a power that obliges",
    why="a power that only lets you share does not oblige you to; that is public task",
    source=sources.LEGAL_OBLIGATION,
)
def obligation_needs_duty(case: Case) -> Iterator[Found]:
    for party, law, power in case.powers():
        basis = case.catalogue.find_basis(law.basis)
        if basis is not None and basis.needs_mandatory_power and power.nature is not Nature.MANDATORY:
            text = f"`{law.power}` does not oblige `{party}`: {power.nature.words}"
            yield Found(("law", party, "basis"), text, "use public task (`art6_1_e`), or name the duty", power)


@rule(
    "law.register-entry",
    Level.MUST,
    "Sharing under the Digital Economy Act stands on the public register",
    why="the statutory code, which bodies must have regard to, asks for an entry on the public register",
    source=sources.DEA_CODE,
)
def register_entry(case: Case) -> Iterator[Found]:
    public = case.terms.transparency is not None and case.terms.transparency.public
    for party, law, power in case.powers():
        if power.act == "Digital Economy Act 2017" and not public:
            text = f"`{law.power}` asks for an entry on the public register"
            yield Found(("law", party, "power"), text, "set `transparency: {public: true, …}`")


@rule(
    "law.onward-limited",
    Level.SHOULD,
    "Passing data on is held against what the power says of it",
    why="several gateways make it an offence to pass on what they let through",
    source=sources.CODE_POWER,
)
def onward_limited(case: Case) -> Iterator[Found]:
    if case.terms.duties.onward not in ("none", ()):
        for _, law, power in case.powers():
            text = f"the data may be passed on, and `{law.power}` says: {power.onward}"
            yield Found(("duties", "onward"), text, "confirm that each onward recipient is allowed by it", power)
