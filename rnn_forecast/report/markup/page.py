"""One HTML file: its frame, and the blocks that pages are made of.

Nothing is loaded and nothing runs: the page's own Content-Security-Policy forbids both, so that a name which
got past the escaping would still do nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from rnn_forecast.report.markup import svg
from rnn_forecast.report.markup.style import page_style, picture_style
from rnn_forecast.report.markup.svg import element, safe

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True)
class Blocks:
    """What the blocks of one page have in common: names of elements that are not given twice."""

    numbers: "count[int]"
    level: int = 2  # of the headings

    def deeper(self) -> "Blocks":
        return Blocks(self.numbers, self.level + 1)

    def heading(self, text: str) -> str:
        return element(f"h{self.level}", safe(text))

    def figure(self, body: str, sentence: str) -> str:
        """A picture and the sentence that says the same, which is also its name for who does not see it."""
        name = f"p{next(self.numbers)}"
        words = element("figcaption", safe(sentence), id=name)
        return element("figure", svg.picture(body, name) + words)


def new_blocks() -> Blocks:
    return Blocks(count(1))


def page(title: str, parts: Iterable[str]) -> bytes:
    """The whole file; `parts` are markup."""
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{safe(title)}</title><style>{page_style()}</style>"
    )
    body = "\n".join([f"<main><h1>{safe(title)}</h1>", *(part for part in parts if part), "</main>"])
    text = f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'
    return text.encode("utf-8", "backslashreplace")


def alone(title: str, body: str, sentence: str) -> bytes:
    """A picture as a file of its own, on a white ground."""
    ground = element("rect", width="100%", height="100%", fill="#ffffff")
    parts = (
        element("title", safe(title), id="title"),
        element("desc", safe(sentence), id="desc"),
        element("style", picture_style()),
        ground,
        body,
    )
    text = element(
        "svg",
        "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {svg.WIDTH} {svg.HEIGHT}",
        width=svg.WIDTH,
        height=svg.HEIGHT,
        role="img",
        aria_labelledby="title desc",
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode("utf-8", "backslashreplace")


def paragraph(text: str, class_: str = "") -> str:
    return element("p", safe(text), class_=class_ or None)


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, words: bool = False) -> str:
    """Rows of cells below headings; on a narrow screen it scrolls in its own frame. `words`: sentences."""
    first = element("tr", "".join(_head(head) for head in heads))
    body = "".join(element("tr", _row(row)) for row in rows)
    whole = element("caption", safe(caption)) + element("thead", first) + element("tbody", body)
    return _scrolling(element("table", whole, class_="words" if words else None), caption)


def pairs(caption: str, rows: Iterable[tuple[str, str]]) -> str:
    """Names and what they are; nothing where there is none."""
    body = "".join(
        f'<tr><th scope="row">{safe(name)}</th>{element("td", safe(value) or "&#8212;")}</tr>'
        for name, value in rows
    )
    if not body:
        return ""
    whole = element("caption", safe(caption)) + element("tbody", body)
    return _scrolling(element("table", whole, class_="words"), caption)


def _scrolling(markup: str, caption: str) -> str:
    return element("div", markup, class_="scroll", tabindex=0, role="group", aria_label=caption)


def _head(text: str) -> str:
    return element("th", safe(text), scope="col") if text else "<td></td>"


def _row(cells: Sequence[str]) -> str:
    first, *rest = cells
    others = "".join(element("td", safe(cell)) if cell else "<td></td>" for cell in rest)
    return f'<th scope="row">{safe(first)}</th>{others}'


def listed(texts: Iterable[str]) -> str:
    items = "".join(element("li", safe(text)) for text in texts)
    return element("ul", items) if items else ""
