"""Overviews at the press of a button: figures of a closed period, without names, frozen once issued (docs/adr/0031).

`periods` which months, quarters and years there are · `incident` what is counted, from the states of cases · `tables` by what, and its
definition · `tally` the exact counts, which stay inside · `network` what somebody can work out from what was shown · `shown` what may
be shown · `issues` one issue and the next · `shelf` where they are kept · `paper`, `sheets`, `page`, `chart` how they look.
"""
