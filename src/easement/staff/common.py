"""Passwords of twelve characters or more that are guessed first: common words made long, rows of keys, repetition."""

import re

__all__ = ["is_common"]

_WORDS = """
    access administrator admin baseball batman bismillah charlie changeme chelsea chocolate christmas computer council
    easement england everton everyone football government hello iloveyou jennifer jordan letmein liverpool london
    manchester master michael monday monkey mustang northtown passphrase password princess qwerty rangers secret
    september shadow snoopy starwars summer sunday sunshine superman superstar test trustno unknown welcome whatever
    winter jesuschrist januaryfebruary spring autumn friday tuesday wednesday thursday saturday january february
    october november december arsenal tottenham newcastle user username login this is my the your
"""

WORDS = frozenset(_WORDS.split())
"""Words of which common passwords are made, alone, twice, or with digits and signs around them."""

_PHRASES = """
    correcthorsebatterystaple correcthorsebattery maytheforcebewithyou tobeornottobe thequickbrownfox
    iloveyousomuch letmeinplease opensesameplease ihatepasswords donttellanyone nevergonnagiveyouup
    onetwothreefour onetwothreefourfive abcdefghijklmnop youshallnotpass godsavethequeen godsavetheking
    unitedkingdom greatbritain changemeplease pleaseletmein thisisapassword
"""

PHRASES = frozenset(_PHRASES.split())
"""What people think of first when they are told to use several words."""

ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
    "q1w2e3r4t5y6u7i8o9p0",
    "1q2w3e4r5t6y7u8i9o0p",
    "zaq12wsxcde34rfvbgt56yhn",
)
"""Rows of keys, in the order in which fingers find them."""

LOOKALIKES = str.maketrans("@4301!5$7", "aaeoiisst")


def is_common(password: str) -> bool:
    """Whether a password is among those guessed first, also with digits and signs for letters or around them."""
    small = "".join(password.casefold().split())
    letters = {
        _letters(small),
        _letters(small.translate(LOOKALIKES)),
        _letters(re.sub(r"[\W\d_]+$", "", small).translate(LOOKALIKES)),
    }
    return len(set(small)) < 5 or _repeats(small) or _in_rows(small) or any(map(_made_of_words, letters))


def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]", "", text)


def _repeats(text: str) -> bool:
    """Whether it is one short part again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 2 + 1))


def _in_rows(text: str) -> bool:
    """Whether it goes along rows of keys, forwards or backwards, in at most three stretches."""
    stretches = 0
    while text and stretches < 3:
        longest = max(
            (
                size
                for row in ROWS
                for line in (row, row[::-1])
                for size in range(1, len(text) + 1)
                if text[:size] in line
            ),
            default=1,
        )
        text, stretches = text[longest:], stretches + 1
    return not text


def _made_of_words(letters: str) -> bool:
    """Whether nothing but common words stands in it, at most four different ones."""
    if letters in PHRASES or not letters:
        return True
    ways: list[frozenset[str] | None] = [frozenset(), *(None for _ in letters)]
    for end in range(1, len(letters) + 1):
        for word in WORDS:
            before = ways[end - len(word)] if end >= len(word) else None
            if letters.endswith(word, 0, end) and before is not None and ways[end] is None:
                ways[end] = before | {word}
    found = ways[-1]
    return found is not None and len(found) <= 4
