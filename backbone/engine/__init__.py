"""What runs a service: Faust as the shell around one processor, with the position in the service's own database.

`run` is the entry. `processor` is the seam: what a service gives and gets. Below it, in the order of a record's way:
`faust_driver` fetches whole batches, `shell` hands them on one at a time, `work` does one SQL transaction a batch,
`publisher` sends what it left in the outbox; `takeup` says where each partition goes on after a rebalance. Nothing here knows
what a record means.
"""
