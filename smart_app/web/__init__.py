"""Request -> one service -> page. Knows neither the store nor the hospital."""
