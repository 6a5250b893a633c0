"""Colours and the style of pages and pictures: light and dark, narrow and wide, on paper.

Text against its ground has a contrast of at least 4.5 in both schemes (WCAG 2.2, 1.4.3), lines of at least 3.
"""

LIGHT = {
    "ground": "#ffffff", "ink": "#1b1f24", "soft": "#545b64", "rule": "#d5d9de", "line": "#1b1f24",
    "forecast": "#0b62b8", "other": "#8a4b00", "wide": "#d6e6f7", "narrow": "#a9cbec",
    "good": "#17692f", "bad": "#a4231b", "panel": "#f4f6f8",
}  # fmt: skip
DARK = {
    "ground": "#14171b", "ink": "#e6e8eb", "soft": "#a7afb9", "rule": "#3a414a", "line": "#e6e8eb",
    "forecast": "#6cb2f5", "other": "#e2a15c", "wide": "#1d3247", "narrow": "#2b4d6f",
    "good": "#6fce8a", "bad": "#ff8f86", "panel": "#1d2127",
}  # fmt: skip

_PICTURE = """
svg text{font:13px system-ui,sans-serif;fill:var(--soft)}
.grid{stroke:var(--rule);stroke-width:1}
.line,.forecast,.other{fill:none;stroke:var(--line);stroke-width:1.6;stroke-linejoin:round}
.forecast{stroke:var(--forecast)}
.other{stroke:var(--other);stroke-dasharray:5 3}
.mark{fill:none;stroke:var(--soft);stroke-width:1.4}
.dot{stroke:none;fill:var(--line)}.forecast.dot{fill:var(--forecast)}.other.dot{fill:var(--other)}
.miss{fill:var(--bad)}
.band{fill:var(--wide)}.band.inner{fill:var(--narrow)}
.bar{fill:var(--forecast)}
"""

_PAGE = """
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--rule)}
h3{font-size:1.05rem;margin:1.4rem 0 .3rem}
h4{font-size:1rem;margin:1rem 0 .2rem}
p{margin:.5rem 0;max-width:46rem;overflow-wrap:anywhere}
.soft,figcaption{color:var(--soft)}.lead{font-size:1.15em}
.good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}
figure{margin:1rem 0}
.picture{display:block;width:100%;max-width:48rem;height:auto}
figcaption{max-width:46rem;font-size:.95em;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:.5rem 0;max-width:100%}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding:.2rem 0}
th,td{padding:.2rem .8rem .2rem 0;text-align:right;white-space:nowrap;border-bottom:1px solid var(--rule)}
th:first-child,td:first-child,.words td,.words th{text-align:left}
.words td{white-space:normal;overflow-wrap:anywhere;min-width:6rem}
details{border-bottom:1px solid var(--rule)}
summary{cursor:pointer;padding:.35rem 0;display:flex;flex-wrap:wrap;gap:.2rem .8rem;align-items:center}
summary::before{content:"\\25b8";color:var(--soft)}details[open]>summary::before{content:"\\25be"}
summary .name{font-weight:600;min-width:6rem;max-width:100%;overflow-wrap:anywhere}
summary .spark{width:120px;height:28px;flex:none}
summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--forecast)}
details>div{padding:0 0 1rem}
@media (max-width:600px){svg text{font-size:21px}body{font-size:15px}}
@media print{.unfolds::details-content{content-visibility:visible}summary::before{content:none}
main{max-width:none;padding:0}body{font-size:10pt}.scroll{overflow:visible}
figure,table,details{break-inside:avoid}h2,h3,h4{break-after:avoid}.picture{max-width:15cm}
.band,.bar,.dot{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""


def page_style() -> str:
    """Paper is white, whatever the reader's scheme is on the screen; what `unfolds` is printed open."""
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
    return f":root{{color-scheme:light dark;{_variables(LIGHT)}}}{dark}{_PICTURE}{_PAGE}".replace("\n", "")


def picture_style() -> str:
    """Of a picture that stands alone: light, and in colours that every program knows."""
    style = _PICTURE
    for name, colour in LIGHT.items():
        style = style.replace(f"var(--{name})", colour)
    return style.replace("\n", "")


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())
