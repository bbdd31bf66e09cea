"""IPT as data: variants, phases, goal templates, planned activities."""
