"""The auditor: reads what a backbone of Schakel leaves behind, and says what it can prove, what is wrong, and what it cannot tell.

A program of its own. It shares no line with the backbone whose work it judges, and needs nothing but Python, `cryptography` (Ed25519)
and `fastavro` (reading the events). Read the modules in this order; each is one idea, and together they take about an hour:

    tree        RFC 6962: what a hash of a log proves
    notes       signed tree heads (C2SP signed notes), and who signed them
    formats     what stands in a bundle or an export, and how a record becomes the bytes that are hashed
    events      from a record to what it says, and who may say it
    structure   is the log whole, unchanged, and the log that others have seen?
    words       what the person's words allow, at one place of a case
    history     what each event does to what stands there
    consent     was anything delivered or read without a history that permits it?
    terms       when is `48h` or `2 werkdagen` over? (Algemene termijnenwet)
    plainyaml   the plain part of YAML in which protocols and chains are written
    definitions which partners, clocks and roles were in force, and whether a rule holds for a report
    rhythm      how often she is to hear something, as it was agreed with her
    timing      what starts and stops a clock, and the watermarks of a log
    versions    by which version of its chain is a case judged?
    clocks      is a breach missing or invented?
    receipts    has each told event its receipt, and each receipt its event?
    report      the verdict, and a digest of it that is the same on every machine
    audit       the whole of it, part by part, in one place
    __main__    the command

docs/adr/0036 says why it is as it is.
"""
