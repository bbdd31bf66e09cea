"""One content, two prints: a sheet of words as a page and as a tagged PDF. The one owner of typst (decision-D18)."""
