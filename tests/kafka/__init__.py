"""The broker, its topics and its access rules, against a real embedded broker."""
