"""What was found, for who reads it: sentences, pictures in SVG, a page in HTML, a picture in a terminal.

In: forecasts, prices and scores as values. Out: text and bytes; nothing is read and nothing is written.
Imports: words, prices, forecasts, scores, markup.

values.py       what a report is made of
given.py        what verbs have in hand → such values
sentences.py    the sentences that lines, tables and pages share
forecast_lines.py  what is forecast, a line a ticker
phrases.py      odds, dates and prices as a person says them
fan.py          the last prices and the fan of bands
trust.py        forecast against what came, coverage, errors by step
losses.py       loss by epoch
record_words.py    what came of past forecasts, in words that lines and pages share
record_section.py  the same for a page, with a picture
ticker_page.py  one ticker
batch_page.py   many tickers
markup/         shapes, style, the frame of a page
folders/        what verbs have written, read for a page
chart.py        pictures for a terminal: braille, or ASCII
"""
