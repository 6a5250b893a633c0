"""CSV and its kin: text → columns of values; and how a name is written into such a text.

In: the bytes of a text file. Out: a `Table`, or an error with line, column and value.
Imports: cells, fields.

encoding.py          bytes → UTF-8
legacy_encodings.py  which encoding it is where it is not UTF-8
delimiters.py        what the fields of a row may end at
layout.py            where in the text the table is
header_rows.py       which of the first rows are the header: one line of names, or fields and tickers
headless.py          a table without a header: known layouts, and what to say of others
footers.py           where the rows end, and the prose below them
odd_rows.py          lines among the rows that are none: the header again, dividends, splits
row_reader.py        rows as pyarrow reads them, of given types, strictly
typed_reader.py      a clean file straight into arrays
inferring_reader.py  all others: one date format and one number format, decided over the whole file
strictness.py        refusals of what pyarrow would let through: odd quotes, cut files
written_cells.py     a name → its cell in a table that we write, and back
"""
