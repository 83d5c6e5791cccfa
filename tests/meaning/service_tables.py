"""Tables of invented housing, homelessness, council tax and registration services, in the styles that extracts come in.

Each has the right mapping written by hand beside it. They were written before anybody looked at what is proposed for
them; their dirt is what such extracts have: blanks, placeholders, stray spaces and letters of either case.
"""

import random
from datetime import date, timedelta

from .studio_tables import (
    FAMILY,
    Body,
    Maker,
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
    nino_spaced,
    number,
    one_of,
    postcode,
    postcode_small,
    sometimes,
)

__all__ = ["SERVICES"]


def dirty(make: Maker, *marks: str, share: float = 0.04) -> Maker:
    """What was made, now and then with spaces around it, in capitals, or a mark in its place."""

    def again(c: random.Random, row: int) -> str:
        value, fate = make(c, row), c.random()
        if marks and fate < share:
            return c.choice(marks)
        if fate < 2 * share:
            return f" {value} " if fate < 1.5 * share else value.upper()
        return value

    return again


def sentinel(make: Maker, mark: str, share: float = 0.03) -> Maker:
    return lambda c, row: mark if c.random() < share else make(c, row)


def uprn(c: random.Random, _: int) -> str:
    return f"{c.choice(('1000', '2000', ''))}{c.randrange(10_000_000, 99_999_999)}"


def officer(c: random.Random, _: int) -> str:
    return f"{c.choice('ABCDEFGHJKLM')} {c.choice(FAMILY)}"


def stamp(c: random.Random, _: int) -> str:
    start = date(2024, 1, 1) + timedelta(days=c.randrange(700))
    return f"{start:%Y-%m-%d} {c.randrange(24):02}:{c.randrange(60):02}:{c.randrange(60):02}"


def pounds(low: float, high: float, *, none: float = 0.0) -> Maker:
    return lambda c, _: "0.00" if c.random() < none else f"{c.uniform(low, high):.2f}"


YES = one_of("Y", "N", "N", "N", "")
TRUTH = one_of("true", "false", "false")
WORDS = one_of("Yes", "No", "No", "no", "YES")
COUNCILS = one_of("E07000178", "E07000178", "E07000177", "E06000014")
NAMED_COUNCILS = one_of("Oxford", "Oxford City Council", "Cherwell", "York", "CITY OF YORK")

SERVICES: tuple[Body, ...] = (
    made(
        "housing-association-short", "housing-tenancy/1",
        {
            "TEN_REF": counted("T{:07}"), "PERS_REF": counted("{:08}", 4000), "NI_NO": dirty(nino, "NK", ""),
            "SURNAME": dirty(family), "FORENAME": dirty(given),
            "DOB": sentinel(day("%d/%m/%Y", 1935, 2006), "01/01/1900"),
            "GENDER": one_of("M", "F", "F", "U"), "PROP_PCODE": dirty(postcode), "CORR_PCODE": sometimes(postcode, 0.2),
            "UPRN": uprn, "PARTY_TYPE": one_of("TENANT", "JOINT", "HHOLD"),
            "TEN_TYPE": one_of("SEC", "ASS", "INTRO", "FIXED", "LIC"), "NET_RENT": pounds(80, 160),
            "SVC_CHG": pounds(2, 30), "ARREARS": pounds(5, 2400, none=0.6), "TEN_START": day("%d/%m/%Y", 1985, 2026),
            "TEN_END": day("%d/%m/%Y", 2020, 2026, 0.8), "PATCH": one_of("N1", "N2", "S1"), "HSG_OFF": officer,
        },
        {
            "tenancy_reference": "TEN_REF", "person_reference": "PERS_REF", "national_insurance_number": "NI_NO",
            "family_name": "SURNAME", "given_name": "FORENAME", "date_of_birth": Right(("DOB",), dates="dd/mm/yyyy"),
            "sex": "GENDER", "postcode": "PROP_PCODE", "uprn": "UPRN", "part": "PARTY_TYPE", "tenancy": "TEN_TYPE",
            "rent": "NET_RENT", "arrears": "ARREARS", "started": Right(("TEN_START",), dates="dd/mm/yyyy"),
            "ended": Right(("TEN_END",), dates="dd/mm/yyyy"),
        },
    ),
    made(
        "council-homes-camel", "housing-tenancy/1",
        {
            "tenancyAgreementId": counted("TA-{:06}"), "personId": counted("{:06}", 71), "lastName": family,
            "firstName": given, "dateOfBirth": day("%Y-%m-%d", 1930, 2007), "sex": one_of("male", "female", "unknown"),
            "nationalInsuranceNumber": sometimes(nino, 0.7), "propertyUprn": uprn, "propertyPostCode": postcode,
            "landlordAuthority": COUNCILS, "relationshipToTenancy": one_of("tenant", "joint", "household"),
            "tenureType": one_of("secure", "introductory", "fixed-term", "licence"), "weeklyRent": pounds(70, 150),
            "rentArrears": pounds(1, 900, none=0.7), "tenancyStartDate": day("%Y-%m-%d", 1990, 2026),
            "tenancyEndDate": day("%Y-%m-%d", 2022, 2026, 0.85), "lastModifiedAt": stamp, "bedrooms": number(1, 5),
        },
        {
            "tenancy_reference": "tenancyAgreementId", "person_reference": "personId", "family_name": "lastName",
            "given_name": "firstName", "date_of_birth": Right(("dateOfBirth",), dates="yyyy-mm-dd"), "sex": "sex",
            "national_insurance_number": "nationalInsuranceNumber", "uprn": "propertyUprn",
            "postcode": "propertyPostCode", "local_authority": "landlordAuthority", "part": "relationshipToTenancy",
            "tenancy": "tenureType", "rent": "weeklyRent", "arrears": "rentArrears",
            "started": Right(("tenancyStartDate",), dates="yyyy-mm-dd"),
            "ended": Right(("tenancyEndDate",), dates="yyyy-mm-dd"),
        },
    ),
    made(
        "homes-company-spoken", "housing-tenancy/1",
        {
            "Tenancy Number": counted("{:09}"), "Tenant ID": counted("P{:05}", 12),
            "Title": one_of("Mr", "Mrs", "Ms", ""),
            "Tenant Surname": dirty(family), "Tenant First Name(s)": dirty(given),
            "D.O.B.": day("%d.%m.%Y", 1940, 2006, 0.05), "Sex": one_of("Male", "Female", "Not known"),
            "Property Postcode": postcode_small, "Household Role": one_of("Sole tenant", "Joint tenant", "Occupant"),
            "Tenancy Category": one_of("Secure", "Assured", "Starter", "Licence"),
            "Weekly Net Rent (£)": pounds(75, 170),
            "Current Arrears (£)": pounds(3, 800, none=0.5), "Commencement Date": day("%d.%m.%Y", 1980, 2026),
            "Termination Date": day("%d.%m.%Y", 2019, 2026, 0.9), "Repairs Outstanding": number(0, 9),
        },
        {
            "tenancy_reference": "Tenancy Number", "person_reference": "Tenant ID", "family_name": "Tenant Surname",
            "given_name": "Tenant First Name(s)", "date_of_birth": Right(("D.O.B.",), dates="dd.mm.yyyy"), "sex": "Sex",
            "postcode": "Property Postcode", "part": "Household Role", "tenancy": "Tenancy Category",
            "rent": "Weekly Net Rent (£)", "arrears": "Current Arrears (£)",
            "started": Right(("Commencement Date",), dates="dd.mm.yyyy"),
            "ended": Right(("Termination Date",), dates="dd.mm.yyyy"),
        },
    ),
    made(
        "housing-options-spoken", "homelessness-case/1",
        {
            "HCLIC Case Ref": counted("HC/{:05}"), "Main Applicant NI No": dirty(nino_spaced, "refused", ""),
            "Main Applicant Surname": dirty(family), "Main Applicant Forename": dirty(given),
            "Main Applicant DOB": day("%d/%m/%Y", 1945, 2008, 0.02),
            "Main Applicant Gender": one_of("Male", "Female", "Female"),
            "Last Settled Postcode": dirty(postcode, "NFA", "ZZ99 3VZ", ""), "LA Code": COUNCILS,
            "Main Applicant Ethnicity": one_of(
                "White British", "White Other", "Black African", "Asian Pakistani", "Refused"
            ),
            "No of Adults": number(1, 4), "No of Dependent Children": number(0, 5),
            "Duty Type": one_of("Prevention", "Relief", "Main", "No duty"),
            "Reason for Loss of Last Settled Home": one_of(
                "Family no longer willing", "End of private tenancy", "Domestic abuse", "Left institution", "Other"
            ),
            "Priority Need (Y/N)": YES, "In TA": WORDS, "Date of Application": day("%d/%m/%Y", 2023, 2026),
            "Date of Assessment": day("%d/%m/%Y", 2023, 2026, 0.1),
            "Case Closed Date": day("%d/%m/%Y", 2024, 2026, 0.5),
            "Case Officer": officer,
        },
        {
            "case_reference": "HCLIC Case Ref", "national_insurance_number": "Main Applicant NI No",
            "family_name": "Main Applicant Surname", "given_name": "Main Applicant Forename",
            "date_of_birth": Right(("Main Applicant DOB",), dates="dd/mm/yyyy"), "sex": "Main Applicant Gender",
            "postcode": "Last Settled Postcode", "local_authority": "LA Code", "ethnicity": "Main Applicant Ethnicity",
            "children": "No of Dependent Children", "duty": "Duty Type",
            "reason": "Reason for Loss of Last Settled Home", "priority_need": "Priority Need (Y/N)",
            "temporary_accommodation": "In TA", "applied": Right(("Date of Application",), dates="dd/mm/yyyy"),
            "closed": Right(("Case Closed Date",), dates="dd/mm/yyyy"),
        },
    ),
    made(
        "homelessness-system-camel", "homelessness-case/1",
        {
            "applicationId": counted("{:010}"), "niNumber": sometimes(nino, 0.6), "applicantFamilyName": family,
            "applicantGivenName": given, "birthDate": day("%Y-%m-%d", 1950, 2008), "gender": one_of("m", "f", "f"),
            "previousPostcode": sometimes(postcode, 0.8), "councilName": NAMED_COUNCILS,
            "ethnicGroup": one_of("white-british", "white-other", "black-african", "asian-indian", "not-stated"),
            "dependentChildrenCount": number(0, 5), "currentDuty": one_of("prevention", "relief", "main", "ended"),
            "mainReasonForHomelessness": one_of("family", "tenancy", "abuse", "asylum", "other"),
            "hasPriorityNeed": TRUTH, "inTemporaryAccommodation": TRUTH, "approachDate": day("%Y-%m-%d", 2022, 2026),
            "closureDate": day("%Y-%m-%d", 2023, 2026, 0.6), "createdBy": officer, "createdAt": stamp,
        },
        {
            "case_reference": "applicationId", "national_insurance_number": "niNumber",
            "family_name": "applicantFamilyName", "given_name": "applicantGivenName",
            "date_of_birth": Right(("birthDate",), dates="yyyy-mm-dd"), "sex": "gender", "postcode": "previousPostcode",
            "local_authority": "councilName", "ethnicity": "ethnicGroup", "children": "dependentChildrenCount",
            "duty": "currentDuty", "reason": "mainReasonForHomelessness", "priority_need": "hasPriorityNeed",
            "temporary_accommodation": "inTemporaryAccommodation",
            "applied": Right(("approachDate",), dates="yyyy-mm-dd"),
            "closed": Right(("closureDate",), dates="yyyy-mm-dd"),
        },
    ),
    made(
        "homelessness-short", "homelessness-case/1",
        {
            "HL_REF": counted("HL{:06}"), "NINO": sometimes(nino, 0.5), "SNAME": dirty(family), "FNAME": dirty(given),
            "D_O_B": day("%d-%b-%Y", 1948, 2008), "SEX": one_of("1", "2", "2", "9"),
            "LSA_PCODE": sometimes(postcode, 0.7),
            "ETH": one_of("White British", "Black Caribbean", "Mixed other", "Not stated"), "NUM_CH": number(0, 4),
            "DUTY_CD": one_of("PREV", "RELF", "MAIN", "ENDED"), "RSN_HL": one_of("FAM", "AST", "DV", "INST", "OTH"),
            "PN_FLAG": one_of("1", "0", "0"), "TA_FLAG": one_of("1", "0"), "APP_DT": day("%d-%b-%Y", 2022, 2026),
            "CLS_DT": day("%d-%b-%Y", 2023, 2026, 0.5), "HL_OFF": officer,
        },
        {
            "case_reference": "HL_REF", "national_insurance_number": "NINO", "family_name": "SNAME",
            "given_name": "FNAME", "date_of_birth": Right(("D_O_B",), dates="dd-mon-yyyy"), "sex": "SEX",
            "postcode": "LSA_PCODE", "ethnicity": "ETH", "children": "NUM_CH", "duty": "DUTY_CD", "reason": "RSN_HL",
            "priority_need": "PN_FLAG", "temporary_accommodation": "TA_FLAG",
            "applied": Right(("APP_DT",), dates="dd-mon-yyyy"), "closed": Right(("CLS_DT",), dates="dd-mon-yyyy"),
        },
    ),
    made(
        "revenues-short", "council-tax-account/1",
        {
            "ACCOUNT_REF": counted("{:09}", 300_000_000), "PARTY_REF": counted("{:07}", 50),
            "SURNAME": dirty(family, "OCCUPIER"),
            "FORENAMES": dirty(given, ""), "DOB": day("%d/%m/%Y", 1930, 2004, 0.6), "PROP_ADDR_PC": postcode,
            "FWD_ADDR_PC": sometimes(postcode, 0.1), "UPRN": uprn,
            "VAL_BAND": one_of("A", "B", "B", "C", "D", "E", "H"),
            "LIAB_TYPE": one_of("SOLE", "JOINT", "OWNER"), "SPD_IND": YES, "CTR_IND": YES,
            "DISREG_RSN": one_of("", "", "STUDENT", "CARER", "SMI"), "DIS_BAND_RED": one_of("N", "N", "N", "Y"),
            "ANNUAL_CHG": pounds(900, 3400), "PY_ARREARS": pounds(10, 2000, none=0.7),
            "LIAB_START": day("%d/%m/%Y", 1993, 2026), "LIAB_END": day("%d/%m/%Y", 2015, 2026, 0.7),
            "PAY_METHOD": one_of("DD", "CASH", "SO"),
        },
        {
            "account_reference": "ACCOUNT_REF", "person_reference": "PARTY_REF", "family_name": "SURNAME",
            "given_name": "FORENAMES", "date_of_birth": Right(("DOB",), dates="dd/mm/yyyy"), "postcode": "PROP_ADDR_PC",
            "uprn": "UPRN", "band": "VAL_BAND", "part": "LIAB_TYPE", "single_person_discount": "SPD_IND",
            "reduction": "CTR_IND", "disregarded": "DISREG_RSN", "disability_band_reduction": "DIS_BAND_RED",
            "arrears": "PY_ARREARS", "started": Right(("LIAB_START",), dates="dd/mm/yyyy"),
            "ended": Right(("LIAB_END",), dates="dd/mm/yyyy"),
        },
    ),
    made(
        "revenues-camel", "council-tax-account/1",
        {
            "accountNumber": counted("CT{:08}"), "liablePartyId": counted("{:06}", 9), "lastName": family,
            "foreNames": given,
            "dob": day("%Y-%m-%d", 1935, 2005, 0.5), "propertyPostcode": postcode, "propertyUprn": uprn,
            "billingAuthority": COUNCILS, "councilTaxBand": one_of("A", "B", "C", "D", "F", "G"),
            "liabilityRole": one_of("sole", "joint", "landlord"), "singlePersonDiscount": TRUTH,
            "councilTaxSupport": TRUTH, "disregardReason": one_of("none", "student", "carer", "impairment"),
            "disabledBandReduction": TRUTH, "priorYearArrears": pounds(10, 1500, none=0.8),
            "liableFrom": day("%Y-%m-%d", 1995, 2026), "liableTo": day("%Y-%m-%d", 2018, 2026, 0.75), "updated": stamp,
        },
        {
            "account_reference": "accountNumber", "person_reference": "liablePartyId", "family_name": "lastName",
            "given_name": "foreNames", "date_of_birth": Right(("dob",), dates="yyyy-mm-dd"),
            "postcode": "propertyPostcode", "uprn": "propertyUprn", "local_authority": "billingAuthority",
            "band": "councilTaxBand", "part": "liabilityRole", "single_person_discount": "singlePersonDiscount",
            "reduction": "councilTaxSupport", "disregarded": "disregardReason",
            "disability_band_reduction": "disabledBandReduction", "arrears": "priorYearArrears",
            "started": Right(("liableFrom",), dates="yyyy-mm-dd"), "ended": Right(("liableTo",), dates="yyyy-mm-dd"),
        },
    ),
    made(
        "revenues-spoken", "council-tax-account/1",
        {
            "CTax Account No": counted("{:010}", 7_000_000_000), "Payer ID": counted("{:06}", 31),
            "Payer Name": comma_name,
            "Property Post Code": postcode_small, "Band": one_of("A", "B", "C", "D"),
            "Liability": one_of("Sole", "Joint and several", "Owner"), "25% Discount?": WORDS, "LCTS Claimant?": WORDS,
            "Disregards": one_of("None", "Student", "Carer", "Severe mental impairment"),
            "Previous Years' Debt": pounds(5, 1800, none=0.6), "Liable from": day("%d %B %Y", 1996, 2026),
            "Liable to": day("%d %B %Y", 2017, 2026, 0.7), "Last Payment": pounds(20, 250),
        },
        {
            "account_reference": "CTax Account No", "person_reference": "Payer ID",
            "family_name": Right(("Payer Name",), part="family"), "given_name": Right(("Payer Name",), part="given"),
            "postcode": "Property Post Code", "band": "Band", "part": "Liability",
            "single_person_discount": "25% Discount?", "reduction": "LCTS Claimant?", "disregarded": "Disregards",
            "arrears": "Previous Years' Debt", "started": Right(("Liable from",), dates="dd month yyyy"),
            "ended": Right(("Liable to",), dates="dd month yyyy"),
        },
    ),
    made(
        "births-spoken", "birth-registration/1",
        {
            "Entry No": counted("{:04}/2025"), "Child NHS Number": nhs_spaced, "Child Surname": dirty(family),
            "Child Forename(s)": dirty(given), "Date of Birth": day("%d/%m/%Y", 2024, 2026),
            "Sex": one_of("Male", "Female"),
            "Place of Birth Type": one_of("Hospital", "Home", "Other"), "Mother's Surname": family,
            "Mother's Forename(s)": given, "Mother's Maiden Surname": sometimes(family, 0.5),
            "Mother's Date of Birth": day("%d/%m/%Y", 1978, 2008, 0.1), "Mother's Postcode": dirty(postcode),
            "Father's Surname": sometimes(family, 0.9), "Father's Forename(s)": sometimes(given, 0.9),
            "Registration District": one_of("Northtown", "Eastham"),
            "Date of Registration": day("%d/%m/%Y", 2024, 2026),
            "Informant": officer,
        },
        {
            "registration_reference": "Entry No", "nhs_number": "Child NHS Number", "family_name": "Child Surname",
            "given_name": "Child Forename(s)", "date_of_birth": Right(("Date of Birth",), dates="dd/mm/yyyy"),
            "sex": "Sex",
            "place": "Place of Birth Type", "mother_family_name": "Mother's Surname",
            "mother_given_name": "Mother's Forename(s)",
            "mother_date_of_birth": Right(("Mother's Date of Birth",), dates="dd/mm/yyyy"),
            "postcode": "Mother's Postcode", "district": "Registration District",
            "registered": Right(("Date of Registration",), dates="dd/mm/yyyy"),
        },
    ),
    made(
        "births-camel", "birth-registration/1",
        {
            "birthEntryRef": counted("BE{:07}"), "nhsNumber": nhs_plain, "childFamilyName": family,
            "childGivenNames": given,
            "childBirthDate": day("%Y-%m-%d", 2024, 2026), "childSex": one_of("male", "female", "indeterminate"),
            "usualAddressPostcode": postcode, "registrationDistrict": one_of("Northtown", "Kirkby", "Hexley"),
            "birthPlaceType": one_of("hospital", "home", "other"), "motherFamilyName": family,
            "motherGivenNames": given,
            "motherBirthDate": day("%Y-%m-%d", 1980, 2008), "fatherFamilyName": sometimes(family, 0.9),
            "fatherBirthDate": day("%Y-%m-%d", 1970, 2008, 0.2), "registeredOn": day("%Y-%m-%d", 2024, 2026),
            "birthWeightGrams": number(1800, 4600),
        },
        {
            "registration_reference": "birthEntryRef", "nhs_number": "nhsNumber", "family_name": "childFamilyName",
            "given_name": "childGivenNames", "date_of_birth": Right(("childBirthDate",), dates="yyyy-mm-dd"),
            "sex": "childSex", "postcode": "usualAddressPostcode", "district": "registrationDistrict",
            "place": "birthPlaceType", "mother_family_name": "motherFamilyName",
            "mother_given_name": "motherGivenNames",
            "mother_date_of_birth": Right(("motherBirthDate",), dates="yyyy-mm-dd"),
            "registered": Right(("registeredOn",), dates="yyyy-mm-dd"),
        },
    ),
    made(
        "child-health-short", "birth-registration/1",
        {
            "REG_NO": counted("{:06}"), "BABY_NHS": nhs_plain, "BABY_SNAME": dirty(family),
            "BABY_FNAME": dirty(given, "BABY"),
            "BABY_DOB": day("%Y%m%d", 2024, 2026), "BABY_SEX": one_of("1", "2"), "MUM_SNAME": family,
            "MUM_FNAME": given,
            "MUM_DOB": day("%Y%m%d", 1979, 2008, 0.1), "MUM_PCODE": postcode, "POB_CD": one_of("H", "D", "O"),
            "REG_DISTR": one_of("NTN", "EHM"), "REG_DT": day("%Y%m%d", 2024, 2026), "GEST_WKS": number(30, 42),
        },
        {
            "registration_reference": "REG_NO", "nhs_number": "BABY_NHS", "family_name": "BABY_SNAME",
            "given_name": "BABY_FNAME", "date_of_birth": Right(("BABY_DOB",), dates="yyyymmdd"), "sex": "BABY_SEX",
            "mother_family_name": "MUM_SNAME", "mother_given_name": "MUM_FNAME",
            "mother_date_of_birth": Right(("MUM_DOB",), dates="yyyymmdd"), "postcode": "MUM_PCODE", "place": "POB_CD",
            "district": "REG_DISTR", "registered": Right(("REG_DT",), dates="yyyymmdd"),
        },
    ),
    made(
        "deaths-spoken", "death-registration/1",
        {
            "Entry Number": counted("{:03}"), "NHS Number": dirty(nhs_spaced, "not known", ""),
            "Surname of Deceased": dirty(family), "Forename(s) of Deceased": dirty(given),
            "Maiden Name": sometimes(family, 0.3),
            "Date of Birth": day("%d/%m/%Y", 1925, 1990, 0.02), "Date of Death": day("%d/%m/%Y", 2024, 2026),
            "Age at Death": number(35, 101), "Sex": one_of("Male", "Female"), "Usual Address Postcode": dirty(postcode),
            "Marital Status": one_of("Married", "Widowed", "Divorced", "Single", "Never married"),
            "Place of Death": one_of("Hospital", "Hospice", "Care home", "Home"),
            "Reg. District": one_of("Northtown", "Westbury"),
            "Date Registered": day("%d/%m/%Y", 2024, 2026), "Informant Name": comma_name, "Registrar": officer,
        },
        {
            "registration_reference": "Entry Number", "nhs_number": "NHS Number", "family_name": "Surname of Deceased",
            "given_name": "Forename(s) of Deceased", "former_family_name": "Maiden Name",
            "date_of_birth": Right(("Date of Birth",), dates="dd/mm/yyyy"),
            "date_of_death": Right(("Date of Death",), dates="dd/mm/yyyy"), "sex": "Sex",
            "postcode": "Usual Address Postcode", "partnership": "Marital Status", "place": "Place of Death",
            "district": "Reg. District", "registered": Right(("Date Registered",), dates="dd/mm/yyyy"),
        },
    ),
    made(
        "deaths-camel", "death-registration/1",
        {
            "registrationReference": counted("D-{:06}"), "nhsNo": nhs_plain,
            "niNumber": sometimes(nino, 0.8), "lastName": family,
            "firstNames": given, "previousSurname": sometimes(family, 0.4), "dateOfBirth": day("%Y-%m-%d", 1925, 1995),
            "dateOfDeath": day("%Y-%m-%d", 2024, 2026), "gender": one_of("male", "female"), "homePostcode": postcode,
            "civilStatus": one_of("married", "widowed", "never", "divorced", "civil-partner"),
            "deathLocationType": one_of("hospital", "home", "care-home", "hospice"),
            "registrationDistrict": one_of("Northtown", "Eastham", "Hexley"),
            "registrationDate": day("%Y-%m-%d", 2024, 2026), "informantLastName": family, "certifiedBy": officer,
        },
        {
            "registration_reference": "registrationReference", "nhs_number": "nhsNo",
            "national_insurance_number": "niNumber", "family_name": "lastName", "given_name": "firstNames",
            "former_family_name": "previousSurname", "date_of_birth": Right(("dateOfBirth",), dates="yyyy-mm-dd"),
            "date_of_death": Right(("dateOfDeath",), dates="yyyy-mm-dd"), "sex": "gender", "postcode": "homePostcode",
            "partnership": "civilStatus", "place": "deathLocationType", "district": "registrationDistrict",
            "registered": Right(("registrationDate",), dates="yyyy-mm-dd"),
        },
    ),
    made(
        "deaths-short", "death-registration/1",
        {
            "REG_REF": counted("{:07}"), "NHS_NO": dirty(nhs_plain, ""), "DEC_SNAME": dirty(family),
            "DEC_FNAMES": dirty(given),
            "MDN_NAME": sometimes(family, 0.3), "DOB": sentinel(day("%Y%m%d", 1925, 1995), "19000101"),
            "DOD": day("%Y%m%d", 2024, 2026), "SEX": one_of("1", "2"), "DEC_PCODE": dirty(postcode),
            "POD_TYPE": one_of("HOSPITAL", "HOSPICE", "CARE HOME", "HOME", "ELSEWHERE"),
            "REG_DISTR": one_of("NTN", "WBY"),
            "REG_DT": day("%Y%m%d", 2024, 2026), "CAUSE_1A": one_of("I21.9", "C34.9", "J18.9"),
            "GP_CD": number(10_000, 99_999),
        },
        {
            "registration_reference": "REG_REF", "nhs_number": "NHS_NO", "family_name": "DEC_SNAME",
            "given_name": "DEC_FNAMES", "former_family_name": "MDN_NAME",
            "date_of_birth": Right(("DOB",), dates="yyyymmdd"), "date_of_death": Right(("DOD",), dates="yyyymmdd"),
            "sex": "SEX", "postcode": "DEC_PCODE", "place": "POD_TYPE", "district": "REG_DISTR",
            "registered": Right(("REG_DT",), dates="yyyymmdd"),
        },
    ),
)  # fmt: skip
"""Fifteen tables, three of each of the five standards."""
