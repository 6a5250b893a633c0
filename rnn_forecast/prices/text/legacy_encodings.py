"""Bytes that are not UTF-8 → the encoding that they are in: by the words in them, not by their lengths.

A table has few letters, too few for statistics alone. What decides, first to last: column names that are
known, and numbers (of a byte that is a blank or a currency); how many of the letters are usual ones of a
language that is written so; charset-normalizer's opinion.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import NamedTuple

_WHOLE = (
    1 << 24
)  # bytes: of a larger file its head and pieces of the rest decide, and all of it is held to it
_PIECE, _PIECES = 1 << 16, 128
_CELL = re.compile(rb"[^,;\t\r\n]*[\x80-\xff][^,;\t\r\n]*")  # these marks are no second byte of a letter
_PAIR = re.compile(rb"[\xc3-\xdf][\x80-\xbf](?![\x80-\xbf])|[\xe2-\xef][\x80-\xbf]{2}")  # UTF-8
_UTF8 = re.compile("[\0-\u017f\u0370-\u045f\u0600-\u06ff\u0800-\uffff]+")  # letters that are likely in it
_MOST, _RATED = 5000, 300  # different cells that must be readable, and that are looked at letter by letter
# of the letters have to be usual, where no column's name is known; of alphabets, which read anything, more
_LEAST, _LEAST_OF_ALPHABETS = 0.6, 0.9
_ALIKE = 0.05  # a difference of the shares that decides nothing
_SIGNS = "€£¥§°²³µ·–—‘’“”„«»…©®™½¼¾±×ªº¿¡№´`¢•\u00a0\u3000"

# letters beyond ASCII, by language; names from all over the West stand in one file
_WEST = "äöüß àâæçéèêëîïôœùûü áéíñóúü áâãàçéêíóôõúü àèéìòóù åäæöøéü áéëïóöüèê áðéíóúýþæö"
_CENTRE = "ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű ăâîşţ čćđšž äöüß"
_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"


@dataclass(frozen=True)
class Encoding:
    """`codec` is Python's name. Usual letters: `alphabets`, or by their two bytes `rows` and `low`."""

    name: str
    codec: str
    alphabets: tuple[str, ...] = ()
    rows: tuple[tuple[int, int], ...] = ()  # of the first byte, from and to
    low: int = 0xA1  # the least second byte

    @property
    def latin(self) -> bool:
        return bool(self.alphabets) and _RUSSIAN not in self.alphabets[0]


ENCODINGS = (  # the more common ones first
    Encoding("cp1252", "cp1252", (*_WEST.split(), _WEST)),
    Encoding("cp1250", "cp1250", tuple(_CENTRE.split())),
    Encoding("cp1254", "cp1254", ("çğıİöşüâîû",)),
    Encoding("cp1251", "cp1251", (_RUSSIAN + "іїєґўј",)),
    Encoding("KOI8-R", "koi8_r", (_RUSSIAN,)),
    Encoding("GB18030", "gb18030", rows=((0xA1, 0xA3), (0xB0, 0xD7))),
    Encoding("Big5", "cp950", rows=((0xA1, 0xC6),), low=0x40),
    Encoding("Shift-JIS", "cp932", rows=((0x81, 0x84), (0x88, 0x97)), low=0x40),
    Encoding("cp949", "cp949", rows=((0xA1, 0xA3), (0xB0, 0xC8))),
    Encoding("EUC-JP", "euc_jp", rows=((0xA1, 0xA5), (0xB0, 0xCF))),
)


class _Rating(NamedTuple):
    encoding: Encoding
    texts: list[str]
    known: int
    usual: float


def find_encodings(data: bytes) -> tuple[list[Encoding], Encoding | None]:
    """Encodings in which all is text, best first; and another that is as good as the best and differs.

    None where cells are UTF-8 beside others that are not: a byte is damaged, or two files were joined.
    """
    cells = _cells(data)
    rated = [rating for one in ENCODINGS if (rating := _rate(cells, one)) is not None]
    rated.sort(key=lambda rating: (-rating.known, -rating.usual))
    rivals = _rivals(rated)
    codecs = [rating.encoding.codec for rating in rivals]
    codec = _by_statistics(cells, codecs) if len(codecs) > 1 else "".join(codecs)
    rated.sort(key=lambda rating: rating.encoding.codec != codec)
    other = next((rating.encoding for rating in rivals if rating.encoding.codec != codec), None)
    return [rating.encoding for rating in rated], other


def _rivals(rated: Sequence[_Rating]) -> list[_Rating]:
    """The first and those that are as good and differ; letters that are Turkish or Icelandic are Turkish."""
    alike = [one for one in rated if (one.known, one.usual + _ALIKE) > (rated[0].known, rated[0].usual)]
    names = {one.encoding.name: one for one in alike}
    if "cp1252" in names and "cp1254" in names and names["cp1252"].texts != names["cp1254"].texts:
        alike.remove(names["cp1252"])
    different: list[_Rating] = []
    for one in alike:
        if all(one.texts != other.texts for other in different):
            different.append(one)
    return different


def _cells(data: bytes) -> list[bytes]:
    """Different cells that are not ASCII."""
    pieces = [data] if len(data) <= _WHOLE else _pieces(data)
    return list({cell.strip(b' "'): None for piece in pieces for cell in _CELL.findall(piece)})[:_MOST]


def _pieces(data: bytes) -> Iterator[bytes]:
    """Whole lines from places all over the data, the head first."""
    for n in range(_PIECES):
        start = n * (len(data) - _PIECE) // (_PIECES - 1)
        begin = data.find(b"\n", start) + 1 if start else 0
        yield data[begin : data.rfind(b"\n", begin, start + _PIECE) + 1]


def _rate(cells: Sequence[bytes], one: Encoding) -> _Rating | None:
    if _are_utf8(cells) or (one.latin and _PAIR.search(b"\n".join(cells))):
        return None
    try:
        texts = [cell.decode(one.codec) for cell in cells]
    except UnicodeDecodeError:
        return None
    if not all(text.isprintable() for text in "".join(texts).split()):
        return None
    known, others = _told(texts[:_RATED])
    usual = _usual(others, one)
    least = _LEAST_OF_ALPHABETS if one.alphabets else _LEAST
    return _Rating(one, texts, known, usual) if known or usual >= least else None


def _are_utf8(cells: Sequence[bytes]) -> bool:
    """Whether so many cells, or so long ones, are UTF-8 that it is no accident."""
    texts = [text for cell in cells if (text := _utf8(cell))]
    return 2 * len(texts) > len(cells) or any(sum(ch > "\u07ff" for ch in text) > 1 for text in texts)


def _utf8(cell: bytes) -> str:
    try:
        text = cell.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return text if _UTF8.fullmatch(text) else ""


def _told(texts: Sequence[str]) -> tuple[int, list[str]]:
    """How many are names that columns have, or numbers (`1\u00a0234,50`, `12 zł`); and all but the numbers.

    One number alone says nothing: a byte of it may be damaged.
    """
    from rnn_forecast.prices.cells.decorations import number
    from rnn_forecast.prices.cells.numbers import shape
    from rnn_forecast.prices.fields.column_names import role

    others = [text for text in texts if number(shape(text)) is None]
    others = others if len(texts) - len(others) > 1 else list(texts)
    return len(texts) - len(others) + sum(role(text) is not None for text in others), others


def _usual(texts: Sequence[str], one: Encoding) -> float:
    """The share of letters beyond ASCII that are usual where they stand, in the language that fits best."""
    words = [word for text in texts for word in _words(text)]
    if one.rows:
        return _share(words, partial(_is_usual_ideograph, one=one))
    some = [word for word in words if len(word) != 2 or not word.isalpha() or not _is_foreign(word)] or words
    return max(_share(some, partial(_is_usual_letter, alphabet=alphabet)) for alphabet in one.alphabets)


def _is_foreign(word: str) -> bool:
    return all(ch > "\x7f" for ch in word)


def _words(text: str) -> Iterator[str]:
    """What stands between blanks and marks, where it is not ASCII."""
    for inside, run in groupby(text, key=lambda ch: ch.isalnum() or ch > "\x7f"):
        word = "".join(run).strip(_SIGNS)
        if inside and not word.isascii():
            yield word


def _share(words: Sequence[str], usual: Callable[[str, int], bool]) -> float:
    """Of letters beyond ASCII, but for half-width Japanese ones: any bytes could be those."""
    found = [
        usual(word, i)
        for word in words
        for i, ch in enumerate(word)
        if ch > "\x7f" and not "\uff61" <= ch <= "\uff9f"
    ]
    return sum(found) / len(found) if found else float(not words)


def _is_usual_letter(word: str, i: int, alphabet: str) -> bool:
    """Of the alphabet, and no digit beside it, no capital after a small letter, no two scripts in a word."""
    letter, before, beside = word[i], word[:i][-1:], word[:i][-1:] + word[i + 1 : i + 2]
    if not (letter in alphabet or letter.lower() in alphabet) or any(ch.isdigit() for ch in beside):
        return False
    if letter.isupper() and before.islower():
        return False
    ascii_letters = sum(ch.isascii() and ch.isalpha() for ch in word)
    return not ascii_letters if _RUSSIAN in alphabet else bool(ascii_letters) or len(word) == 1


def _is_usual_ideograph(word: str, i: int, one: Encoding) -> bool:
    """A common one, and no small letter of ASCII beside it: `M黮ler` is no Chinese."""
    first, *second = word[i].encode(one.codec)
    beside = word[:i][-1:] + word[i + 1 : i + 2]
    usual = len(second) == 1 and second[0] >= one.low and any(a <= first <= b for a, b in one.rows)
    return usual and not any("a" <= ch <= "z" for ch in beside)


def _by_statistics(cells: Sequence[bytes], codecs: list[str]) -> str:
    from charset_normalizer import from_bytes  # only here: most files are UTF-8

    best = from_bytes(b"\n".join(cells), cp_isolation=codecs).best()
    return best.encoding if best is not None and best.encoding in codecs else codecs[0]
