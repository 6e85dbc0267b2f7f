"""Three brokers and the whole chain of services on them: one is lost in every way there is, and nothing else is."""
