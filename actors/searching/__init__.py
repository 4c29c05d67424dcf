"""The decisions of searching, answering and summing up, without input or output."""
