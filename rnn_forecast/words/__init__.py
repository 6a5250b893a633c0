"""Words: how a number, a count and a name of unknown origin stand in a sentence.

In: numbers, texts. Out: texts.
Imports: nothing of ours.

figures.py     numbers and nouns as text
characters.py  any text → text that a terminal shows and does not obey
"""
