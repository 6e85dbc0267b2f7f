"""A person's copy of everything about her: gathered from the ledger, opened with her own key, written as JSON and as a page to read.

`whose` says what is about whom, `gather` reads the ledger, `copy` puts together what is known, `document` writes the JSON and `page` the
HTML. Who may ask for it, and that it is logged first, is the command's (`backbone.cli.person`).
"""
