"""What we publish: profiles, extensions, code systems, value sets, Questionnaires, the IPT protocol, and the package."""
