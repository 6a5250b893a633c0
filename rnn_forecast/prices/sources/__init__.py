"""Where data comes from: files, standard input, archives, Parquet.

In: a path, or `-`. Out: bytes of a known kind; of Parquet, a `Table`.
Imports: cells, fields, system.

expansion.py        folders and patterns → the files in them
opening.py          opened without hanging, bounded in size, the same at the end as at the start
archives.py         packed bytes → bytes
spreadsheet.py      a workbook → the text of its sheet
parquet.py          Parquet → columns of values
parquet_header.py   its columns before any is chosen, as pandas meant them
parquet_periods.py  columns of pandas' periods → moments
parquet_cells.py    a column of it → values
"""
