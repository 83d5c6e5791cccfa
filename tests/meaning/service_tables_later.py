"""Five more tables of the same services, written after the words were mended for the others, before a look."""

from .service_tables import COUNCILS, NAMED_COUNCILS, TRUTH, WORDS, YES, dirty, officer, pounds, uprn
from .studio_tables import (
    Body,
    Right,
    comma_name,
    counted,
    day,
    family,
    given,
    made,
    nhs_plain,
    nhs_spaced,
    nino,
    number,
    one_of,
    postcode,
    postcode_small,
    sometimes,
)

__all__ = ["LATER_SERVICES"]

LATER_SERVICES: tuple[Body, ...] = (
    made(
        "lettings-log", "housing-tenancy/1",
        {
            "tenancycode": counted("L{:06}"), "personcode": counted("{:06}", 3), "person_surname": family,
            "person_forename": given, "sex1": one_of("M", "F", "R"), "person_dob": day("%d/%m/%Y", 1940, 2007),
            "postcode_full": dirty(postcode), "uprn": uprn, "la": COUNCILS,
            "relat": one_of("tenant", "joint", "household"),
            "tenancytype": one_of("Assured", "Secure", "Introductory"), "brent": pounds(70, 160),
            "scharge": pounds(2, 40), "tarrears": pounds(5, 900, none=0.7), "startdate": day("%d/%m/%Y", 2010, 2026),
            "voiddate": day("%d/%m/%Y", 2020, 2026, 0.9), "beds": number(1, 5),
        },
        {
            "tenancy_reference": "tenancycode", "person_reference": "personcode", "family_name": "person_surname",
            "given_name": "person_forename", "sex": "sex1", "date_of_birth": Right(("person_dob",), dates="dd/mm/yyyy"),
            "postcode": "postcode_full", "uprn": "uprn", "local_authority": "la", "part": "relat",
            "tenancy": "tenancytype", "rent": "brent", "arrears": "tarrears",
            "started": Right(("startdate",), dates="dd/mm/yyyy"), "ended": Right(("voiddate",), dates="dd/mm/yyyy"),
        },
    ),
    made(
        "housing-advice-forms", "homelessness-case/1",
        {
            "Case ID": counted("{:06}"), "Applicant: Last name": dirty(family), "Applicant: First name": dirty(given),
            "Applicant: DoB": day("%Y-%m-%d", 1950, 2008), "Applicant: Sex at birth": one_of("Male", "Female"),
            "NI": sometimes(nino, 0.6), "Last settled address: postcode": sometimes(postcode, 0.7),
            "Authority": NAMED_COUNCILS, "Ethnic origin": one_of("White: Irish", "Black: African", "Asian: Indian"),
            "Dependants under 18": number(0, 5), "Duty accepted": one_of("prevention", "relief", "main", "none"),
            "Trigger": one_of("Domestic abuse", "End of a private tenancy", "Left an institution", "Other"),
            "Priority need decision": WORDS, "Placed in temporary accommodation?": WORDS,
            "Case opened on": day("%Y-%m-%d", 2023, 2026), "Case closed on": day("%Y-%m-%d", 2024, 2026, 0.6),
            "Review due": day("%Y-%m-%d", 2026, 2027, 0.3), "Adviser": officer,
        },
        {
            "case_reference": "Case ID", "family_name": "Applicant: Last name", "given_name": "Applicant: First name",
            "date_of_birth": Right(("Applicant: DoB",), dates="yyyy-mm-dd"), "sex": "Applicant: Sex at birth",
            "national_insurance_number": "NI", "postcode": "Last settled address: postcode",
            "local_authority": "Authority", "ethnicity": "Ethnic origin", "children": "Dependants under 18",
            "duty": "Duty accepted", "reason": "Trigger", "priority_need": "Priority need decision",
            "temporary_accommodation": "Placed in temporary accommodation?",
            "applied": Right(("Case opened on",), dates="yyyy-mm-dd"),
            "closed": Right(("Case closed on",), dates="yyyy-mm-dd"),
        },
    ),
    made(
        "billing-system", "council-tax-account/1",
        {
            "acct_no": counted("{:08}", 61_000_000), "person_no": counted("{:07}", 8), "sname": family, "fname": given,
            "birth_dt": day("%d%m%Y", 1935, 2004, 0.4), "prop_pcode": postcode_small, "uprn": uprn,
            "ba_name": NAMED_COUNCILS,
            "vo_band": one_of("A", "B", "C", "E"), "liab_class": one_of("sole", "joint", "landlord"),
            "single_occ_disc": YES, "ct_redn": YES, "disreg_cat": one_of("student", "carer", "impairment", "none"),
            "disab_relief": one_of("N", "N", "Y"), "bal_bf": pounds(5, 1600, none=0.6),
            "occ_from": day("%d%m%Y", 1994, 2026),
            "occ_to": day("%d%m%Y", 2016, 2026, 0.8), "last_bill_no": counted("{:09}", 5),
        },
        {
            "account_reference": "acct_no", "person_reference": "person_no", "family_name": "sname",
            "given_name": "fname",
            "date_of_birth": Right(("birth_dt",), dates="ddmmyyyy"), "postcode": "prop_pcode", "uprn": "uprn",
            "local_authority": "ba_name", "band": "vo_band", "part": "liab_class",
            "single_person_discount": "single_occ_disc", "reduction": "ct_redn", "disregarded": "disreg_cat",
            "disability_band_reduction": "disab_relief", "arrears": "bal_bf",
            "started": Right(("occ_from",), dates="ddmmyyyy"), "ended": Right(("occ_to",), dates="ddmmyyyy"),
        },
    ),
    made(
        "register-office", "birth-registration/1",
        {
            "Register Entry": counted("NT/{:05}"), "Baby's NHS no.": nhs_spaced, "Baby: surname": family,
            "Baby: forenames": given, "Born": day("%d.%m.%Y", 2024, 2026), "Boy/Girl": one_of("Boy", "Girl"),
            "Where born": one_of("Hospital", "Home", "Other"), "Mother: surname": family, "Mother: forenames": given,
            "Mother: born": day("%d.%m.%Y", 1980, 2008), "Mother: postcode": dirty(postcode),
            "Father": sometimes(comma_name, 0.9),
            "Sub-district": one_of("North", "East"), "Registered": day("%d.%m.%Y", 2024, 2026),
            "Deputy registrar": officer,
        },
        {
            "registration_reference": "Register Entry", "nhs_number": "Baby's NHS no.", "family_name": "Baby: surname",
            "given_name": "Baby: forenames", "date_of_birth": Right(("Born",), dates="dd.mm.yyyy"), "sex": "Boy/Girl",
            "place": "Where born", "mother_family_name": "Mother: surname", "mother_given_name": "Mother: forenames",
            "mother_date_of_birth": Right(("Mother: born",), dates="dd.mm.yyyy"), "postcode": "Mother: postcode",
            "district": "Sub-district", "registered": Right(("Registered",), dates="dd.mm.yyyy"),
        },
    ),
    made(
        "bereavement-service", "death-registration/1",
        {
            "DeathRegEntryId": counted("{:08}"), "NHSNumber": nhs_plain, "NINumber": sometimes(nino, 0.7),
            "DecdFamilyName": dirty(family), "DecdGivenName": dirty(given), "OtherSurnameUsed": sometimes(family, 0.3),
            "DecdBirthDate": day("%Y-%m-%d", 1925, 1990), "DecdDeathDate": day("%Y-%m-%d", 2024, 2026),
            "DecdSex": one_of("Male", "Female"), "DecdPostcode": postcode, "InformantFamilyName": family,
            "InformantPostcode": postcode, "MaritalCondition": one_of("Married", "Widowed", "Divorced", "Single"),
            "PlaceKind": one_of("Hospital", "Home", "Care home", "Hospice"), "RegSubDistrict": one_of("North", "East"),
            "RegDate": day("%Y-%m-%d", 2024, 2026), "NotifyDwp": TRUTH,
        },
        {
            "registration_reference": "DeathRegEntryId", "nhs_number": "NHSNumber",
            "national_insurance_number": "NINumber",
            "family_name": "DecdFamilyName", "given_name": "DecdGivenName", "former_family_name": "OtherSurnameUsed",
            "date_of_birth": Right(("DecdBirthDate",), dates="yyyy-mm-dd"),
            "date_of_death": Right(("DecdDeathDate",), dates="yyyy-mm-dd"), "sex": "DecdSex",
            "postcode": "DecdPostcode",
            "partnership": "MaritalCondition", "place": "PlaceKind", "district": "RegSubDistrict",
            "registered": Right(("RegDate",), dates="yyyy-mm-dd"),
        },
    ),
)  # fmt: skip
"""One table of each of the five standards."""
