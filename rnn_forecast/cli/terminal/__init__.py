"""Standard streams, signals and what a terminal may show.

In: lines, errors, epochs. Out: bytes on standard output and error, an exit code.
Imports: system.

streams.py     standard output, for data only; standard error
boundary.py    errors and signals → two lines and an exit code
progress.py    epochs → a progress bar (Rich)
characters.py  any text → text that a terminal shows and does not obey
words.py       numbers and nouns as text
"""
