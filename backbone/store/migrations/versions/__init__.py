"""One module a version, in order; what stands here is never changed, only added to."""
