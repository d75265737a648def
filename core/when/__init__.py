"""Time as people speak of it: zones, local times, phrases, choices. Everything else in core is UTC."""
