"""Imported by the parent of all forked programs: loads what they need, and starts no threads."""

import postaify

postaify.preload()
