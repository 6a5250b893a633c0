"""Files and processes: atomic writes, locks, verified folders, workers that end with their parent.

In: paths and bytes; functions and jobs. Out: the same on a disk, or what a process found.
Imports: nothing of ours.

files.py            an output is the old one or the new one, whole, at every moment
locks.py            one run at a time for each output
manifest.py         which files of a folder are ours, with size and hash
verified_folder.py  a folder as bytes, each file checked against size and hash before use
atomic_replace.py   two folders exchange their names in one system call
file_names.py       tickers → file names, and back; temporary names
output_paths.py     where an output goes, and what a failure means
strict_json.py      JSON without what the standard library lets through
signals.py          signals that come too late: the output is in its place
processes.py        a worker: a process of our own that ends with this one
pool.py             workers behind the interface of futures
memory.py           how much memory this process has; giving it back
machine.py          cores, and memory for workers
"""
