"""Who does a batch's work: processes here, or a Dask cluster, behind one interface.

In: jobs. Out: outcomes, in the order in which they end.
Imports: system, prices, windows, network, model, verbs.

job.py       what a worker does for one ticker: prices in, the bytes of a model folder out
crew.py      processes here, or a cluster
cluster.py   the workers of a Dask scheduler that runs already
outcomes.py  jobs → outcomes; lost ones are tried again
"""
