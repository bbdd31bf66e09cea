"""What the app remembers: SQLAlchemy and Alembic live here and nowhere else (decision-D19)."""
