"""Standard streams, signals and what a terminal may show.

In: lines, errors, epochs. Out: bytes on standard output and error, an exit code.
Imports: system, words.

streams.py     standard output, for data only; standard error
boundary.py    errors and signals → two lines and an exit code
progress.py    epochs → a progress bar (Rich)
words.py       commands as text
"""
