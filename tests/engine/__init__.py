"""The engine: the store on both databases, the shell around Faust on a real broker, workers that are killed and frozen."""
