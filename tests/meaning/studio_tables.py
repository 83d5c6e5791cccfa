"""Tables of ten invented bodies in ten styles of naming, with the right mapping of each written by hand beside it.

They were written before the proposals were, from what such extracts are commonly called, so that they judge it.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ROWS = 120

_GIVEN = (
    "Amelia Noah Priya Mohammed Sioned Callum Zofia Kwame Aoife Hamza Isla Tomasz Mei Jorge Fatima Owen Ravi Chloe "
    "Leon Yusuf Grace Dylan Anya Samuel Niamh Idris Lucia Harvey Simran Bronwen"
)
GIVEN = tuple(_GIVEN.split())
_FAMILY = (
    "Ash Birch Okafor Singh Llewellyn McAllister Nowak O'Brien Hussain Patel Fernandes Chen Ahmed Whitfield Ng "
    "Davies-Rowe Kaminski Boateng Thackray Ivanova Begum Osei Carter Devlin Pritchard Rahman Stone "
    "Turner Udall Voss"
)
FAMILY = tuple(_FAMILY.split())
TOWNS = ("Northtown", "Eastham", "Westbury", "Millford", "Kirkby", "Ashdown", "St Brannock", "Hexley")


@dataclass(frozen=True)
class Right:
    """The right way to have an element: its columns, the part of a full name, the way its dates are written."""

    columns: tuple[str, ...]
    part: str = ""
    dates: str = ""


@dataclass(frozen=True)
class Body:
    """One body's table: its columns, its rows, and what each element is rightly had from."""

    name: str
    standard: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Mapping[str, Right]

    def as_csv(self, delimiter: str = ",") -> str:
        cells = [self.columns, *self.rows]
        return "".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in cells)


Maker = Callable[[random.Random, int], str]


def made(name: str, standard: str, columns: Mapping[str, Maker], right: Mapping[str, Right | str]) -> Body:
    chance = random.Random(name)
    rows = [[make(chance, row) for make in columns.values()] for row in range(ROWS)]
    ways = {element: Right((way,)) if isinstance(way, str) else way for element, way in right.items()}
    return Body(name, standard, tuple(columns), rows, ways)


def given(c: random.Random, _: int) -> str:
    return c.choice(GIVEN)


def family(c: random.Random, _: int) -> str:
    return c.choice(FAMILY)


def one_of(*values: str) -> Maker:
    return lambda c, _: c.choice(values)


def day(form: str, first: int, last: int, blank: float = 0.0) -> Maker:
    def make(c: random.Random, _: int) -> str:
        if c.random() < blank:
            return ""
        start = date(first, 1, 1)
        return (start + timedelta(days=c.randrange((date(last, 12, 31) - start).days))).strftime(form)

    return make


def counted(form: str, start: int = 1) -> Maker:
    return lambda _, row: form.format(start + row * 7)


def number(low: int, high: int) -> Maker:
    return lambda c, _: str(c.randrange(low, high))


def money(c: random.Random, _: int) -> str:
    return f"{c.uniform(0, 1400):.2f}"


def weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def nhs(c: random.Random, row: int, start: str = "", spaced: bool = False) -> str:
    while True:
        digits = start + "".join(str(c.randrange(10)) for _ in range(9 - len(start)))
        left = (11 - weighted(digits, range(10, 1, -1)) % 11) % 11
        if left < 10:
            whole = f"{digits}{left}"
            return f"{whole[:3]} {whole[3:6]} {whole[6:]}" if spaced else whole


def nhs_spaced(c: random.Random, row: int) -> str:
    return nhs(c, row, "9", spaced=True)


def nhs_plain(c: random.Random, row: int) -> str:
    return nhs(c, row, "9")


def chi(c: random.Random, row: int) -> str:
    return nhs(c, row, f"{c.randrange(1, 29):02}{c.randrange(1, 13):02}{c.randrange(30, 99):02}")


def uln(c: random.Random, _: int) -> str:
    while True:
        digits = "9" + "".join(str(c.randrange(10)) for _ in range(8))
        left = weighted(digits, range(10, 1, -1)) % 11
        if left:
            return f"{digits}{10 - left}"


def upn(c: random.Random, _: int) -> str:
    digits = "801" + "".join(str(c.randrange(10)) for _ in range(9))
    return "ABCDEFGHJKLMNPQRTUVWXYZ"[weighted(digits, range(2, 14)) % 23] + digits


def nino(c: random.Random, _: int) -> str:
    return f"{c.choice('ABCEH')}{c.choice('ABCEH')}{c.randrange(10**6):06}{c.choice('ABCD')}"


def nino_spaced(c: random.Random, row: int) -> str:
    plain = nino(c, row)
    return " ".join((plain[:2], plain[2:4], plain[4:6], plain[6:8], plain[8]))


def postcode(c: random.Random, _: int) -> str:
    return f"{c.choice(('LS', 'M', 'B', 'SE', 'G', 'CF'))}{c.randrange(1, 20)} {c.randrange(1, 9)}" + "".join(
        c.choice("ABDEFGHJLN") for _ in range(2)
    )


def postcode_small(c: random.Random, row: int) -> str:
    return postcode(c, row).lower().replace(" ", "")


def phone(c: random.Random, _: int) -> str:
    return f"07700 9{c.randrange(10**5):05}"


def mail(c: random.Random, row: int) -> str:
    return f"{c.choice(GIVEN).lower()}{row}@home.example"


def street(c: random.Random, _: int) -> str:
    way = c.choice(("High", "Mill", "Chapel", "Station"))
    return f"{c.randrange(1, 200)} {way} {c.choice(('Street', 'Road', 'Lane'))}"


def comma_name(c: random.Random, row: int) -> str:
    return f"{family(c, row)}, {given(c, row)}"


def full_name(c: random.Random, row: int) -> str:
    return f"{given(c, row)} {family(c, row)}"


def sometimes(make: Maker, share: float) -> Maker:
    return lambda c, row: make(c, row) if c.random() < share else ""


DMY, ISO, PLAIN = "%d/%m/%Y", "%Y-%m-%d", "%Y%m%d"

BODIES = (
    made(
        "academy-trust", "school-roll/1",
        {
            "UPN": upn, "ULN": sometimes(uln, 0.4), "Adm No": counted("{:06}", 3021), "Legal Surname": family,
            "Legal Forename": given, "Preferred Surname": family, "DOB": day(DMY, 2008, 2020),
            "Gender": one_of("M", "F"), "Ethnicity": one_of("WBRI", "WIRI", "AIND", "BAFR", "MWAS", "REFU"),
            "SEN Status": one_of("N", "N", "K", "E"), "FSM Eligible": one_of("T", "F", "F"), "Post Code": postcode,
            "School URN": one_of("140231", "140877", "141002"), "Reg Group": one_of("7A", "7B", "8C", "9D"),
            "Year": number(1, 12),
        },
        {
            "pupil_reference": "Adm No", "upn": "UPN", "uln": "ULN", "family_name": "Legal Surname",
            "given_name": "Legal Forename", "date_of_birth": Right(("DOB",), dates="dd/mm/yyyy"), "sex": "Gender",
            "postcode": "Post Code", "school_urn": "School URN", "free_school_meals": "FSM Eligible",
            "ethnicity": "Ethnicity", "special_educational_needs": "SEN Status",
        },
    ),
    made(
        "hospital", "health-contact/1",
        {
            "LOCAL_PATIENT_IDENTIFIER": counted("RX{:07}", 400), "NHS_NUMBER": nhs_plain,
            "PERSON_FAMILY_NAME": lambda c, r: family(c, r).upper(), "PERSON_GIVEN_NAME": given,
            "PERSON_BIRTH_DATE": day(ISO, 1931, 2024), "PERSON_STATED_GENDER_CODE": one_of("1", "2", "2", "9"),
            "POSTCODE_OF_USUAL_ADDRESS": postcode, "GP_PRACTICE_CODE": one_of("A81001", "B82044", "C83019"),
            "SERVICE_TYPE": one_of("inpatient", "outpatient", "community"), "CONTACT_COUNT_12M": number(0, 25),
            "LAST_ATTENDANCE_DATE": day(ISO, 2025, 2026), "RECORD_UPDATED": day(ISO, 2026, 2026),
        },
        {
            "patient_reference": "LOCAL_PATIENT_IDENTIFIER", "nhs_number": "NHS_NUMBER",
            "family_name": "PERSON_FAMILY_NAME", "given_name": "PERSON_GIVEN_NAME",
            "date_of_birth": Right(("PERSON_BIRTH_DATE",), dates="yyyy-mm-dd"), "sex": "PERSON_STATED_GENDER_CODE",
            "postcode": "POSTCODE_OF_USUAL_ADDRESS", "service": "SERVICE_TYPE",
            "contacts_12_months": "CONTACT_COUNT_12M", "last_contact": Right(("LAST_ATTENDANCE_DATE",),
            dates="yyyy-mm-dd"),
        },
    ),
    made(
        "force", "police-contact/1",
        {
            "NominalRef": counted("NR{:06}", 91), "Surname": family, "Forename1": given,
            "Forename2": sometimes(given, 0.5),
            "DateOfBirth": day("%d-%b-%Y", 1945, 2010), "PlaceOfBirth": one_of(*TOWNS), "Sex": one_of("Male", "Female"),
            "HomePostCode": postcode, "IncidentCount12Months": number(0, 12),
            "LastContactType": one_of("report", "enquiry", "other", "none"), "OfficerCollar": number(1000, 9999),
        },
        {
            "nominal_reference": "NominalRef", "family_name": "Surname", "given_name": "Forename1",
            "date_of_birth": Right(("DateOfBirth",), dates="dd-mon-yyyy"), "place_of_birth": "PlaceOfBirth",
            "sex": "Sex", "postcode": "HomePostCode", "incidents_12_months": "IncidentCount12Months",
            "contact_type": "LastContactType",
        },
    ),
    made(
        "benefits-agency", "benefit-award/1",
        {
            "CLAIM_ID": counted("{:09}", 100200300), "CUST_NINO": nino, "CUST_SURNAME": family,
            "CUST_FIRST_NAME": given,
            "CUST_DOB": day(PLAIN, 1950, 2006), "CUST_GENDER": one_of("M", "F"), "CUST_PCODE": postcode,
            "BEN_TYPE": one_of("UC", "PC", "HB", "ESA"), "NET_EARNINGS_PM": money,
            "BEN_START_DT": day(PLAIN, 2021, 2025), "BEN_END_DT": day(PLAIN, 2026, 2027, blank=0.7),
            "LAST_UPDATED": day(PLAIN, 2026, 2026),
        },
        {
            "claim_reference": "CLAIM_ID", "national_insurance_number": "CUST_NINO", "family_name": "CUST_SURNAME",
            "given_name": "CUST_FIRST_NAME", "date_of_birth": Right(("CUST_DOB",), dates="yyyymmdd"),
            "sex": "CUST_GENDER", "postcode": "CUST_PCODE", "award": "BEN_TYPE",
            "net_monthly_earnings": "NET_EARNINGS_PM", "award_start": Right(("BEN_START_DT",), dates="yyyymmdd"),
            "award_end": Right(("BEN_END_DT",), dates="yyyymmdd"),
        },
    ),
    made(
        "council-crm", "person/1",
        {
            "Customer Ref": counted("CR-{}", 77001), "Full Name": comma_name, "D.O.B.": day("%d.%m.%Y", 1935, 2007),
            "Sex": one_of("female", "male", "unknown"), "Address Line 1": street, "Town": one_of(*TOWNS),
            "Postcode": postcode, "UPRN": lambda c, _: str(c.randrange(10**10, 10**11)), "Mobile": phone,
            "E-mail": mail,
            "Created On": day("%d.%m.%Y", 2019, 2026),
        },
        {
            "person_reference": "Customer Ref", "family_name": Right(("Full Name",), "family"),
            "given_name": Right(("Full Name",), "given"), "date_of_birth": Right(("D.O.B.",), dates="dd.mm.yyyy"),
            "sex": "Sex", "postcode": "Postcode", "uprn": "UPRN", "telephone": "Mobile", "email": "E-mail",
        },
    ),
    made(
        "health-board", "health-contact/1",
        {
            "CHI": chi, "HospNo": counted("H{:06}", 5), "Surname": family, "Forenames": given,
            "BirthDate": day("%d %b %Y", 1930, 1998), "Gender": one_of("Male", "Female", "Unknown"), "PCode": postcode,
            "ServiceLine": one_of("Community service", "Outpatient", "Inpatient"), "ContactsInYear": number(1, 30),
            "LastSeen": day("%d %b %Y", 2025, 2026), "Consultant": full_name,
        },
        {
            "patient_reference": "HospNo", "chi_number": "CHI", "family_name": "Surname", "given_name": "Forenames",
            "date_of_birth": Right(("BirthDate",), dates="dd mon yyyy"), "sex": "Gender", "postcode": "PCode",
            "service": "ServiceLine", "contacts_12_months": "ContactsInYear",
            "last_contact": Right(("LastSeen",), dates="dd mon yyyy"),
        },
    ),
    made(
        "charity", "person/1",
        {
            "clientid": counted("{}", 1), "firstname": given, "lastname": family, "birthdate": day(DMY, 1940, 2008),
            "genderidentity": one_of("F", "M"), "telno": phone, "emailaddress": mail, "postalcode": postcode_small,
            "nationalinsurancenumber": nino_spaced, "nhsnumber": sometimes(nhs_spaced, 0.6), "keyworker": full_name,
        },
        {
            "person_reference": "clientid", "given_name": "firstname", "family_name": "lastname",
            "date_of_birth": Right(("birthdate",), dates="dd/mm/yyyy"), "sex": "genderidentity", "telephone": "telno",
            "email": "emailaddress", "postcode": "postalcode", "national_insurance_number": "nationalinsurancenumber",
            "nhs_number": "nhsnumber",
        },
    ),
    made(
        "no-names", "person/1",
        {
            "field1": counted("{}", 1), "field2": nhs_plain, "field3": nino, "field4": postcode, "field5": day(ISO,
            1930, 2015),
            "field6": mail, "field7": one_of("male", "female"), "field8": phone, "field9": family, "field10": given,
        },
        {
            "nhs_number": "field2", "national_insurance_number": "field3", "postcode": "field4", "email": "field6",
            "telephone": "field8", "sex": "field7", "date_of_birth": Right(("field5",), dates="yyyy-mm-dd"),
        },
    ),
    made(
        "american-system", "school-roll/1",
        {
            "Student_ID": counted("S{:05}", 12), "Last_Name": family, "First_Name": given,
            "Birth_Dt": day("%m/%d/%Y", 2008, 2019),
            "Gender_Cd": one_of("F", "M"), "Home_Zip_Postal": postcode, "Free_Meals": one_of("Y", "N"),
            "Sch_URN": one_of("100231", "120877"), "UPN_Cd": upn, "Enrol_Dt": day("%m/%d/%Y", 2020, 2025),
        },
        {
            "pupil_reference": "Student_ID", "family_name": "Last_Name", "given_name": "First_Name",
            "date_of_birth": Right(("Birth_Dt",), dates="mm/dd/yyyy"), "sex": "Gender_Cd",
            "postcode": "Home_Zip_Postal",
            "free_school_meals": "Free_Meals", "school_urn": "Sch_URN", "upn": "UPN_Cd",
        },
    ),
    made(
        "two-people-in-a-row", "school-roll/1",
        {
            "mother_surname": family, "mother_forename": given, "mother_dob": day(ISO, 1975, 1995), "mother_nino": nino,
            "child_surname": family, "child_forename": given, "child_dob": day(ISO, 2009, 2020),
            "child_sex": one_of("1", "2"), "school_postcode": one_of("LS1 4AB", "LS2 7DE"), "home_postcode": postcode,
            "school_urn": one_of("107001", "107002"), "pupil_no": counted("{}", 5000), "fsm": one_of("yes", "no"),
            "send": one_of("none", "support", "plan"), "prev_postcode": postcode, "gp_name": full_name,
        },
        {
            "pupil_reference": "pupil_no", "family_name": "child_surname", "given_name": "child_forename",
            "date_of_birth": Right(("child_dob",), dates="yyyy-mm-dd"), "sex": "child_sex", "postcode": "home_postcode",
            "school_urn": "school_urn", "free_school_meals": "fsm", "special_educational_needs": "send",
        },
    ),
)  # fmt: skip

LATER = (
    made(
        "homes-england-style", "person/1",
        {
            "TenantRef": counted("T{:07}", 400100), "Ttl": one_of("Mr", "Mrs", "Ms"), "Sname": family, "Fname": given,
            "JointTenantSname": family, "BornOn": day("%d-%m-%Y", 1940, 2004), "NatIns": nino, "Pcd": postcode,
            "PropUPRN": lambda c, _: str(c.randrange(10**9, 10**11)), "HomeTel": phone, "EmailAddr": mail,
            "TenStart": day("%d-%m-%Y", 2001, 2025), "RentPW": money, "GenderCode": one_of("M", "F", "U"),
        },
        {
            "person_reference": "TenantRef", "family_name": "Sname", "given_name": "Fname",
            "date_of_birth": Right(("BornOn",), dates="dd-mm-yyyy"), "national_insurance_number": "NatIns",
            "postcode": "Pcd", "uprn": "PropUPRN", "telephone": "HomeTel", "email": "EmailAddr", "sex": "GenderCode",
        },
    ),
    made(
        "mental-health-trust", "health-contact/1",
        {
            "ClientID": counted("{}", 880001), "NewNHSNo": nhs_spaced, "Client Name": full_name,
            "Date of Birth": day(DMY, 1940, 2012), "Ethnic Category": one_of("A", "B", "H", "Z"),
            "Gender at birth": one_of("Male", "Female"), "Address Postcode": postcode,
            "Team Type": one_of("crisis-team", "community", "none"), "No. of Contacts (12 mths)": number(0, 60),
            "Most Recent Contact Date": day(DMY, 2025, 2026), "Care Coordinator": full_name,
            "Referral Date": day(DMY, 2020, 2025), "GP Name": full_name,
        },
        {
            "patient_reference": "ClientID", "nhs_number": "NewNHSNo", "family_name": Right(("Client Name",), "family"),
            "given_name": Right(("Client Name",), "given"), "date_of_birth": Right(("Date of Birth",),
            dates="dd/mm/yyyy"),
            "sex": "Gender at birth", "postcode": "Address Postcode", "service": "Team Type",
            "contacts_12_months": "No. of Contacts (12 mths)",
            "last_contact": Right(("Most Recent Contact Date",), dates="dd/mm/yyyy"),
        },
    ),
    made(
        "independent-school-export", "school-roll/1",
        {
            "id": counted("{}", 1), "txtSurname": family, "txtForename": given, "txtMiddleNames": sometimes(given, 0.4),
            "dteDOB": day(ISO + " 00:00:00", 2007, 2021), "chrSex": one_of("M", "F"), "txtUPN": upn,
            "intSchoolURN": one_of("109876", "123456"), "txtHomePostcode": postcode_small, "bitFSM": one_of("0", "1"),
            "txtParentSurname": family, "txtParentEmail": mail, "txtEthnicityDesc": one_of("White: Irish",
            "Asian: Indian"),
            "dteAdmitted": day(ISO + " 00:00:00", 2015, 2025),
        },
        {
            "pupil_reference": "id", "family_name": "txtSurname", "given_name": "txtForename",
            "date_of_birth": Right(("dteDOB",), dates="yyyy-mm-dd"), "sex": "chrSex", "upn": "txtUPN",
            "school_urn": "intSchoolURN", "postcode": "txtHomePostcode", "free_school_meals": "bitFSM",
            "ethnicity": "txtEthnicityDesc",
        },
    ),
    made(
        "old-mainframe", "benefit-award/1",
        {
            "CLMNO": counted("{:08}", 10020030), "NINO": nino, "SURNM": family, "FORENM": given, "BTHDT": day(PLAIN,
            1950, 2006),
            "SEX": one_of("M", "F"), "PSTCD": postcode, "AWDTYP": one_of("UC", "PC", "JSA"), "NETERN": money,
            "AWDSTDT": day(PLAIN, 2021, 2025), "AWDENDT": day(PLAIN, 2026, 2027, blank=0.6), "OFFCD": one_of("101",
            "202"),
        },
        {
            "claim_reference": "CLMNO", "national_insurance_number": "NINO", "family_name": "SURNM",
            "given_name": "FORENM",
            "date_of_birth": Right(("BTHDT",), dates="yyyymmdd"), "sex": "SEX", "postcode": "PSTCD", "award": "AWDTYP",
            "net_monthly_earnings": "NETERN", "award_start": Right(("AWDSTDT",), dates="yyyymmdd"),
            "award_end": Right(("AWDENDT",), dates="yyyymmdd"),
        },
    ),
)  # fmt: skip
"""Four more, written when the proposals stood, to see how they do on what they were not made for."""
