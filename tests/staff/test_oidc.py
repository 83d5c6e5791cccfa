"""Signing in through a real OpenID Connect provider (R7.2), and whatever could go wrong on the way."""

import json

import httpx
import pytest

from easement.base.errors import EasementError, ProofFailed, Refused, SourceUnreachable, UsageError
from easement.staff import service
from easement.staff.model import CONSOLE
from easement.staff.oidc import COOKIE_SECONDS, OidcClient, begin_oidc, finish_oidc

from .keeper import FakeKeeper
from .provider import REDIRECT, Browser, Running, running

__all__ = ["running"]

SECRET = "northtown & its: secret/+%"


@pytest.fixture
def now():
    """The provider lives by the machine's clock, so these tests do as well."""
    from easement.ledger.service import utc_now

    return utc_now()


@pytest.fixture
def http():
    with httpx.Client() as made:
        yield made


@pytest.fixture
def client(running: Running, http) -> OidcClient:
    return OidcClient(running.issuer, "northtown", SECRET, REDIRECT, http)


@pytest.fixture
def amina(small: FakeKeeper, client: OidcClient, now) -> str:
    """Somebody whom an administrator linked to `amina` at the provider."""
    id_ = service.add_person(small, "Amina Patel", by=CONSOLE, now=now).account_id
    service.link_external(small, id_, client.issuer, "amina", by=CONSOLE, now=now)
    return id_


def later(now, seconds: float):
    from datetime import timedelta

    return now + timedelta(seconds=seconds)


def test_somebody_who_is_linked_gets_in(small: FakeKeeper, client: OidcClient, amina: str, now):
    begun = begin_oidc(small, client, now=now)
    assert finish_oidc(small, client, begun.cookie, Browser("amina").go(begun.url), now=now) == amina
    signed_in = service.open_session(small, amina, now=now)
    assert service.identity_of_session(small, signed_in.token, now).id == amina
    assert service.find_person(small, amina).state == "ready"


def test_the_browser_is_sent_with_a_challenge_a_state_and_a_nonce(small: FakeKeeper, client: OidcClient, now):
    one, other = (begin_oidc(small, client, now=now) for _ in range(2))
    sent, again = (httpx.URL(each.url).params for each in (one, other))
    assert (sent["code_challenge_method"], sent["response_type"], sent["scope"]) == ("S256", "code", "openid")
    for name in ("state", "nonce", "code_challenge"):
        assert len(sent[name]) >= 43
        assert sent[name] != again[name]
        assert sent[name] not in one.cookie


def test_nobody_gets_in_only_because_the_provider_knows_them(small: FakeKeeper, client: OidcClient, amina: str, now):
    begun = begin_oidc(small, client, now=now)
    answer = Browser("mallory").go(begun.url)
    with pytest.raises(Refused, match="this node does not") as refused:
        finish_oidc(small, client, begun.cookie, answer, now=now)
    assert "`mallory`" in refused.value.remedy
    assert [each.id for each in service.list_people(small)] == [amina]


def test_an_invitation_links_whoever_comes_back_with_it_once(small: FakeKeeper, client: OidcClient, now):
    invitation = service.add_person(small, "Ben Okafor", by=CONSOLE, now=now)
    for number, login in enumerate(["ben", "mallory"]):
        begun = begin_oidc(small, client, now=now, invitation=invitation.token)
        answer = Browser(login).go(begun.url)
        if number == 0:
            assert finish_oidc(small, client, begun.cookie, answer, now=now) == invitation.account_id
        else:
            with pytest.raises(Refused, match="does not work any more"):
                finish_oidc(small, client, begun.cookie, answer, now=now)
    begun = begin_oidc(small, client, now=now)
    assert finish_oidc(small, client, begun.cookie, Browser("ben").go(begun.url), now=now) == invitation.account_id


def test_one_identity_is_one_accounts(small: FakeKeeper, client: OidcClient, amina: str, now):
    invitation = service.add_person(small, "Ben Okafor", by=CONSOLE, now=now)
    begun = begin_oidc(small, client, now=now, invitation=invitation.token)
    answer = Browser("amina").go(begun.url)
    with pytest.raises(UsageError, match="linked already"):
        finish_oidc(small, client, begun.cookie, answer, now=now)
    assert service.begin_enrolment(small, invitation.token, now) is not None, "the invitation was not used up"


def test_who_was_unlinked_or_disabled_is_out(small: FakeKeeper, client: OidcClient, amina: str, now):
    service.disable(small, amina, by=CONSOLE, now=now)
    assert service.open_session(small, amina, now=now) is None
    service.unlink_external(small, amina, by=CONSOLE, now=now)
    begun = begin_oidc(small, client, now=now)
    answer = Browser("amina").go(begun.url)
    with pytest.raises(Refused, match="this node does not"):
        finish_oidc(small, client, begun.cookie, answer, now=now)


def test_an_answer_for_another_browser_is_refused(small: FakeKeeper, client: OidcClient, amina: str, now):
    """Somebody is led to finish a sign-in that an attacker began: the state is not theirs."""
    mine, theirs = (begin_oidc(small, client, now=now) for _ in range(2))
    answer = Browser("amina").go(theirs.url)
    for wrong in (answer, answer | {"state": ""}, answer | {"state": "x"}, {"code": answer["code"]}):
        with pytest.raises(Refused, match="not begun in this browser"):
            finish_oidc(small, client, mine.cookie, wrong, now=now)


def test_a_wrong_nonce_is_refused(small: FakeKeeper, client: OidcClient, amina: str, now):
    begun = begin_oidc(small, client, now=now)
    url = httpx.URL(begun.url).copy_set_param("nonce", "an-attackers-own")
    answer = Browser("amina").go(str(url))
    with pytest.raises(ProofFailed, match="`nonce`"):
        finish_oidc(small, client, begun.cookie, answer, now=now)


def test_a_wrong_verifier_is_refused_by_the_provider(small: FakeKeeper, client: OidcClient, amina: str, now):
    begun = begin_oidc(small, client, now=now)
    url = httpx.URL(begun.url).copy_set_param("code_challenge", "A" * 43)
    answer = Browser("amina").go(str(url))
    with pytest.raises(Refused, match="did not let you in"):
        finish_oidc(small, client, begun.cookie, answer, now=now)


def test_a_code_works_once(small: FakeKeeper, client: OidcClient, amina: str, now):
    begun = begin_oidc(small, client, now=now)
    answer = Browser("amina").go(begun.url)
    finish_oidc(small, client, begun.cookie, answer, now=now)
    with pytest.raises(Refused, match="did not let you in"):
        finish_oidc(small, client, begun.cookie, answer, now=now)


def test_an_answer_of_another_provider_is_refused(small: FakeKeeper, client: OidcClient, amina: str, now):
    """RFC 9207: the provider names itself in what it sends the browser back with, and must."""
    begun = begin_oidc(small, client, now=now)
    answer = Browser("amina").go(begun.url)
    assert answer["iss"] == client.issuer
    without = {name: value for name, value in answer.items() if name != "iss"}
    for wrong in (answer | {"iss": "https://login.example"}, without):
        with pytest.raises(Refused):
            finish_oidc(small, client, begun.cookie, wrong, now=now)


def test_whoever_says_no_at_the_provider_is_not_let_in(small: FakeKeeper, client: OidcClient, now):
    begun = begin_oidc(small, client, now=now)
    state = httpx.URL(begun.url).params["state"]
    answer = {"state": state, "iss": client.issuer, "error": "access_denied", "code": "x"}
    with pytest.raises(Refused, match="did not let you in"):
        finish_oidc(small, client, begun.cookie, answer, now=now)


def test_a_new_key_at_the_provider_is_fetched_when_it_is_met(
    small: FakeKeeper, client: OidcClient, amina: str, running: Running, now
):
    begun = begin_oidc(small, client, now=now)
    finish_oidc(small, client, begun.cookie, Browser("amina").go(begun.url), now=now)
    (old,) = client.keys(now)
    running.rotate()
    begun = begin_oidc(small, client, now=now)
    assert finish_oidc(small, client, begun.cookie, Browser("amina").go(begun.url), now=now) == amina
    (new,) = client.keys(now)
    assert old["kid"] != new["kid"]


def test_an_expired_token_is_refused(small: FakeKeeper, client: OidcClient, amina: str, running: Running, now):
    running.rotate(token_seconds=60)
    begun = begin_oidc(small, client, now=now)
    answer = Browser("amina").go(begun.url)
    with pytest.raises(ProofFailed, match="cannot be trusted"):
        finish_oidc(small, client, begun.cookie, answer, now=later(now, 300))
    running.rotate()


def test_a_cookie_ends_after_ten_minutes(small: FakeKeeper, client: OidcClient, amina: str, now):
    begun = begin_oidc(small, client, now=now)
    answer = Browser("amina").go(begun.url)
    for when in (COOKIE_SECONDS, -1):
        with pytest.raises(Refused, match="took too long"):
            finish_oidc(small, client, begun.cookie, answer, now=later(now, when))


@pytest.mark.parametrize("cookie", ["", "x", "äöü", "A" * 400, "=" * 8, "\0"])
def test_a_made_up_cookie_is_refused(small: FakeKeeper, client: OidcClient, now, cookie: str):
    with pytest.raises(Refused, match="not begun in this browser"):
        finish_oidc(small, client, cookie, {"state": "x", "code": "y"}, now=now)


def test_a_cookie_of_another_node_is_refused(small: FakeKeeper, client: OidcClient, now):
    begun = begin_oidc(FakeKeeper(small.engine, master_key=b"n" * 32), client, now=now)
    with pytest.raises(Refused, match="not begun in this browser"):
        finish_oidc(small, client, begun.cookie, {"state": httpx.URL(begun.url).params["state"], "code": "y"}, now=now)


def came(document: object, status: int = 200, **headers: str) -> httpx.Response:
    """An answer as it comes from a network: not read yet."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


class Swapping(httpx.BaseTransport):
    """Between the node and the provider: puts the token that another client was given in the place of ours."""

    def __init__(self, token: str) -> None:
        self.token, self.inner = token, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.inner.handle_request(request)
        if request.method != "POST":
            return answer
        answer.read()
        return came(answer.json() | {"id_token": self.token}, answer.status_code)

    def close(self) -> None:
        self.inner.close()


class Keeping(httpx.BaseTransport):
    """Between the node and the provider: keeps the token that was given."""

    def __init__(self) -> None:
        self.token, self.inner = "", httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.inner.handle_request(request)
        document = json.loads(answer.read())
        self.token = document.get("id_token", self.token) if request.method == "POST" else self.token
        return came(document, answer.status_code)

    def close(self) -> None:
        self.inner.close()


def test_a_token_for_another_audience_is_refused(small: FakeKeeper, running: Running, amina: str, now):
    keeping = Keeping()
    with httpx.Client(transport=keeping) as http:
        other = OidcClient(running.issuer, "other", "other & its: secret/+%", REDIRECT, http)
        begun = begin_oidc(small, other, now=now)
        finish_oidc(small, other, begun.cookie, Browser("amina").go(begun.url), now=now)
    with httpx.Client(transport=Swapping(keeping.token)) as http:
        client = OidcClient(running.issuer, "northtown", SECRET, REDIRECT, http)
        begun = begin_oidc(small, client, now=now)
        answer = Browser("amina").go(begun.url)
        with pytest.raises(ProofFailed, match="`aud`"):
            finish_oidc(small, client, begun.cookie, answer, now=now)


def test_a_code_given_to_another_client_is_refused(small: FakeKeeper, running: Running, client, http, amina: str, now):
    other = OidcClient(running.issuer, "other", "other & its: secret/+%", REDIRECT, http)
    theirs, mine = begin_oidc(small, other, now=now), begin_oidc(small, client, now=now)
    code = Browser("amina").go(theirs.url)["code"]
    answer = {"code": code, "state": httpx.URL(mine.url).params["state"], "iss": client.issuer}
    with pytest.raises(Refused, match="did not let you in"):
        finish_oidc(small, client, mine.cookie, answer, now=now)


def test_a_wrong_secret_of_the_nodes_own_is_refused(small: FakeKeeper, running: Running, http, amina: str, now):
    client = OidcClient(running.issuer, "northtown", "not the secret", REDIRECT, http)
    begun = begin_oidc(small, client, now=now)
    answer = Browser("amina").go(begun.url)
    with pytest.raises(Refused):
        finish_oidc(small, client, begun.cookie, answer, now=now)


def answering(**documents: object) -> httpx.Client:
    """A provider that says what a test wants it to say."""

    def answer(request: httpx.Request) -> httpx.Response:
        said = documents.get(request.url.path.rpartition("/")[2].replace("-", "_"))
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, httpx.Response) else came(said)

    return httpx.Client(transport=httpx.MockTransport(answer))


def at(issuer: str, http: httpx.Client) -> OidcClient:
    return OidcClient(issuer, "northtown", SECRET, REDIRECT, http)


DESCRIBED = {
    "issuer": "https://login.example",
    "authorization_endpoint": "https://login.example/auth",
    "token_endpoint": "https://login.example/token",
    "jwks_uri": "https://login.example/jwks",
    "token_endpoint_auth_methods_supported": ["client_secret_post"],
}


@pytest.mark.parametrize(
    "said",
    [
        httpx.ConnectError("no route"),
        httpx.ReadTimeout("slow"),
        came({}, 500),
        came(b"<html>maintenance</html>"),
        came([]),
        came(b"", 302, location="https://elsewhere.example"),
    ],
)
def test_a_provider_that_does_not_answer_is_told_of_as_that(small: FakeKeeper, now, said):
    with answering(openid_configuration=said) as http, pytest.raises(SourceUnreachable, match="does not answer"):
        begin_oidc(small, at("https://login.example", http), now=now)


def test_a_provider_of_another_name_is_not_trusted(small: FakeKeeper, now):
    with answering(openid_configuration=DESCRIBED) as http, pytest.raises(ProofFailed, match="another name"):
        begin_oidc(small, at("https://login.example/", http), now=now)


@pytest.mark.parametrize("issuer", ["http://login.example", "ftp://127.0.0.1", "", "javascript:alert(1)"])
def test_a_provider_is_reached_over_tls_or_on_this_machine(small: FakeKeeper, now, issuer: str):
    with answering() as http, pytest.raises(UsageError, match="https"):
        begin_oidc(small, at(issuer, http), now=now)


def test_an_address_in_the_description_must_be_safe_too(small: FakeKeeper, now):
    said = DESCRIBED | {"authorization_endpoint": "http://login.example/auth"}
    with answering(openid_configuration=said) as http, pytest.raises(UsageError, match="https"):
        begin_oidc(small, at("https://login.example", http), now=now)


@pytest.mark.parametrize("token", [{}, {"id_token": None}, {"id_token": "x.y.z"}, {"id_token": 5}, {"error": "x"}])
def test_an_answer_without_a_sound_token_lets_nobody_in(small: FakeKeeper, now, token: dict):
    with answering(openid_configuration=DESCRIBED, token=token, jwks={"keys": []}) as http:
        client = at("https://login.example", http)
        begun = begin_oidc(small, client, now=now)
        answer = {"state": httpx.URL(begun.url).params["state"], "code": "c"}
        with pytest.raises(EasementError):
            finish_oidc(small, client, begun.cookie, answer, now=now)


def test_what_a_provider_says_of_itself_is_asked_for_once_an_hour(small: FakeKeeper, now):
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return came(DESCRIBED)

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        client = at("https://login.example", http)
        for seconds in (0, 1, 3599, 3600):
            begin_oidc(small, client, now=later(now, seconds))
    assert len(asked) == 2


@pytest.mark.parametrize(("secret", "form", "header"), [("s:&", True, False), ("", False, False)])
def test_the_node_says_who_it_is_in_the_way_that_the_provider_takes(small: FakeKeeper, now, secret, form, header):
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return came(DESCRIBED if request.method == "GET" else {"id_token": "x"})

    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        client = OidcClient("https://login.example", "northtown", secret, REDIRECT, http)
        begun = begin_oidc(small, client, now=now)
        state = httpx.URL(begun.url).params["state"]
        with pytest.raises(ProofFailed):
            finish_oidc(small, client, begun.cookie, {"state": state, "code": "c"}, now=now)
    sent = next(each for each in seen if each.method == "POST")
    fields = httpx.QueryParams(sent.content.decode())
    assert fields["client_id"] == "northtown"
    assert ("client_secret" in fields, "authorization" in sent.headers) == (form, header)
    assert len(fields["code_verifier"]) >= 43
