"""Evaluation: was what was agreed followed, how long did it take, what came of it, and what would another version have done?

Read from histories, never written into them: each page of figures holds for the moment that its records end at. What leaves the chain
has no small cell (`small_cells`, `anonymous`). The what-if plays the services' own rules and stands with them (`services.rehearsal`).
"""
