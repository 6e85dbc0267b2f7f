"""The shell around every service: Faust consumes, our database holds the position, a batch is one transaction."""
