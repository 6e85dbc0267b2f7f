"""Lists as they really come: rows of a CSV or XLSX file become reports.

A mapping file says which column means what (`mapping`, `checks`), rows are read from the file (`rows`, `excel`), turned into
`report.received` (`convert`, with `values` and `moments`) and sent with a journal that lets the same command go on after a
crash (`run`, `journal`). What a row is called (`identity`) is worked out with a key that stays with the partner.
Not here: Kafka, sealing and receipts, which are the partner client's (`sending` joins the two).
"""
