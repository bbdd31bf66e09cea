"""What we publish: profiles, extensions, code systems, value sets, Questionnaires, protocols, and the package."""
