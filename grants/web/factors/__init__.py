"""Second factors: the second step of signing in, and the factors of an account."""
