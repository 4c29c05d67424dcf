"""Vectors of posts, and who is nearest to one of them."""
