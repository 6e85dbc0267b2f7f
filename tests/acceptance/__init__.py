"""A real list through the whole backbone: `make acceptance DATA=incidents.csv`. Apart from `make test`, for users have no such list."""
