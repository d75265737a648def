"""Publishing videos: choosing networks, words and options, the time, and what came of it."""
