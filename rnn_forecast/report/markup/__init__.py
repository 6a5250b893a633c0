"""Text that a browser shows: shapes of SVG, colours, the frame of a page and its blocks.

In: numbers and texts from anywhere. Out: markup, in which no name does anything.
Imports: words.

svg.py    shapes, scales, ticks
style.py  colours, light and dark, narrow and wide, on paper
page.py   the frame of a page and its blocks
"""
