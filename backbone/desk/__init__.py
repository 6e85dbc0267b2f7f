"""The desks' own work on a case, seen with its chain and protocols: who is meant, what is open, who may see what. Pure."""
