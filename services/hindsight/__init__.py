"""Looking back at what was concluded, with the services' own rules: why an event was drawn, and whether every projection still follows
from the ledger. No service imports this, and it changes nothing. It stands under services, because it lets them decide.
"""
