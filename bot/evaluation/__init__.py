"""Posts and queries whose right answers are known, and how well a search finds them."""
