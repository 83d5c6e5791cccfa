"""Three agreements without a single finding, and what to change in one to trip each rule.

Each row: the rule, the agreement to start from, the changes (dotted path to value), and the other rules that the same
change trips with good reason.
"""

from typing import Any

from .makers import GONE, Data, example, with_changes

SHARE = "shares.entitled-children"
ENCODED: Data = {"method": "encoded"}
LIMITS: Data = {"records_per_request": 500}

MEALS = with_changes(
    example(),
    {
        "parties.dwp.class": "work-and-pensions-department",
        "purpose.never_for": ["immigration-enforcement", "debt-recovery", "law-enforcement"],
        "people.northtown.training": ["information-governance"],
        "transparency.notice": "https://northtown.example/privacy/school-meals",
        f"{SHARE}.aggregate": {
            "dimensions": ["award"],
            "measures": {"people": "count", "mean_earnings": {"mean": "net_monthly_earnings"}},
        },
    },
)
"""The example of the format, finished."""

CARE = with_changes(
    MEALS,
    {
        "parties": {
            "trust": {
                "as": "provider",
                "controller": "independent",
                "contact": "dpo@trust.example",
                "class": "nhs-trust",
            },
            "council": {
                "as": "recipient",
                "controller": "independent",
                "contact": "dpo@council.example",
                "class": "social-services-authority",
            },
        },
        "joining": GONE,
        "purpose.code": "direct-care",
        "purpose.never_for": [
            "immigration-enforcement",
            "debt-recovery",
            "law-enforcement",
            "fraud-prevention",
            "tax-administration",
            "counter-terrorism",
        ],
        "law.dwp": GONE,
        "law.northtown": GONE,
        "law.trust": {"power": "hsca_2012_s251B", "basis": "art6_1_e"},
        "law.council": {"power": "hsca_2012_s251B", "basis": "art6_1_e"},
        "law.confidentiality.met_by": "direct care, as patients expect",
        "law.special_category": {"condition": "art9_h", "schedule_1": "s1_p2"},
        SHARE: {
            "from": "trust",
            "to": ["council"],
            "standard": "health-contact/1",
            "modes": ["lookup"],
            "subjects": "matched",
            "fields": {"nhs_number": "plain", "service": "plain", "last_contact": "month"},
        },
        "people": {"council": {"roles": ["social-worker"], "training": ["information-governance"]}},
    },
)
"""A health trust tells a council's social workers which services know a person."""

POLICE = with_changes(
    MEALS,
    {
        "parties.dwp.class": "police",
        "purpose.code": "crime-prevention",
        "law.dwp.power": "cda_1998_s115",
        "law.northtown.power": "cda_1998_s115",
        "law.confidentiality.met_by": "public interest in preventing crime",
        "law.criminal_offence": {"condition": "s1_p36", "policy_document": "APD-7"},
        f"{SHARE}.standard": "police-contact/1",
        f"{SHARE}.rows": "contact_type = 'report'",
        f"{SHARE}.fields": {"family_name": "plain", "contact_type": "plain"},
        f"{SHARE}.aggregate": {"dimensions": ["contact_type"]},
    },
)
"""A police force tells a council of people who reported something."""

CHARITY = with_changes(
    MEALS,
    {
        "parties.dwp.class": "local-authority",
        "parties.northtown.class": "charity",
        "joining": GONE,
        "purpose.code": "housing-support",
        "law.dwp.power": "localism_2011_s1",
        "law.northtown": {"basis": "art6_1_ea"},
        "law.confidentiality.met_by": "the person agreed",
    },
)
"""A council tells a charity whom to help; its power is by implication only, which is said."""

BASES: dict[str, Data] = {"meals": MEALS, "care": CARE, "police": POLICE, "charity": CHARITY}

ALWAYS = {
    "meals": set[str](),
    "care": set[str](),
    "police": set[str](),
    "charity": {"fit.implied", "fit.purpose-unclear"},
}
"""What an agreement says of itself before it is changed."""

EMERGENCY = {"allowed_for": ["safeguarding-children"], "record_within": "PT24H", "review_within": "P30D"}

Row = tuple[str, str, dict[str, Any], set[str]]


def _row(code: str, base: str, *also: str, **changes: Any) -> Row:
    named = {path.replace("__", ".").replace("SHARE", SHARE): value for path, value in changes.items()}
    return code, base, named, set(also)


PSEUDONYMISED = {"level": "pseudonymised", "modes": ["bulk"]}


def _share(**changes: Any) -> dict[str, Any]:
    return {f"{SHARE}.{key}": value for key, value in changes.items()}


def _with(code: str, base: str, changes: dict[str, Any], *also: str) -> Row:
    return code, base, changes, set(also)


COUNTS: Data = {
    "from": "dwp",
    "to": ["northtown"],
    "standard": "benefit-award/1",
    "level": "aggregate",
    "modes": ["aggregate"],
    "subjects": "all",
    "aggregate": {},
}
"""A second share of the same records, one count of them all."""

TRIPS: list[Row] = [
    # openness.py
    _row("file.left-to-fill", "meals", purpose__necessity="<fill in why it cannot be done with less>"),
    _row("file.summary-missing", "meals", summary=GONE),
    _row("openness.missing", "meals", transparency=GONE),
    _row("openness.plain-words-missing", "meals", transparency__in_plain_words=GONE),
    _row("openness.words-not-plain", "meals", transparency__in_plain_words="Shared pursuant to Article 6."),
    _row("openness.words-not-plain", "meals", transparency__in_plain_words="We look " + "again and " * 20 + "stop."),
    _row("openness.reason-missing", "meals", transparency__public=False),
    _row("openness.notice-missing", "meals", transparency__notice=GONE),
    # parties.py
    _row("parties.class-missing", "meals", parties__dwp__class=GONE),
    _row("parties.class-unknown", "meals", parties__dwp__class="ministry-of-silly-walks"),
    _row("parties.class-unknown", "meals", joining__recipient__class="local-authorities"),
    _row(
        "parties.idle",
        "meals",
        "law.party-missing",
        parties__bystander={"as": "recipient", "controller": "joint", "contact": "dpo@b.example", "class": "school"},
    ),
    _row("parties.processor-gives", "meals", parties__dwp__controller="processor"),
    _row("parties.contact", "meals", parties__dwp__contact="jane.smith@dwp.example"),
    # purpose.py
    _row("purpose.unknown", "meals", purpose__code="benefit-eligibilty"),
    _row(
        "purpose.never-for-unknown",
        "meals",
        purpose__never_for=["immigration-enforcement", "debt-recovery", "law-enforcement", "debts"],
    ),
    _row("purpose.clash-not-excluded", "meals", purpose__never_for=["debt-recovery", "law-enforcement"]),
    _row("purpose.statement-thin", "meals", purpose__statement="Meals."),
    _row("purpose.necessity-missing", "meals", purpose__necessity=GONE),
    _row("purpose.benefits-missing", "meals", purpose__benefits=GONE),
    _row("purpose.harm-missing", "meals", purpose__harm_if_not_shared=GONE),
    _row("emergency.purpose-unknown", "meals", emergency=EMERGENCY | {"allowed_for": ["rescue"]}),
    _row("emergency.never-for", "meals", emergency=EMERGENCY | {"allowed_for": ["debt-recovery"]}),
    # law.py
    _row("law.party-missing", "meals", law__northtown=GONE),
    _row("law.power-missing", "meals", law__northtown__power=GONE),
    _row("law.power-unknown", "meals", law__northtown__power="edu_2005_s111"),
    _row("law.not-a-power", "meals", law__northtown__power="gra_2004_s22"),
    _row(
        "law.power-not-in-force",
        "police",
        "fit.giver-unclear",
        "fit.receiver-unclear",
        "impact.too-late",
        "term.long",
        law__dwp__power="pcsca_2022_s16",
        term__starts="2022-12-01",
    ),
    _row("law.power-commencement", "meals", "fit.purpose", law__northtown__power="duaa_2025_s45"),
    _row("law.basis-unknown", "meals", law__dwp__basis="art6_1_g"),
    _row("law.basis-not-in-force", "charity", term__starts="2026-02-04", law__dpia__dated="2026-01-02"),
    _row("law.obligation-unnamed", "care", law__trust__basis="art6_1_c"),
    _row("law.obligation-needs-duty", "meals", law__dwp__basis="art6_1_c", law__dwp__legal_obligation="s.110"),
    _row(
        "law.register-entry",
        "meals",
        "fit.purpose",
        "fit.receiver-unclear",
        law__northtown__power="dea_2017_s35",
        transparency__public=False,
        transparency__reason_not_public="pilot",
    ),
    _row("law.onward-limited", "meals", "duties.onward-open", duties__onward=["schools"]),
    # fit.py
    _row("fit.giver", "meals", parties__dwp__class="school"),
    _row("fit.giver-unclear", "meals", "fit.basis-unclear", parties__dwp__class="service-provider"),
    _row("fit.receiver", "meals", "fit.basis-unclear", parties__northtown__class="charity", law__northtown__power=GONE),
    _row("fit.receiver-unclear", "meals", parties__northtown__class="school"),
    _row(
        "fit.route",
        "meals",
        law__dwp__power="wra_2012_s127",
        parties__dwp__class="tax-authority",
        parties__northtown__class="tax-authority",
        joining=GONE,
    ),
    _row("fit.place", "meals", "fit.receiver", parties__northtown__class="scottish-ministers"),
    _row("fit.purpose", "meals", purpose__code="housing-support"),
    _row("fit.purpose-unclear", "meals", purpose__code="welfare-support"),
    _row("fit.implied", "charity"),
    _row("fit.joining", "meals", joining__recipient__class="charity", parties__northtown__class="local-authority"),
    _row("fit.basis", "meals", law__dwp__basis="art6_1_f"),
    _row("fit.basis-unclear", "meals", law__dwp__basis="art6_1_a"),
    # confidence.py
    _row("confidence.unstated", "meals", law__confidentiality=GONE),
    _row("confidence.denied", "meals", law__confidentiality={"engaged": False}),
    _row("confidence.unmet", "care", law__confidentiality={"engaged": True}),
    _row("confidence.gateway-does-not-lift", "care", law__confidentiality__met_by="hsca_2012_s251B"),
    _row("confidence.gateway-does-not-lift", "care", law__confidentiality__met_by="gra_2004_s22"),
    _row("confidence.gateway-unclear", "care", law__confidentiality__met_by="care_2014_s45"),
    # sensitive.py
    _row("special.condition-missing", "care", law__special_category="none"),
    _row("special.condition-unknown", "care", law__special_category__condition="art9_z"),
    _row("special.condition-does-not-fit", "care", law__special_category={"condition": "s1_p2"}),
    _row("special.schedule-1-missing", "care", law__special_category__schedule_1=GONE),
    _row("special.schedule-1-missing", "care", law__special_category__schedule_1="s1_p3"),
    _row(
        "special.policy-document-missing", "care", law__special_category={"condition": "art9_g", "schedule_1": "s1_p18"}
    ),
    _row(
        "special.policy-document-perhaps", "care", law__special_category={"condition": "art9_g", "schedule_1": "s1_p10"}
    ),
    _row("special.not-needed", "meals", law__special_category={"condition": "art9_h", "schedule_1": "s1_p2"}),
    _row("criminal.condition-missing", "police", law__criminal_offence="none"),
    _row("criminal.condition-unknown", "police", law__criminal_offence__condition="s1_p99"),
    _row("criminal.condition-does-not-fit", "police", law__criminal_offence={"condition": "art9_h"}),
    _row("criminal.policy-document-missing", "police", law__criminal_offence__policy_document=GONE),
    _row("criminal.policy-document-perhaps", "police", law__criminal_offence={"condition": "s1_p10"}),
    _row("criminal.not-needed", "meals", law__criminal_offence={"condition": "s1_p29"}),
    # impact.py
    _row("impact.missing", "meals", law__dpia=GONE),
    _row("impact.not-required-but-due", "meals", law__dpia={"not_required": "small"}),
    _with("impact.not-considered", "meals", {"law.dpia": GONE} | _share(subjects="all", modes=["bulk"])),
    _row("impact.undated", "meals", law__dpia__dated=GONE),
    _row("impact.outcome-missing", "meals", law__dpia__outcome=GONE),
    _row("impact.too-late", "meals", law__dpia__dated="2026-05-02", term__starts="2026-05-01"),
    _row("impact.not-yet", "meals", law__dpia__dated="2026-08-02"),
    _row("impact.too-old", "meals", law__dpia__dated="2023-08-31"),
    # fields.py
    _with("fields.standard-unknown", "meals", _share(standard="benefit-award/9")),
    _with("fields.element-unknown", "meals", _share(fields={"family_nam": "plain"})),
    _with("fields.form-does-not-fit", "meals", _share(fields={"family_name": "year"})),
    _with(
        "fields.pseudonymised-names",
        "meals",
        _share(level="pseudonymised", fields={"given_name": "plain"}),
        "fields.nameless-by-name",
    ),
    _with(
        "fields.pseudonymised-singles-out",
        "meals",
        _share(level="pseudonymised", fields={"postcode": "plain"}),
        "fields.nameless-by-name",
    ),
    _with(
        "fields.anonymised-names",
        "meals",
        _share(level="anonymised", k=10, fields={"claim_reference": "pseudonym"}),
        "fields.nameless-by-name",
    ),
    _with(
        "fields.anonymised-names",
        "meals",
        _share(level="anonymised", k=10, fields={"given_name": {"truncate": 1}}),
        "fields.nameless-by-name",
    ),
    _with("fields.nameless-by-name", "meals", _share(level="pseudonymised", fields={"award": "plain"})),
    _with(
        "fields.k-too-small",
        "meals",
        _share(level="anonymised", k=4, fields={"award": "plain"}),
        "fields.nameless-by-name",
    ),
    _with(
        "fields.k-small", "meals", _share(level="anonymised", k=9, fields={"award": "plain"}), "fields.nameless-by-name"
    ),
    _with("fields.aggregate-has-fields", "meals", _share(level="aggregate", modes=["aggregate"])),
    _with("fields.plain-where-less-would-do", "meals", _share(fields={"award_start": "plain"})),
    _with("fields.plain-where-less-would-do", "meals", _share(fields={"net_monthly_earnings": "plain"})),
    _with(
        "fields.whole-standard",
        "police",
        _share(
            fields=dict.fromkeys(
                [
                    "nominal_reference",
                    "family_name",
                    "given_name",
                    "date_of_birth",
                    "sex",
                    "postcode",
                    "place_of_birth",
                    "incidents_12_months",
                    "contact_type",
                ],
                "plain",
            )
        ),
    ),
    _with(
        "fields.no-matching-key",
        "meals",
        _share(standard="household/1", fields={"income": {"band": [0]}}, rows=GONE, aggregate=GONE, modes=["lookup"]),
    ),
    _with("fields.everyone", "meals", _share(subjects="all", rows=GONE)),
    _with("fields.bulk-unlimited", "meals", _share(limits=GONE)),
    _with("fields.standard-retired", "meals", _share(standard="benefit-award/33")),
    # rows.py
    _with("rows.does-not-hold", "meals", _share(rows="award = 'UC' and earnings > 3")),
    _with("rows.does-not-hold", "meals", _share(rows="net_monthly_earnings <= '616.67'")),
    _with("rows.code-unknown", "meals", _share(rows="not (award in ('UC', 'ISA')) or 'XX' = award")),
    # matching.py
    _with("matching.group-unknown", "meals", _share(match={"groups": ["region"]})),
    _with("matching.group-unfit", "meals", _share(match={"groups": ["given_name"]})),
    _with("matching.nobody-looks", "meals", _share(match=ENCODED | {"sample": 50}, limits=LIMITS)),
    _with("matching.nobody-looks", "meals", _share(match=ENCODED | {"groups": ["award"]}, limits=LIMITS)),
    _with("matching.no-sample", "meals", _share(match={"method": "model"})),
    _with(
        "matching.encoded-names",
        "meals",
        _share(
            standard="household/1",
            fields={"income": {"band": [0]}},
            rows=GONE,
            aggregate=GONE,
            modes=["match"],
            match=ENCODED,
            limits=LIMITS,
        ),
        "fields.no-matching-key",
    ),
    _with("matching.encoded-likeness", "meals", _share(match=ENCODED | {"disclose": 0.82}, limits=LIMITS)),
    _with("matching.encoded-unlimited", "meals", _share(match=ENCODED, limits={"records_per_day": 9})),
    # counting.py
    _with("counting.element-unknown", "meals", _share(aggregate={"dimensions": ["region"]})),
    _with("counting.identifies", "meals", _share(aggregate={"dimensions": ["family_name"]})),
    _with("counting.singles-out", "meals", _share(aggregate={"dimensions": ["date_of_birth"]})),
    _with(
        "counting.not-a-number",
        "meals",
        _share(aggregate={"dimensions": ["award"], "measures": {"x": {"sum": "award"}}}),
    ),
    _with(
        "counting.small-numbers",
        "meals",
        _share(aggregate={"dimensions": ["award"], "small_numbers": {"hide_below": 5, "round_to": 5}}),
    ),
    _with("counting.nothing-said", "meals", _share(aggregate=GONE)),
    _with("counting.nothing-said", "meals", _share(aggregate={"dimensions": []})),
    _with("counting.nested", "meals", {"shares.more": COUNTS | {"aggregate": {"dimensions": ["sex", "award"]}}}),
    _with("counting.nested", "meals", {"shares.more": COUNTS}, "counting.nothing-said"),
    # duties.py
    _row("people.roles-missing", "meals", people=GONE),
    _row("people.training-missing", "meals", people__northtown__training=GONE),
    _row("duties.kept-long", "meals", duties__retain="P37M"),
    _row("duties.certificate-third-party", "charity", duties__certificate="none"),
    _row("duties.certificate-missing", "meals", duties__certificate="none"),
    _row("duties.onward-open", "meals", "law.onward-limited", duties__onward=["schools"]),
    _row("duties.breach-missing", "meals", duties__breach_notice=GONE),
    _row("duties.breach-too-late", "meals", duties__breach_notice="PT73H"),
    _row("duties.breach-slow", "meals", duties__breach_notice="P2D"),
    _row("duties.corrections", "meals", duties__corrections="none"),
    _row("duties.risk-unstated", "meals", duties__risk_after_disclosure=GONE),
    _row("emergency.recorded-late", "meals", emergency=EMERGENCY | {"record_within": "PT25H"}),
    _row("emergency.reviewed-late", "meals", emergency=EMERGENCY | {"review_within": "P31D"}),
    # dates.py
    _row("term.over", "meals", "impact.too-late", term__starts="2025-01-01", term__ends="2026-07-31"),
    _row("term.long", "meals", term__ends="2031-09-02"),
    _row("term.review-missing", "meals", term__review_every=GONE),
    _row("term.review-rare", "meals", term__review_every="P13M"),
]
