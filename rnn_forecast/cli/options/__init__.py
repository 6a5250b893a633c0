"""Every option, declared once, and what its text means.

In: texts. Out: numbers, sizes, durations; paths; reading options and a recipe.
Imports: terminal, words, system, prices, forecasts, verbs.

groups.py          options in groups that verbs share
recipe_options.py  the keys of a recipe as options
expand.py          groups of options → the flat parameters that Typer wants
quantities.py      the texts that options take → numbers, sizes, durations
default_paths.py   where a verb reads or writes when nothing was said
read_out.py        what predict reads of a distribution
pages.py           pictures and pages beside a result
delivery.py        where a forecast table goes, and in which format
"""
