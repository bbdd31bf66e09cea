"""The library's own texts; the catalogues lie beside this file, look-up is in ``texts``."""
