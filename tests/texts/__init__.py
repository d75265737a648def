"""The texts for users and their translations: found in the sources, checked, kept in core/locales."""
