"""How the tables came to be, one file a step; run by ``smart_app.store.migrating``."""
