"""Reading an expression: text to nodes, or the position of the first thing that is not in the language."""

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import NoReturn

from easement.meaning.syntax import (
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    Expression,
    ExpressionError,
    In,
    IsNull,
    Literal,
    Name,
    Not,
    Or,
    Today,
    children,
)

__all__ = ["RESERVED", "parse"]

MAX_LENGTH = 4_000
"""Longest expression, in characters: the longest real condition met had 600."""

MAX_DEPTH = 32
"""Deepest nesting of brackets, functions and `not`, so that no text can exhaust the parser's stack."""

MAX_HEIGHT = 64
"""Tallest tree (`a + b + c` is two tall), so that none can exhaust the stack of whoever walks or compiles it."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<text>'(?:[^']|'')*')
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<quoted>"(?:[^"]|"")+")
    |(?P<sign><=|>=|<>|!=|[-+*/=<>(),])""",
    re.VERBOSE,
)
RESERVED = frozenset(["and", "or", "not", "in", "between", "is", "null", "true", "false"])
"""Words of the grammar, in any case; an element so named is written in double quotes."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str, *, functions: Set[str] = frozenset()) -> Expression:
    """Read an expression; `functions` are the names that may be called besides `today`.

    Raises `ExpressionError` with the position of the first thing that is not in the language.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH:,} characters", at=MAX_LENGTH, remedy="split it", text=text)
    _refuse_unseen(text)
    expression = _Parser(text, functions).whole()
    _refuse_tall(expression, text)
    return expression


def _refuse_unseen(text: str) -> None:
    """People sign what they read, so nothing may stand in the text that cannot be seen (Unicode TR 36)."""
    for at, character in enumerate(text):
        if not character.isprintable() and character not in "\t\r\n":
            raise ExpressionError(
                f"`U+{ord(character):04X}` cannot be seen by a reader",
                at=at,
                remedy="remove it, or retype it",
                text=text,
            )


def _refuse_tall(expression: Expression, text: str) -> None:
    level: list[Expression] = [expression]
    for _ in range(MAX_HEIGHT):
        level = [child for node in level for child in children(node)]
        if not level:
            return
    raise ExpressionError(
        f"more than {MAX_HEIGHT} parts joined", at=level[0].at, remedy="split it, or use `in (...)`", text=text
    )


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            quote = text[at] in "'\""
            mend = f"close it with `{text[at]}`" if quote else "only names, values and comparisons may stand here"
            raise ExpressionError(f"`{text[at]}` is not part of the language", at=at, remedy=mend, text=text)
        kind = str(match.lastgroup)
        found = match.group()
        if kind == "word" and found.lower() in RESERVED:
            tokens.append(_Token("reserved", found.lower(), at))
        elif kind != "space":
            tokens.append(_Token(kind, found, at))
        at = match.end()
    tokens.append(_Token("end", "", len(text)))
    return tokens


class _Parser:
    """Precedence climbing over the tokens; each method is one line of the grammar."""

    def __init__(self, text: str, functions: Set[str]) -> None:
        self.text, self.functions = text, functions
        self.tokens, self.position, self.depth = _tokens(text), 0, 0

    def whole(self) -> Expression:
        expression = self.either()
        if self.token.kind != "end":
            self.fail(f"`{self.token.text}` is not expected here", "join conditions with `and` or `or`")
        return expression

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def fail(self, what: str, mend: str = "", at: int | None = None) -> NoReturn:
        raise ExpressionError(what, at=self.token.at if at is None else at, remedy=mend, text=self.text)

    def take(self, *texts: str) -> _Token | None:
        token = self.token
        if token.kind in ("sign", "reserved") and token.text in texts:
            self.position += 1
            return token
        return None

    def need(self, text: str) -> _Token:
        token = self.take(text)
        if token is None:
            found = f"`{self.token.text}`" if self.token.kind != "end" else "the end"
            self.fail(f"`{text}` is needed here, not {found}")
        return token

    def either(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"nested deeper than {MAX_DEPTH} levels", "split it")
        left = self.both()
        while token := self.take("or"):
            left = Or(left, self.both(), token.at)
        self.depth -= 1
        return left

    def both(self) -> Expression:
        left = self.opposite()
        while token := self.take("and"):
            left = And(left, self.opposite(), token.at)
        return left

    def opposite(self) -> Expression:
        negations = []
        while token := self.take("not"):
            negations.append(token.at)
            if len(negations) > MAX_DEPTH:
                self.fail(f"nested deeper than {MAX_DEPTH} levels", "split it")
        part = self.predicate()
        for at in reversed(negations):
            part = Not(part, at)
        return part

    def predicate(self) -> Expression:
        left = self.sum()
        if token := self.take("=", "!=", "<>", "<", "<=", ">", ">="):
            return Compare("!=" if token.text == "<>" else token.text, left, self.sum(), token.at)
        if token := self.take("is"):
            negated = self.take("not") is not None
            self.need("null")
            return IsNull(left, negated, token.at)
        negated = self.take("not") is not None
        if token := self.take("in"):
            return In(left, self.options(), negated, token.at)
        if token := self.take("between"):
            low = self.sum()
            self.need("and")
            return Between(left, low, self.sum(), negated, token.at)
        if negated:
            self.fail("`in` or `between` is needed after `not` here")
        return left

    def options(self) -> tuple[Literal, ...]:
        self.need("(")
        options = [self.literal()]
        while self.take(","):
            options.append(self.literal())
        self.need(")")
        return tuple(options)

    def literal(self) -> Literal:
        value = self.unary()
        if not isinstance(value, Literal):
            self.fail("a list holds only written-out values", "write each value, text in single quotes", at=value.at)
        return value

    def sum(self) -> Expression:
        left = self.product()
        while token := self.take("+", "-"):
            left = Arithmetic(token.text, left, self.product(), token.at)
        return left

    def product(self) -> Expression:
        left = self.unary()
        while token := self.take("*", "/"):
            left = Arithmetic(token.text, left, self.unary(), token.at)
        return left

    def unary(self) -> Expression:
        if token := self.take("-"):
            value = self.unary_number(token)
            return Literal(-value, token.at)
        return self.primary()

    def unary_number(self, minus: _Token) -> int | float:
        if self.token.kind != "number":
            self.fail("`-` stands only before a number or between two values", at=minus.at)
        value = self.primary()
        assert isinstance(value, Literal)
        assert isinstance(value.value, int | float)
        return value.value

    def primary(self) -> Expression:
        token = self.token
        self.position += 1
        match token.kind:
            case "number" if len(token.text) > 15:
                self.fail(
                    "a number of more than 15 digits", "a number this long is an identifier: put it in quotes", token.at
                )
            case "number":
                return Literal(float(token.text) if "." in token.text else int(token.text), token.at)
            case "text":
                return Literal(token.text[1:-1].replace("''", "'"), token.at)
            case "quoted":
                return Name(token.text[1:-1].replace('""', '"'), token.at)
            case "reserved" if token.text in ("true", "false"):
                return Literal(token.text == "true", token.at)
            case "word" if self.take("("):
                return self.call(token)
            case "word":
                return Name(token.text, token.at)
            case "sign" if token.text == "(":
                inner = self.either()
                self.need(")")
                return inner
        self.position -= 1
        found = f"`{token.text}`" if token.kind != "end" else "the end"
        self.fail(f"a name or a value is needed here, not {found}")

    def call(self, token: _Token) -> Expression:
        name = token.text.lower()
        if name == "today":
            self.need(")")
            return Today(token.at)
        if name not in self.functions:
            allowed = ", ".join(f"`{known}`" for known in sorted({"today", *self.functions}))
            self.fail(f"`{token.text}` is not a function that may be used here", f"allowed: {allowed}", token.at)
        arguments: list[Expression] = []
        if not self.take(")"):
            arguments.append(self.either())
            while self.take(","):
                arguments.append(self.either())
            self.need(")")
        return Call(name, tuple(arguments), token.at)
